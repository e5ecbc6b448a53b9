"""Who gets in at the door, and how a phone becomes a device."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from chalicelib import table
from chalicelib.access.actions import Gate
from chalicelib.access.rules import Caller, Device, Right, Role, body_hash, issuers_from
from chalicelib.access.store import AccessStore, IssuerKeys
from chalicelib.shared.answers import ConflictError, MalformedError, OpplevError, RuleError, UnknownError
from chalicelib.shared.ids import DeviceId, Tenant, VenueId

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
HOST = "https://opplev.example.no"
TENANT = Tenant("lorenskog")
VENUE = VenueId("badet")
SCAN = frozenset({Right.SCAN})

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED = ed25519.Ed25519PrivateKey.generate()
PHONE = ec.generate_private_key(ec.SECP256R1())

MASKINPORTEN = "https://test.maskinporten.no/"
ENTRA = "https://login.microsoftonline.com/00000000-0000-4000-8000-000000000001/v2.0"
LOCAL = "https://opplev.local"
ACTOR = {"authority": "iso6523-actorid-upis"}
NAV = "0192:991825827"
CULTURE = "0192:842566142"


def public_jwk(key: Any, **more: str) -> dict[str, Any]:
    reader = {rsa.RSAPrivateKey: RSAAlgorithm, ed25519.Ed25519PrivateKey: OKPAlgorithm}
    algorithm = next((reader[kind] for kind in reader if isinstance(key, kind)), ECAlgorithm)
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), **more}


ISSUERS = json.dumps([
    {
        "issuer": MASKINPORTEN, "id": "maskinporten", "jwks": {"keys": [public_jwk(RSA, kid="m1", alg="RS256")]},
        "algorithms": ["RS256", "RS384", "RS512"],
        "scopes": {"opplev:kort.write": "issuer", "opplev:oppgjor.read": "finance"},
        "consumers": {NAV: ["lorenskog"], CULTURE: ["lorenskog", "rana"]},
    },
    {
        "issuer": ENTRA, "id": "entra", "jwks": {"keys": [public_jwk(RSA, kid="e1")]}, "audience": "api://opplev",
        "algorithms": ["RS256"],
        "role_claim": "roles", "roles": {"Opplev.Kultur": "office", "Opplev.Finans": "finance"},
        "tenant": "lorenskog", "subject_claim": "oid",
    },
    {
        "issuer": LOCAL, "jwks": {"keys": [public_jwk(ED)]}, "algorithms": ["EdDSA"],
        "role_claim": "roles", "roles": {role: role for role in ("issuer", "office", "finance", "coordinator")},
        "tenant_claim": "tenant",
    },
])  # fmt: skip


def gate(store: AccessStore | None = None) -> Gate:
    return Gate(
        store=store or AccessStore(time.monotonic),
        issuers=issuers_from(ISSUERS),
        keys=IssuerKeys(time.monotonic),
        host=HOST,
        new_code=lambda: secrets.token_bytes(10),
        new_device=lambda: secrets.token_hex(12),
    )


def seconds(offset: float = 0) -> int:
    return int(NOW.timestamp() + offset)


def header(claims: dict[str, Any], changes: dict[str, Any], *, key: Any, alg: str, kid: str | None) -> str:
    """Sign a token with some claims changed, or left out where None."""
    said = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return f"Bearer {jwt.encode(said, key, algorithm=alg, headers={'kid': kid} if kid else {})}"


def maskinporten(*, key: Any = RSA, alg: str = "RS256", kid: str | None = "m1", **changes: Any) -> str:
    claims = {
        "iss": MASKINPORTEN, "client_id": "7f1c0a52-0000-4000-8000-000000000000", "client_amr": "private_key_jwt",
        "consumer": {**ACTOR, "ID": NAV}, "scope": "opplev:kort.write", "token_type": "Bearer",
        "iat": seconds(-5), "exp": seconds(115), "jti": "a", "aud": "unspecified",
    }  # fmt: skip
    return header(claims, changes, key=key, alg=alg, kid=kid)


def entra(*, alg: str = "RS256", **changes: Any) -> str:
    claims = {
        "iss": ENTRA, "aud": "api://opplev", "oid": "11111111-0000-4000-8000-000000000000", "sub": "pairwise",
        "tid": "00000000-0000-4000-8000-000000000001", "roles": ["Opplev.Kultur"], "ver": "2.0",
        "nbf": seconds(-5), "iat": seconds(-5), "exp": seconds(3600),
    }  # fmt: skip
    return header(claims, changes, key=RSA, alg=alg, kid="e1")


def local(*, key: Any = ED, alg: str = "EdDSA", kid: str | None = None, **changes: Any) -> str:
    claims = {"iss": LOCAL, "sub": "demo", "tenant": "lorenskog", "roles": ["office"],
              "iat": seconds(), "exp": seconds(60)}  # fmt: skip
    return header(claims, changes, key=key, alg=alg, kid=kid)


def by_hand(header: dict[str, Any], claims: bytes, sign: Callable[[bytes], bytes] = lambda _: b"") -> str:
    def piece(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    signed = f"{piece(json.dumps(header).encode())}.{piece(claims)}"
    return f"{signed}.{piece(sign(signed.encode()))}"


def ask(authorization: str | None, *, at: Gate | None = None, now: datetime = NOW) -> Caller | Device:
    return (at or gate()).caller(authorization, method="GET", path="/v1/cards", body=b"", now=now)


def refusal(authorization: str | None) -> tuple[str, str]:
    with pytest.raises(OpplevError) as refused:
        ask(authorization)
    return refused.value.kind, refused.value.code


# --- people and systems


def test_a_maskinporten_token_lets_nav_issue_cards_for_the_municipality_it_is_listed_for() -> None:
    caller = ask(maskinporten())
    assert caller == Caller(TENANT, frozenset({Role.ISSUER}), f"maskinporten/{NAV}", None)


def test_a_token_with_two_scopes_has_both_roles_and_no_others() -> None:
    caller = ask(maskinporten(scope="opplev:kort.write opplev:oppgjor.read other:x"))
    assert caller.roles == {Role.ISSUER, Role.FINANCE}
    assert caller.has(Role.FINANCE)
    assert not caller.has(Role.OFFICE)


def test_the_supplier_that_acts_for_nav_is_kept_for_the_log() -> None:
    supplier = {**ACTOR, "ID": "0192:974760673"}
    caller = ask(maskinporten(supplier=supplier))
    assert isinstance(caller, Caller)
    assert caller.supplier == "0192:974760673"


def test_an_entra_token_gives_the_role_of_its_app_role_and_is_known_by_its_object_id() -> None:
    caller = ask(entra())
    assert caller == Caller(TENANT, frozenset({Role.OFFICE}), "entra/11111111-0000-4000-8000-000000000000", None)


def test_our_own_issuer_names_the_tenant_in_the_token() -> None:
    caller = ask(local(tenant="rana", roles=["coordinator", "office"]))
    assert caller == Caller(Tenant("rana"), frozenset({Role.COORDINATOR, Role.OFFICE}), "opplev.local/demo", None)


def test_a_consumer_of_two_municipalities_says_by_audience_which_one_it_means() -> None:
    culture = {**ACTOR, "ID": CULTURE}
    caller = ask(maskinporten(consumer=culture, aud=[f"{HOST}/rana"]))
    assert caller.tenant == "rana"
    for unclear in ("unspecified", None, HOST, [f"{HOST}/rana", f"{HOST}/lorenskog"]):
        assert refusal(maskinporten(consumer=culture, aud=unclear)) == ("forbidden", "tenant_unclear")


def test_an_audience_never_widens_what_a_consumer_is_listed_for() -> None:
    assert refusal(maskinporten(aud=f"{HOST}/rana")) == ("unauthenticated", "bad_token")


@pytest.mark.parametrize("subject", ["test@example.no", "x" * 200, "Ærlig", "sha256:abc", "01017000027", "a b"])
def test_a_subject_that_may_not_stand_in_a_log_becomes_a_stable_hash(subject: str) -> None:
    first, again = (ask(local(sub=subject)) for _ in range(2))
    assert first.id == again.id == f"opplev.local/sha256:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"
    assert len(first.id) <= 128


PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
CLAIMS = json.dumps({"iss": MASKINPORTEN, "iat": seconds(), "exp": seconds(60)}).encode()
HEADER = {"alg": "RS256", "kid": "m1"}
NO, BAD = ("unauthenticated", "no_token"), ("unauthenticated", "bad_token")


def by_ed(header: dict[str, Any]) -> str:
    claims = {"iss": LOCAL, "sub": "demo", "tenant": "lorenskog", "roles": ["office"], "iat": seconds()}
    return "Bearer " + by_hand(header, json.dumps({**claims, "exp": seconds(60)}).encode(), ED.sign)


def test_a_token_signed_by_hand_holds_so_that_those_below_fail_for_their_one_fault() -> None:
    assert ask(by_ed({"alg": "EdDSA"})).has(Role.OFFICE)


REFUSED: list[tuple[str, str | None, tuple[str, str]]] = [
    ("no header", None, NO),
    ("an empty header", "", NO),
    ("a password", "Basic dGVzdDp0ZXN0", NO),
    ("the scheme alone", "Bearer ", NO),
    ("two tokens", "Bearer a b", NO),
    ("one word", "Bearer garbage", BAD),
    ("three empty pieces", "Bearer ..", BAD),
    ("letters outside ASCII", "Bearer æ.ø.å", BAD),
    ("a payload that is no JSON", f"Bearer {by_hand(HEADER, b'no')}", BAD),
    ("a payload that is a list", f"Bearer {by_hand(HEADER, b'[]')}", BAD),
    ("a payload that is not UTF-8", "Bearer " + by_hand(HEADER, b'{"iss":"\xff"}'), BAD),
    ("a payload of brackets", "Bearer " + by_hand(HEADER, b"[" * 2900), BAD),
    ("no issuer", maskinporten(iss=None), BAD),
    ("a header of brackets", f"Bearer {base64.urlsafe_b64encode(b'[' * 1200).decode()}.e30.", BAD),
    ("alg none", f"Bearer {by_hand({'alg': 'none', 'kid': 'm1'}, CLAIMS)}", BAD),
    ("no alg", f"Bearer {by_hand({'kid': 'm1'}, CLAIMS)}", BAD),
    ("a token without its signature", f"Bearer {by_hand(HEADER, CLAIMS)}", BAD),
    (
        "HS256 keyed with the public key",
        "Bearer " + by_hand({"alg": "HS256", "kid": "m1"}, CLAIMS, lambda m: hmac.digest(PEM, m, "sha256")),
        BAD,
    ),
    ("another key under the same id", maskinporten(key=OTHER_RSA), BAD),
    ("the right key under an unknown id", maskinporten(kid="m2"), BAD),
    ("an algorithm that the key is not for", maskinporten(alg="RS512"), BAD),
    ("an algorithm of another kind of key", maskinporten(key=ED, alg="EdDSA"), BAD),
    ("an algorithm that the issuer does not use", entra(alg="RS512"), BAD),
    ("another issuer's key", local(key=RSA, alg="RS256", kid="m1"), BAD),
    ("a critical header that is not understood", by_ed({"alg": "EdDSA", "crit": ["x"], "x": 1}), BAD),
    ("a payload outside the token", by_ed({"alg": "EdDSA", "crit": ["b64"], "b64": False}), BAD),
    ("no exp", maskinporten(exp=None), BAD),
    ("no iat", maskinporten(iat=None), BAD),
    ("exp as text", local(exp="1"), BAD),
    ("exp true", local(exp=True), BAD),
    ("expired", maskinporten(exp=seconds(-11)), ("unauthenticated", "token_expired")),
    ("made in the future", maskinporten(iat=seconds(11)), ("unauthenticated", "clock")),
    ("not yet valid", entra(nbf=seconds(11)), ("unauthenticated", "clock")),
    ("for another API", maskinporten(aud="https://bank.example.no"), BAD),
    ("an audience that is a number", local(aud=1), BAD),
    ("an audience that holds a number", local(aud=[HOST, 1]), BAD),
    ("an audience that merely begins like ours", local(aud=f"{HOST}.evil.example"), BAD),
    ("for another app at Entra", entra(aud="api://other"), BAD),
    ("for no app at Entra", entra(aud=None), BAD),
    ("bound to a key", maskinporten(cnf={"jkt": "x"}), BAD),
    ("bound to a person", maskinporten(pid="00000000000"), BAD),
    ("of a system user", maskinporten(authorization_details=[]), BAD),
    ("no consumer", maskinporten(consumer=None), BAD),
    ("a consumer of another register", maskinporten(consumer={"authority": "x", "ID": NAV}), BAD),
    (
        "a consumer that is not on the list",
        maskinporten(consumer={**ACTOR, "ID": "0192:123456785"}),
        ("forbidden", "consumer_not_allowed"),
    ),
    ("a supplier that is no organisation", maskinporten(supplier="x"), BAD),
    ("another scope", maskinporten(scope="opplev:kort"), ("forbidden", "no_role")),
    ("no scope", maskinporten(scope=None), ("forbidden", "no_role")),
    ("a role nobody knows", entra(roles=["Admin", 1]), ("forbidden", "no_role")),
    ("no tenant", local(tenant=None), ("forbidden", "consumer_not_allowed")),
    ("a tenant that is no id", local(tenant="T#x"), ("forbidden", "consumer_not_allowed")),
    ("no subject", local(sub=None), BAD),
    ("an issuer one slash away", maskinporten(iss=MASKINPORTEN[:-1]), ("unauthenticated", "unknown_issuer")),
]  # fmt: skip


@pytest.mark.parametrize(("authorization", "answer"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_token_that_does_not_hold_is_turned_away_with_its_reason(
    authorization: str | None, answer: tuple[str, str]
) -> None:
    assert refusal(authorization) == answer


def test_a_token_over_4_kb_is_refused_before_it_is_read() -> None:
    assert refusal(local(padding="x" * 4096)) == BAD
    ask(local(padding="x" * 2500))


def test_clocks_may_differ_by_ten_seconds() -> None:
    ask(maskinporten(exp=seconds(-10)))
    ask(maskinporten(iat=seconds(10)))


# --- phones


def sign(device: str, *, key: Any = PHONE, alg: str = "ES256", **changes: Any) -> str:
    claims = {
        "iss": device, "aud": HOST, "htm": "POST", "htu": "/v1/scan/visits", "iat": seconds(), "exp": seconds(120),
        "jti": "1", "bh": body_hash(b"{}"),
    }  # fmt: skip
    return f"Bearer {jwt.encode({**claims, **changes}, key, algorithm=alg)}"


def send(at: Gate, authorization: str, *, now: datetime = NOW, **changes: Any) -> Caller | Device:
    return at.caller(authorization, **{"method": "POST", "path": "/v1/scan/visits", "body": b"{}", **changes}, now=now)


def enrol(at: Gate, *, key: Any = PHONE, tenant: Tenant = TENANT, rights: frozenset[Right] = SCAN) -> Device:
    code = at.open_enrolment(tenant, VENUE, label="Billettluke 1", rights=rights, now=NOW).code
    return at.claim(code, public_key=public_jwk(key), label=None, now=NOW)


@pytest.fixture
def door(fresh_table: str) -> Gate:
    assert fresh_table
    return gate()


def test_a_phone_is_let_in_by_the_key_that_it_enrolled_with(door: Gate) -> None:
    device = enrol(door)
    assert send(door, sign(device.id)) == device
    assert send(gate(), sign(device.id)) == device
    assert device.roles == {Role.DEVICE}
    assert device.has(Role.DEVICE)
    assert not device.has(Role.OFFICE)
    assert (device.tenant, device.venue, device.label, device.rights) == (TENANT, VENUE, "Billettluke 1", SCAN)
    assert device.enrolled_on == "2026-11-22"


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"body": b'{"persons":2}'},
        {"body": b""},
        {"path": "/v1/scan/check"},
        {"path": "/v1/scan/visits/"},
        {"method": "GET"},
        {"method": "post"},
    ],
)
def test_what_a_phone_signed_for_one_request_is_no_good_for_another(door: Gate, elsewhere: dict[str, Any]) -> None:
    token = sign(enrol(door).id)
    with pytest.raises(OpplevError) as refused:
        send(door, token, **elsewhere)
    assert (refused.value.kind, refused.value.code) == ("unauthenticated", "bad_proof")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "https://other.example.no"}, "bad_proof"),  # signed for another host
        ({"aud": [HOST]}, "bad_proof"),
        ({"bh": None}, "bad_proof"),
        ({"jti": ""}, "bad_proof"),
        ({"exp": seconds(121)}, "bad_proof"),  # longer than two minutes
        ({"exp": seconds()}, "bad_proof"),
        ({"iat": True}, "bad_proof"),
        ({"iat": seconds(61), "exp": seconds(181)}, "clock"),  # the phone is ahead
        ({"iat": seconds(-131), "exp": seconds(-11)}, "clock"),  # the phone is behind
        ({"key": ec.generate_private_key(ec.SECP256R1())}, "bad_proof"),
        ({"key": RSA, "alg": "RS256"}, "bad_proof"),
        ({"key": "x" * 32, "alg": "HS256"}, "bad_proof"),
        ({"key": None, "alg": "none"}, "bad_proof"),
    ],
)
def test_a_proof_that_does_not_fit_is_refused(door: Gate, changes: dict[str, Any], code: str) -> None:
    token = sign(enrol(door).id, **changes)
    with pytest.raises(OpplevError) as refused:
        send(door, token)
    assert (refused.value.kind, refused.value.code) == ("unauthenticated", code)


@pytest.mark.parametrize(
    "offset", [{"iat": seconds(60), "exp": seconds(180)}, {"iat": seconds(-130), "exp": seconds(-10)}]
)
def test_a_phone_may_be_a_minute_ahead_and_its_proof_ten_seconds_late(door: Gate, offset: dict[str, int]) -> None:
    device = enrol(door)
    assert send(door, sign(device.id, **offset)) == device


def test_hs256_keyed_with_the_phones_own_public_key_is_refused(door: Gate) -> None:
    device = enrol(door)
    claims = {"iss": device.id, "aud": HOST, "htm": "POST", "htu": "/v1/scan/visits", "iat": seconds(),
              "exp": seconds(120), "jti": "1", "bh": body_hash(b"{}")}  # fmt: skip
    for secret in (device.public_key.encode(),
                   PHONE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)):  # fmt: skip
        token = by_hand({"alg": "HS256"}, json.dumps(claims).encode(), lambda m, s=secret: hmac.digest(s, m, "sha256"))
        with pytest.raises(OpplevError, match="bad_proof"):
            send(door, f"Bearer {token}")


def test_an_unknown_phone_looks_like_one_with_a_wrong_key(door: Gate) -> None:
    with pytest.raises(OpplevError, match="bad_proof"):
        send(door, sign(f"lorenskog-{'0' * 24}"))


def test_a_phone_of_one_municipality_is_nobody_in_another(door: Gate) -> None:
    device = enrol(door)
    with pytest.raises(OpplevError, match="bad_proof"):
        send(door, sign(device.id.replace("lorenskog", "rana")))
    with pytest.raises(UnknownError, match="unknown_device"):
        door.revoke(Tenant("rana"), device.id, reason="lost", now=NOW)
    assert send(door, sign(device.id)) == device
    assert door.devices(Tenant("rana")) == []


def test_a_revoked_phone_is_told_so_at_once_and_elsewhere_within_a_minute(fresh_table: str) -> None:
    assert fresh_table
    seen = {"now": 0.0}
    here, there = gate(AccessStore(lambda: seen["now"])), gate(AccessStore(lambda: seen["now"]))
    device = enrol(here)
    send(there, sign(device.id))
    revoked = here.revoke(TENANT, device.id, reason="Mistet", now=NOW)
    assert revoked.revoked_on == "2026-11-22"
    with pytest.raises(OpplevError, match="device_revoked"):
        send(here, sign(device.id))
    seen["now"] = 59.9
    send(there, sign(device.id))
    seen["now"] = 60.0
    with pytest.raises(OpplevError, match="device_revoked"):
        send(there, sign(device.id))


def test_only_the_phone_itself_learns_that_it_was_revoked(door: Gate) -> None:
    device = enrol(door)
    door.revoke(TENANT, device.id, reason="Mistet", now=NOW)
    with pytest.raises(OpplevError, match="bad_proof"):
        send(door, sign(device.id, key=ec.generate_private_key(ec.SECP256R1())))


def test_revoking_twice_keeps_the_first_day(door: Gate) -> None:
    device = enrol(door)
    first = door.revoke(TENANT, device.id, reason="Mistet", now=NOW)
    assert door.revoke(TENANT, device.id, reason="Igjen", now=NOW + timedelta(days=3)) == first
    assert door.devices(TENANT) == [first]


# --- codes


def test_a_code_is_eighty_random_bits_that_are_stored_as_a_fingerprint_only(door: Gate) -> None:
    opened = door.open_enrolment(TENANT, VENUE, label=" Billettluke 1 ", rights=SCAN, now=NOW)
    secret = opened.code.removeprefix("lorenskog.")
    assert [len(group) for group in secret.split("-")] == [4, 4, 4, 4]
    assert opened.url == f"HTTPS://OPPLEV.EXAMPLE.NO/E#LORENSKOG.{secret}"
    assert (opened.expires_at, opened.label) == (NOW + timedelta(hours=24), "Billettluke 1")
    written = [json.dumps(row.to_simple_dict(), default=str) for row in table.Row.scan()]
    assert len(written) == 2  # the code, and the entry that says who made it
    assert not any(secret in text or secret.replace("-", "") in text for text in written)


@pytest.mark.parametrize(
    "as_read",
    [
        lambda opened: opened.code,
        lambda opened: opened.code.upper(),
        lambda opened: f"ostre-toten.{opened.code.partition('.')[2].lower().replace('-', '')}",
        lambda opened: f"  Ostre-Toten. {opened.code.partition('.')[2].replace('-', ' ')} ",
        lambda opened: opened.url,
    ],
)
def test_a_code_is_read_in_any_case_with_or_without_hyphens_and_from_its_address(
    door: Gate, as_read: Callable[[Any], str]
) -> None:
    opened = door.open_enrolment(Tenant("ostre-toten"), VENUE, label="Luke", rights=SCAN, now=NOW)
    device = door.claim(as_read(opened), public_key=public_jwk(PHONE), label="Luke 2", now=NOW)
    assert (device.tenant, device.label) == ("ostre-toten", "Luke 2")
    assert send(door, sign(device.id)) == device


def test_twenty_phones_with_one_code_make_one_device(door: Gate) -> None:
    code = door.open_enrolment(TENANT, VENUE, label="Luke", rights=SCAN, now=NOW).code
    keys = [public_jwk(ec.generate_private_key(ec.SECP256R1())) for _ in range(20)]

    def claim(key: dict[str, Any]) -> Device | str:
        try:
            return door.claim(code, public_key=key, label=None, now=NOW)
        except OpplevError as error:
            return error.code

    with ThreadPoolExecutor(20) as phones:
        answers = list(phones.map(claim, keys))
    made = [answer for answer in answers if isinstance(answer, Device)]
    assert len(made) == 1
    assert {answer for answer in answers if isinstance(answer, str)} <= {"code_used", "busy"}
    assert door.devices(TENANT) == made


def test_a_phone_that_lost_the_answer_gets_the_same_device_again_and_another_phone_does_not(door: Gate) -> None:
    code = door.open_enrolment(TENANT, VENUE, label="Luke", rights=SCAN, now=NOW).code
    first = door.claim(code, public_key=public_jwk(PHONE), label=None, now=NOW)
    assert door.claim(code, public_key=public_jwk(PHONE), label=None, now=NOW) == first
    with pytest.raises(ConflictError, match="code_used"):
        door.claim(code, public_key=public_jwk(ec.generate_private_key(ec.SECP256R1())), label=None, now=NOW)
    assert door.devices(TENANT) == [first]
    door.revoke(TENANT, first.id, reason="Mistet", now=NOW)
    with pytest.raises(ConflictError, match="code_used"):
        door.claim(code, public_key=public_jwk(PHONE), label=None, now=NOW)


def test_a_code_lasts_a_day_is_known_as_expired_for_another_and_then_unknown(door: Gate) -> None:
    opened = door.open_enrolment(TENANT, VENUE, label="Luke", rights=SCAN, now=NOW)
    key = public_jwk(PHONE)
    with pytest.raises(RuleError, match="code_expired"):
        door.claim(opened.code, public_key=key, label=None, now=NOW + timedelta(hours=24))
    with pytest.raises(UnknownError, match="unknown_code"):
        door.claim(opened.code, public_key=key, label=None, now=NOW + timedelta(hours=48))
    door.claim(opened.code, public_key=key, label=None, now=NOW + timedelta(hours=24, seconds=-1))


@pytest.mark.parametrize(
    "text",
    ["", ".", "lorenskog.", "lorenskog.AAAA-AAAA-AAAA-AAAA", "lorenskog.AAAA-AAAA-AAAA-AAA1", "AAAA-AAAA-AAAA-AAAA",
     "rana#.AAAAAAAAAAAAAAAA", "lorenskog." + "A" * 1000, "lørenskog.AAAAAAAAAAAAAAAA"],
)  # fmt: skip
def test_what_is_no_code_gets_the_same_answer_as_an_unknown_one(door: Gate, text: str) -> None:
    with pytest.raises(UnknownError, match="unknown_code"):
        door.claim(text, public_key=public_jwk(PHONE), label=None, now=NOW)


def test_a_code_of_one_municipality_is_unknown_in_another(door: Gate) -> None:
    code = door.open_enrolment(TENANT, VENUE, label="Luke", rights=SCAN, now=NOW).code
    with pytest.raises(UnknownError, match="unknown_code"):
        door.claim(code.replace("lorenskog", "rana"), public_key=public_jwk(PHONE), label=None, now=NOW)


GOOD = public_jwk(PHONE)
OFF_CURVE = base64.urlsafe_b64encode((1).to_bytes(32, "big")).decode().rstrip("=")


@pytest.mark.parametrize(
    "key",
    [
        {},
        {**GOOD, "kty": "RSA"},
        {**GOOD, "kty": "oct"},
        {**GOOD, "crv": "P-384"},
        {**GOOD, "y": OFF_CURVE},
        {**GOOD, "x": "A" * 43, "y": "A" * 43},
        {**GOOD, "x": GOOD["x"] + "="},
        {**GOOD, "x": 1},
        {**GOOD, "d": GOOD["x"]},
        public_jwk(ec.generate_private_key(ec.SECP384R1())),
        public_jwk(RSA),
        public_jwk(ED),
    ],
)
def test_a_key_that_is_no_point_on_p256_is_refused_and_the_code_unspent(door: Gate, key: dict[str, Any]) -> None:
    code = door.open_enrolment(TENANT, VENUE, label="Luke", rights=SCAN, now=NOW).code
    with pytest.raises(MalformedError, match="bad_public_key"):
        door.claim(code, public_key=key, label=None, now=NOW)
    assert door.claim(code, public_key=GOOD, label=None, now=NOW).venue == VENUE


@pytest.mark.parametrize(
    ("label", "code"),
    [("", "bad_label"), ("   ", "bad_label"), ("x" * 61, "bad_label"), ("to\nlinjer", "bad_label"),
     ("Luke 01017000027", "identity_number")],
)  # fmt: skip
def test_a_label_is_short_and_holds_no_identity_number(door: Gate, label: str, code: str) -> None:
    with pytest.raises(RuleError, match=code):
        door.open_enrolment(TENANT, VENUE, label=label, rights=SCAN, now=NOW)
    opened = door.open_enrolment(TENANT, VENUE, label="x" * 60, rights=SCAN, now=NOW)
    if label:
        with pytest.raises(RuleError, match=code):
            door.claim(opened.code, public_key=GOOD, label=label, now=NOW)


def test_a_phone_without_any_right_is_not_enrolled(door: Gate) -> None:
    with pytest.raises(RuleError, match="no_rights"):
        door.open_enrolment(TENANT, VENUE, label="Luke", rights=frozenset(), now=NOW)


def test_a_municipality_whose_id_cannot_stand_in_a_code_is_told_so(door: Gate) -> None:
    with pytest.raises(RuleError, match="bad_tenant"):
        door.open_enrolment(Tenant("Lorenskog"), VENUE, label="Luke", rights=SCAN, now=NOW)


def test_devices_are_listed_by_venue(door: Gate) -> None:
    codes = [
        door.open_enrolment(TENANT, VenueId(venue), label=venue, rights=SCAN, now=NOW) for venue in ("kino", "bad")
    ]
    for code in codes:
        door.claim(code.code, public_key=GOOD, label=None, now=NOW)
    assert [device.venue for device in door.devices(TENANT)] == ["bad", "kino"]
    assert all(device.public_key and DeviceId(device.id) for device in door.devices(TENANT))
