"""From an address to a store."""

from __future__ import annotations

from pathlib import Path

from bot.errors import Misconfigured
from bot.model import Clock
from bot.stores import Store
from bot.stores.tiny import open_tiny


async def open_store(url: str, clock: Clock) -> Store:
    """Open the store at `url`: `tinydb:///data/notices.json`, or from the root `tinydb:////srv/desk/notices.json`.

    A desk needs a folder of its own: its journals and its archive lie beside the file.

    Raises:
        Misconfigured: the address names nothing that can be opened, or another process has it.
        StoreUnavailable: what is there is damaged.
    """
    return await open_tiny(tiny_path(url), clock)


def tiny_path(url: str) -> Path:
    """The file that the address of a TinyDB store names.

    Raises:
        Misconfigured: it names none.
    """
    scheme, _, rest = url.partition("://")
    if scheme != "tinydb":
        raise Misconfigured(
            f"DATABASE_URL begins with {scheme or 'nothing'}://, which this desk cannot open. "
            "Use an address such as tinydb:///data/notices.json."
        )
    path = rest.removeprefix("/")
    if not rest.startswith("/") or not path or path.endswith("/"):
        raise Misconfigured(
            "DATABASE_URL must name a file after three slashes, such as tinydb:///data/notices.json, "
            "or four for an absolute path, such as tinydb:////srv/desk/notices.json."
        )
    return Path(path)
