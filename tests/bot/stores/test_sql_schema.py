"""The tables: made by the migrations, refused when they are of another version."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.errors import Misconfigured
from bot.stores.sql import schema
from bot.stores.sql.engine import Database, postgres, sqlite
from bot.stores.sql.tables import metadata
from tests.postgres import empty_database

Maker = Callable[[Path], Awaitable[Database]]


async def empty_postgres(_: Path) -> Database:
    return postgres(await empty_database())


async def empty_sqlite(folder: Path) -> Database:
    return sqlite(str(folder / "desk.sqlite"))


DATABASES = pytest.mark.parametrize("make", [empty_sqlite, empty_postgres], ids=["sqlite", "postgresql"])


@DATABASES
async def test_the_migrations_make_the_tables_that_the_desk_asks(make: Maker, tmp_path: Path) -> None:
    database = await make(tmp_path)
    assert await schema.migrate(database) == ("", schema.REVISION)
    async with database.connection() as connection:
        assert await connection.run_sync(differences) == []
    assert await schema.migrate(database) == (schema.REVISION, schema.REVISION), "again is nothing"
    await schema.check(database)
    await database.close()


def differences(connection: Any) -> list[Any]:
    def ours(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
        # A partition is a table of its own; and each of the two has what keeps a key to one open notice in its own way.
        return "_from_" not in (name or "") and name not in ("briefs_open", "briefs_open_key")

    return list(compare_metadata(MigrationContext.configure(connection, opts={"include_object": ours}), metadata))


@DATABASES
async def test_a_key_is_kept_to_one_open_notice(make: Maker, tmp_path: Path) -> None:
    database = await make(tmp_path)
    await schema.migrate(database)
    async with database.connection() as connection:
        indexes = await connection.run_sync(lambda sync: inspect(sync).get_indexes("briefs"))
    assert [one["unique"] for one in indexes if one["column_names"] == ["open_key"]] in ([True], [1])
    await database.close()


def test_the_last_step_is_the_one_this_version_knows() -> None:
    config = Config()
    config.set_main_option("script_location", "bot.stores:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.REVISION


async def test_two_that_bring_the_tables_up_to_date_at_once_do_it_once() -> None:
    address = await empty_database()
    databases = [postgres(address) for _ in range(4)]
    before = await asyncio.gather(*(schema.migrate(one) for one in databases))
    assert sorted(before) == [("", schema.REVISION), *[(schema.REVISION, schema.REVISION)] * 3]
    for one in databases:
        await one.close()


@DATABASES
@pytest.mark.parametrize(
    ("version", "said"),
    [("", "run `python -m bot migrate`"), ("0000", "run `python -m bot migrate`"), ("9999", "newer than this desk")],
)
async def test_tables_of_another_version_are_refused_in_a_sentence(
    make: Maker, tmp_path: Path, version: str, said: str
) -> None:
    database = await make(tmp_path)
    if version:
        await schema.migrate(database)
        await database.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    with pytest.raises(Misconfigured, match=said):
        await schema.check(database)
    await database.close()
