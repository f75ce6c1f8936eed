"""Verified gone, in the words of those who filed: what is removed is looked at again, and what returns is seen."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.looking.fetching import Looker
from bot.model import ComeBack, Status
from bot.sandbox.driver import Message
from tests.stories.world import CHANNEL, ITEM, World, a_world

HOUR, DAY = 3600, 86_400
ASKS = 'look_again = true\ngone_words = ["no longer available"]\nthere_words = ["Add to basket"]\n'
CONTACT = '[desk]\ncontact = "takedown@nordlicht.example"\n'


@dataclass(kw_only=True)
class Shop:
    """The marketplace's pages, on a pretend network."""

    status: int = 404
    words: str = ""
    asked: list[httpx.Request] = field(default_factory=list)

    async def resolve(self, host: str) -> Sequence[str]:
        return ["93.184.215.14"]

    def answer(self, request: httpx.Request) -> httpx.Response:
        async def page() -> AsyncIterator[bytes]:
            yield f"<html><title>A lamp</title>{self.words}</html>".encode()

        self.asked.append(request)
        return httpx.Response(self.status, headers={"Content-Type": "text/html"}, content=page())

    def shows(self, words: str) -> None:
        self.status, self.words = 200, words


@contextlib.asynccontextmanager
async def a_shop_is_watched(folder: Path, shop: Shop, *, acme: str = ASKS) -> AsyncIterator[World]:
    looker = Looker(
        contact="takedown@nordlicht.example",
        resolve=shop.resolve,
        transport=httpx.MockTransport(shop.answer),
        per_second=1000,
    )
    async with a_world(folder, acme=acme, tables=CONTACT, looker=looker) as world:
        yield world


async def removed(world: World) -> None:
    await world.files(world.ann, ITEM, words="seller:S-9")
    await world.come_to(Status.REMOVED, last=1)


async def looked(world: World, shop: Shop, *, after: float) -> None:
    """Time passes until the page was opened once more, and what was seen is on disk."""
    asked = len(shop.asked)
    await world.passes(after)
    await world.sandbox.until(lambda: len(shop.asked) > asked)
    await world.passes(1)


async def status(world: World) -> Message:
    seen = await world.mia.types("/takedown status TD-1", channel=CHANNEL)
    assert seen.reply is not None
    return seen.reply


async def test_what_they_say_is_removed_is_verified_by_two_looks(tmp_path: Path) -> None:
    shop = Shop()
    async with a_shop_is_watched(tmp_path, shop) as world:
        await removed(world)
        assert "Verified" not in (await status(world)).words
        await looked(world, shop, after=HOUR + 5)
        assert "Verified" not in (await status(world)).words
        await looked(world, shop, after=HOUR + 5)
        card = await world.card("Verified gone on")
        assert "Verified gone on" in card.text, "a screen reader reads the text alone"
        told = await status(world)
        assert "Verified gone on" in told.words
        assert "Looked at the listing: it is not there (HTTP 404)." in told.words
        request, _ = shop.asked
        assert request.headers["Host"] == "acme.example"
        assert "takedown@nordlicht.example" in request.headers["User-Agent"]


async def test_what_returns_is_reinstated_and_filed_again_with_one_press(tmp_path: Path) -> None:
    shop = Shop()
    async with a_shop_is_watched(tmp_path, shop) as world:
        await removed(world)
        await looked(world, shop, after=HOUR + 5)
        await looked(world, shop, after=HOUR + 5)
        shop.shows("Item 4711, as good as new. Add to basket")
        await looked(world, shop, after=DAY)
        assert (await world.notice("TD-1")).status is Status.REMOVED, "pages are kept in caches"
        await looked(world, shop, after=HOUR + 5)
        card = await world.card("reinstated")
        assert "We saw the listing again on" in card.words
        assert "seen twice, an hour apart" in (await world.reply_to(card)).words
        assert (await world.notice("TD-1")).came_back is ComeBack.RELISTED
        page = await world.mia.types("/offenders show S-9", channel=CHANNEL)
        assert page.reply is not None
        assert "1 relisting" in page.reply.text
        assert "1 upheld" in page.reply.text
        assert "File TD-1 again" in (await status(world)).buttons

        form = await world.ann.presses("File TD-1 again", on=card)
        assert form.view is not None
        for held in (ITEM, "S-9", "NORDLICHT-EU", (await world.notice("TD-1")).statement[:40]):
            assert held in str(form.view)
        assert "initial_options" not in str(form.view), "the declaration is never ticked for anybody"
        done = await world.ann.submits(form.view, {"Declaration": ["I declare all of this"]})
        assert done.error is None
        assert not done.errors
        again = await world.notice("TD-2")
        before = await world.notice("TD-1")
        assert (again.listing, again.right, again.violation) == (before.listing, before.right, before.violation)
        assert (again.statement, again.seller) == (before.statement, before.seller)


