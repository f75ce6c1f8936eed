"""A shop without an API or a portal: its abuse desk gets a mail, and the public archive a record."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.model import Status
from bot.sandbox.removals import Mood
from bot.sandbox.serving import running
from bot.sandbox.vendors.lumen import PretendLumen
from bot.sandbox.vendors.smtp import PretendMailServer
from tests.stories.world import CHANNEL, ITEM, StoryClock, World, a_world

SHOP = "https://little-shop.example/bags/red"


def tables(port: int, lumen: str, more: str = "") -> str:
    """A mail server and an archive, which take the marketplace's secret for theirs; with more about the mail."""
    return f"""
[marketplaces.shops]
adapter = "email"
name = "Little Shop"
to = "abuse@little-shop.example"
sender = "takedown@nordlicht.example"
smtp_host = "127.0.0.1"
smtp_port = {port}
security = "none"
username = "takedown"
password_env = "ACME_TOKEN"
language = "de"
kind = "dsa"
organisation = "Nordlicht AB"
{more}

[lumen]
base_url = "{lumen}"
token_env = "ACME_TOKEN"
sender = "Nordlicht AB"
marketplaces = ["shops"]
"""


async def files(world: World, address: str, via: str = "via:shops") -> None:
    seen = await world.ann.types(f"/takedown {address} counterfeit {via}", channel=CHANNEL)
    assert seen.reply is not None, seen
    await world.ann.presses("File", on=seen.reply)
    await world.passes(30)


async def test_a_shop_of_its_own_gets_a_mail_and_the_archive_a_record(tmp_path: Path) -> None:
    clock = StoryClock()
    mail = PretendMailServer(clock=clock, mailbox="abuse@little-shop.example", username="takedown", password="t")
    lumen = PretendLumen(clock=clock, token="t")
    async with (
        mail.receiving() as port,
        running(lumen.app) as archive,
        a_world(tmp_path, tables=tables(port, archive)) as world,
    ):
        await files(world, SHOP)
        await world.card("TD-1 · submitted")
        (arrived,) = mail.mails
        assert SHOP in arrived.text.splitlines()
        assert "[TD-1]" in arrived.message["Subject"]
        assert world.ann.name in arrived.text
        await world.passes(5)
        seen = await world.ann.types("/takedown status TD-1", channel=CHANNEL)
        assert seen.reply is not None
        assert "Archived by Lumen: hxxp://" in seen.reply.words, "addresses are shown so that nobody presses them"
        assert (await world.notice("TD-1")).status is Status.SUBMITTED
        (record,) = lumen.notices
        assert world.ann.name not in str(record)

        mail.feel(Mood.LOST_REPLY, writes=1)
        await files(world, f"{SHOP}er")
        await world.card("TD-2 · uncertain")
        await world.passes_many(3, 60)
        assert (mail.sent("TD-2"), lumen.filed("TD-2")) == (1, 0), "never sent again by itself"
        notice = await world.notice("TD-2")
        assert notice.status is Status.UNCERTAIN
        assert "Please look there" in notice.reason

        await files(world, ITEM, via="")
        await world.card("TD-3 · submitted")
        await world.passes(5)
        assert lumen.filed("TD-3") == 0, "only what the desk file names"


CATALOGUE = "https://www.ebay.de/p/25041234567"
AMAZON = "https://www.amazon.de/dp/B08N5WRWNW"


@pytest.mark.parametrize(
    ("text", "words", "never"),
    [
        ("https://amzn.to/3xyz counterfeit via:shops", "makes short links", "via:"),
        ("https://mercadolivre.com/sec/xyz counterfeit via:shops", "only forwards", "via:"),
        (f"{AMAZON} counterfeit via:shops", "belongs to amazon", "via:"),
        (f"{ITEM} counterfeit via:shops", "belongs to acme", "via:"),
        (f"{AMAZON} counterfeit via:acme", "This address is of amazon, not of acme; leave out via:acme", "Nothing"),
        (f"{CATALOGUE} counterfeit", "a catalogue page", "via:"),
        ("https://acme.example/about counterfeit", "names no listing", "via:"),
        ("https://unknown.example/p/1 counterfeit", "say who can act: “via:shops”", "little-shop"),
        (f"{SHOP} counterfeit", "say who can act: “via:shops”", "Nothing"),
    ],
)
async def test_who_may_be_named_for_an_address_is_said(tmp_path: Path, text: str, words: str, never: str) -> None:
    async with a_world(tmp_path, tables=tables(9, "http://127.0.0.1:9")) as world:
        seen = await world.ann.types(f"/takedown {text}", channel=CHANNEL)
        assert seen.reply is not None
        assert words in seen.reply.words
        assert never not in seen.reply.words
        assert await world.statuses() == {}


async def test_a_mailbox_gets_pages_of_its_own_hosts_only(tmp_path: Path) -> None:
    text = tables(9, "http://127.0.0.1:9", 'hosts = ["little-shop.example"]')
    async with a_world(tmp_path, tables=text) as world:
        seen = await world.ann.types("/takedown https://other.example/p/1 counterfeit via:shops", channel=CHANNEL)
        assert seen.reply is not None
        assert "other.example is not theirs: they take pages of little-shop.example only" in seen.reply.words
        seen = await world.ann.types("/takedown https://other.example/p/1 counterfeit", channel=CHANNEL)
        assert seen.reply is not None
        assert "via:" not in seen.reply.words, "no advice that leads nowhere"
        seen = await world.ann.types(f"/takedown {SHOP} counterfeit", channel=CHANNEL)
        assert seen.reply is not None
        assert "say who can act: “via:shops”" in seen.reply.words
        await files(world, SHOP)
        await world.card("TD-1")
