"""The archive: notices that are over, in `archive/YYYY-MM.jsonl` by the month of their last change.

A line is `{"notice":{…},"events":[…],"card":{…}}`. Lines are added; the last line of a notice counts. Only what was
erased is taken out again: then its file is written anew beside the old one, and takes its place.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import BinaryIO

import orjson
import structlog
from pydantic import TypeAdapter, ValidationError

from bot.errors import StoreUnavailable
from bot.model import Archived, Brief, Card, Event, Notice, seller_key
from bot.stores.disk import Disk, open_to_append

log = structlog.get_logger(__name__)

_PREFIX = b'{"notice":{"id":"'
_SELLER = re.compile(
    rb'"listing":\{"marketplace":("(?:[^"\\]|\\.)*").*?"seller":(?:null|\{"seller_id":("(?:[^"\\]|\\.)*"))'
)
"""Finds the seller in a line without reading all of it: quotation marks inside texts are escaped there."""
_OFFSET_BITS = 44
_OFFSETS = (1 << _OFFSET_BITS) - 1
_TAIL = 1 << 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line to add."""

    notice_id: str
    month: str
    text: bytes


@cache
def _reader() -> TypeAdapter[Archived]:
    """Made when the first line is read: a start without an archive needs none."""
    return TypeAdapter(Archived)


def readable(text: bytes) -> Archived | None:
    """What a line tells; None when it is damaged."""
    try:
        return _reader().validate_json(text)
    except ValidationError:
        return None


def line_of(notice: Notice, events: Sequence[Event], card: Card | None) -> Line:
    text = orjson.dumps(Archived(notice=notice, events=tuple(events), card=card)) + b"\n"
    return Line(notice_id=notice.id, month=f"{notice.updated_at.astimezone(UTC):%Y-%m}", text=text)


