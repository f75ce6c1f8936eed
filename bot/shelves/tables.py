"""Evidence and dossiers in the database, for processes that share nothing else.

Who reads or makes them by path has them in a folder of this machine for as long as that takes; what a killed process
left there is swept by the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from bot.dossiers.unfinished import sweep, workplace
from bot.errors import StoreUnavailable
from bot.evidence import Shelved, Stored, examined, is_sha256, place_of
from bot.model import Clock
from bot.stores.files import PIECE, Filed, Files

EVIDENCE, DOSSIERS = "evidence", "dossiers"
_OTHERS = 0o077


def scratch() -> Path:
    """Where this user's processes lay files out; for nobody else."""
    return Path(tempfile.gettempdir()) / f"takedown-desk-{os.getuid()}"


@asynccontextmanager
async def laid_aside(where: Path) -> AsyncIterator[Path]:
    """A private folder in `where`, gone afterwards. Raises: StoreUnavailable: there can be none."""
    async with AsyncExitStack() as stack:
        try:
            await asyncio.to_thread(_refuse_a_strangers, where)
            work = workplace(where)
            folder = await asyncio.to_thread(work.__enter__)
        except OSError as error:
            raise StoreUnavailable(f"Nothing can be laid out in {where} ({error.strerror}).") from error
        stack.push_async_callback(asyncio.to_thread, work.__exit__, None, None, None)
        yield folder


class EvidenceTable:
    """A `bot.shelves.EvidenceShelf` in the database."""

    def __init__(self, files: Files, clock: Clock, where: Path | None = None) -> None:
        self._files = files
        self._clock = clock
        self._where = where or scratch()

    async def add(self, content: bytes, name: str) -> Stored:
        kind, stored = examined(content, name)
        filed = f"{stored.sha256}.{kind.extensions[0]}"
        # Content that is there counts as new: nothing names it yet, and it must not be let go.
        there = await self._files.renew(EVIDENCE, filed, since=self._clock())
        if not there or await self._whole(filed) != content:
            await self._files.put(EVIDENCE, filed, _at_once(content), since=self._clock())
        return stored

    async def read(self, sha256: str) -> bytes:
        trouble = "is missing from the database. Restore it from a backup, or attach it again."
        for file in await self._of(sha256):  # one that is bad does not hide one that is good
            content = await self._whole(file.name)
            if hashlib.sha256(content).hexdigest() == sha256:
                return content
            trouble = "in the database is not what was put in: its SHA-256 differs. Restore it from a backup."
        raise StoreUnavailable(f"The evidence {sha256} {trouble}")

    async def shelved(self) -> tuple[Shelved, ...]:
        return tuple(
            Shelved(sha256=sha256, size=file.size, since=file.since, extension=extension)
            for file in await self._files.listed(EVIDENCE)
            for sha256, _, extension in (file.name.partition("."),)
        )

    async def remove(self, sha256: str, *, since: datetime | None = None) -> bool:
        gone = [await self._files.remove(EVIDENCE, file.name, not_after=since) for file in await self._of(sha256)]
        return any(gone)

    async def put_back(self, file: Shelved, content: bytes) -> None:
        await self._files.put(EVIDENCE, file.name, _at_once(content), since=file.since)

    async def sweep(self) -> None:
        """Nothing is ever half written in a database; what was laid out goes with the dossiers' own."""

    @asynccontextmanager
    async def laid_out(self, files: Collection[str]) -> AsyncIterator[Path]:
        async with laid_aside(self._where) as folder:
            for sha256 in set(files):
                for file in await self._of(sha256):
                    place = place_of(folder, sha256, file.name.partition(".")[2])
                    await asyncio.to_thread(place.parent.mkdir, exist_ok=True)
                    await _written(place, self._files.pieces(EVIDENCE, file.name))
            yield folder

    async def _of(self, sha256: str) -> tuple[Filed, ...]:
        return await self._files.listed(EVIDENCE, prefix=f"{sha256}.") if is_sha256(sha256) else ()

    async def _whole(self, name: str) -> bytes:
        """Empty when it went meanwhile."""
        with contextlib.suppress(FileNotFoundError):
            return b"".join([piece async for piece in self._files.pieces(EVIDENCE, name)])
        return b""


class DossierTable:
    """A `bot.shelves.DossierShelf` in the database."""

    def __init__(self, files: Files, clock: Clock, where: Path | None = None) -> None:
        self._files = files
        self._clock = clock
        self._where = where or scratch()

    async def names(self) -> tuple[str, ...]:
        return tuple(file.name for file in await self._files.listed(DOSSIERS))

    def making(self) -> AbstractAsyncContextManager[Path]:
        return laid_aside(self._where)

    async def keep(self, made: Path) -> None:
        await self._files.put(DOSSIERS, made.name, read_in_pieces(made), since=self._clock())

    @asynccontextmanager
    async def lent(self, name: str) -> AsyncIterator[Path]:
        async with laid_aside(self._where) as folder:
            place = folder / Path(name).name
            with contextlib.suppress(FileNotFoundError):
                await _written(place, self._files.pieces(DOSSIERS, name))
            yield place

    async def remove(self, name: str) -> None:
        await self._files.remove(DOSSIERS, name)

    async def sweep(self) -> int:
        return await asyncio.to_thread(sweep, self._where)


async def read_in_pieces(file: Path) -> AsyncIterator[bytes]:
    """A file of any size. Raises: OSError."""
    opened = await asyncio.to_thread(file.open, "rb")
    try:
        while piece := await asyncio.to_thread(opened.read, PIECE):
            yield piece
    finally:
        opened.close()


async def _written(place: Path, pieces: AsyncIterator[bytes]) -> None:
    """Raises: FileNotFoundError: there is none, and nothing is at that place."""
    part = place.with_name(f"{place.name}.part")
    try:
        with part.open("wb") as target:
            async for piece in pieces:
                await asyncio.to_thread(target.write, piece)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


async def _at_once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _refuse_a_strangers(folder: Path) -> None:
    """Make the folder, or see that it is our own: others may write into the folder above it. Raises: OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = folder.lstat()
    if not stat.S_ISDIR(there.st_mode) or there.st_uid != os.getuid() or there.st_mode & _OTHERS:
        raise PermissionError(errno.EPERM, "it is not ours alone")
