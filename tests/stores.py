"""Which store a test's desk keeps its notices in: by `STORE` in the environment, TinyDB unless it says otherwise."""

from __future__ import annotations

import os
from pathlib import Path

from tests import postgres

KINDS = ("tinydb", "sqlite", "postgresql")
CHOSEN = os.environ.get("STORE", KINDS[0])


async def fresh(kind: str, folder: Path) -> str:
    """The address of a store with nothing in it; what is a file lies in the folder."""
    match kind:
        case "tinydb":
            return f"tinydb:///{folder}/desk/notices.json"
        case "sqlite":
            (folder / "desk").mkdir(exist_ok=True)
            return f"sqlite:///{folder}/desk/desk.sqlite"
        case "postgresql":
            return await postgres.database()
    raise ValueError(f"STORE is {kind!r}; it is one of {', '.join(KINDS)}.")
