"""A world a story."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stories.world import World, a_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as world:
        yield world


@pytest.fixture
async def http_world(tmp_path: Path) -> AsyncIterator[World]:
    """The same over signed HTTP."""
    async with a_world(tmp_path, by_http=True) as world:
        yield world
