"""Where files lie that are no records: evidence, and the dossiers that were built.

Beside the file of a TinyDB; with a database in it, or in a folder that all processes share (`bot.shelves.opening`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from bot.evidence import EvidenceFolder, Shelved, Stored
from bot.shelves.folders import DossierFolder

log = structlog.get_logger(__name__)


class EvidenceShelf(Protocol):
    """Evidence, by the SHA-256 of its content: the same content is one file, whoever adds it, and however often."""

    async def add(self, content: bytes, name: str) -> Stored:
        """Keep a file; when this returns it is on the medium.

        Raises:
            Invalid: it is too large, empty, or of a kind that is not kept.
            StoreUnavailable: it was not taken; nothing of it is there.
        """

    async def read(self, sha256: str) -> bytes:
        """The file with this SHA-256, as it was added.

        Raises:
            StoreUnavailable: it is missing, or it was changed where it lies.
        """

    async def shelved(self) -> tuple[Shelved, ...]:
        """Every file that is here."""

    async def remove(self, sha256: str, *, since: datetime | None = None) -> bool:
        """Take a file off; False when it was not there. When this returns, it stays gone.

        One that somebody added after `since` stays: a notice may name it by now. Raises: StoreUnavailable.
        """

    async def put_back(self, file: Shelved, content: bytes) -> None:
        """Keep a file as it was on another shelf, since when it was there. Raises: StoreUnavailable."""

    async def sweep(self) -> None:
        """Remove what was being written when a process died."""

    def laid_out(self, files: Collection[str]) -> AbstractAsyncContextManager[Path]:
        """A folder with these files (by SHA-256), for a process that reads files; one that is missing is not in it."""


class DossierShelf(Protocol):
    """Dossiers, by their names. Where the disk or the database refuses: StoreUnavailable, or OSError."""

    async def names(self) -> tuple[str, ...]: ...

    def making(self) -> AbstractAsyncContextManager[Path]:
        """A folder in which a dossier may be made, before it is kept."""

    async def keep(self, made: Path) -> None:
        """Keep what was made, under its name; when this returns it is on the medium."""

    def lent(self, name: str) -> AbstractAsyncContextManager[Path]:
        """Where it can be read meanwhile; nothing is there when there is no such dossier."""

    async def remove(self, name: str) -> None:
        """Safe to repeat."""

    async def sweep(self) -> int:
        """Take away what processes left that were killed while they made or read one: how many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelves:
    """The shelves of one desk."""

    evidence: EvidenceShelf
    dossiers: DossierShelf

    @classmethod
    def beside(cls, evidence: EvidenceFolder) -> Shelves:
        """Folders: dossiers lie beside the evidence."""
        return cls(evidence=evidence, dossiers=DossierFolder(evidence.path.parent / "dossiers"))

    async def without(self, dossiers: Iterable[str]) -> None:
        """Remove dossiers by their names. Raises: StoreUnavailable: one cannot be let go of."""
        for name in dossiers:
            await self.dossiers.remove(Path(name).name)

    async def swept(self) -> None:
        """Take away what killed processes left: of a dossier it is all of its data, in clear."""
        await self.evidence.sweep()
        if left := await self.dossiers.sweep():
            log.warning("dossiers.swept", left=left)
