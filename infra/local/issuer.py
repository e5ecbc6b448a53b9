"""Signs tokens as Maskinporten or an identity provider would; its key stays in the data folder."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from infra.local.places import Places, write_private

ISSUER: Final = "urn:opplev:local"
ROLES: Final = ("issuer", "office", "finance", "coordinator", "operator", "awarder", "city")
_KEY_ID: Final = "local-1"


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """One P-256 key, and the words that access.rules reads of it."""

    key: ec.EllipticCurvePrivateKey

    def settings(self) -> str:
        """Give the JSON for OPPLEV_ISSUERS: public key inline, tenant and roles by claim."""
        public = json.loads(ECAlgorithm.to_jwk(self.key.public_key()))
        issuer = {
            "issuer": ISSUER,
            "id": "local",
            "jwks": {"keys": [{**public, "kid": _KEY_ID, "alg": "ES256", "use": "sig"}]},
            "role_claim": "roles",
            "roles": {role: role for role in ROLES},
            "tenant_claim": "tenant",
        }
        return json.dumps([issuer])

    def token(self, *, tenant: str, role: str, who: str, hours: float, now: datetime) -> str:
        """Sign that somebody has a role in a municipality for some hours."""
        claims = {
            "iss": ISSUER,
            "sub": who,
            "tenant": tenant,
            "roles": [role],
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(hours=hours)).timestamp()),
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": _KEY_ID})


def open_issuer(places: Places) -> LocalIssuer:
    """Read the key, or make it the first time."""
    if not places.issuer_key.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        pem = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(places.issuer_key, pem)
    key = serialization.load_pem_private_key(places.issuer_key.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(places.issuer_key.name)
    return LocalIssuer(key)


def ensure_card_secret(places: Places) -> None:
    """Make the secret that the card-signing keys come from, the first time."""
    if not places.card_secret.exists():
        write_private(places.card_secret, json.dumps({"1": secrets.token_urlsafe(48)}).encode())
