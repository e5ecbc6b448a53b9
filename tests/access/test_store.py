"""What is remembered and for how long; what happens when the table is busy or an issuer is out of reach."""

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from cryptography.hazmat.primitives.asymmetric import ed25519
from jwt.algorithms import OKPAlgorithm

from chalicelib import table
from chalicelib.access.rules import Device, Enrolment, Heard, Issuer, Right, Role
from chalicelib.access.store import AccessStore, IssuerKeys
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import DeviceId, Tenant, VenueId

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
TENANT = Tenant("lorenskog")
RIGHTS = frozenset({Right.SCAN, Right.ENROL})
ENROLMENT = Enrolment(TENANT, "f" * 64, VenueId("badet"), "Luke", RIGHTS, NOW + timedelta(hours=24))
DEVICE = Device(TENANT, DeviceId(f"lorenskog-{'0' * 24}"), VenueId("badet"), "Luke", RIGHTS, "{}", "2026-11-22")


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(fresh_table: str) -> AccessStore:
    assert fresh_table
    return AccessStore(time.monotonic)


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def refusal(code: str, reasons: list[str]) -> Callable[..., AWSResponse]:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code,
            "CancellationReasons": [{"Code": reason} for reason in reasons]}  # fmt: skip

    def answer(**_: Any) -> AWSResponse:
        return AWSResponse("http://127.0.0.1", 400, {}, _Raw(json.dumps(body).encode()))

    return answer


@contextmanager
def fault(when: str, answer: Callable[..., Any], *, times: int) -> Iterator[list[str]]:
    """Let the first so many requests of a kind meet a fault; gives what was asked."""
    seen: list[str] = []

    def meet(**details: Any) -> Any:
        seen.append(when)
        return answer(**details) if len(seen) <= times else None

    events = table.connection().client.meta.events
    events.register(when, meet)
    try:
        yield seen
    finally:
        events.unregister(when, meet)


def reply_lost(**_: Any) -> None:
    raise ReadTimeoutError(endpoint_url="http://127.0.0.1")


# --- devices and codes


def test_what_is_stored_comes_back_as_it_was(store: AccessStore) -> None:
    store.put_enrolment(ENROLMENT)
    assert store.enrolment(TENANT, ENROLMENT.fingerprint, now=NOW) == ENROLMENT
    assert store.claim(ENROLMENT, DEVICE, now=NOW)
    claimed = replace(ENROLMENT, claimed_by=DEVICE.id)
    assert store.enrolment(TENANT, ENROLMENT.fingerprint, now=NOW) == claimed
    assert AccessStore(time.monotonic).device(TENANT, DEVICE.id) == DEVICE
    assert store.devices(TENANT) == [DEVICE]


def test_a_device_is_read_once_a_minute_and_its_owner_knows_it_without_reading(store: AccessStore) -> None:
    store.put_enrolment(ENROLMENT)
    store.claim(ENROLMENT, DEVICE, now=NOW)
    clock = Clock()
    elsewhere = AccessStore(clock)
    with fault("before-send.dynamodb.GetItem", lambda **_: None, times=0) as asked:
        assert store.device(TENANT, DEVICE.id) == DEVICE
        assert len(asked) == 0
        for _ in range(3):
            assert elsewhere.device(TENANT, DEVICE.id) == DEVICE
        assert len(asked) == 1
        clock.now += 60
        assert elsewhere.device(TENANT, DEVICE.id) == DEVICE
        assert len(asked) == 2


def test_devices_that_do_not_exist_fill_no_memory(store: AccessStore) -> None:
    for number in range(3):
        assert store.device(TENANT, DeviceId(f"lorenskog-{number:024d}")) is None
    assert not store._remembered


def test_the_memory_is_bounded_and_forgets_whom_it_has_not_seen_longest(store: AccessStore) -> None:
    phones = [replace(DEVICE, id=DeviceId(f"lorenskog-{number:024d}")) for number in range(2049)]
    for phone in phones[:2048]:
        store._written(phone)
    assert store.device(TENANT, phones[0].id) == phones[0]
    store._written(phones[2048])
    assert len(store._remembered) == 2048
    assert (TENANT, phones[0].id) in store._remembered
    assert (TENANT, phones[1].id) not in store._remembered


