"""Out of a store into lines, and back: the records first, then the files."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bot.errors import StoreUnavailable
from bot.evidence import Shelved
from bot.model import Content
from bot.moving.copying import Seen
from bot.moving.lines import FileHead, FilePiece, Said, Writer
from bot.moving.places import Source
from bot.shelves import Shelves
from bot.shelves.tables import DOSSIERS, EVIDENCE, read_in_pieces


async def export(source: Source, shelves: Shelves | None, out: Writer, seen: Seen) -> tuple[str, ...]:
    """Write everything. Gives what of the files could not be read, a sentence each. Raises: StoreUnavailable."""
    async for content in source.everything():
        out.add(content)
        seen(1)
    damaged: list[str] = []
    if shelves is not None:
        await _evidence(shelves, out, damaged)
        await _dossiers(shelves, out)
    out.end()
    return tuple(damaged)


async def _evidence(shelves: Shelves, out: Writer, damaged: list[str]) -> None:
    for file in await shelves.evidence.shelved():
        try:
            content = await shelves.evidence.read(file.sha256)
        except StoreUnavailable as bad:
            damaged.append(str(bad))
            continue
        out.add(FileHead(shelf=EVIDENCE, name=file.name, since=file.since, size=file.size))
        out.add(FilePiece(content=content))


async def _dossiers(shelves: Shelves, out: Writer) -> None:
    for name in await shelves.dossiers.names():
        async with shelves.dossiers.lent(name) as path:
            there = path.stat()
            since = datetime.fromtimestamp(there.st_mtime, UTC)
            out.add(FileHead(shelf=DOSSIERS, name=name, since=since, size=there.st_size))
            async for piece in read_in_pieces(path):
                out.add(FilePiece(content=piece))


class Unpacking:
    """Puts the files of an export onto shelves, one after the other; `folder` is for nothing else."""

    def __init__(self, shelves: Shelves, folder: Path) -> None:
        self._shelves = shelves
        self._folder = folder
        self._head: FileHead | None = None
        self._part: IO[bytes] | None = None

    async def begin(self, head: FileHead) -> None:
        await self.end()
        self._head = head
        self._part = self._place(head).open("wb")

    def add(self, piece: FilePiece) -> None:
        """Raises: StoreUnavailable: it belongs to no file."""
        if self._part is None:
            raise StoreUnavailable("A piece of a file comes without the file.")
        self._part.write(piece.content)

    async def end(self) -> None:
        """Keep the one that is under way. Raises: StoreUnavailable: it is not whole, or is not taken."""
        head, self._head = self._head, None
        if head is None or self._part is None:
            return
        self._part.close()
        self._part, place = None, self._place(head)
        if place.stat().st_size != head.size:
            raise StoreUnavailable(f"The file {head.name} is not whole.")
        if head.shelf == DOSSIERS:
            await self._shelves.dossiers.keep(place)
        else:
            await self._keep_evidence(head, place.read_bytes())
        place.unlink()

    async def _keep_evidence(self, head: FileHead, content: bytes) -> None:
        sha256, _, extension = head.name.partition(".")
        if hashlib.sha256(content).hexdigest() != sha256 or not extension.isalnum():
            raise StoreUnavailable(f"The file {head.name} is not what its name says.")
        file = Shelved(sha256=sha256, size=head.size, since=head.since, extension=extension)
        await self._shelves.evidence.put_back(file, content)

    def _place(self, head: FileHead) -> Path:
        return self._folder / Path(head.name).name


async def records(saids: Iterable[Said], files: Unpacking) -> AsyncIterator[Content]:
    """The records among them; the files go to `files` as they come."""
    for said in saids:
        if isinstance(said, FileHead):
            await files.begin(said)
        elif isinstance(said, FilePiece):
            files.add(said)
        else:
            yield said
    await files.end()
