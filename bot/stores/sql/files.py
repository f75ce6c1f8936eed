"""Evidence and dossiers in the tables `files` and `pieces`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from bot.stores.files import PIECE, Filed
from bot.stores.sql.engine import Database
from bot.stores.sql.tables import files, pieces


class FileTable:
    """The `bot.stores.files.Files` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, shelf: str, *, prefix: str = "") -> tuple[Filed, ...]:
        asked = select(files).where(files.c.shelf == shelf).order_by(files.c.name)
        if prefix:
            asked = asked.where(files.c.name >= prefix, files.c.name < prefix[:-1] + chr(ord(prefix[-1]) + 1))
        rows = await self._database.rows(asked)
        return tuple(Filed(name=row.name, size=row.size, since=row.since) for row in rows)

    async def put(self, shelf: str, name: str, content: AsyncIterator[bytes], *, since: datetime) -> None:
        async with self._database.transaction() as connection:
            # The row first: whoever puts or removes the same file waits for the end of this.
            moved = update(files).where(_is(shelf, name)).values(size=0, since=since)
            if not (await connection.execute(moved)).rowcount:
                await connection.execute(insert(files).values(shelf=shelf, name=name, size=0, since=since))
            await connection.execute(delete(pieces).where(_of(shelf, name)))
            size = 0
            number = 0
            async for piece in _cut(content):
                row = {"shelf": shelf, "name": name, "number": number, "content": piece}
                await connection.execute(insert(pieces).values(row))
                size, number = size + len(piece), number + 1
            await connection.execute(update(files).where(_is(shelf, name)).values(size=size))

    async def pieces(self, shelf: str, name: str) -> AsyncIterator[bytes]:
        if await self._database.row(select(files.c.name).where(_is(shelf, name))) is None:
            raise FileNotFoundError(name)
        number = 0
        while True:
            asked = select(pieces.c.content).where(_of(shelf, name), pieces.c.number == number)
            row = await self._database.row(asked)
            if row is None:
                return
            yield row.content
            number += 1

    async def renew(self, shelf: str, name: str, *, since: datetime) -> bool:
        return bool(await self._database.execute(update(files).where(_is(shelf, name)).values(since=since)))

    async def remove(self, shelf: str, name: str, *, not_after: datetime | None = None) -> bool:
        gone = delete(files).where(_is(shelf, name))
        if not_after is not None:
            gone = gone.where(files.c.since <= not_after)
        async with self._database.transaction() as connection:
            there = bool((await connection.execute(gone)).rowcount)
            if there:
                await connection.execute(delete(pieces).where(_of(shelf, name)))
        if there and self._database.postgres:
            async with self._database.connection() as connection:
                await connection.exec_driver_sql("VACUUM pieces")  # its room is written over from now on
        return there


def _is(shelf: str, name: str) -> ColumnElement[bool]:
    return and_(files.c.shelf == shelf, files.c.name == name)


def _of(shelf: str, name: str) -> ColumnElement[bool]:
    return and_(pieces.c.shelf == shelf, pieces.c.name == name)


async def _cut(content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same in pieces that are not too large."""
    async for piece in content:
        for at in range(0, len(piece), PIECE):
            yield piece[at : at + PIECE]