def test_a_read_that_a_revocation_overtook_is_not_remembered(store: AccessStore) -> None:
    store.put_enrolment(ENROLMENT)
    store.claim(ENROLMENT, DEVICE, now=NOW)
    here = AccessStore(time.monotonic)
    with fault(
        "after-call.dynamodb.GetItem",
        lambda **_: here.revoke(TENANT, DEVICE.id, reason="Mistet", day="2026-11-22") and None,
        times=1,
    ):
        here.device(TENANT, DEVICE.id)
    found = here.device(TENANT, DEVICE.id)
    assert found is not None
    assert found.revoked_on == "2026-11-22"


def test_what_a_phone_tells_is_known_at_once_and_makes_it_remembered_no_longer(store: AccessStore) -> None:
    store.put_enrolment(ENROLMENT)
    store.claim(ENROLMENT, DEVICE, now=NOW)
    clock, heard = Clock(), Heard(NOW.replace(minute=0), 7)
    here = AccessStore(clock)
    here.device(TENANT, DEVICE.id)
    clock.now += 59
    here.note(DEVICE, heard)
    with fault("before-send.dynamodb.GetItem", lambda **_: None, times=0) as asked:
        assert here.device(TENANT, DEVICE.id) == replace(DEVICE, heard=heard)
        assert len(asked) == 0
        clock.now += 1
        assert here.device(TENANT, DEVICE.id) == replace(DEVICE, heard=heard)
        assert len(asked) == 1


def test_what_a_phone_tells_is_not_insisted_on_and_brings_no_phone_back(store: AccessStore) -> None:
    heard = Heard(NOW.replace(minute=0), 7)
    store.note(DEVICE, heard)
    assert store.device(TENANT, DEVICE.id) is None
    store.put_enrolment(ENROLMENT)
    store.claim(ENROLMENT, DEVICE, now=NOW)
    with fault("before-send.dynamodb.UpdateItem", refusal("ThrottlingException", []), times=99) as asked:
        store.note(DEVICE, heard)
    assert len(asked) == 1
    assert store.device(TENANT, DEVICE.id) == DEVICE


def test_a_phone_that_was_stopped_stays_so_whatever_it_tells(store: AccessStore) -> None:
    store.put_enrolment(ENROLMENT)
    store.claim(ENROLMENT, DEVICE, now=NOW)
    store.revoke(TENANT, DEVICE.id, reason="Mistet", day="2026-11-22")
    store.note(DEVICE, Heard(NOW.replace(minute=0), 7))
    for found in (store.device(TENANT, DEVICE.id), AccessStore(time.monotonic).device(TENANT, DEVICE.id)):
        assert found is not None
        assert (found.revoked_on, found.heard and found.heard.unsent) == ("2026-11-22", 7)


def test_a_code_is_spent_when_the_table_was_busy_only_for_a_while(store: AccessStore) -> None:
    store.put_enrolment(ENROLMENT)
    conflict = refusal("TransactionCanceledException", ["None", "TransactionConflict"])
    with fault("before-send.dynamodb.TransactWriteItems", conflict, times=3) as asked:
        assert store.claim(ENROLMENT, DEVICE, now=NOW)
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("code", "reasons"),
    [("TransactionCanceledException", ["None", "TransactionConflict"]), ("ThrottlingException", []),
     ("ProvisionedThroughputExceededException", [])],
)  # fmt: skip
def test_a_table_that_stays_busy_asks_for_another_try_and_nothing_is_written(
    store: AccessStore, code: str, reasons: list[str]
) -> None:
    store.put_enrolment(ENROLMENT)
    with (
        fault("before-send.dynamodb.TransactWriteItems", refusal(code, reasons), times=99) as asked,
        pytest.raises(TryAgainError, match="busy"),
    ):
        store.claim(ENROLMENT, DEVICE, now=NOW)
    assert len(asked) == 4
    assert store.device(TENANT, DEVICE.id) is None


