"""The journal: what was committed since the snapshot was written, one line a group of commits.

A line is JSON: `{"crc":"89abcdef","ops":[["notices",{…}],["deliveries","check:TD-1"]]}`; the checksum covers the list.
A group is whole or torn as one line, so that only the last line of the last journal can rightly be broken.
"""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog

from bot.errors import StoreUnavailable
from bot.stores.disk import Disk, open_to_append
from bot.stores.rows import Op, as_line, from_line

log = structlog.get_logger(__name__)

_LINE = re.compile(rb'\{"crc":"([0-9a-f]{8})","ops":(\[.*\])\}\n', re.DOTALL)


def journal_path(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}.journal")


def journal_numbers(path: Path) -> tuple[int, ...]:
    """The journals that lie beside the file, in order."""
    pattern = re.compile(re.escape(path.name) + r"\.(\d+)\.journal")
    found = (pattern.fullmatch(entry.name) for entry in path.parent.iterdir())
    return tuple(sorted(int(match[1]) for match in found if match))


class Journal:
    """One journal, open for appending. Its methods block; call them from one thread at a time."""

    def __init__(self, path: Path, number: int, disk: Disk) -> None:
        """Open it, made anew if it is not there.

        Raises:
            OSError: it cannot be made, or its name cannot be made durable.
        """
        self.number = number
        self.path = journal_path(path, number)
        self._disk = disk
        self._torn = False
        self._handle = open_to_append(self.path)
        self.size = os.fstat(self._handle).st_size
        try:
            disk.sync_folder(path.parent)
        except OSError:
            self.close()
            raise

    def append(self, ops: Sequence[Op]) -> None:
        """Write one group and return once it is durable.

        Raises:
            OSError: it is not certain to be there. The next call first cuts off whatever part of it was written.
        """
        line = _line(ops)
        self._mend()
        self._torn = True
        self._disk.append(self._handle, line)
        self._disk.sync(self._handle)
        self._torn = False
        self.size += len(line)

    def close(self) -> None:
        """Cut off a failed group where possible, and let go. Safe to repeat."""
        if self._handle < 0:
            return
        with contextlib.suppress(OSError):  # what cannot be cut off now is dealt with at the next start
            self._mend()
        os.close(self._handle)
        self._handle = -1

    def _mend(self) -> None:
        if self._torn:
            self._disk.truncate(self._handle, self.size)
            self._disk.sync(self._handle)
            self._torn = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The ops of one line, and where the line ends, in bytes."""

    ops: tuple[Op, ...]
    end: int


def read_journal(file: Path, *, last: bool) -> Iterator[Group]:
    """The groups in order. A broken line that ends the `last` journal was never acknowledged: it is left out.

    Raises:
        StoreUnavailable: a line that was acknowledged is damaged; the sentence names it.
    """
    end = 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            ops = _ops(line)
            if ops is None:
                if last and not lines.read(1):
                    log.warning("store.torn_line_dropped", file=str(file), line=number, bytes=len(line))
                    return
                raise StoreUnavailable(f"{file} is damaged at line {number}. Restore it from a backup.")
            end += len(line)
            yield Group(ops=_known(ops, file, number), end=end)


def cut(file: Path, size: int, disk: Disk) -> None:
    """Shorten the journal to its good part."""
    handle = open_to_append(file)
    try:
        if os.fstat(handle).st_size > size:
            disk.truncate(handle, size)
            disk.sync(handle)
    finally:
        os.close(handle)


def _line(ops: Sequence[Op]) -> bytes:
    body = b"[%b]" % b",".join(map(as_line, ops))
    return b'{"crc":"%08x","ops":%b}\n' % (zlib.crc32(body), body)


def _ops(line: bytes) -> list[Any] | None:
    """The parsed ops; None when the line is broken."""
    match = _LINE.fullmatch(line)
    if match is None or zlib.crc32(match[2]) != int(match[1], 16):
        return None
    ops: list[Any] = orjson.loads(match[2])
    return ops


def _known(ops: list[Any], file: Path, number: int) -> tuple[Op, ...]:
    try:
        return tuple(map(from_line, ops))
    except StoreUnavailable as error:
        raise StoreUnavailable(f"{file}, line {number}: {error}") from None
