"""The backends every contract is held against: a further one is one line here."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from bot.model import utc_now
from bot.stores import Store
from bot.stores.opening import open_store
from tests.postgres import database

Opener = Callable[[], Awaitable[Store]]
"""Opens the same store each time; the one before has to be closed."""


def _postgres(_: Path) -> Opener:
    address = ""

    async def opened() -> Store:
        nonlocal address
        address = address or await database()
        return await open_store(address, utc_now)

    return opened


BACKENDS: Mapping[str, Callable[[Path], Opener]] = {
    "tinydb": lambda folder: lambda: open_store(f"tinydb:///{folder}/notices.json", utc_now),
    "sqlite": lambda folder: lambda: open_store(f"sqlite:///{folder}/desk.sqlite", utc_now),
    "postgresql": _postgres,
}
IN_MEMORY = {"tinydb": BACKENDS["tinydb"]}
"""What counts and is moved by reading all it has."""
