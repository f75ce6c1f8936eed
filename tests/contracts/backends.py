"""The backends every contract is held against: a second one is one line here."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from bot.model import utc_now
from bot.stores import Store
from bot.stores.opening import open_store

Opener = Callable[[], Awaitable[Store]]
"""Opens the same store each time; the one before has to be closed."""

BACKENDS: Mapping[str, Callable[[Path], Opener]] = {
    "tinydb": lambda folder: lambda: open_store(f"tinydb:///{folder}/notices.json", utc_now),
}
