"""Three hundred in one batch, a marketplace that rejects and loses replies, and a process that is killed twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.model import Bulk, BulkLines, BulkState, LineVerdict, Notice, Query, Status, utc_now
from bot.sandbox.driver import Message, Persona, Sandbox
from bot.sandbox.marketplace import Filing, Mood, PretendMarketplace
from bot.sandbox.moody import Act
from bot.sandbox.roles import give_roles
from bot.sandbox.serving import running
from bot.stores.opening import open_store
from tests.stories.processes import bot_over_http
from tests.stories.world import sandbox_of

pytestmark = pytest.mark.kills
LINES = 300
REJECTED = LINES // 5
LOST = LINES // 20
PATIENCE = 90
WRITTEN = 250_000
"""Bytes of journal after which some, and not all, of the lines are filed."""


class Mixed(PretendMarketplace):
    """Rejects one in five, and loses its first reply to one in twenty, which it has taken."""

    lost: set[str]

    def feels_about(self, filing: Filing) -> Mood:
        return Mood.REJECTS if int(filing.body["listing"]["id"]) % 5 == 0 else Mood.CALM

    async def _moody(self, request: Request, content: bytes, act: Act, mood: Mood) -> Response | None:
        if request.method == "POST" and int(json.loads(content)["listing"]["id"]) % 20 == 7:
            reference = str(json.loads(content)["reference"])
            if reference not in self.lost:
                self.lost.add(reference)
                mood = Mood.LOST_REPLY
        return await super()._moody(request, content, act, mood)


async def test_killed_while_filing_and_while_sending_the_totals_add_up_and_nothing_is_twice(tmp_path: Path) -> None:
    # It would file twice whatever is sent twice.
    market = Mixed(key="acme", name="Acme Market", token="t", clock=utc_now, honours_keys=False, pace=0)
    market.lost = set()
    store = await open_store(f"tinydb:///{tmp_path}/notices.json", utc_now)
    await give_roles(store, utc_now())
    await store.close()
    async with (
        running(market.app) as url,
        sandbox_of(utc_now, [market]) as slack,
        bot_over_http(tmp_path, slack, url) as bot,
    ):
        await bot.start()
        ann = slack.person("ann")
        await put_together(ann)
        shown = await told(slack, ann, f"{LINES} fine")
        before = written(tmp_path)
        pressing = asyncio.create_task(ann.presses(f"File {LINES} of {LINES}", on=shown))
        await until(lambda: written(tmp_path) > before + WRITTEN)
        await bot.kill()
        await pressing
        bulk, _ = await on_disk(tmp_path)
        assert bulk.state is BulkState.FILING
        assert 0 < bulk.done < LINES, "the kill came in the middle of the filing"

        await bot.start()
        await until(lambda: len(market.requests) > LINES // 3)
        await bot.kill()
        assert len(market.requests) < LINES, "the kill came in the middle of the sending"

        await bot.start()
        await told(slack, ann, f"Done: of {LINES} lines {LINES} filed")
        done = f"{LINES - REJECTED} removed"
        await until(lambda: any(done in card.words for card in slack.channel("brand-protection").messages))
        assert await bot.stop() == 0

    bulk, notices = await on_disk(tmp_path)
    assert Counter(one.status for one in notices) == {Status.REMOVED: LINES - REJECTED, Status.REJECTED: REJECTED}
    assert {one.batch_id for one in notices} == {bulk.batch_id}
    assert sorted(int(one.listing.listing_id) for one in notices) == list(range(1, LINES + 1))
    assert [one.number for one in notices] == sorted(one.number for one in notices)
    assert len(market.lost) == LOST
    assert Counter(one.reference for one in market.requests) == {one.id: 1 for one in notices}
    cards = [one for one in slack.channel("brand-protection").messages if "removed" in one.words and not one.thread_ts]
    assert len(cards) <= 1, "one card"
    assert len([one for one in ann.direct.messages if "In bulk" in one.words or "Done" in one.words]) == 1


async def put_together(ann: Persona) -> None:
    form = await ann.types("/takedown bulk", channel="brand-protection")
    numbers = list(range(1, LINES + 1))
    boxes = [numbers[at : at + 70] for at in range(0, LINES, 70)]
    answers = {
        f"addresses{at}": "\n".join(f"https://acme.example/item/{number}" for number in box)
        for at, box in enumerate(boxes, 1)
    }
    sent = await ann.submits(form.view, {**answers, "violation": "counterfeit"})
    assert sent.errors == {}


async def told(slack: Sandbox, person: Persona, words: str) -> Message:
    await slack.until(lambda: any(words in one.words for one in person.direct.messages), seconds=PATIENCE)
    return next(one for one in person.direct.messages if words in one.words)


def written(folder: Path) -> int:
    """Bytes of the store's files."""
    return sum(file.stat().st_size for file in folder.glob("notices.json*"))


async def until(come_true) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(PATIENCE):
        while not come_true():
            await asyncio.sleep(0.002)


async def on_disk(folder: Path) -> tuple[Bulk, tuple[Notice, ...]]:
    """What a killed bot has left: the bulk and its notices, which agree with each other."""
    store = await open_store(f"tinydb:///{folder}/notices.json", utc_now)
    (bulk,) = await store.entries(Bulk)
    lines = [line for part in await store.entries(BulkLines, bulk.id) for line in part.lines]
    page = await store.notices(Query(limit=1000))
    await store.close()
    filed = {line.notice_id for line in lines if line.verdict is LineVerdict.FILED}
    assert filed == {notice.id for notice in page.notices}
    return bulk, tuple(sorted(page.notices, key=lambda notice: notice.number))
