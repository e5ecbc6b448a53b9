"""How issuers are configured, and which keys are used at all."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from chalicelib.access.rules import Role, issuers_from, machine_claims, parse_keys, read_code, tenant_of_device
from chalicelib.shared.answers import UnauthenticatedError

FIXED: dict[str, Any] = {
    "issuer": "https://idp.example.no/", "jwks_uri": "https://idp.example.no/keys", "scopes": {"opplev:x": "office"},
    "tenant": "lorenskog",
}  # fmt: skip


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in FIXED.items() if key != name}


def test_an_issuer_needs_little_and_is_called_after_its_host() -> None:
    issuer = issuers_from(json.dumps([FIXED]))["https://idp.example.no/"]
    assert issuer.id == "idp.example.no"
    assert issuer.scopes == {"opplev:x": Role.OFFICE}
    assert issuer.algorithms == {"RS256", "RS384", "RS512", "ES256", "EdDSA"}


def test_keys_on_the_same_machine_may_be_fetched_in_the_clear() -> None:
    assert issuers_from(json.dumps([{**FIXED, "jwks_uri": "http://127.0.0.1:8000/keys"}]))


@pytest.mark.parametrize(
    "written",
    [
        "no JSON",
        "{}",
        json.dumps([{**FIXED, "audiance": "misspelt"}]),
        json.dumps([without("issuer")]),
        json.dumps([without("jwks_uri")]),  # no keys
        json.dumps([{**FIXED, "jwks": {"keys": []}}]),  # two places for keys
        json.dumps([{**FIXED, "jwks_uri": "http://idp.example.no/keys"}]),
        json.dumps([{**FIXED, "jwks_uri": "file:///etc/passwd"}]),
        json.dumps([{**FIXED, "algorithms": []}]),
        json.dumps([{**FIXED, "algorithms": ["HS256"]}]),
        json.dumps([{**FIXED, "algorithms": ["none"]}]),
        json.dumps([without("scopes")]),  # no way to a role
        json.dumps([{**FIXED, "role_claim": "roles", "roles": {"x": "office"}}]),  # two ways
        json.dumps([{**without("scopes"), "role_claim": "roles"}]),
        json.dumps([{**FIXED, "scopes": {"opplev:x": "device"}}]),
        json.dumps([{**FIXED, "scopes": {"opplev:x": "king"}}]),
        json.dumps([without("tenant")]),  # no way to a tenant
        json.dumps([{**FIXED, "tenant_claim": "tenant"}]),  # two ways
        json.dumps([{**FIXED, "tenant": "Lorenskog"}]),
        json.dumps([{**without("tenant"), "consumers": {"0192:991825827": []}}]),
        json.dumps([{**without("tenant"), "consumers": {"0192:991825827": ["L"]}}]),
        json.dumps([{**FIXED, "tenant": ""}]),
        json.dumps([{**FIXED, "id": "a/b"}]),
        json.dumps([{**FIXED, "id": "device"}]),  # phones are logged under that name
        json.dumps([FIXED, {**FIXED, "id": "other"}]),  # the same issuer twice
        json.dumps([FIXED, {**FIXED, "issuer": "https://idp.example.no/other"}]),  # two issuers, one name
    ],
)
def test_a_configuration_that_cannot_be_meant_stops_the_deployment(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        issuers_from(written)


def test_no_issuers_is_a_configuration() -> None:
    assert issuers_from("[]") == {}


def public(algorithm: Any, key: Any, **more: Any) -> dict[str, Any]:
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), **more}


def test_a_key_is_used_with_the_algorithms_of_its_kind_or_the_one_it_names() -> None:
    keys = parse_keys({"keys": [
        public(RSAAlgorithm, rsa.generate_private_key(65537, 2048), kid="r"),
        public(RSAAlgorithm, rsa.generate_private_key(65537, 2048), kid="r384", alg="RS384", use="sig"),
        public(ECAlgorithm, ec.generate_private_key(ec.SECP256R1()), kid="e"),
        public(OKPAlgorithm, ed25519.Ed25519PrivateKey.generate(), kid="o"),
    ]})  # fmt: skip
    assert {name: set(key.algorithms) for name, key in keys.items()} == {
        "r": {"RS256", "RS384", "RS512"}, "r384": {"RS384"}, "e": {"ES256"}, "o": {"EdDSA"},
    }  # fmt: skip


def test_a_private_key_in_a_configured_set_is_kept_as_its_public_half() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    [kept] = parse_keys({"keys": [OKPAlgorithm.to_jwk(key, as_dict=True)]}).values()
    assert kept.key == key.public_key()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "oct", "k": "AAAA"},
        {"kty": "RSA"},
        {"kty": "RSA", "n": 1, "e": "AQAB"},
        public(RSAAlgorithm, rsa.generate_private_key(65537, 1024)),  # noqa: S505  that is the case
        public(RSAAlgorithm, rsa.generate_private_key(65537, 2048), use="enc"),
        public(ECAlgorithm, ec.generate_private_key(ec.SECP384R1())),
        public(OKPAlgorithm, ed448.Ed448PrivateKey.generate()),
        {**public(ECAlgorithm, ec.generate_private_key(ec.SECP256R1())), "x": "AAAA"},
        public(ECAlgorithm, ec.generate_private_key(ec.SECP256R1()), alg="ES384"),
        public(ECAlgorithm, ec.generate_private_key(ec.SECP256R1()), alg=["ES256"]),
        {"kty": ["RSA"]},
        "text",
        None,
    ],
)
def test_a_key_that_we_would_not_use_is_passed_over(jwk: Any) -> None:
    assert parse_keys({"keys": [jwk]}) == {}


def test_a_token_is_its_own_issuers_alone_also_where_two_share_a_key() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    [kept] = parse_keys({"keys": [public(OKPAlgorithm, key)]}).values()
    issuer = issuers_from(json.dumps([FIXED]))[FIXED["issuer"]]
    assert machine_claims(jwt.encode({"iss": FIXED["issuer"]}, key, algorithm="EdDSA"), issuer, kept)
    with pytest.raises(UnauthenticatedError, match="bad_token"):
        machine_claims(jwt.encode({"iss": "https://other.example.no"}, key, algorithm="EdDSA"), issuer, kept)


@pytest.mark.parametrize("written", [None, [], "x", {}, {"keys": None}, {"keys": "x"}])
def test_what_is_no_key_set_holds_no_keys(written: Any) -> None:
    assert parse_keys(written) == {}


@pytest.mark.parametrize(
    ("named", "tenant"),
    [
        (f"lorenskog-{'0' * 24}", "lorenskog"),
        (f"ostre-toten-{'a' * 24}", "ostre-toten"),
        (f"lorenskog-{'A' * 24}", None),
        (f"lorenskog-{'0' * 23}", None),
        (f"-{'0' * 24}", None),
        (f"T#x-{'0' * 24}", None),
        (f"lorenskog-{'0' * 24}\n", None),
        ("", None),
    ],
)
def test_a_device_is_named_after_its_municipality(named: str, tenant: str | None) -> None:
    assert tenant_of_device(named) == tenant


def test_a_text_that_is_far_too_long_is_not_searched_for_a_code() -> None:
    written = "lorenskog.ABCD-EFGH-IJKL-MNOP"
    assert read_code(written) is not None
    assert read_code(written.ljust(300)) is not None
    assert read_code(written.ljust(301)) is None
