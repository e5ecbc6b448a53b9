"""What both programmes stand on: terms, who is asking, keys, the book of deeds, files."""

from __future__ import annotations

import secrets
import time
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.access.actions import Gate, UnitDesk
    from chalicelib.archive.actions import Archive
    from chalicelib.audit.actions import AuditBook
    from chalicelib.config import Config
    from chalicelib.credentials.actions import Mint
    from chalicelib.credentials.store import KeyRing
    from chalicelib.files import Files
    from chalicelib.notary import Notary
    from chalicelib.settlement.actions import Pace
    from chalicelib.shared.ids import Tenant
    from chalicelib.venues.actions import Terms

# What writing a line into the files of a month may take at most, of the memory that Lambda gives us.
LINE_SECONDS = 0.0001


class Ground:
    """What both programmes stand on: terms, who is asking, keys, the book of deeds, files."""

    def __init__(self, config: Config, clock: Callable[[], datetime]) -> None:
        self.config = config
        self.clock = clock

    @cached_property
    def terms(self) -> Terms:
        """Where programmes, venues and agreements are kept."""
        from chalicelib.venues.actions import Terms
        from chalicelib.venues.store import TermsStore

        return Terms(store=TermsStore(time.monotonic, self.notary))

    @cached_property
    def notary(self) -> Notary:
        """Who writes down what is done; every store that changes a record has the same one."""
        from chalicelib.notary import Notary

        return Notary(self.clock, lambda tenant: self.keys.book(tenant, max(self.keys.key_ids(tenant))))

    @cached_property
    def audit(self) -> AuditBook:
        """Where it stands who did what."""
        from chalicelib.audit.actions import AuditBook
        from chalicelib.audit.store import AuditStore

        return AuditBook(store=AuditStore(), key=self._sealing_key, key_of=self._sealing_key_of)

    @cached_property
    def gate(self) -> Gate:
        """Where it is asked who is asking."""
        from chalicelib.access.actions import Gate
        from chalicelib.access.rules import issuers_from
        from chalicelib.access.store import AccessStore, IssuerKeys

        return Gate(
            store=AccessStore(time.monotonic, self.notary),
            issuers=issuers_from(self.config.issuers),
            keys=IssuerKeys(time.monotonic),
            host=self.config.host,
            new_code=lambda: secrets.token_bytes(10),
            new_device=lambda: secrets.token_hex(12),
        )

    @cached_property
    def units(self) -> UnitDesk:
        """Where it is kept who gives out cards for whom."""
        from chalicelib.access.actions import UnitDesk
        from chalicelib.access.store import UnitStore

        return UnitDesk(store=UnitStore(time.monotonic, self.notary), known_tenant=self.terms.configuration)

    @cached_property
    def mint(self) -> Mint:
        """Where numbers and tokens are made and read."""
        from chalicelib.credentials.actions import Mint

        return Mint(keys=self.keys)

    @cached_property
    def keys(self) -> KeyRing:
        """The keys that cards are signed with."""
        from chalicelib.credentials.store import KeyRing

        return KeyRing(self.config.secret, self.config.region)

    @cached_property
    def archive(self) -> Archive:
        """Where a municipality is taken out as one file, and read in."""
        from chalicelib.archive.actions import Archive
        from chalicelib.archive.store import ArchiveStore

        return Archive(store=ArchiveStore(), files=self.files, key_of=self._signing_key)

    def pace(self, seconds: float) -> Pace:
        """Give so many seconds to work in, counted from now; on one machine there is all the time there is."""
        from chalicelib.settlement.actions import no_hurry

        if self.config.engine is not None:
            return no_hurry
        end = time.monotonic() + seconds
        return lambda lines: time.monotonic() + lines * LINE_SECONDS < end

    @cached_property
    def files(self) -> Files:
        """Where files are kept."""
        from chalicelib.files import open_files

        return open_files(self.config.files, self.config.region, address=self.config.host, key=self.config.files_key)

    def signing_keys(self, tenant: Tenant) -> dict[str, list[dict[str, str]]]:
        """Give the public keys of a tenant's cards as JWKS: also the next one, so that phones have it in good time."""
        self.terms.configuration(tenant)  # UnknownError where there is no such tenant
        return self.mint.jwks(tenant, self.keys.key_ids(tenant))

    def _sealing_key(self, tenant: Tenant) -> tuple[int, bytes]:
        newest = max(self.keys.key_ids(tenant))
        return newest, self.keys.book(tenant, newest)

    def _sealing_key_of(self, tenant: Tenant, key_id: int) -> bytes | None:
        return self.keys.book(tenant, key_id) if key_id in self.keys.key_ids(tenant) else None

    def _signing_key(self, tenant: Tenant, key_id: int) -> dict[str, str] | None:
        if key_id not in self.keys.key_ids(tenant):
            return None
        return self.mint.jwks(tenant, [key_id])["keys"][0]

    def table_answers(self) -> bool:
        """Say whether the table can be read."""
        from chalicelib import table

        try:
            table.connection().describe_table(table.Row.Meta.table_name)
        except Exception:  # noqa: BLE001  whatever is wrong, the answer is no
            return False
        return True
