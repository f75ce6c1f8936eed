"""Dossiers in a folder."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.dossiers.unfinished import sweep
from bot.errors import StoreUnavailable
from bot.stores.disk import Disk

_FOLDER_MODE = 0o700
_TEMPORARY = ".tmp"


class DossierFolder:
    """A `bot.shelves.DossierShelf`."""

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        self.path = path
        self._disk = disk or Disk()

    async def names(self) -> tuple[str, ...]:
        return await asyncio.to_thread(lambda: tuple(sorted(file.name for file in self.path.glob("*.zip"))))

    @asynccontextmanager
    async def making(self) -> AsyncIterator[Path]:
        """The folder itself: who makes a dossier there moves it into its place whole."""
        yield self.path

    async def keep(self, made: Path) -> None:
        if made.parent.absolute() != self.path.absolute():
            await asyncio.to_thread(self._take, made)

    @asynccontextmanager
    async def lent(self, name: str) -> AsyncIterator[Path]:
        yield self.path / name

    async def remove(self, name: str) -> None:
        try:
            await asyncio.to_thread((self.path / name).unlink, missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"{self.path / name} cannot be removed: {error.strerror}.") from error

    async def sweep(self) -> int:
        return await asyncio.to_thread(sweep, self.path)

    def _take(self, made: Path) -> None:
        """A copy, whole or not there at all. Raises: OSError."""
        self.path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.path, prefix=f"{made.stem}.", suffix=_TEMPORARY)
        try:
            with made.open("rb") as source, os.fdopen(handle, "wb") as target:
                shutil.copyfileobj(source, target)
                target.flush()
                self._disk.sync(target.fileno())
            self._disk.replace(Path(temporary), self.path / made.name)
            self._disk.sync_folder(self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
