"""From an address to a store."""

from __future__ import annotations

from pathlib import Path

from bot.errors import Misconfigured
from bot.model import Clock, Intake
from bot.stores import Store
from bot.stores.tiny import open_tiny


async def open_store(url: str, clock: Clock, *, unfinished: bool = False) -> Store:
    """Open the store at `url`: `tinydb:///data/notices.json`, or from the root `tinydb:////srv/desk/notices.json`.

    A desk needs a folder of its own: its journals and its archive lie beside the file. `unfinished`: one will do into
    which a copy was cut short, for who goes on with it.

    Raises:
        Misconfigured: the address names nothing that can be opened, or another process has it.
        StoreUnavailable: what is there is damaged.
    """
    store: Store = await open_tiny(tiny_path(url), clock)
    return store if unfinished else await _finished(store)


async def _finished(store: Store) -> Store:
    """The store. Raises: Misconfigured: it is half of another one."""
    try:
        marks = await store.entries(Intake)
    except BaseException:
        await store.close()
        raise
    if not marks:
        return store
    await store.close()
    raise Misconfigured(
        f"DATABASE_URL names a store into which a copy of {marks[0].source} was cut short. Give the same command again "
        "to finish it, or name another store."
    )


def folder_beside(url: str) -> Path:
    """The folder of the store at `url`, where what belongs to it lies beside it; of a database, `data`.

    Raises:
        Misconfigured: it names no store.
    """
    return tiny_path(url).parent


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
