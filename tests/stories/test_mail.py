"""A shop without an API or a portal: its abuse desk gets a mail, and the public archive a record."""

from __future__ import annotations

from pathlib import Path

from bot.model import Status
from bot.sandbox.removals import Mood
from bot.sandbox.serving import running
from bot.sandbox.vendors.lumen import PretendLumen
from bot.sandbox.vendors.smtp import PretendMailServer
from tests.stories.world import CHANNEL, ITEM, StoryClock, World, a_world

SHOP = "https://little-shop.example/bags/red"


def tables(port: int, lumen: str) -> str:
    """A mail server and an archive, which take the marketplace's secret for theirs."""
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
