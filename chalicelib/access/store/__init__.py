"""Where devices, enrolment codes and issuers' keys are kept, and for how long they are remembered."""

from chalicelib.access.store.devices import AccessStore
from chalicelib.access.store.issuer_keys import IssuerKeys
from chalicelib.access.store.units import UnitStore

__all__ = [
    "AccessStore",
    "IssuerKeys",
    "UnitStore",
]
