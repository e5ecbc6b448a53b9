"""Where devices, enrolment codes and issuers' keys are kept, and for how long they are remembered."""

from chalicelib.access.store.devices import AccessStore
from chalicelib.access.store.issuer_keys import IssuerKeys

__all__ = [
    "AccessStore",
    "IssuerKeys",
]