class Archive:
    """The monthly files, with the place of each notice in memory (some 150 bytes a notice).

    `load`, `add` and `line` block on the disk.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk
        self._files: list[Path] = []
        self._places: dict[str, int] = {}
        self._sellers: dict[str, set[str]] = {}
        self._opened: Mapping[Path, BinaryIO] = {}
        self._swapping = threading.Lock()
        self.damaged: list[tuple[Path, int]] = []
        """Whole lines that could not be read when the files were loaded; they count for nothing."""

    def __contains__(self, notice_id: object) -> bool:
        return notice_id in self._places

    def load(self) -> int:
        """Find the place of every archived notice. Returns the highest number among them, 0 when there is none."""
        for stray in self._folder.glob("*.tmp"):
            with contextlib.suppress(OSError):
                stray.unlink()
        for file in sorted(self._folder.glob("*.jsonl")):
            self._load(file)
        return max((int(notice_id.removeprefix("TD-")) for notice_id in self._places), default=0)

    def load_opened(self, files: Mapping[Path, BinaryIO]) -> None:
        """The same for who only reads: out of files that are open, whatever takes their place. Touches nothing."""
        self._opened = files
        for file in sorted(files):
            self._load(file)

    def _load(self, file: Path) -> None:
        with self._reading(file) as lines:
            for notice_id, seller, offset in _places(file, lines, self.damaged):
                self._remember(notice_id, seller, file, offset)

    @contextlib.contextmanager
    def _reading(self, file: Path) -> Iterator[BinaryIO]:
        opened = self._opened.get(file)
        if opened is not None:
            opened.seek(0)
            yield opened
        else:
            with file.open("rb") as lines:
                yield lines

    def line(self, notice_id: str) -> bytes | None:
        """The notice's line as it is in the file, None when it was never archived.

        Raises:
            StoreUnavailable: the file cannot be read.
        """
        with self._swapping:
            place = self._places.get(notice_id)
            if place is None:
                return None
            file, offset = self._files[place >> _OFFSET_BITS], place & _OFFSETS
            try:
                with self._reading(file) as lines:
                    lines.seek(offset)
                    return lines.readline()
            except OSError as error:
                raise StoreUnavailable(f"{file} cannot be read: {error.strerror}") from error

    def find(self, notice_id: str) -> Archived | None:
        """The notice as it was archived last.

        Raises:
            StoreUnavailable: its line cannot be read.
        """
        text = self.line(notice_id)
        if text is None:
            return None
        found = readable(text)
        if found is None:
            raise StoreUnavailable(f"The archived notice {notice_id} cannot be read: its line is damaged.")
        return found

    def of_sellers(self, sellers: Collection[str]) -> tuple[Brief, ...]:
        """The archived notices of these sellers (by key) in brief."""
        ids = {notice_id for key in sellers for notice_id in self._sellers.get(key, ())}
        found = (self.find(notice_id) for notice_id in sorted(ids))
        briefs = (Brief.of(one.notice) for one in found if one is not None)
        return tuple(brief for brief in briefs if brief.seller in sellers)

    def naming(self, seller: str) -> Collection[str]:
        """The ids of the archived notices that name this seller (by key)."""
        return self._sellers.get(seller, ())

    def ids(self, *, before: str = "") -> tuple[str, ...]:
        """The ids of all archived notices, or of those in months (`2026-03`) up to `before`; by number."""
        wanted = {number for number, file in enumerate(self._files) if not before or file.stem <= before}
        with self._swapping:
            found = [notice_id for notice_id, place in self._places.items() if place >> _OFFSET_BITS in wanted]
        return tuple(sorted(found, key=lambda notice_id: int(notice_id.removeprefix("TD-"))))

    def clear(self, dead: Callable[[str], bool]) -> None:
        """Take every line off the disk that is `dead`, by the id of its notice, or that a later line replaced.

        A line that cannot be read stays as it is, for a person to look at. Never beside `add`.

        Raises:
            OSError: some files are done; calling it again does the rest.
        """
        for number, file in enumerate(self._files):
            with file.open("rb") as lines:
                stays = all(self._counts(notice_id, number, at, dead) for notice_id, at, _ in _told_of(lines))
            if not stays:
                self._write_anew(number, file, dead)

    def _counts(self, notice_id: str, number: int, offset: int, dead: Callable[[str], bool]) -> bool:
        """Whether the line at this place is the one by which the notice is known."""
        if not notice_id:
            return True
        return not dead(notice_id) and self._places.get(notice_id) == (number << _OFFSET_BITS | offset)

    def _write_anew(self, number: int, file: Path, dead: Callable[[str], bool]) -> None:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.stem}.", suffix=".tmp")
        temporary = Path(name)
        places: dict[str, int] = {}
        gone: set[str] = set()
        size = 0
        try:
            try:
                with file.open("rb") as lines:
                    for notice_id, offset, line in _told_of(lines):
                        if not self._counts(notice_id, number, offset, dead):
                            gone.add(notice_id)
                            continue
                        if notice_id:
                            places[notice_id] = number << _OFFSET_BITS | size
                        self._disk.append(handle, line)
                        size += len(line)
                self._disk.sync(handle)
            finally:
                os.close(handle)
            with self._swapping:
                self._disk.replace(temporary, file)
                self._forget(number, gone - set(places))
                self._places |= places
            self._disk.sync_folder(file.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _forget(self, number: int, notice_ids: Collection[str]) -> None:
        """The notices whose last line was in this file, and is no more."""
        gone = {one for one in notice_ids if self._places.get(one, -1) >> _OFFSET_BITS == number}
        for notice_id in gone:
            del self._places[notice_id]
        for seller in [key for key, theirs in self._sellers.items() if not gone.isdisjoint(theirs)]:
            self._sellers[seller] = self._sellers[seller] - gone  # another thread may read the old one
            if not self._sellers[seller]:
                del self._sellers[seller]

    def add(self, lines: Sequence[Line]) -> None:
        """Write the lines and return once they are durable. A line that is there already is not written twice.

        Raises:
            OSError: some may be there; adding them again does no harm.
        """
        fresh = [line for line in lines if self.line(line.notice_id) != line.text]
        for month in sorted({line.month for line in fresh}):
            self._append(self._folder / f"{month}.jsonl", [line for line in fresh if line.month == month])

    def _append(self, file: Path, lines: Sequence[Line]) -> None:
        self._folder.mkdir(exist_ok=True)
        handle = open_to_append(file)
        try:
            size = _whole_lines(handle)
            # What a crash or a full disk left of a line was never relied on.
            self._disk.truncate(handle, size)
            self._write(handle, size, b"".join(line.text for line in lines))
            self._disk.sync_folder(self._folder)
            self._disk.sync_folder(self._folder.parent)
        finally:
            os.close(handle)
        with self._swapping:
            for line in lines:
                self._remember(line.notice_id, _seller(line.text), file, size)
                size += len(line.text)

    def _write(self, handle: int, size: int, text: bytes) -> None:
        try:
            self._disk.append(handle, text)
            self._disk.sync(handle)
        except OSError:
            with contextlib.suppress(OSError):
                self._disk.truncate(handle, size)
            raise

    def _remember(self, notice_id: str, seller: str, file: Path, offset: int) -> None:
        if not self._files or self._files[-1] != file:
            self._files = self._files if file in self._files else [*self._files, file]
        self._places[notice_id] = self._files.index(file) << _OFFSET_BITS | offset
        if seller:
            self._sellers.setdefault(seller, set()).add(notice_id)


def _places(file: Path, lines: BinaryIO, damaged: list[tuple[Path, int]]) -> Iterator[tuple[str, str, int]]:
    """Which notices the file holds, of which sellers and where; what cannot be read is logged and passed over."""
    for number, (notice_id, offset, line) in enumerate(_told_of(lines), 1):
        if notice_id:
            yield notice_id, _seller(line), offset
        else:
            log.error("store.archive_line_unreadable", file=str(file), line=number)
            if line.endswith(b"\n"):  # what a crash left of a line was never relied on
                damaged.append((file, number))


def _told_of(lines: BinaryIO) -> Iterator[tuple[str, int, bytes]]:
    """Each line with its place, and whose it is; empty where that cannot be read."""
    offset = 0
    for line in lines:
        yield _id(line) or "", offset, line
        offset += len(line)


def _id(line: bytes) -> str | None:
    if not line.startswith(_PREFIX) or not line.endswith(b"}\n"):
        return None
    notice_id = line[len(_PREFIX) :].partition(b'"')[0].decode(errors="replace")
    return notice_id if notice_id.removeprefix("TD-").isdecimal() else None


def _seller(line: bytes) -> str:
    """The key of the seller in a line; empty when it names none."""
    found = _SELLER.search(line)
    if found is None or found[2] is None:
        return ""
    return seller_key(orjson.loads(found[1]), orjson.loads(found[2]))


def _whole_lines(handle: int) -> int:
    """The size of the file up to its last line's end."""
    end = os.fstat(handle).st_size
    while end:
        start = max(0, end - _TAIL)
        newline = os.pread(handle, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
