"""The mark beside the file that something is being erased, so that whoever opens the store next finishes it."""

from __future__ import annotations

import os
from pathlib import Path

from bot.stores.disk import PRIVATE, Disk


class Scrubbing:
    """A file that is there from before something is erased until nothing of it is left on the disk.

    Its methods block. A mark without anything to erase costs a snapshot, and nothing else.
    """

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._mark = path.with_name(f"{path.name}.erasing")
        self._disk = disk

    @property
    def due(self) -> bool:
        return self._mark.exists()

    def set(self) -> None:
        """Raises: OSError: it is not certain to be there."""
        os.close(os.open(self._mark, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, PRIVATE))
        self._disk.sync_folder(self._mark.parent)

    def clear(self) -> None:
        """All is done: what was set aside as damaged holds old values too, and goes with the mark."""
        for damaged in self._path.parent.glob(f"{self._path.name}.damaged-*"):
            damaged.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)
        self._disk.sync_folder(self._mark.parent)
