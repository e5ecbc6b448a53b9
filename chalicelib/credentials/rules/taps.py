"""What an NTAG 424 DNA adds to its address at every reading, and the proof that it is that tag and that reading.

The tag mirrors its UID and a counter, enciphered, and a MAC into the address it gives (Secure Unique NFC, NXP
AN12196). The MAC starts at the token, so that a token moved to another tag is told as well.
"""

import hmac
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.cmac import CMAC

PICC_BYTES: Final = 16
MAC_BYTES: Final = 8

_UID_AND_COUNT: Final = 0xC7  # both are mirrored, and the UID has seven bytes
_UID: Final = slice(1, 8)
_COUNT: Final = slice(8, 11)
_COUNT_BYTES: Final = 3
_MAC_SESSION: Final = bytes.fromhex("3cc300010080")
_ODD: Final = slice(1, None, 2)  # the half of a CMAC that the tag shows
_DIVERSIFY: Final = b"\x01"
_APPLICATION: Final = bytes.fromhex("00850101")  # the end of the NDEF application's name on the chip
_SYSTEM: Final = b"opplev/2"  # slot 2 of the chip: the key that its readings are signed with


@dataclass(frozen=True, slots=True)
class Tap:
    """What stood behind the token when a tag was read; nothing about it is proven yet.

    `covered` is what the MAC is made over: the characters from the token up to the MAC.
    """

    picc: bytes
    mac: bytes
    covered: bytes


@dataclass(frozen=True, slots=True)
class TagKeys:
    """A municipality's two keys: one opens the UID of any of its tags, the other makes each tag's own by its UID."""

    meta: bytes
    master: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """A proven reading: which tag (14 hex digits), and how often it has been read, this time included."""

    uid: str
    count: int


def read_tap(tap: Tap, keys: TagKeys) -> Reading | None:
    """Prove a reading; None where the MAC is not that tag's over these characters, or the keys are not ours.

    That the count is above the last one seen is for the card's row to say: only the table knows it.
    """
    opened = open_picc(tap.picc, keys.meta)
    if opened is None:
        return None
    uid, count = opened
    if not hmac.compare_digest(mac_of(diversified(keys.master, uid), uid, count, tap.covered), tap.mac):
        return None
    return Reading(uid.hex(), count)


def open_picc(picc: bytes, meta: bytes) -> tuple[bytes, int] | None:
    """Decipher what the tag mirrors of itself: its UID and its count; None where the key is not that tag's."""
    opener = Cipher(AES128(meta), modes.CBC(bytes(PICC_BYTES))).decryptor()
    plain = opener.update(picc) + opener.finalize()
    return (plain[_UID], int.from_bytes(plain[_COUNT], "little")) if plain[0] == _UID_AND_COUNT else None


def mac_of(key: bytes, uid: bytes, count: int, covered: bytes) -> bytes:
    """Make the eight bytes that a tag with this key shows at this reading over what it covers."""
    session = _cmac(key, _MAC_SESSION + uid + count.to_bytes(_COUNT_BYTES, "little"))
    return _cmac(session, covered)[_ODD]


def diversified(master: bytes, uid: bytes) -> bytes:
    """Make a tag's own key of the master and its UID (NXP AN10922, AES-128), so that one opened tag opens no other."""
    # Longer than a block, which makes AN10922's padding the CMAC's own.
    return _cmac(master, _DIVERSIFY + uid + _APPLICATION + _SYSTEM)


def _cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(AES128(key))
    mac.update(message)
    return mac.finalize()