def test_a_claim_whose_answer_was_lost_is_not_sent_again_and_is_found_afterwards(store: AccessStore) -> None:
    store.put_enrolment(ENROLMENT)
    with (
        fault("after-call.dynamodb.TransactWriteItems", reply_lost, times=1) as asked,
        pytest.raises(TryAgainError, match="busy"),
    ):
        store.claim(ENROLMENT, DEVICE, now=NOW)
    assert len(asked) == 1
    found = store.enrolment(TENANT, ENROLMENT.fingerprint, now=NOW)
    assert found is not None
    assert found.claimed_by == DEVICE.id
    assert not store.claim(ENROLMENT, replace(DEVICE, id=DeviceId(f"lorenskog-{'1' * 24}")), now=NOW)


def test_a_busy_table_does_not_make_a_device_unknown(store: AccessStore) -> None:
    with (
        fault("before-send.dynamodb.GetItem", refusal("ThrottlingException", []), times=99),
        pytest.raises(TryAgainError, match="busy"),
    ):
        store.device(TENANT, DEVICE.id)


def test_a_code_cannot_be_spent_after_its_day(store: AccessStore) -> None:
    store.put_enrolment(ENROLMENT)
    assert not store.claim(ENROLMENT, DEVICE, now=ENROLMENT.expires_at)
    assert not store.claim(replace(ENROLMENT, fingerprint="0" * 64), DEVICE, now=NOW)
    assert store.devices(TENANT) == []


def test_more_than_a_hundred_devices_are_listed(store: AccessStore) -> None:
    for number in range(101):
        enrolment = replace(ENROLMENT, fingerprint=f"{number:064d}")
        store.put_enrolment(enrolment)
        device = replace(DEVICE, id=DeviceId(f"lorenskog-{number:024x}"), venue=VenueId(f"v{100 - number:03d}"))
        assert store.claim(enrolment, device, now=NOW)
    listed = store.devices(TENANT)
    assert [device.venue for device in listed] == [f"v{number:03d}" for number in range(101)]


# --- issuers' keys


@dataclass
class Desk:
    """An issuer's key desk on this machine."""

    keys: list[dict[str, Any]]
    status: int = 200
    delay: float = 0.0
    raw: bytes | None = None
    garbled: bool = False
    fetched: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    address: str = ""


@pytest.fixture
def desk() -> Iterator[Desk]:
    kept = Desk([jwk("one")])

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with kept.lock:
                kept.fetched += 1
            time.sleep(kept.delay)
            if kept.garbled:
                self.wfile.write(b"no HTTP\r\n\r\n")
                return
            self.send_response(kept.status)
            self.send_header("Location", f"{kept.address}/elsewhere")
            self.end_headers()
            self.wfile.write(kept.raw if kept.raw is not None else json.dumps({"keys": kept.keys}).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    kept.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def jwk(kid: str | None) -> dict[str, Any]:
    key = OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate().public_key(), as_dict=True)
    return {**key, "kid": kid} if kid else key


def issuer(address: str | None, **more: Any) -> Issuer:
    return Issuer(issuer="https://idp.example.no", jwks_uri=address, scopes={"x": Role.OFFICE}, tenant=TENANT, **more)


def test_keys_are_fetched_once_a_day_and_rotation_is_noticed(desk: Desk) -> None:
    clock = Clock()
    keys, who = IssuerKeys(clock), issuer(desk.address)
    first = keys.key(who, "one")
    assert first is not None
    assert keys.key(who, "one") is first
    assert desk.fetched == 1
    desk.keys = [jwk("two")]
    clock.now += 24 * 3600 - 1
    assert keys.key(who, "one") is first
    clock.now += 1
    assert keys.key(who, "one") is None  # rotated out, and the old set is a day old
    assert keys.key(who, "two") is not None
    assert desk.fetched == 2


def test_an_unknown_key_id_is_looked_up_once_a_minute(desk: Desk) -> None:
    clock = Clock()
    keys, who = IssuerKeys(clock), issuer(desk.address)
    assert keys.key(who, "two") is None
    desk.keys.append(jwk("two"))
    clock.now += 59
    assert [keys.key(who, "two"), keys.key(who, "three")] == [None, None]
    assert desk.fetched == 1
    clock.now += 1
    assert keys.key(who, "two") is not None
    assert desk.fetched == 2


