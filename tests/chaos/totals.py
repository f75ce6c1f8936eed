"""When everything is carried, and what must be true then: totals add up, nothing is lost, and nothing is twice."""

from __future__ import annotations

import asyncio
import time

from bot.model import OccurrenceState
from tests.chaos.desk import Scene
from tests.stories.kill_ledger import keys_in, occurrences


async def everything_carried(scene: Scene, told: set[str], *, within: float) -> None:
    """Until the marketplace has all of it, and the channels too; what a killed process carried has to wait first.

    `within` is in real seconds: a channel takes a post a second.
    """
    deadline = time.monotonic() + within
    while True:
        kept, cards = await scene.notices(), scene.cards()
        missing = {one.id for one in kept} - {one.reference for one in scene.market.requests}
        cardless = {one.batch_id for one in kept} - set(cards)
        waiting = [one.key for one in await occurrences(scene.url) if not one.state.over]
        if not (missing or cardless or waiting) and told <= {one.id for one in kept}:
            return
        assert time.monotonic() < deadline, (missing, cardless, waiting)
        await asyncio.sleep(0.5)


async def add_up(scene: Scene, told: set[str], *, filed: int, digests: int) -> None:
    """Raises: AssertionError: they do not."""
    kept, posted, cards, market = await scene.notices(), await occurrences(scene.url), scene.cards(), scene.market
    assert told <= {notice.id for notice in kept}, "whatever a person was told is there"
    listings = [notice.listing.listing_id for notice in kept]
    assert len(listings) == len(set(listings)), "no listing was filed twice"
    assert {str(number) for number in range(1, filed + 1)} ^ set(listings) == set(), (
        "everything was filed that was to be"
    )
    sent = {one.reference for one in market.requests}
    assert sent == {notice.id for notice in kept}, "everything is there, and nothing else"
    assert {one: market.filed(one) for one in sent if market.filed(one) != 1} == {}, "nothing was filed twice"
    assert {batch: cards[batch] for batch in {one.batch_id for one in kept} if cards[batch] != 1} == {}, "one card each"
    assert len(posted) == digests, "no digest was lost"
    assert {one.key: cards[one.key] for one in posted if cards[one.key] != 1} == {}, "every digest once"
    for one in posted:
        assert one.state is OccurrenceState.POSTED, one
        assert keys_in(scene.slack, one.channel).get(one.ts) == one.key
