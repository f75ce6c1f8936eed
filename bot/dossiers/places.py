"""Where on the disk dossiers and the key for them are: beside the store, unless a setting says otherwise."""

from __future__ import annotations

from pathlib import Path

from bot.stores.opening import tiny_path

KEY, FOLDER = "signing-key.pem", "dossiers"


def signing_key(database_url: str, file: Path | None, pem: str = "") -> Path | str:
    """The PEM itself where it is set, the file that is named, or the one beside the store.

    Raises:
        Misconfigured: neither is named, and the store is none that has a place.
    """
    return pem or file or tiny_path(database_url).parent / KEY


def folder_for(database_url: str) -> Path:
    """Where the dossiers of the desk are kept.

    Raises:
        Misconfigured: the address names no store this desk can open.
    """
    return tiny_path(database_url).parent / FOLDER
