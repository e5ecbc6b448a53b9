"""Taking a municipality out as one file, reading it in elsewhere, and reporting what has passed its time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from chalicelib.archive.rules import (
    FORMAT,
    IMPORTING,
    Item,
    Manifest,
    Part,
    Tally,
    added,
    bad_archive,
    belongs,
    file_goes,
    is_head,
    is_past,
    item_of,
    kind_of,
    line_of,
    manifest_text,
    pictures_in,
    place_of,
    tallied,
    tally_of_file,
)
from chalicelib.shared.answers import ConflictError, UnknownError
from chalicelib.shared.ids import Tenant

_TOGETHER: Final = 500  # rows counted or removed between two words to whoever waits

Said = Callable[[str, int], None]  # what is being done, and how much of it so far


class Shelves(Protocol):
    """Every row of the table, whatever it is about."""

    def everything(self, tenant: Tenant) -> Iterator[Item]:
        """Give every row of a municipality, each once, in no order."""
        ...

    def prefix(self, tenant: Tenant) -> str:
        """Give how every key of a municipality begins."""
        ...

    def list_of_tenants(self) -> str:
        """Give the group of the index that lists all municipalities."""
        ...

    def municipality(self, tenant: Tenant) -> tuple[int, str, int] | None:
        """Give a municipality's number, name and signing key; None where there is none."""
        ...

    def tenant_of(self, number: int) -> Tenant | None:
        """Give who has a kommunenummer."""
        ...

    def begun(self, tenant: Tenant) -> list[str]:
        """Give the fingerprints of archives whose reading in has begun and not ended."""
        ...

    def begin(self, tenant: Tenant, fingerprint: str) -> None:
        """Note that an archive is being read in."""
        ...

    def put(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Write rows as they are, over what stands there."""
        ...

    def finish(self, tenant: Tenant, fingerprint: str, head: Mapping[str, Any]) -> None:
        """Write a municipality's head and take the note away, both or neither."""
        ...

    def remove(self, item: Item, *, now: datetime) -> bool:
        """Take a row away if its time has still passed; False where it has not, or it is gone."""
        ...


class Files(Protocol):
    """Where files are."""

    def get(self, key: str) -> bytes | None:
        """Give the bytes of a file, or None where there is none."""
        ...

    def put_once(self, key: str, content: bytes) -> bool:
        """Write a file that does not exist yet."""
        ...

    def names(self, under: str) -> list[str]:
        """Give the keys under another."""
        ...

    def remove(self, key: str) -> None:
        """Take a file away."""
        ...


class Binder(Protocol):
    """An archive being written: rows come in any order and leave in one."""

    def take(self, kind: str, place: tuple[str, str], line: bytes) -> None:
        """Take one row."""
        ...

    def rows(self) -> Iterator[Part]:
        """Write the rows, a part for each kind."""
        ...

    def file(self, key: str, content: bytes) -> Part:
        """Write a file."""
        ...

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest; the archive is whole."""
        ...


class Bound(Protocol):
    """An archive that was written, and can be read."""

    @property
    def manifest(self) -> Manifest:
        """What it says that it holds."""
        ...

    def verify(self) -> None:
        """Read every part and hold it against the manifest. MalformedError `bad_archive`."""
        ...

    def lines(self) -> Iterator[bytes]:
        """Give the rows."""
        ...

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Give the files."""
        ...


@dataclass(frozen=True, slots=True)
class Retention:
    """What stands of each kind and what of it is past; `removed` counts what was taken away, by kind."""

    tallies: tuple[Tally, ...]
    removed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Archive:
    """The way out, and back in. `key_of` gives the public half of a signing key, None where the secret has none."""

    store: Shelves
    files: Files
    key_of: Callable[[Tenant, int], dict[str, str] | None]

    def export(self, tenant: Tenant, binder: Binder, *, now: datetime, said: Said) -> Manifest:
        """Write everything a municipality owns. Rows past their time stay behind, as every read passes over them.

        404 `unknown_tenant`; 409 `import_unfinished`; 409 `key_missing` where the secret cannot be read.
        """
        known = self.store.municipality(tenant)
        if known is None:
            raise UnknownError("unknown_tenant", "There is no such municipality.")
        number, name, signing_key = known
        key = self.key_of(tenant, signing_key)
        if key is None:
            raise ConflictError("key_missing", "The secret has no key that this municipality's cards are signed with.")
        pictures: set[str] = set()
        count = 0
        for count, item in enumerate(self._kept(tenant, now), 1):
            pictures.update(pictures_in(item) if kind_of(item) == "document" else ())
            binder.take(kind_of(item), place_of(item), line_of(item))
            if count % _TOGETHER == 0:
                said("rows", count)
        said("rows", count)
        parts = [*binder.rows(), *self._files(tenant, pictures, binder, said)]
        manifest = Manifest(FORMAT, tenant, number, name, key, tuple(parts))
        binder.finish(manifest)
        return manifest

    def bring_in(self, bound: Bound, *, now: datetime, said: Said, new_keys: bool = False) -> Manifest:
        """Read an archive into a deployment that does not have the municipality; again where it broke off.

        Nothing is written before every part has been held against the manifest. 409 `tenant_stands`,
        `number_taken`, `other_import`, `file_stands`; 409 `key_missing` where cards given out would be forged here,
        unless `new_keys` says that there will be new cards.
        """
        manifest = bound.manifest
        tenant = Tenant(manifest.tenant)
        fingerprint = sha256(manifest_text(manifest)).hexdigest()
        bound.verify()
        self._judge(bound, tenant)
        self._may_come_in(tenant, manifest, fingerprint, new_keys=new_keys)
        self.store.begin(tenant, fingerprint)
        for key, content in bound.files():
            if not self.files.put_once(key, content) and self.files.get(key) != content:
                raise ConflictError("file_stands", "Another file stands under the key of one in the archive.")
        head = self._put_rows(bound, now, said)
        self.store.finish(tenant, fingerprint, head)
        return manifest

    def retention(self, tenant: Tenant, *, now: datetime, delete: bool, said: Said) -> Retention:
        """Count what stands and what is past its time, by kind, and with `delete` take the latter away at once.

        404 `unknown_tenant` where nothing stands at all: a slip in the name must not look like a clean report.
        """
        tallies: dict[str, Tally] = {}
        removed: Counter[str] = Counter()
        for count, item in enumerate(self.store.everything(tenant), 1):
            kind = kind_of(item)
            tally = tallied(kind, [item], now)
            tallies[kind] = added(tallies[kind], tally) if kind in tallies else tally
            if delete and tally.past and self.store.remove(item, now=now):
                removed[kind] += 1
            if count % _TOGETHER == 0:
                said("rows", count)
        for key in self.files.names(tenant):
            tally = tally_of_file(key, now)
            tallies["file"] = added(tallies["file"], tally) if "file" in tallies else tally
            goes = file_goes(key)
            if delete and goes is not None and goes <= now:
                self.files.remove(key)
                removed["file"] += 1
        if not tallies:
            raise UnknownError("unknown_tenant", "There is no such municipality.")
        return Retention(tuple(tallies[kind] for kind in sorted(tallies)), dict(removed))

    def _kept(self, tenant: Tenant, now: datetime) -> Iterator[Item]:
        for item in self.store.everything(tenant):
            if kind_of(item) == IMPORTING:
                raise ConflictError("import_unfinished", "An archive is still being read in; finish that first.")
            if not is_past(item, now):
                yield item

    def _files(self, tenant: Tenant, pictures: Iterable[str], binder: Binder, said: Said) -> Iterator[Part]:
        keys = sorted({*self.files.names(tenant), *pictures})
        for count, key in enumerate(keys, 1):
            content = self.files.get(key)
            if content is not None:  # a picture that is gone is left out on cards too
                yield binder.file(key, content)
            said("files", count)

    def _judge(self, bound: Bound, tenant: Tenant) -> None:
        """Hold every key against the municipality's own: an archive writes nowhere else."""
        prefix, tenants = self.store.prefix(tenant), self.store.list_of_tenants()
        heads = 0
        for line in bound.lines():
            item = item_of(line)
            if kind_of(item) == IMPORTING or not belongs(item, prefix, tenants, bound.manifest.number):
                raise bad_archive()
            heads += is_head(item)
        if heads != 1:
            raise bad_archive()

    def _may_come_in(self, tenant: Tenant, manifest: Manifest, fingerprint: str, *, new_keys: bool) -> None:
        begun = self.store.begun(tenant)
        if begun and begun != [fingerprint]:
            raise ConflictError("other_import", "Another archive of this municipality is being read in.")
        if not begun and next(self.store.everything(tenant), None) is not None:
            raise ConflictError("tenant_stands", "This municipality stands here already; nothing was changed.")
        if self.store.tenant_of(manifest.number) not in {None, tenant}:
            raise ConflictError("number_taken", "Another municipality here has the same kommunenummer.")
        if not new_keys and self.key_of(tenant, int(manifest.signing_key["kid"])) != manifest.signing_key:
            detail = "The secret here lacks the key that this municipality's cards are signed with: carry it first."
            raise ConflictError("key_missing", detail)

    def _put_rows(self, bound: Bound, now: datetime, said: Said) -> Mapping[str, Any]:
        head: Mapping[str, Any] = {}
        waiting: list[Mapping[str, Any]] = []
        count = 0
        for line in bound.lines():
            item = item_of(line)
            if is_head(item):
                head = item
            elif not is_past(item, now):
                waiting.append(item)
            count += 1
            if len(waiting) >= _TOGETHER:
                self.store.put(waiting)
                waiting = []
                said("rows", count)
        self.store.put(waiting)
        said("rows", count)
        return head
