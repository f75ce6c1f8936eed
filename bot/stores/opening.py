"""From an address to a store."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import Misconfigured
from bot.model import Clock, Intake, utc_now
from bot.stores import Store
from bot.stores.tiny import open_tiny

_POSTGRES = ("postgresql", "postgres", "postgresql+asyncpg")
_SQLITE = ("sqlite", "sqlite+aiosqlite")
_BESIDE = Path("data")
"""Where the files of a desk lie that has none to lie beside."""


async def open_store(url: str, clock: Clock, *, unfinished: bool = False) -> Store:
    """Open the store at `url`.

    `tinydb:///data/notices.json`, or from the root `tinydb:////srv/desk/notices.json`; a desk needs a folder of its
    own: its journals and its archive lie beside the file. `sqlite:///data/desk.sqlite` likewise. `postgresql://…` as
    asyncpg takes it, with options such as `?sslmode=require`; its tables are made by `python -m bot migrate`.
    `unfinished`: one will do into which a copy was cut short, for who goes on with it.

    Raises:
        Misconfigured: the address names nothing that can be opened, another process has it, or its tables are of
            another version of the desk.
        StoreUnavailable: what is there is damaged, or does not answer.
    """
    scheme = scheme_of(url)
    store: Store
    if scheme == "tinydb":
        store = await open_tiny(tiny_path(url), clock)
    elif scheme == "sqlite":
        store = await _sql("store").open_sqlite(sqlite_path(url), clock)
    else:
        store = await _sql("store").open_postgres(postgres_dsn(url), clock)
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


async def migrate(url: str) -> str:
    """Bring the tables at `url` up to date. Safe to repeat. Gives a sentence that says what was done.

    Raises:
        Misconfigured: the address names nothing that has tables, or they are newer than this version of the desk.
        StoreUnavailable: the database does not answer.
    """
    scheme = scheme_of(url)
    if scheme == "tinydb":
        return "A TinyDB store has no tables to bring up to date."
    if scheme == "sqlite":
        await (await open_store(url, utc_now, unfinished=True)).close()
        return "The tables are up to date."
    said: str = await _sql("schema").migrate_postgres(postgres_dsn(url))
    return said


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A partition of PostgreSQL. `month` is the one it began in, empty of old; `first` the number it began with.

    `size` is in bytes.
    """

    month: str
    first: int
    notices: int
    events: int
    size: int
    last: bool

    @property
    def empty(self) -> bool:
        return not self.notices and not self.events

    @property
    def title(self) -> str:
        """`2026-11, from TD-512`."""
        return f"{self.month or 'the first'}, from TD-{max(self.first, 1)}"


async def months(url: str) -> Sequence[Month]:
    """The partitions of the PostgreSQL at `url`, the oldest first.

    Raises:
        Misconfigured: it is none, or its tables are of another version.
        StoreUnavailable: it does not answer.
    """
    found: Sequence[Month] = await _sql("months").months_at(_partitioned(url))
    return found


async def drop_empty_months(url: str) -> Sequence[Month]:
    """Let the partitions go in which nothing is left, but for the last, and give them. Raises: as `months`."""
    gone: Sequence[Month] = await _sql("months").drop_empty_at(_partitioned(url))
    return gone


def _partitioned(url: str) -> str:
    if scheme_of(url) != "postgresql":
        raise Misconfigured(
            "Only PostgreSQL keeps its notices in a partition a month; DATABASE_URL names another store."
        )
    return postgres_dsn(url)


def scheme_of(url: str) -> str:
    """`tinydb`, `sqlite` or `postgresql`.

    Raises:
        Misconfigured: it is none of them.
    """
    scheme = url.partition("://")[0]
    if scheme in _POSTGRES:
        return "postgresql"
    if scheme in _SQLITE:
        return "sqlite"
    if scheme == "tinydb":
        return scheme
    raise Misconfigured(
        f"DATABASE_URL begins with {scheme or 'nothing'}://, which this desk cannot open. Use an address such as "
        "tinydb:///data/notices.json, sqlite:///data/desk.sqlite or postgresql://user:password@host/database."
    )


def folder_beside(url: str) -> Path:
    """The folder for a desk's other files: beside the store's own, or `data` where that is a server.

    Raises:
        Misconfigured: the address names no store this desk can open.
    """
    scheme = scheme_of(url)
    if scheme == "postgresql":
        return _BESIDE
    return (tiny_path(url) if scheme == "tinydb" else sqlite_path(url)).parent


def tiny_path(url: str) -> Path:
    """The file that the address of a TinyDB store names.

    Raises:
        Misconfigured: it names none.
    """
    if scheme_of(url) != "tinydb":
        raise Misconfigured(f"DATABASE_URL begins with {url.partition('://')[0]}://, and this needs a TinyDB store.")
    return _path(url, "tinydb", "notices.json")


def sqlite_path(url: str) -> Path:
    """The file that the address of a SQLite store names. Raises: Misconfigured: it names none."""
    return _path(url, "sqlite", "desk.sqlite")


def postgres_dsn(url: str) -> str:
    """The address as libpq and asyncpg read it."""
    return f"postgresql://{url.partition('://')[2]}"


def _path(url: str, scheme: str, example: str) -> Path:
    rest = url.partition("://")[2]
    path = rest.removeprefix("/")
    if not rest.startswith("/") or not path or path.endswith("/"):
        raise Misconfigured(
            f"DATABASE_URL must name a file after three slashes, such as {scheme}:///data/{example}, "
            f"or four for an absolute path, such as {scheme}:////srv/desk/{example}."
        )
    return Path(path)


def _sql(module: str) -> Any:
    # Loaded only where it is asked for: a desk on TinyDB carries none of SQLAlchemy in its memory.
    return importlib.import_module(f"bot.stores.sql.{module}")
