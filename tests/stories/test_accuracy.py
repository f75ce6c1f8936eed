"""What somebody is told of the desk's own accuracy, before they file."""

from __future__ import annotations

from pathlib import Path

from bot.model import Status
from tests import make
from tests.stories.world import CHANNEL, ITEM, World, a_world

PORTAL = """
[marketplaces.{key}]
adapter = "portal"
name = "{key}"
portal_url = "https://ipp.alibabagroup.com"
fields = [{{ label = "Explanation", from = "statement" }}]
territory = ["EU"]
good_faith = {{ account = "Alibaba IPP", upheld = 90, reinstated = 5, name = "good-faith" }}
"""
TABLES = PORTAL.format(key="taobao") + PORTAL.format(key="tmall")


async def decided(world: World, marketplace: str, *, upheld: int, rejected: int = 0, start: int = 800) -> None:
    """So many decisions there, of today."""
    for number in range(start, start + upheld + rejected):
        status = Status.REMOVED if number < start + upheld else Status.REJECTED
        listing = make.listing(str(number), marketplace=marketplace)
        done = make.upheld(f"TD-{number}", at=world.clock(), listing=listing, status=status, seller=None)
        await world.app.desk.store.save(done, make.event(done))


async def test_a_preview_says_how_far_the_account_is_from_losing_its_place(tmp_path: Path) -> None:
    async with a_world(tmp_path, tables=TABLES) as world:
        await decided(world, "taobao", upheld=20, rejected=1)
        await decided(world, "tmall", upheld=11, rejected=2, start=900)
        seen = await world.ann.types(
            "/takedown https://item.taobao.com/item.htm?id=520813250866 counterfeit", channel=CHANNEL
        )
        assert seen.reply is not None
        said = (
            "Alibaba IPP: 91.1 % upheld (31 of 34 in 90 days); leaves good-faith below 90 %: "
            "one more rejection and it falls below."
        )
        assert said in seen.reply.words
        assert said in seen.reply.text, "a screen reader reads the text alone"

        await world.passes(91 * 86_400)
        again = await world.ann.types(
            "/takedown https://item.taobao.com/item.htm?id=520813250867 counterfeit", channel=CHANNEL
        )
        assert again.reply is not None
        assert "Alibaba IPP: too few decisions to tell (0 in 90 days)" in again.reply.words


async def test_where_nothing_is_asked_the_share_is_said_once_it_says_something(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel=CHANNEL)
    assert seen.reply is not None
    assert "upheld" not in seen.reply.words
    await decided(world, "acme", upheld=4, rejected=1)
    seen = await world.ann.types(f"/takedown {ITEM}2 counterfeit", channel=CHANNEL)
    assert seen.reply is not None
    assert "Acme Market: 80.0 % upheld (4 of 5 in 90 days)." in seen.reply.words


async def test_who_files_by_the_form_is_told_afterwards(world: World) -> None:
    await decided(world, "acme", upheld=5)
    seen = await world.ann.types("/takedown", channel=CHANNEL)
    done = await world.ann.submits(
        seen.view,
        {
            "Listing addresses": ITEM,
            "What is wrong": "counterfeit",
            "Right relied on": "NORDLICHT-EU",
            "Declaration": ["I declare all of this"],
        },
    )
    assert not done.errors
    await world.sandbox.until(lambda: "Acme Market: 100.0 % upheld (5 of 5 in 90 days)." in str(world.ann.views))
