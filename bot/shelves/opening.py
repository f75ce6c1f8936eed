"""Which shelves a desk has."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from bot.evidence import EvidenceFolder, folder_for
from bot.model import Clock
from bot.shelves import Shelves
from bot.shelves.folders import DossierFolder
from bot.shelves.tables import DossierTable, EvidenceTable
from bot.stores.files import Files


class Keeps(Protocol):
    """What of a `bot.stores.Store` says where files are."""

    @property
    def files(self) -> Files | None: ...

    @property
    def shared(self) -> bool: ...


def shelves_for(store: Keeps, database_url: str, evidence_folder: Path | None, clock: Clock) -> Shelves:
    """In the database where the store is one; in the folder that is named for all processes; else beside the store.

    Raises:
        Misconfigured: the address names no store this desk can open.
    """
    if evidence_folder is not None:
        evidence = EvidenceFolder(evidence_folder, shared=store.shared)
        return Shelves(evidence=evidence, dossiers=DossierFolder(evidence_folder / "dossiers"))
    if store.files is not None:
        return Shelves(evidence=EvidenceTable(store.files, clock), dossiers=DossierTable(store.files, clock))
    return Shelves.beside(EvidenceFolder(folder_for(database_url)))
