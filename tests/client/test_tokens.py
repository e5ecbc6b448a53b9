"""Whose token the clerk sends, and how Maskinporten gives it (the grant of RFC 7523 as Digdir documents it)."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from clerk import tokens
from clerk.api import Api, ClerkError, Headers, NotReachedError, RefusedError, Reply, over_http, refused
from clerk.commands import main

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NOW = 1_795_000_000.0


class Maskinporten:
    """Digdir's token endpoint, as far as a client sees it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Headers, dict[str, list[str]]]] = []
        self.status = 200

    def __call__(self, method: str, address: str, headers: Headers, body: bytes | None) -> Reply:
        assert method == "POST"
        self.asked.append((address, headers, parse_qs((body or b"").decode())))
        if self.status != 200:
            said = {"error": "invalid_grant", "error_description": "Invalid assertion. Scope not granted."}
            return self.status, {}, json.dumps(said).encode()
        answer = {"access_token": f"token-{len(self.asked)}", "token_type": "Bearer", "expires_in": 119, "scope": "a:b"}
        return 200, {}, json.dumps(answer).encode()

    def assertion(self) -> dict[str, Any]:
        signed = self.asked[-1][2]["assertion"][0]
        told: dict[str, Any] = jwt.decode(
            signed, KEY.public_key(), ["RS256"], audience="https://test.maskinporten.no/",
            options={"verify_exp": False, "verify_iat": False},
        )  # fmt: skip
        return told


def settings(folder: Path, **changes: Any) -> Path:
    jwk = {**json.loads(RSAAlgorithm.to_jwk(KEY)), "kid": "nav-2026", "alg": "RS256"}
    (folder / "jwk.json").write_text(json.dumps(jwk))
    told = {
        "client_id": "c0ffee", "scope": "kommune:opplevelseskort/kort.write", "jwk": "jwk.json",
        "issuer": "https://test.maskinporten.no/",
    } | changes  # fmt: skip
    place = folder / "client.json"
    place.write_text(json.dumps({name: value for name, value in told.items() if value is not None}))
    return place


def test_the_assertion_says_what_maskinporten_asks_for_and_nothing_more(tmp_path: Path) -> None:
    port = Maskinporten()
    client = tokens.maskinporten(settings(tmp_path), port)
    client.now = lambda: NOW
    assert client() == "token-1"
    address, headers, form = port.asked[0]
    assert address == "https://test.maskinporten.no/token"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assert set(form) == {"grant_type", "assertion"}
    told = port.assertion()
    assert told["aud"] == "https://test.maskinporten.no/"  # one value, the issuer; the token's address is not taken
    assert set(told) == {"aud", "iss", "scope", "iat", "exp", "jti"}  # an unknown claim is answered 400
    assert (told["iss"], told["scope"]) == ("c0ffee", "kommune:opplevelseskort/kort.write")
    assert 0 < told["exp"] - told["iat"] <= 120
    header = jwt.get_unverified_header(form["assertion"][0])
    assert (header["alg"], header["kid"]) == ("RS256", "nav-2026")
    assert "x5c" not in header  # a key id or a certificate, not both


def test_a_token_is_kept_in_memory_until_shortly_before_its_end_and_no_assertion_is_used_twice(tmp_path: Path) -> None:
    port, clock = Maskinporten(), [NOW]
    client = tokens.maskinporten(settings(tmp_path, resource="https://kort.example.no/lorenskog"), port)
    client.now = lambda: clock[0]
    before = sorted(tmp_path.iterdir())
    assert [client(), client()] == ["token-1", "token-1"]
    first = port.assertion()["jti"]
    assert port.assertion()["resource"] == ["https://kort.example.no/lorenskog"]
    clock[0] += 108
    assert client() == "token-1"
    clock[0] += 2
    assert client() == "token-2"
    assert port.assertion()["jti"] != first
    assert sorted(tmp_path.iterdir()) == before
    assert "token-2" not in repr(client)


