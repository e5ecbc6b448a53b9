"""Who is asking, and what they may do: what a token must say before anyone is believed."""

from chalicelib.access.rules.codes import ENROLMENT_LASTS, checked_label, checked_reason, new_code, read_code
from chalicelib.access.rules.issuers import Issuer, issuers_from
from chalicelib.access.rules.machine import bearer, caller_of, issuer_of, machine_claims
from chalicelib.access.rules.proofs import Proof, bad_proof, body_hash, device_key, judge_proof, public_key_text
from chalicelib.access.rules.signatures import VerifyingKey, key_id_of, parse_keys
from chalicelib.access.rules.units import (
    BLANKS_ONLY,
    EVERYTHING,
    Person,
    Sight,
    Unit,
    UnitKind,
    Units,
    refuse_to_add,
    refuse_to_remove,
)
from chalicelib.access.rules.who import (
    Caller,
    Device,
    Enrolment,
    Heard,
    Right,
    Role,
    heard_of,
    is_tenant,
    tenant_of_device,
)

__all__ = [
    "BLANKS_ONLY",
    "ENROLMENT_LASTS",
    "EVERYTHING",
    "Caller",
    "Device",
    "Enrolment",
    "Heard",
    "Issuer",
    "Person",
    "Proof",
    "Right",
    "Role",
    "Sight",
    "Unit",
    "UnitKind",
    "Units",
    "VerifyingKey",
    "bad_proof",
    "bearer",
    "body_hash",
    "caller_of",
    "checked_label",
    "checked_reason",
    "device_key",
    "heard_of",
    "is_tenant",
    "issuer_of",
    "issuers_from",
    "judge_proof",
    "key_id_of",
    "machine_claims",
    "new_code",
    "parse_keys",
    "public_key_text",
    "read_code",
    "refuse_to_add",
    "refuse_to_remove",
    "tenant_of_device",
]
