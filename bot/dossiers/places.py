"""Where on the disk the key for dossiers is: beside the store, unless a setting says otherwise."""

from __future__ import annotations

from pathlib import Path

from bot.stores.opening import folder_beside

KEY = "signing-key.pem"


def signing_key(database_url: str, file: Path | None, pem: str = "") -> Path | str:
    """The PEM itself where it is set, the file that is named, or the one beside the store; of a database, in `data`.

    Raises:
        Misconfigured: neither is named, and the address names no store.
    """
    return pem or file or folder_beside(database_url) / KEY
