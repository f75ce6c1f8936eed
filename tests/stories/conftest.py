"""A world a story; some are told on every store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import stores
from tests.stories.world import World, a_world

ON_EVERY_STORE = (
    "filing",
    "tracking",
    "approvals",
    "bulk",
    "rights",
    "offenders",
    "digests",
    "cases",
    "referrals",
    "home",
)
"""Modules of stories, of every journey: all others are told on the others with `make stories STORE=…`."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "store_kind" in metafunc.fixturenames:
        told = metafunc.module.__name__.rpartition(".test_")[2]
        everywhere = told in ON_EVERY_STORE and stores.KINDS[0] == stores.CHOSEN
        metafunc.parametrize("store_kind", stores.KINDS if everywhere else (stores.CHOSEN,))


@pytest.fixture
async def world(tmp_path: Path, store_kind: str) -> AsyncIterator[World]:
    async with a_world(tmp_path, store=store_kind) as world:
        yield world


@pytest.fixture
async def http_world(tmp_path: Path, store_kind: str) -> AsyncIterator[World]:
    """The same over signed HTTP."""
    async with a_world(tmp_path, by_http=True, store=store_kind) as world:
        yield world