def test_a_token_without_key_id_is_for_the_only_key(desk: Desk) -> None:
    assert IssuerKeys(Clock()).key(issuer(desk.address), "") is not None
    desk.keys.append(jwk("two"))
    assert IssuerKeys(Clock()).key(issuer(desk.address), "") is None


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"status": 302},
        {"garbled": True},
        {"raw": b"no JSON"},
        {"raw": b"[" * 100_000},
        {"raw": b'{"keys": []}'},
    ],
)
def test_an_issuer_whose_keys_cannot_be_had_means_try_again(desk: Desk, answer: dict[str, Any]) -> None:
    for name, value in answer.items():
        setattr(desk, name, value)
    clock = Clock()
    keys, who = IssuerKeys(clock), issuer(desk.address)
    for _ in range(3):
        with pytest.raises(TryAgainError, match="keys_unreachable"):
            keys.key(who, "one")
    assert desk.fetched == 1  # not hammered
    desk.status, desk.raw, desk.garbled = 200, None, False
    clock.now += 5
    assert keys.key(who, "one") is not None


def test_an_issuer_that_does_not_answer_the_phone_means_try_again() -> None:
    with pytest.raises(TryAgainError, match="keys_unreachable"):
        IssuerKeys(Clock()).key(issuer("http://127.0.0.1:9"), "one")


def test_known_keys_serve_one_day_more_while_their_issuer_is_out_of_reach(desk: Desk) -> None:
    clock = Clock()
    keys, who = IssuerKeys(clock), issuer(desk.address)
    first = keys.key(who, "one")
    desk.status = 500
    clock.now += 47 * 3600
    assert keys.key(who, "one") is first
    with pytest.raises(TryAgainError, match="keys_unreachable"):
        keys.key(who, "two")
    clock.now += 3600
    with pytest.raises(TryAgainError, match="keys_unreachable"):
        keys.key(who, "one")


def test_fifty_requests_at_once_make_one_fetch(desk: Desk) -> None:
    desk.delay = 0.2
    clock = Clock()
    keys, who = IssuerKeys(clock), issuer(desk.address)
    with ThreadPoolExecutor(50) as callers:
        found = list(callers.map(lambda _: keys.key(who, "one"), range(50)))
    assert desk.fetched == 1
    assert found[0] is not None
    assert all(key is found[0] for key in found)


def test_fifty_tokens_of_unknown_keys_at_once_make_one_fetch_a_minute(desk: Desk) -> None:
    clock = Clock()
    keys, who = IssuerKeys(clock), issuer(desk.address)
    assert keys.key(who, "one") is not None
    desk.delay = 0.1
    for fetched in (1, 2):  # the first minute's fetch was the cold start
        with ThreadPoolExecutor(50) as callers:
            assert set(callers.map(lambda number: keys.key(who, f"forged-{number}"), range(50))) == {None}
        assert desk.fetched == fetched
        clock.now += 60


def test_fifty_requests_at_once_to_an_issuer_that_is_down_ask_it_once(desk: Desk) -> None:
    desk.status, desk.delay = 500, 0.2
    keys, who = IssuerKeys(Clock()), issuer(desk.address)

    def ask(_: int) -> str:
        with pytest.raises(TryAgainError) as refused:
            keys.key(who, "one")
        return refused.value.code

    with ThreadPoolExecutor(50) as callers:
        assert set(callers.map(ask, range(50))) == {"keys_unreachable"}
    assert desk.fetched == 1


def test_nobody_waits_for_new_keys_while_day_old_ones_hold(desk: Desk) -> None:
    clock = Clock()
    keys, who = IssuerKeys(clock), issuer(desk.address)
    first = keys.key(who, "one")
    desk.delay = 0.5
    clock.now += 24 * 3600
    with ThreadPoolExecutor(1) as another:
        fetching = another.submit(keys.key, who, "one")
        while desk.fetched < 2:
            time.sleep(0.005)
        started = time.monotonic()
        assert keys.key(who, "one") is first
        assert time.monotonic() - started < 0.3
        assert fetching.result() is not None


def test_keys_in_the_configuration_need_no_network() -> None:
    keys, who = IssuerKeys(Clock()), issuer(None, jwks={"keys": [jwk(None)]})
    assert keys.key(who, "") is not None
    assert keys.key(who, "other") is None
