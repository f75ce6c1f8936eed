"""What a store does when it starts: find the newest whole state, or refuse in a sentence. It never starts empty."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from bot.errors import Misconfigured, StoreUnavailable
from bot.model import Clock
from bot.stores.disk import Disk
from bot.stores.journal import cut, journal_numbers, journal_path, read_journal
from bot.stores.rows import TABLES, Put, read
from bot.stores.snapshot import SnapshotFile, read_rows
from bot.stores.working import WorkingSet

log = structlog.get_logger(__name__)

FORMAT = 5
"""Of the files. A store refuses one that is newer than it knows: raise it with every new table and kind of delivery."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """The state at start. `journal` is the one to go on with, `first` the oldest the present snapshot needs.

    `unsaved` when there is no snapshot of this format, so that one is due; `sealed` when the snapshot alone is the
    whole state.
    """

    working: WorkingSet
    journal: int
    first: int
    snapshot_bytes: int
    unsaved: bool
    sealed: bool


@checked(frozen=True, kw_only=True)
class Meta:
    """The snapshot's word about itself. `closed`: when it was written, everything was in it."""

    format: int = 1
    first_journal: int = 1
    last_number: int = 0
    closed: bool = False


_META = TypeAdapter(Meta)


def recover(path: Path, *, disk: Disk, clock: Clock) -> Recovered:
    """Read the snapshot and replay the journals after it; if it is damaged, the one before it and its journals.

    Raises:
        Misconfigured: the files are a newer version's, or hold what this one does not know.
        StoreUnavailable: something that was acknowledged is missing or damaged; the sentence names the file.
    """
    file = SnapshotFile(path, disk)
    file.sweep()
    if not path.exists() and not file.previous.exists():
        return _from_nothing(path, disk)
    try:
        meta, working = _read_snapshot(path)
    except StoreUnavailable as error:
        if not file.previous.exists():
            raise
        damage = str(error).rstrip(".")
    else:
        return _followed(path, path, meta, working, disk)
    try:
        meta, working = _read_snapshot(file.previous)
        recovered = _followed(file.previous, path, meta, working, disk)
    except StoreUnavailable as error:
        raise StoreUnavailable(f"{damage}, and {file.previous} cannot stand in: {error}") from None
    log.error("store.snapshot_replaced_by_previous", damaged=str(path), used=str(file.previous), reason=damage)
    _set_aside(path, clock)
    return recovered


def _followed(snapshot: Path, path: Path, meta: Meta, working: WorkingSet, disk: Disk) -> Recovered:
    """The snapshot with what the journals after it hold."""
    needed = tuple(number for number in journal_numbers(path) if number >= meta.first_journal)
    if missing := _missing(meta, needed, standing_in=snapshot != path):
        raise StoreUnavailable(
            f"{journal_path(path, missing)} is missing; it held what was saved last. "
            "Put it back, or make an empty file of that name to go on without it."
        )
    _replay(path, working, needed, meta.first_journal, disk)
    working.last_number = max(working.last_number, meta.last_number)
    return Recovered(
        working=working,
        journal=max((*needed, meta.first_journal)),
        first=meta.first_journal,
        snapshot_bytes=os.path.getsize(snapshot),
        # An older version must not take these files for its own, not even before the first snapshot of many saves.
        unsaved=snapshot != path or meta.format < FORMAT,
        sealed=meta.closed and not any(journal_path(path, number).stat().st_size for number in needed),
    )


def _missing(meta: Meta, needed: Sequence[int], *, standing_in: bool) -> int | None:
    """The first journal that must be there and is not.

    A snapshot of a desk that was stopped needs none. One that stands in for a later one always needs two: its own, and
    the next, which was begun for the later one.
    """
    if standing_in:
        return next((number for number in (meta.first_journal, meta.first_journal + 1) if number not in needed), None)
    return None if needed or meta.closed else meta.first_journal


def _from_nothing(path: Path, disk: Disk) -> Recovered:
    """A new desk, or one whose first checkpoint is still to come: then its first journal holds everything."""
    working, there = WorkingSet(), journal_numbers(path)
    _replay(path, working, there, 1, disk)
    return Recovered(working=working, journal=max((*there, 1)), first=1, snapshot_bytes=0, unsaved=True, sealed=False)


def _read_snapshot(snapshot: Path) -> tuple[Meta, WorkingSet]:
    working, meta = WorkingSet(), None
    try:
        for table, raw in read_rows(snapshot):
            if table == "meta":
                meta = _meta(snapshot, raw)
            elif table in TABLES:
                working.apply((Put(read(TABLES[table], raw), raw),))
            elif table != "_default":
                raise _unknown(snapshot, table)
    except OSError as error:
        raise StoreUnavailable(f"{snapshot} cannot be read: {error.strerror}") from error
    except StoreUnavailable as error:
        words = str(error)
        raise StoreUnavailable(words if str(snapshot) in words else f"{snapshot}: {words}") from None
    if meta is None:
        raise StoreUnavailable(f"{snapshot} is not one of this desk's files: it has no table meta.")
    return meta, working


def _unknown(snapshot: Path, table: str) -> Misconfigured:
    """To go on without it, or with the snapshot before, would be to lose it at the next one."""
    what = f"{snapshot} has a table {table[:40]}, which this version does not know"
    return Misconfigured(f"{what}. Run the version that wrote it.")


def _meta(snapshot: Path, raw: bytes) -> Meta:
    try:
        meta = _META.validate_json(raw)
    except ValidationError:
        raise StoreUnavailable(f"{snapshot} is damaged in its table meta") from None
    if meta.format > FORMAT:
        raise Misconfigured(f"{snapshot} was written by a newer version of the desk; run that version.")
    return meta


def _replay(path: Path, working: WorkingSet, numbers: Sequence[int], first: int, disk: Disk) -> None:
    """Apply the journals in order; cut a torn end off the last one, so that it can be gone on with."""
    for expected, number in enumerate(numbers, first):
        if number != expected:
            raise StoreUnavailable(f"{journal_path(path, expected)} is missing, but a later one is there. Put it back.")
        file, size = journal_path(path, number), 0
        last = number == numbers[-1]
        try:
            for group in read_journal(file, last=last):
                working.apply(group.ops)
                size = group.end
            if last:
                cut(file, size, disk)
        except OSError as error:
            raise StoreUnavailable(f"{file} cannot be read: {error.strerror}") from error


def _set_aside(path: Path, clock: Clock) -> None:
    """Keep the damaged file for a person to look at, out of the way of the next `.bak`."""
    if path.exists():
        path.rename(path.with_name(f"{path.name}.damaged-{clock():%Y%m%dT%H%M%SZ}"))