def test_what_maskinporten_says_no_to_is_said(tmp_path: Path) -> None:
    port = Maskinporten()
    port.status = 400
    with pytest.raises(ClerkError, match="Scope not granted"):
        tokens.maskinporten(settings(tmp_path), port)()
    with pytest.raises(ClerkError, match="did not answer"):
        tokens.maskinporten(settings(tmp_path), lambda *_: (200, {}, b"<html>"))()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"client_id": None}, "client_id"),
        ({"scope": ""}, "scope"),
        ({"issuer": "https://test.maskinporten.no"}, "slash"),
        ({"token_endpoint": "http://test.maskinporten.no/token"}, "https"),
        ({"jwk": {"kty": "RSA"}}, "kid"),
        ({"jwk": {"kty": "oct", "k": "c2VjcmV0", "kid": "1", "alg": "HS256"}}, "RS256"),
        ({"jwk": "ingen.json"}, "ingen.json"),
        ({"jwk": None}, "jwk"),
    ],
)
def test_settings_that_cannot_work_are_named_and_no_key_is_shown(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ClerkError, match=said) as refusal:
        tokens.maskinporten(settings(tmp_path, **changes))
    assert "c2VjcmV0" not in str(refusal.value)


def test_a_public_key_cannot_sign(tmp_path: Path) -> None:
    public = {**json.loads(RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "1"}
    with pytest.raises(ClerkError, match="private RSA key"):
        tokens.maskinporten(settings(tmp_path, jwk=public), Maskinporten())()


def test_a_token_in_a_file_may_be_renewed_by_another_program(tmp_path: Path) -> None:
    place = tmp_path / "token"
    place.write_text("one\n")
    token = tokens.from_environment(place, None, None)
    assert token() == "one"
    place.write_text("two\n")
    assert token() == "two"
    for wrong in ("", "two words", "ø"):
        with pytest.raises(ClerkError):
            tokens.given(wrong)


def test_what_the_command_names_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPPLEV_TOKEN", "OPPLEV_TOKEN_FILE", "OPPLEV_MASKINPORTEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "token").write_text("of a file")
    with pytest.raises(ClerkError, match="Who is asking"):
        tokens.from_environment(None, None, None)
    assert tokens.from_environment(None, None, lambda: tokens.given("here"))() == "here"
    monkeypatch.setenv("OPPLEV_MASKINPORTEN", str(settings(tmp_path)))
    assert isinstance(tokens.from_environment(None, None, None), tokens.Maskinporten)
    monkeypatch.setenv("OPPLEV_TOKEN", "given")
    assert tokens.from_environment(None, None, None)() == "given"
    assert isinstance(tokens.from_environment(None, settings(tmp_path), None), tokens.Maskinporten)


def test_a_token_is_sent_over_https_or_to_this_machine() -> None:
    for address in ("http://kort.example.no", "ftp://kort.example.no", "kort.example.no"):
        with pytest.raises(ClerkError, match="https"):
            Api(address, lambda: "x")
    Api("https://kort.example.no", lambda: "x")
    Api("http://127.0.0.1:8000", lambda: "x")


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """Serve what a broken proxy would: a redirect, a page of HTML, and a line that breaks."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
            elif self.path == "/busy" and len(seen) < 3:
                self.send_response(503)
                self.end_headers()
                self.wfile.write(b"<html>")
            elif self.path == "/cut":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
            else:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"ok": true}')

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}", seen
        serving.shutdown()
        thread.join()


def test_a_token_is_not_carried_on_by_a_redirect_and_a_busy_server_is_asked_again(
    server: tuple[str, list[str]],
) -> None:
    address, seen = server
    api = Api(address, lambda: "x", over_http, lambda _: None)
    assert api.ask("GET", "/busy") == {"ok": True}
    assert seen == ["/busy"] * 3
    with pytest.raises(RefusedError) as refusal:
        api.ask("GET", "/away")
    assert refusal.value.code == "http_302"
    assert "/elsewhere" not in seen
    with pytest.raises(NotReachedError):
        api.ask("GET", "/cut")


def test_an_answer_that_is_no_problem_of_ours_is_told_by_its_status() -> None:
    assert refused(413, b"<html>").code == "http_413"
    assert refused(413, b"[]").code == "http_413"
    told = {"code": "bad_fields", "detail": "Wrong.", "fields": [{"path": "a", "code": "b", "detail": "c"}]}
    assert refused(422, json.dumps(told).encode()).faults[0].path == "a"


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["issue", "--help"], ["renew", "--help"], ["print", "--help"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 0
        assert "ends with" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["issue"])
    assert ended.value.code == 2
