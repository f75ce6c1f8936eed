"""Where dossiers are made: a folder for each, locked while the process that makes it lives, and swept once it does not.

What is in such a folder is the material as it is on record, with nothing withheld yet.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_BUILDING = ".building"
_FOLDER_MODE = 0o700


@contextlib.contextmanager
def workplace(into: Path) -> Iterator[Path]:
    """A private folder beside where the dossier will be, so that it can be moved there at once; gone afterwards.

    Raises:
        OSError: there can be none.
    """
    into.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    sweep(into)
    folder = Path(tempfile.mkdtemp(dir=into, suffix=_BUILDING)).absolute()
    try:
        with _locked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(into: Path) -> int:
    """Take away what killed processes left; what is being made stays. Gives how many went."""
    gone = 0
    for stray in into.glob(f"*{_BUILDING}"):
        with contextlib.suppress(OSError), _locked(stray):
            shutil.rmtree(stray)
            gone += 1
    return gone


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Raises: OSError: it is locked by another, or gone."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)  # which ends the lock
