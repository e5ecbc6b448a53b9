"""The signing keys of all tenants, derived from one secret that is read once."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chalicelib.credentials.rules import KEY_IDS, TagKeys
from chalicelib.shared.ids import Tenant

_LEAST_CHARACTERS: Final = 32
_INFO: Final = b"opplev/card/"
_CARRIED: Final = "carried"  # the name in the secret under which keys of municipalities from elsewhere stand
_BOOK_INFO: Final = b"opplev/book/"
_NOTE_INFO: Final = b"opplev/note/"  # then the tenant; never carried, since a note is found by its fingerprint
_TAG_INFO: Final = b"opplev/tag/"  # then the tenant, and which of a tag's two keys


class KeyRing:
    """Ed25519 keys per tenant and key id, and the AES keys of its tags, by HKDF-SHA256 from a secret.

    The secret is JSON, one text of at least 32 characters per key id: `{"1": "…", "2": "…"}`. A new id beside the
    old one is how keys are rotated; an id that is taken out makes its cards forged. Under `carried` stand keys of
    municipalities that came from another deployment, made from that one's secret, each by what it is for; they win
    over what would be made here. Other names are somebody else's. Read lazily, once per process (decision: never
    update a shared row in a scan).
    """

    def __init__(self, secret: str, region: str) -> None:
        """`secret` is a file, or the `arn:…` of a Secrets Manager secret in the region."""
        self._secret = secret
        self._region = region
        # Bound to the object, so that a key ring that is gone takes its keys along.
        self._text = cache(self._fetch)
        self._seeds = cache(self._read)
        self._carried = cache(self._read_carried)
        self._private = cache(self._derive)
        self._tags = cache(self._derive_tags)
        self._book = cache(lambda tenant, key_id: self._stretch(key_id, 32, _BOOK_INFO + tenant.encode()))
        self._public = cache(lambda tenant, key_id: self._private(tenant, key_id).public_key())

    def private(self, tenant: Tenant, key_id: int) -> Ed25519PrivateKey:
        """Give the key to sign with; KeyError where the secret has none of this id."""
        return self._private(tenant, key_id)

    def public(self, tenant: Tenant, key_id: int) -> Ed25519PublicKey:
        """Give the key to verify with; KeyError where the secret has none of this id."""
        return self._public(tenant, key_id)

    def tags(self, tenant: Tenant, key_id: int) -> TagKeys:
        """Give the keys of the tags made under an id; KeyError where the secret has none of this id."""
        return self._tags(tenant, key_id)

    def book(self, tenant: Tenant, key_id: int) -> bytes:
        """Give the key for what is hidden in the book of changes, and for its seals; KeyError where there is none."""
        return self._book(tenant, key_id)

    def notes(self, tenant: Tenant, key_id: int) -> bytes:
        """Give the key that the secrets of printed notes are made with; KeyError where there is none."""
        return self._stretch(key_id, 32, _NOTE_INFO + tenant.encode())

    def key_ids(self, tenant: Tenant | None = None) -> tuple[int, ...]:
        """Give the ids that the secret holds, in order: what a phone without network must know."""
        made_for = "" if tenant is None else f"{(_INFO + tenant.encode()).decode()}#"
        carried = {int(name.removeprefix(made_for)) for name in self._carried() if tenant and name.startswith(made_for)}
        return tuple(sorted({*self._seeds(), *carried}))

    def to_carry(self, tenant: Tenant) -> dict[str, str]:
        """Give the keys of one municipality as another deployment's secret holds them, and no other's: secret."""
        uses = (
            *((info + tenant.encode(), 32) for info in (_INFO, _BOOK_INFO)),
            *((_tag_use(tenant, use), 16) for use in ("meta", "file")),
        )
        return {
            f"{info.decode()}#{key_id}": base64.urlsafe_b64encode(self._stretch(key_id, length, info)).decode()
            for info, length in uses
            for key_id in self.key_ids(tenant)
        }

    def _derive(self, tenant: Tenant, key_id: int) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._stretch(key_id, 32, _INFO + tenant.encode()))

    def _derive_tags(self, tenant: Tenant, key_id: int) -> TagKeys:
        meta = self._stretch(key_id, 16, _tag_use(tenant, "meta"))
        return TagKeys(meta=meta, master=self._stretch(key_id, 16, _tag_use(tenant, "file")))

    def _stretch(self, key_id: int, length: int, info: bytes) -> bytes:
        carried = self._carried().get(f"{info.decode()}#{key_id}")
        if carried is not None:
            return base64.urlsafe_b64decode(carried)
        material = self._seeds()[key_id].encode()
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(material)

    def _read(self) -> Mapping[int, str]:
        seeds = {int(name): text for name, text in json.loads(self._text()).items() if _is_key_id(name)}
        if not seeds or any(len(text) < _LEAST_CHARACTERS for text in seeds.values()):
            message = "the secret needs at least one key id (0-15), each with a text of at least 32 characters"
            raise ValueError(message)
        return seeds

    def _read_carried(self) -> Mapping[str, str]:
        carried: dict[str, str] = json.loads(self._text()).get(_CARRIED, {})
        return carried

    def _fetch(self) -> str:
        if not self._secret.startswith("arn:"):
            return Path(self._secret).read_text(encoding="utf-8")
        import boto3  # noqa: PLC0415  a laptop has no Secrets Manager, and a warm process asks it once

        secrets = boto3.client("secretsmanager", region_name=self._region)
        text: str = secrets.get_secret_value(SecretId=self._secret)["SecretString"]
        return text


def _tag_use(tenant: Tenant, use: str) -> bytes:
    return _TAG_INFO + f"{tenant}/{use}".encode()


def _is_key_id(name: str) -> bool:
    return name.isascii() and name.isdecimal() and int(name) in KEY_IDS and str(int(name)) == name
