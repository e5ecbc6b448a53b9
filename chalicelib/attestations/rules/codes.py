"""The code on an attestation: its facts once more, signed, so that the paper around them cannot say otherwise.

Whoever checks it is shown what was signed. That takes no record: it holds when the municipality keeps none.
"""

import base64
import binascii
import re
import uuid
import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib.attestations.rules.facts import LANGUAGES, AttestationId, Extent, Facts, Measure

DOMAIN: Final = b"opplev/attestation/1\0"  # no signature on a card can stand in for one on an attestation
SIGNATURE_BYTES: Final = 64

_FORMAT: Final = 1
_HEAD_BYTES: Final = 29
_MOST_BYTES: Final = 2_000
_MOST_TEXT: Final = 8_000
_EPOCH: Final = date(1970, 1, 1)
_MEASURES: Final = (Measure.TOTAL, Measure.WEEK, Measure.PERCENT)
_PARTS: Final = 4
_KEY_IDS: Final = range(16)
_TOKEN: Final = re.compile(r"(?ias)(?:https?://[^/?#\s]+/a/?(?:\?[^#]*)?#)?(?P<token>[a-z2-7]{120,3500})")
# Words that such texts are made of, so that they take less room in the code. It is part of the format: never change it.
_FAMILIAR: Final = (
    "kommune bydel velforening borettslag gårdsstyre idrettslag ungdomsklubb nærmiljøsenter bibliotek frivilligsentral "
    "leder prosjektleder koordinator nestleder deltok på i og for med av til som har planla planlegging gjennomførte "
    "gjennomføring arrangement arrangementer aktiviteter for barn og unge voksne eldre nabolaget nabolag nærmiljøet "
    "matlaging servering rydding opprydding strandrydding dugnad leksehjelp trener trening turer utflukter sommerfest "
    "møter styremøter økonomi regnskap søknader samarbeid med ansvar for hadde ansvaret for hjalp til med "
    "organised planned helped with children and young people the neighbourhood activities events responsible for "
)


@dataclass(frozen=True, slots=True)
class SignedFacts:
    """What the signature covers: whose it is, which attestation, and all that it says."""

    key_id: int
    municipality: int  # its number
    id: AttestationId
    issued_on: date
    facts: Facts


def pack(signed: SignedFacts) -> bytes:
    """Write what is signed: a head of 29 bytes, and the texts, deflated. ValueError where a field does not fit."""
    if signed.key_id not in _KEY_IDS:
        raise ValueError
    facts = signed.facts
    sort = LANGUAGES.index(facts.language) << 2 | _MEASURES.index(facts.extent.measure)
    texts = (facts.person, facts.organisation, facts.tasks, facts.signatory)
    if any("\0" in text for text in texts):
        raise ValueError
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=_FAMILIAR.encode())
    return b"".join((
        (_FORMAT << 4 | signed.key_id).to_bytes(1),
        signed.municipality.to_bytes(2),
        uuid.UUID(signed.id).bytes,
        *((day - _EPOCH).days.to_bytes(2) for day in (signed.issued_on, facts.first, facts.last)),
        sort.to_bytes(1),
        facts.extent.amount.to_bytes(3),
        squeeze.compress("\0".join(texts).encode()) + squeeze.flush(),
    ))  # fmt: skip


def unpack(packed: bytes) -> SignedFacts:
    """Read it back; ValueError where it is nothing of this format."""
    if len(packed) <= _HEAD_BYTES or packed[0] >> 4 != _FORMAT:
        raise ValueError
    language, measure = packed[25] >> 2, packed[25] & 3
    if language >= len(LANGUAGES) or measure >= len(_MEASURES):
        raise ValueError
    issued, first, last = (_EPOCH + timedelta(int.from_bytes(packed[at : at + 2])) for at in (19, 21, 23))
    texts = _inflated(packed[_HEAD_BYTES:]).split("\0")
    if len(texts) != _PARTS:
        raise ValueError
    extent = Extent(_MEASURES[measure], int.from_bytes(packed[26:29]))
    facts = Facts(texts[0], texts[1], texts[2], first, last, extent, LANGUAGES[language], texts[3])
    return SignedFacts(
        packed[0] & 0x0F,
        int.from_bytes(packed[1:3]),
        AttestationId(str(uuid.UUID(bytes=packed[3:19]))),
        issued,
        facts,
    )


def _inflated(packed: bytes) -> str:
    loosen = zlib.decompressobj(-15, zdict=_FAMILIAR.encode())
    try:
        text = loosen.decompress(packed, _MOST_TEXT)
    except zlib.error as error:
        raise ValueError from error
    if not loosen.eof or loosen.unused_data:
        raise ValueError
    return text.decode()


def to_token(packed: bytes, signature: bytes) -> str:
    """Write both as RFC 4648 base32 without padding, which a QR code holds as alphanumeric."""
    return base64.b32encode(packed + signature).decode("ascii").rstrip("=")


def from_token(token: str) -> tuple[bytes, bytes]:
    """Split a token in any letter case into what is signed and the signature; ValueError where it is none."""
    # Not .upper() first: that turns some letters of other alphabets into ours.
    if not token.isascii() or len(token) > _MOST_BYTES * 8 // 5:
        raise ValueError
    try:
        whole = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except binascii.Error as error:
        raise ValueError from error
    if to_token(whole, b"") != token.upper() or len(whole) <= SIGNATURE_BYTES:
        raise ValueError
    return whole[:-SIGNATURE_BYTES], whole[-SIGNATURE_BYTES:]


def token_in(text: str) -> str | None:
    """Give the token in an attestation's address, or the bare token; None where there is none."""
    found = _TOKEN.fullmatch(text.strip())
    return None if found is None else found["token"]
