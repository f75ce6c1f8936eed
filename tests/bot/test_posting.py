"""Posting once: what an earlier try may have left is never forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.blocks import Message
from bot.carriers.posting import Posting
from bot.desk import Desk
from bot.errors import SlackOutcomeUnknown, SlackUnavailable
from bot.model import Announcement, Posted
from bot.stores import Store
from bot.stores.tiny import open_tiny
from tests import make

HELLO = Message(text="Hello.")


@dataclass(kw_only=True)
class Channels:
    """Each post ends as the next of `fates` says."""

    fates: list[Exception | None]
    looked_since: list[datetime] = field(default_factory=list)

    async def post(self, channel: str, message: Message, *, key: str, thread_ts: str = "") -> Posted:
        fate = self.fates.pop(0)
        if fate is not None:
            raise fate
        return Posted(channel=channel, ts="1.0")

    async def find(self, channel: str, *, since: datetime, **_: Any) -> Posted | None:
        self.looked_since.append(since)
        return None


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_tiny(tmp_path / "notices.json")
    yield opened
    await opened.close()


async def test_a_try_that_got_nowhere_does_not_make_an_earlier_one_forgotten(store: Store) -> None:
    now = make.NOW
    desk = cast(Desk, type("Desk", (), {"store": store, "now": lambda _: now})())
    channels = Channels(fates=[SlackOutcomeUnknown("lost"), SlackUnavailable("busy"), None])
    posting = Posting(desk=desk, channels=cast(Any, channels))
    await store.save(make.announcement())
    for ends in (SlackOutcomeUnknown, SlackUnavailable):
        with pytest.raises(ends):
            await posting.once(await told(store), lambda: HELLO)
        now += timedelta(minutes=1)
    assert (await told(store)).tried_at == make.NOW
    await posting.once(await told(store), lambda: HELLO)
    assert channels.looked_since == [make.NOW] * 2


async def told(store: Store) -> Announcement:
    there = await store.entry(Announcement, make.announcement().key)
    assert there is not None
    return there
