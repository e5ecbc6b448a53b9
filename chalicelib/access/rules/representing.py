"""Which organisation a token speaks for: the one it was given to, or the one that a person has chosen to act for."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chalicelib.access.rules.issuers import REPRESENTATION
from chalicelib.shared.answers import ForbiddenError, UnauthenticatedError

_AUTHORITY: Final = "iso6523-actorid-upis"
_ACTOR: Final = re.compile(r"[A-Za-z0-9:._-]{1,64}")
_OF_ALTINN: Final = frozenset({"ansattporten:altinn:resource", "ansattporten:altinn:service"})
_RESOURCE: Final = "urn:altinn:resource:"
# What a person must have shown at the least: a login with two factors, or the employer's own.
_STRONG: Final = frozenset({"substantial", "high", "entraid"})


def actor(told: object) -> str:
    """Give an organisation, as `0192:<orgnr>` (ISO 6523)."""
    named = told.get("ID") if isinstance(told, dict) and told.get("authority") == _AUTHORITY else None
    if not isinstance(named, str) or not _ACTOR.fullmatch(named):
        raise UnauthenticatedError("bad_token", "The token's organisation cannot be read.")
    return named


def rights_of(claims: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """Give the one organisation that a person acts for, and the resources of Altinn they may use there.

    401 `bad_token` where the login was weak or the rights are of a kind that is not understood; 403
    `consumer_not_allowed` where nobody was chosen, `tenant_unclear` where several were.
    """
    if claims.get("acr") not in _STRONG:
        raise UnauthenticatedError("bad_token", "The login was not strong enough.")
    found = list(_rights(claims.get(REPRESENTATION)))
    organisations = {organisation for organisation, _ in found}
    if not organisations:
        raise ForbiddenError("consumer_not_allowed", "Choose the organisation to act for when you log in.")
    if len(organisations) > 1:
        raise ForbiddenError("tenant_unclear", "Choose one organisation to act for when you log in.")
    return organisations.pop(), frozenset(resource for _, resource in found)


def _rights(told: object) -> Iterator[tuple[str, str]]:
    for each in told if isinstance(told, list) else []:
        if not isinstance(each, dict) or each.get("type") not in _OF_ALTINN:
            raise UnauthenticatedError("bad_token", "The token's rights are of a kind that is not accepted.")
        parties, reportees = each.get("authorized_parties") or [], each.get("reportees") or []
        if not isinstance(parties, list) or not isinstance(reportees, list):
            raise UnauthenticatedError("bad_token", "The token's rights cannot be read.")
        for party in parties:  # Altinn 3: the right stands with the party
            if isinstance(party, dict):
                yield actor(party.get("orgno")), _plain(party.get("resource", each.get("resource")))
        for party in reportees:  # Altinn 2: one right, and who has it
            if isinstance(party, dict):
                yield actor({"authority": party.get("Authority"), "ID": party.get("ID")}), _plain(each.get("resource"))


def _plain(resource: object) -> str:
    return resource.removeprefix(_RESOURCE) if isinstance(resource, str) else ""
