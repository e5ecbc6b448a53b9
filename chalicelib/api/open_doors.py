"""The doors that anyone may come through: keys, health, and the contract itself."""

from typing import Any

from chalicelib import wiring
from chalicelib.api.answering import Answer
from chalicelib.api.endpoint import PUBLIC, Asking, Doors
from chalicelib.shared.answers import MalformedError
from chalicelib.shared.ids import Tenant, is_id

doors = Doors(__name__)


@doors.open(
    "GET", "/v1/keys", who=PUBLIC, gives=dict[str, Any], query={"tenant": "the municipality's id"},
    says="The public keys that cards are signed with (JWKS).", why_public="they are public keys",
)  # fmt: skip
def keys(asking: Asking) -> Answer:
    """Give the keys of a municipality."""
    tenant = asking.query.get("tenant", "")
    if not is_id(tenant):
        raise MalformedError("bad_query", "Give the municipality's id as tenant.")
    return Answer(wiring.house().signing_keys(Tenant(tenant)), headers={"Cache-Control": "public, max-age=3600"})


@doors.open(
    "GET", "/v1/health", who=PUBLIC, gives=dict[str, Any], says="The version, and whether the table answers.",
    why_public="it says nothing about anyone",
)  # fmt: skip
def health(asking: Asking) -> Answer:
    """Say how it stands."""
    del asking
    answers = wiring.house().table_answers()
    return Answer({"version": wiring.house().config.version, "table": answers}, 200 if answers else 503)


@doors.open(
    "GET", "/v1/openapi.json", who=PUBLIC, gives=dict[str, Any], says="This contract as OpenAPI 3.1.",
    why_public="the contract is public",
)  # fmt: skip
def openapi(asking: Asking) -> Answer:
    """Write it out from the doors themselves."""
    from chalicelib.api.openapi import document

    del asking
    config = wiring.house().config
    return Answer(
        document(doors.blueprint.current_app, host=config.host, version=config.version),
        headers={"Cache-Control": "public, max-age=300"},
    )
