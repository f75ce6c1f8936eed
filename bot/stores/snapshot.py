"""The snapshot: a plain TinyDB file, always replaced whole.

Any TinyDB can read it: `TinyDB("notices.json").table("notices").all()`. It has a document a line, so that it can also
be read without holding all of it in memory.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
from tinydb import Storage

from bot.errors import StoreUnavailable
from bot.stores.disk import Disk

_SLICE = 128
"""Documents put together between two chances for other threads to run."""
_SYNC_EVERY = 1 << 20
"""Bytes. Little by little, so that a commit to the journal meanwhile does not wait for all of the snapshot."""
_TABLE = re.compile(rb'"(\w+)":\{\n')
_DOCUMENT = re.compile(rb'"\d+":(\{.*\}),?\n')


class SnapshotFile(Storage):
    """A TinyDB storage that never leaves a half-written file: temporary file, fsync, `.bak` of the previous, rename.

    Safe for one writer; who else may write is for a lock to say.
    """

    def __init__(self, path: str | Path, disk: Disk | None = None) -> None:
        self.path = Path(path)
        self.previous = self.path.with_name(f"{self.path.name}.bak")
        self._disk = disk or Disk()

    def read(self) -> dict[str, dict[str, Any]] | None:
        """All tables, or None when there is no file.

        Raises:
            StoreUnavailable: it is not a TinyDB file.
        """
        return _whole(self.path) if self.path.exists() else None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the file.

        Raises:
            OSError: the file is as it was.
        """
        tables = {
            name: [(int(number), orjson.dumps(document)) for number, document in documents.items()]
            for name, documents in data.items()
        }
        self.write_rows(tables.items())

    def write_rows(self, tables: Iterable[tuple[str, Iterable[tuple[int, bytes]]]]) -> int:
        """Replace the file by documents that are JSON text already. Returns its size in bytes.

        Raises:
            OSError: the file is as it was.
        """
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f"{self.path.name}.", suffix=".tmp")
        temporary = Path(name)
        try:
            try:
                size = self._fill(handle, tables)
            finally:
                os.close(handle)
            self._keep_previous()
            self._disk.replace(temporary, self.path)
            self._disk.sync_folder(self.path.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return size

    def sweep(self) -> None:
        """Remove what writes that were cut short left behind."""
        for stray in self.path.parent.glob(f"{self.path.name}.*.tmp"):
            with contextlib.suppress(OSError):
                stray.unlink()

    def _fill(self, handle: int, tables: Iterable[tuple[str, Iterable[tuple[int, bytes]]]]) -> int:
        size = unsynced = 0
        for text in _texts(tables):
            self._disk.append(handle, text)
            size += len(text)
            unsynced += len(text)
            if unsynced >= _SYNC_EVERY:
                self._disk.sync(handle)
                unsynced = 0
            time.sleep(0)  # let the event loop's thread have the interpreter
        self._disk.sync(handle)
        return size

    def _keep_previous(self) -> None:
        if not self.path.exists():
            return
        beside = self.path.with_name(f"{self.path.name}.bak.tmp")
        beside.unlink(missing_ok=True)
        try:
            os.link(self.path, beside)
        except OSError:  # a filesystem without hard links
            shutil.copy2(self.path, beside)
        self._disk.replace(beside, self.previous)


def read_rows(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each document's table and text, in order, a line at a time where the file is laid out as ours.

    Raises:
        StoreUnavailable: it is not a TinyDB file, or is damaged.
    """
    if laid_out_by_line(path):
        yield from _by_line(path)
        return
    for table, documents in _whole(path).items():
        for document in documents.values():
            yield table, bytes(memoryview(orjson.dumps(document)))


def laid_out_by_line(path: Path) -> bool:
    """Whether this desk wrote the file last; another TinyDB writes all of it as one line."""
    with path.open("rb") as file:
        return file.readline(8) == b"{\n"


def _texts(tables: Iterable[tuple[str, Iterable[tuple[int, bytes]]]]) -> Iterator[bytes]:
    """The file's text in pieces of `_SLICE` documents."""
    yield b"{\n"
    between = b""
    for name, documents in tables:
        yield between + b'"%b":{' % name.encode()
        between, lead = b",\n", b"\n"
        piece: list[bytes] = []
        for number, raw in documents:
            piece.append(b'%b"%d":%b' % (lead, number, raw))
            lead = b",\n"
            if len(piece) == _SLICE:
                yield b"".join(piece)
                piece.clear()
        yield b"".join(piece) + b"\n}"
    yield b"\n}\n"


def _by_line(path: Path) -> Iterator[tuple[str, bytes]]:
    table: bytes | None = None
    ended = False
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if table is not None and (document := _DOCUMENT.fullmatch(line)):
                yield table.decode(), document[1]
            elif table is not None and line in (b"},\n", b"}\n"):
                table = None
            elif table is None and (heading := _TABLE.fullmatch(line)):
                table = heading[1]
            elif table is None and line == b"}\n":
                ended = True
            elif number > 1 and line != b"\n":
                raise StoreUnavailable(f"{path} is damaged at line {number}")
    if not ended:
        raise StoreUnavailable(f"{path} ends too early")


def _whole(path: Path) -> dict[str, dict[str, Any]]:
    try:
        tables = orjson.loads(path.read_bytes())
    except ValueError:
        tables = None
    if not isinstance(tables, dict) or not all(isinstance(documents, dict) for documents in tables.values()):
        raise StoreUnavailable(f"{path} is damaged: it is not a TinyDB file")
    return tables
