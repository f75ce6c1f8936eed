"""Evidence, in the words of those who hand it in and those who ask for it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.desk import audit, evidence
from bot.model import Attached, Status
from bot.sandbox.driver import Message, Persona
from bot.sandbox.serving import running
from bot.sandbox.vendors.lumen import PretendLumen
from bot.sandbox.vendors.smtp import PretendMailServer
from tests.stories.test_mail import SHOP, tables
from tests.stories.test_portals import OFFER, PORTALIA, pack
from tests.stories.world import CHANNEL, ITEM, StoryClock, World, a_world

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2040)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
DIGEST = sha256(PNG).hexdigest()


async def files_with(world: World, addresses: str, *files: tuple[str, bytes], person: Persona | None = None) -> str:
    """Fill in the form, with files; what it turns into."""
    who = person or world.ann
    seen = await who.types("/takedown", channel=CHANNEL)
    assert seen.view is not None
    answers: dict[str, Any] = {
        "Listing addresses": addresses,
        "What is wrong": "Counterfeit goods",
        "right": "NORDLICHT-EU: Nordlicht (EUIPO 018123456)",
        "Evidence": list(files),
        "Declaration": ["I declare all of this"],
    }
    if addresses == SHOP:
        answers["Who can act"] = "Little Shop"
    done = await who.submits(seen.view, answers)
    assert not done.errors, done.errors
    assert done.view is not None
    return done.view.words


async def kept(world: World, count: int, *, notice_id: str = "TD-1") -> None:
    def shown() -> bool:
        cards = " ".join(card.words for card in world.cards())
        return f"{count} file" in cards and "being fetched" not in cards

    await world.sandbox.until(shown)
    assert len((await world.notice(notice_id)).evidence) == count


async def evidence_of(person: Persona, notice_id: str = "TD-1") -> Message:
    seen = await person.types(f"/takedown evidence {notice_id}", channel=CHANNEL)
    assert seen.reply is not None, seen
    return seen.reply


async def test_files_of_the_form_are_kept_with_their_hash_and_the_marketplace_gets_the_hashes(world: World) -> None:
    said = await files_with(world, ITEM, ("label.png", PNG), ("invoice.pdf", PDF))
    assert "2 files are being fetched; the card says when they are kept." in said
    await kept(world, 2)
    status = await world.bo.types("/takedown status TD-1", channel=CHANNEL)
    assert status.reply is not None
    assert f"Evidence kept: label.png (PNG, 2 kB), SHA-256 {DIGEST[:12]}…" in status.reply.words
    lines = [one for one in await world.app.desk.store.events("TD-1") if "sha256" in one.raw]
    assert {one.raw["sha256"] for one in lines} >= {DIGEST}
    assert all(one.where.startswith("Slack file F") for one in lines)
    assert (await audit.checked(world.app.desk.store, "TD-1")).whole
    shown = await evidence_of(world.mia)
    assert "label.png (PNG, 2 kB)" in shown.words
    assert f"SHA-256 {DIGEST[:12]}…" in shown.words
    assert f"SHA-256 {DIGEST} · captured" in shown.text, "the text has all of it"
    assert f"by {world.ann.name}" in shown.words
    await world.passes(30)
    await world.card("TD-1 · submitted")
    assert world.market.requests[0].body["evidence"][0] == {
        "name": "label.png",
        "sha256": DIGEST,
        "media_type": "image/png",
        "size": len(PNG),
    }


async def test_every_notice_of_a_form_gets_its_files(world: World) -> None:
    await files_with(world, f"{ITEM}\n{ITEM}1\n{ITEM}2", ("label.png", PNG))
    await kept(world, 1)
    for notice_id in ("TD-1", "TD-2", "TD-3"):
        assert [one.sha256 for one in (await world.notice(notice_id)).evidence] == [DIGEST]


async def test_files_with_more_listings_than_one_card_holds_are_refused_beside_the_field(world: World) -> None:
    seen = await world.ann.types("/takedown", channel=CHANNEL)
    assert seen.view is not None
    done = await world.ann.submits(
        seen.view,
        {
            "Listing addresses": "\n".join(f"{ITEM}{number}" for number in range(21)),
            "What is wrong": "Counterfeit goods",
            "right": "NORDLICHT-EU: Nordlicht (EUIPO 018123456)",
            "Evidence": [("label.png", PNG)],
            "Declaration": ["I declare all of this"],
        },
    )
    assert "up to 20 listings" in done.errors["evidence"]


async def test_what_cannot_be_kept_is_said_to_whoever_filed_and_the_rest_is_kept(world: World) -> None:
    await files_with(world, ITEM, ("setup.png", b"MZ\x90\x00"), ("label.png", PNG))
    await kept(world, 1)
    await world.sandbox.until(lambda: bool(world.direct(world.ann)))
    told = world.direct(world.ann)[-1]
    assert "TD-1: Not kept as evidence: setup.png. setup.png is a Windows program" in told.words
    assert "Show TD-1" in told.buttons


async def test_a_reader_has_the_files_sent_and_it_is_on_record(world: World) -> None:
    await files_with(world, ITEM, ("label.png", PNG), ("invoice.pdf", PDF))
    await kept(world, 2)
    pressed = await world.mia.presses("Send me the files", on=await evidence_of(world.mia))
    assert pressed.reply is not None
    assert "2 files come to our direct messages." in pressed.reply.words

    def arrived() -> list[bytes]:
        return [file.content for one in world.direct(world.mia) for file in one.files]

    await world.sandbox.until(lambda: len(arrived()) == 2)
    assert sorted(arrived()) == sorted([PNG, PDF])
    said = [one.words for one in await world.app.desk.store.events("TD-1")]
    assert f"Evidence sent to {world.mia.name}: label.png, invoice.pdf." in said


async def test_more_is_added_later_by_whoever_may_act_on_the_notice(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.card("TD-1 · queued")
    shown = await evidence_of(world.ann)
    assert "none yet" in shown.words
    form = await world.ann.presses("Add evidence", on=shown)
    assert form.view is not None
    nothing = await world.ann.submits(form.view, {"Evidence": []})
    assert nothing.errors
    done = await world.ann.submits(form.view, {"Evidence": [("label.png", PNG)]})
    assert done.view is not None
    assert "1 file is being fetched; the card says when it is kept." in done.view.words
    await kept(world, 1)

    for stranger, words in ((world.bo, "Only the person who filed TD-1"), (world.mia, "here you are viewer")):
        pressed = await stranger.presses("Add evidence", on=await evidence_of(stranger))
        assert pressed.view is None
        assert pressed.reply is not None
        assert words in pressed.reply.words


async def test_a_file_of_somebody_else_is_not_taken_whatever_the_client_says(world: World) -> None:
    await files_with(world, ITEM, ("label.png", PNG))
    await kept(world, 1)
    plan = world.sandbox.workspace.take(world.bo.id, "plan.pdf", PDF, site=world.sandbox.api_url.removesuffix("/api/"))
    # No Slack client of hers would offer it; a tampered one may name any file.
    foreign = Attached(file_id=plan.id, name="plan.pdf")
    ann = (await world.notice("TD-1")).submitter
    await evidence.add(world.app.desk, "TD-1", [foreign], by=ann)
    await world.sandbox.until(lambda: bool(world.direct(world.ann)))
    assert "It was put into Slack by somebody else" in world.direct(world.ann)[-1].words
    assert [one.name for one in (await world.notice("TD-1")).evidence] == ["label.png"]


async def test_while_slack_gives_no_files_the_notice_waits_ten_minutes_and_then_goes_without(world: World) -> None:
    world.sandbox.fail("files.info", times=1000)
    await files_with(world, ITEM, ("label.png", PNG))
    await world.card("1 file is being fetched")
    await world.passes(60)
    assert (await world.notice("TD-1")).status is Status.QUEUED
    assert world.market.requests == []
    await world.passes(600)
    card = await world.card("TD-1 · submitted")
    assert "evidence" not in world.market.requests[0].body
    thread = [one.words for one in world.channel.thread(card.ts)]
    assert any("Sent without label.png, which has not come from Slack." in one for one in thread)


async def test_a_mail_carries_the_files_and_the_letter_names_them(tmp_path: Path) -> None:
    clock = StoryClock()
    mail = PretendMailServer(clock=clock, mailbox="abuse@little-shop.example", username="takedown", password="t")
    lumen = PretendLumen(clock=clock, token="t")
    async with (
        mail.receiving() as port,
        running(lumen.app) as archive,
        a_world(tmp_path, tables=tables(port, archive)) as world,
    ):
        await files_with(world, SHOP, ("label.png", PNG), ("Rechnung.pdf", PDF))
        await kept(world, 2)
        await world.passes(31)
        await world.card("TD-1 · submitted")
        (arrived,) = mail.mails
        files = {one.get_filename(): one.get_content() for one in arrived.message.iter_attachments()}
        assert files == {"label.png": PNG, "Rechnung.pdf": PDF}
        assert "Beigefügte Nachweise: label.png, Rechnung.pdf" in arrived.text


async def test_a_pack_lists_the_files_and_has_them_sent(tmp_path: Path) -> None:
    async with a_world(tmp_path, tables=PORTALIA) as world:
        await files_with(world, OFFER, ("label.png", PNG))
        await kept(world, 1)
        await world.passes(31)
        shown = await pack(world, "LOT-1")
        assert "label.png (PNG, 2 kB)" in shown.words
        await world.bo.presses("Send me the evidence", on=shown)
        await world.sandbox.until(lambda: bool(world.direct(world.bo)))
        assert [file.content for one in world.direct(world.bo) for file in one.files] == [PNG]
        said = [one.words for one in await world.app.desk.store.events("TD-1")]
        assert f"Evidence sent to {world.bo.name}: label.png." in said
