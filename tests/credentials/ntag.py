"""A tag as the factory makes it: counts its readings and writes itself into the address it gives.

Written from the chip's own description, not from our reader, so that the two can disagree.
"""

import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC


def cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


@dataclass
class Tag:
    """An NTAG 424 DNA that was given a token. `meta` and `master` are a batch's keys."""

    uid: bytes
    token: str
    meta: bytes
    master: bytes
    count: int = 0
    host: str = "https://opplev.example"

    def tapped(self) -> str:
        """Give the address that a phone reads at the next tap."""
        self.count += 1
        return self.at(self.count)

    def at(self, count: int) -> str:
        """Give the address of one reading."""
        counter = count.to_bytes(3, "little")
        mirrored = b"\xc7" + self.uid + counter + os.urandom(5)
        cipher = Cipher(algorithms.AES(self.meta), modes.CBC(bytes(16))).encryptor()
        picc = (cipher.update(mirrored) + cipher.finalize()).hex().upper()
        covered = f"{self.token}.{picc}."
        own = cmac(self.master, b"\x01" + self.uid + bytes.fromhex("00850101") + b"opplev/2")
        session = cmac(own, bytes.fromhex("3CC300010080") + self.uid + counter)
        mac = cmac(session, covered.encode())[1::2].hex().upper()
        return f"{self.host}/K#{covered}{mac}"
