"""A desk that is stopped, from the command line: dry runs by default, and never beside a desk that runs."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model import SYSTEM, Kept, Retention
from bot.stores.tiny import open_tiny
from tests.bot.desk.privacy_scene import NAME, ZQ, found_in, settled, whole
from tests.bot.test_cli import GOOD, ROOT, bot

ENVIRON = {**GOOD, "MARKETPLACES_FILE": str(ROOT / "config/marketplaces.toml")}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The folder of a desk that had one notice, archived long ago, and keeps such for 400 days."""

    async def made() -> None:
        store = await open_tiny(tmp_path / "data" / "notices.json")
        old = datetime.now(UTC) - timedelta(days=800)
        await settled(store, "TD-1", at=old)
        await store.archive(final_before=old + timedelta(days=1), drafts_before=old)
        await store.save(Retention(kind=Kept.NOTICES, version=1, days=400, by=SYSTEM, at=old))
        await store.close()

    asyncio.run(made())
    return tmp_path


def chains(folder: Path) -> int:
    """How many notices there are; their chains hold."""

    async def counted() -> int:
        store = await open_tiny(folder / "data" / "notices.json")
        try:
            return await whole(store)
        finally:
            await store.close()

    return asyncio.run(counted())


def test_what_is_kept_of_somebody_is_printed(desk: Path) -> None:
    ended = bot("privacy", "export", f"@{ZQ.user_id}", folder=desk, **ENVIRON)
    assert ended.returncode == 0, ended.stderr
    assert [one["notice"]["id"] for one in json.loads(ended.stdout)["notices"]] == ["TD-1"]


def test_erasing_is_a_dry_run_until_it_is_confirmed_with_a_reason(desk: Path) -> None:
    dry = bot("privacy", "erase", f"@{ZQ.user_id}", folder=desk, **ENVIRON)
    assert f"Would be erased of {ZQ.user_id}: 1 notices, 2 lines of their histories." in dry.stdout
    assert f"Looked for in every text, in capitals or not: {NAME}\n" in dry.stdout
    assert "this is a dry run" in dry.stderr
    silent = bot("privacy", "erase", f"@{ZQ.user_id}", "--yes", folder=desk, **ENVIRON)
    assert (silent.returncode, "Please say why" in silent.stderr) == (1, True)
    assert found_in(desk, NAME)
    done = bot("privacy", "erase", f"@{ZQ.user_id}", "--yes", "--reason", "asked for", folder=desk, **ENVIRON)
    assert "In its place stands “erased person 1”." in done.stdout, done.stderr
    assert found_in(desk, NAME, ZQ.user_id) == []
    assert chains(desk) == 1


def test_retention_is_a_dry_run_until_told_otherwise(desk: Path) -> None:
    dry = bot("retention", folder=desk, **ENVIRON)
    assert "notices      400 days     1 would go" in dry.stdout, dry.stderr
    assert chains(desk) == 1
    done = bot("retention", "--run", folder=desk, **ENVIRON)
    assert "notices      400 days     1 went" in done.stdout, done.stderr
    assert chains(desk) == 0
    assert found_in(desk, NAME) == []


def test_a_desk_that_runs_is_left_alone(desk: Path) -> None:
    async def beside() -> tuple[int, str]:
        store = await open_tiny(desk / "data" / "notices.json")
        try:
            ended = await asyncio.to_thread(bot, "retention", "--run", folder=desk, **ENVIRON)
        finally:
            await store.close()
        return ended.returncode, ended.stderr

    code, said = asyncio.run(beside())
    assert code == 2
    assert "another process already uses" in said