async def test_a_return_that_was_none_is_taken_back_by_whoever_looked_there(tmp_path: Path) -> None:
    shop = Shop()
    async with a_shop_is_watched(tmp_path, shop) as world:
        await removed(world)
        await looked(world, shop, after=HOUR + 5)
        await looked(world, shop, after=HOUR + 5)
        shop.shows("Item 4711. Add to basket")
        await looked(world, shop, after=DAY)
        await looked(world, shop, after=HOUR + 5)
        await world.card("reinstated")
        assert "Record outcome of TD-1" in (await status(world)).buttons
        said = await world.ann.types("/takedown outcome TD-1 removed I looked: an error page", channel=CHANNEL)
        assert said.reply is not None
        assert "TD-1 is at “removed” now." in said.reply.words
        notice = await world.notice("TD-1")
        assert (notice.status, notice.came_back) == (Status.REMOVED, None)
        page = await world.mia.types("/offenders show S-9", channel=CHANNEL)
        assert page.reply is not None
        assert "1 upheld" in page.reply.text
        assert "1 relisting" not in page.reply.text


async def test_who_may_not_file_may_not_file_again(tmp_path: Path) -> None:
    shop = Shop()
    async with a_shop_is_watched(tmp_path, shop) as world:
        await removed(world)
        await looked(world, shop, after=HOUR + 5)
        await looked(world, shop, after=HOUR + 5)
        shop.shows("Item 4711. Add to basket")
        await looked(world, shop, after=DAY)
        await looked(world, shop, after=HOUR + 5)
        card = await world.card("reinstated")
        await world.mia.presses("File TD-1 again", on=card)
        await world.whispered(world.mia, "viewer")
        assert not world.mia.views


async def test_what_never_went_is_said_in_words_and_counts_for_nothing(tmp_path: Path) -> None:
    shop = Shop()
    shop.shows("Item 4711. Add to basket")
    async with a_shop_is_watched(tmp_path, shop) as world:
        await removed(world)
        await looked(world, shop, after=HOUR + 5)
        await looked(world, shop, after=HOUR + 5)
        await world.card("Acme Market says removed; we still see it")
        await world.sandbox.until(
            lambda: any("we still see the listing" in one.words for one in world.direct(world.ann))
        )
        await looked(world, shop, after=DAY)
        assert len([one for one in world.direct(world.ann) if "we still see the listing" in one.words]) == 1
        assert (await world.notice("TD-1")).status is Status.REMOVED
        page = await world.mia.types("/offenders show S-9", channel=CHANNEL)
        assert page.reply is not None
        assert "relisting" not in page.reply.text.replace("0 relistings", "")


async def test_what_cannot_be_told_changes_nothing(tmp_path: Path) -> None:
    shop = Shop(status=403)
    async with a_shop_is_watched(tmp_path, shop) as world:
        await removed(world)
        card = (await world.card("removed")).words
        for after in (HOUR + 5, DAY, 2 * DAY, 4 * DAY):
            await looked(world, shop, after=after)
        shop.shows("<title>Robot Check</title>")
        await looked(world, shop, after=7 * DAY)
        notice = await world.notice("TD-1")
        assert (notice.status, notice.verified_gone_at, notice.still_seen_at) == (Status.REMOVED, None, None)
        told = await status(world)
        assert "it cannot be told, they answered HTTP 403" in told.words
        assert "Verified" not in told.words
        assert card.split("changed")[0] == (await world.card("removed")).words.split("changed")[0]


async def test_by_itself_the_desk_opens_no_page_at_all(tmp_path: Path) -> None:
    shop = Shop()
    async with a_shop_is_watched(tmp_path, shop, acme="") as world:
        await removed(world)
        for after in (HOUR + 5, DAY, 30 * DAY):
            await world.passes(after)
        assert shop.asked == []
        assert "Looked at" not in (await status(world)).words
