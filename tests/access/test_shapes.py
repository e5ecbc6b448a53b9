"""Tokens as Maskinporten, Entra ID and Ansattporten give them, claim for claim, through the one verifier."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from chalicelib.access.actions import Gate
from chalicelib.access.rules import Caller, Role, issuers_from
from chalicelib.access.store import AccessStore, IssuerKeys
from chalicelib.shared.answers import OpplevError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
HOST = "https://kort.example.no"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS = {"keys": [{**RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "k1", "use": "sig", "alg": "RS256"}]}
NAV, VENDOR, TOWN = "0192:889640782", "0192:991825827", "0192:842566142"
UPIS = "iso6523-actorid-upis"
ISSUERS = [
    {
        "issuer": "https://test.maskinporten.no/", "id": "maskinporten", "jwks": KEYS,
        "scope_prefix": "lorenskog:opplevelseskort/",
        "scopes": {"kort.write": "issuer", "oppgjor.read": "finance"},
        "consumers": {NAV: ["lorenskog"], TOWN: ["lorenskog", "rana"]},
    },
    {
        "issuer": "https://login.microsoftonline.com/7c0c36a5/v2.0", "id": "entra", "jwks": KEYS, "audience": "a1b2",
        "role_claim": "roles", "roles": {"Opplev.NAV": "issuer", "Opplev.Kultur": "office"},
        "tenant": "lorenskog", "subject_claim": "oid",
    },
    {
        "issuer": "https://test.ansattporten.no", "id": "ansattporten", "jwks": KEYS, "audience": "opplev_test",
        "role_claim": "authorization_details", "roles": {"opplevelseskort-kultur": "office", "2480:40": "finance"},
        "consumers": {TOWN: ["lorenskog"]},
    },
]  # fmt: skip
MASKINPORTEN = {
    "iss": "https://test.maskinporten.no/", "client_amr": "private_key_jwt", "token_type": "Bearer",
    "aud": "unspecified", "exp": AT + 119, "iat": AT - 1,
    "client_id": "0e5bdbb8-f4ac-4bba-8a3b-6d4d7a2b6a6c", "jti": "2sYxLsd0OOSd6hsCxNj3",
    "scope": "lorenskog:opplevelseskort/kort.write", "consumer": {"authority": UPIS, "ID": NAV},
}  # fmt: skip
ENTRA = {
    "aud": "a1b2", "iss": "https://login.microsoftonline.com/7c0c36a5/v2.0", "iat": AT - 5, "nbf": AT - 5,
    "exp": AT + 4000, "aio": "AWQAm/8WAAAA", "azp": "c3d4", "azpacr": "0", "name": "Testperson",
    "oid": "0e9a7b8c-1f2d-4c3b-8a5e-6d7c8b9a0f1e", "preferred_username": "test@lorenskog.example",
    "rh": "0.AXoA", "roles": ["Opplev.NAV"], "scp": "access_as_user", "sub": "AAAAAAAA", "tid": "7c0c36a5",
    "uti": "x", "ver": "2.0",
}  # fmt: skip
ANSATTPORTEN = {
    "sub": "A_-1aaaQ", "amr": ["TestID"], "iss": "https://test.ansattporten.no", "pid": "00000000000", "locale": "nb",
    "nonce": "A_Bcd1", "aud": "opplev_test", "acr": "substantial", "auth_time": AT - 60, "exp": AT + 120,
    "iat": AT - 1, "jti": "61pDTNwdOy0",
    "authorization_details": [{
        "type": "ansattporten:altinn:resource", "resource": "urn:altinn:resource:opplevelseskort-kultur",
        "authorized_parties": [
            {"orgno": {"authority": UPIS, "ID": TOWN}, "resource": "opplevelseskort-kultur", "name": "Testkommune"},
        ],
    }],
}  # fmt: skip
OF_ALTINN_2 = [{
    "resource": "urn:altinn:resource:2480:40", "type": "ansattporten:altinn:service", "resource_name": "Oppgjør",
    "reportees": [{"Rights": ["Read"], "Authority": UPIS, "ID": TOWN, "Name": "Testkommune"}],
}]  # fmt: skip


def ask(claims: dict[str, Any], **changes: Any) -> Caller:
    """Sign the claims with some changed, or left out where None, and ask at the gate."""
    said = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    token = jwt.encode(said, KEY, "RS256", headers={"kid": "k1"})
    gate = Gate(
        store=AccessStore(time.monotonic), issuers=issuers_from(json.dumps(ISSUERS)), keys=IssuerKeys(time.monotonic),
        host=HOST, new_code=lambda: b"", new_device=lambda: "",
    )  # fmt: skip
    caller = gate.caller(f"Bearer {token}", method="GET", path="/v1/cards", body=b"", now=NOW)
    assert isinstance(caller, Caller)
    return caller


def refusal(claims: dict[str, Any], **changes: Any) -> str:
    with pytest.raises(OpplevError) as refused:
        ask(claims, **changes)
    assert "00000000000" not in refused.value.detail
    return refused.value.code


@pytest.mark.parametrize("audience", ["unspecified", None, HOST, f"{HOST}/lorenskog", [f"{HOST}/lorenskog"]])
def test_maskinportens_token_needs_no_audience_and_one_of_ours_is_good(audience: Any) -> None:
    caller = ask(MASKINPORTEN, aud=audience)
    assert (caller.tenant, caller.roles, caller.supplier) == ("lorenskog", {Role.ISSUER}, None)


def test_a_system_is_known_by_its_organisation_and_not_by_a_client_id_that_comes_and_goes() -> None:
    assert ask(MASKINPORTEN).id == ask(MASKINPORTEN, client_id="another", jti="b").id == f"maskinporten/{NAV}"


def test_a_supplier_is_kept_for_the_log_and_the_right_is_the_consumers() -> None:
    through = {"supplier": {"authority": UPIS, "ID": VENDOR}, "delegation_source": "https://tt02.altinn.no/"}
    caller = ask(MASKINPORTEN, **through)
    assert (caller.id, caller.supplier) == (f"maskinporten/{NAV}", VENDOR)
    other = {"authority": UPIS, "ID": VENDOR}
    assert refusal(MASKINPORTEN, consumer=other, supplier={"authority": UPIS, "ID": NAV}) == "consumer_not_allowed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://test.maskinporten.no"}, "unknown_issuer"),  # the slash belongs to it
        ({"scope": "oslo:opplevelseskort/kort.write"}, "no_role"),  # another organisation's prefix
        ({"scope": "kort.write"}, "no_role"),
        ({"scope": "lorenskog:opplevelseskort/kort.write.all"}, "no_role"),
        ({"consumer": {"authority": UPIS, "ID": VENDOR}}, "consumer_not_allowed"),
        ({"consumer": None}, "bad_token"),
        ({"consumer": {"authority": UPIS, "ID": TOWN}}, "tenant_unclear"),  # of two municipalities, none named
        ({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}, "bad_token"),
        ({"token_type": "DPoP"}, "bad_token"),
        ({"pid": "00000000000"}, "bad_token"),
        ({"authorization_details": [{"type": "urn:altinn:systemuser", "systemuser_org": {"ID": NAV}}]}, "bad_token"),
        ({"aud": "https://bank.example.no"}, "bad_token"),
        ({"exp": AT - 11}, "token_expired"),
        ({"iat": AT + 11}, "clock"),
    ],
)  # fmt: skip
def test_what_maskinporten_may_send_and_we_may_not_take_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refusal(MASKINPORTEN, **changes) == code


def test_an_employee_by_entra_id_has_the_roles_of_the_app_and_is_known_by_object_id() -> None:
    caller = ask(ENTRA)
    assert (caller.tenant, caller.roles) == ("lorenskog", {Role.ISSUER})
    assert caller.id == "entra/0e9a7b8c-1f2d-4c3b-8a5e-6d7c8b9a0f1e"
    assert ask(ENTRA, roles=["Opplev.Kultur", "Annet"]).roles == {Role.OFFICE}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "another-app"}, "bad_token"),
        ({"aud": None}, "bad_token"),
        ({"roles": None}, "no_role"),
        ({"roles": ["Annet"]}, "no_role"),
        ({"oid": None}, "bad_token"),
        ({"iss": "https://login.microsoftonline.com/annen/v2.0"}, "unknown_issuer"),
        ({"nbf": AT + 11}, "clock"),
    ],
)
def test_an_entra_token_for_another_app_or_of_another_town_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refusal(ENTRA, **changes) == code


def test_an_employee_by_ansattporten_acts_for_the_organisation_they_chose_with_the_rights_altinn_gives() -> None:
    caller = ask(ANSATTPORTEN)
    assert (caller.tenant, caller.roles, caller.id) == ("lorenskog", {Role.OFFICE}, "ansattporten/A_-1aaaQ")
    assert ask(ANSATTPORTEN, authorization_details=OF_ALTINN_2).roles == {Role.FINANCE}
    assert ask(ANSATTPORTEN, acr="entraid", pid=None).roles == {Role.OFFICE}


def party(organisation: str, resource: str = "opplevelseskort-kultur") -> dict[str, Any]:
    return {"orgno": {"authority": UPIS, "ID": organisation}, "resource": resource}


def rights(*parties: Any, kind: str = "ansattporten:altinn:resource") -> list[dict[str, Any]]:
    return [
        {"type": kind, "resource": "urn:altinn:resource:opplevelseskort-kultur", "authorized_parties": list(parties)}
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"acr": "low"}, "bad_token"),
        ({"acr": None}, "bad_token"),
        ({"aud": "another_client"}, "bad_token"),
        ({"cnf": {"jkt": "x"}}, "bad_token"),
        ({"sub": None}, "bad_token"),
        ({"authorization_details": None}, "consumer_not_allowed"),  # logged in as oneself
        ({"authorization_details": "x"}, "consumer_not_allowed"),
        ({"authorization_details": rights()}, "consumer_not_allowed"),
        ({"authorization_details": rights(party(VENDOR))}, "consumer_not_allowed"),
        ({"authorization_details": rights(party(TOWN), party(VENDOR))}, "tenant_unclear"),
        ({"authorization_details": rights(party(TOWN, "annet"))}, "no_role"),
        ({"authorization_details": rights(party(TOWN, ""))}, "no_role"),
        ({"authorization_details": rights(party(TOWN), kind="urn:altinn:systemuser")}, "bad_token"),
        ({"authorization_details": rights({"orgno": {"ID": TOWN}})}, "bad_token"),
        ({"authorization_details": [{"type": "ansattporten:altinn:service", "reportees": {}, "authorized_parties": 1}]},
         "bad_token"),
    ],
)  # fmt: skip
def test_an_ansattporten_token_without_the_right_to_act_here_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refusal(ANSATTPORTEN, **changes) == code


def test_the_persons_number_is_in_nothing_that_is_kept() -> None:
    assert "00000000000" not in repr(ask(ANSATTPORTEN))


@pytest.mark.parametrize("missing", ["audience", "consumers"])
def test_a_choice_of_organisation_is_not_believed_without_audience_and_list(missing: str) -> None:
    told = {name: value for name, value in ISSUERS[2].items() if name != missing}
    if missing == "consumers":
        told["tenant"] = "lorenskog"
    with pytest.raises(ValueError, match="a person's choice"):
        issuers_from(json.dumps([told]))
