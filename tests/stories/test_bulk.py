"""Filing many at once, in the words of those who do it."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bot.model import Bulk, BulkState, Status, Violation
from bot.sandbox.driver import Message, Persona, Seen
from tests import make
from tests.stories.world import CHANNEL, World, comes_to_rest, restarted

ADDRESS = "https://acme.example/item/{}"
PATIENCE = 15


def pasted(numbers: Sequence[int]) -> str:
    return "\n".join(ADDRESS.format(number) for number in numbers)


async def opens(person: Persona) -> Seen:
    seen = await person.types("/takedown bulk", channel=CHANNEL)
    assert seen.view is not None, seen
    return seen


async def checks(person: Persona, *numbers: int, **more: Any) -> Seen:
    """Paste addresses of these numbers into the form's boxes, and send it."""
    form = await opens(person)
    boxes = [numbers[at : at + 70] for at in range(0, len(numbers), 70)]
    answers = {f"addresses{at}": pasted(box) for at, box in enumerate(boxes, 1)}
    return await person.submits(form.view, {**answers, "violation": "counterfeit", **more})


async def uploads(person: Persona, name: str, content: bytes, **more: Any) -> Seen:
    form = await opens(person)
    return await person.submits(form.view, {"file": [(name, content)], **more})


async def table(world: World, person: Persona, words: str) -> Message:
    """The newest message in somebody's direct messages that says so, waited for."""

    def found() -> Message | None:
        fitting = (one for one in reversed(world.direct(person)) if words in one.words or words in one.buttons)
        return next(fitting, None)

    await world.sandbox.until(lambda: found() is not None, seconds=PATIENCE)
    message = found()
    assert message is not None
    return message


async def bulk_of(world: World) -> Bulk:
    (bulk,) = await world.app.desk.store.entries(Bulk)
    return bulk


def value_of(message: Message, label: str) -> str:
    return next(str(one.element["value"]) for one in message.controls if one.label == label)


async def test_three_hundred_pasted_addresses_are_typed_back_declared_and_filed(world: World) -> None:
    numbers = [*range(1, 299), 7]
    form = await opens(world.ann)
    answers = {f"addresses{at}": pasted(numbers[(at - 1) * 70 : at * 70]) for at in range(1, 6)}
    answers["addresses5"] += "\nhttps://shop.of-its-own.example/thing"
    seen = await world.ann.submits(form.view, {**answers, "violation": "counterfeit"})
    assert seen.view is not None
    assert "Checking 300 lines" in seen.view.words
    assert seen.seconds < 2.5

    shown = await table(world, world.ann, "Nothing has been filed yet")
    assert "298 fine, 1 duplicate, 1 unknown" in shown.words
    assert "counterfeit goods under NORDLICHT-EU: 298" in shown.words
    for part in ("Good faith", "Accuracy", "Authority"):
        assert part in shown.words
        assert part in shown.text, "a screen reader reads the text alone"
    assert await world.statuses() == {}

    await world.ann.presses("Only problems (2)", on=shown)
    shown = await table(world, world.ann, "the listing of line 7 again")
    assert "hxxps://shop[.]of-its-own[.]example/thing" in shown.words
    await world.ann.presses("All 300 lines", on=shown)
    shown = await table(world, world.ann, "page 1 of 12")
    await world.ann.presses("More ▶", on=shown)
    shown = await table(world, world.ann, "Lines 26 to 50 of the table, page 2 of 12")

    await world.ann.presses("File 298 of 300", on=shown)
    done = await table(world, world.ann, "Done: of 300 lines")
    assert "298 filed, 1 duplicate, 1 unknown" in done.words
    assert "Filed as TD-1 to TD-298" in done.words
    assert "the listing of line 7 again" in done.text, "what was not filed, and why"
    assert Counter((await world.statuses()).values()) == {Status.QUEUED: 298}
    first, last = [await world.notice(notice_id) for notice_id in ("TD-1", "TD-298")]
    assert (first.batch_id, last.batch_id) == ("TD-1", "TD-1")
    assert (first.listing.listing_id, last.listing.listing_id) == ("1", "298"), "in the order of the lines"
    assert first.declaration.affirmed_at == last.declaration.affirmed_at <= first.filed_at
    assert (first.declaration.affirmed_by, first.declaration.text_version) == (world.ann.id, "2026-11")
    card = await world.card("TD-1 to TD-298")
    assert len(world.cards()) == 1
    assert "298 queued" in card.words


async def test_file_pressed_three_times_and_after_a_restart_files_each_line_once(world: World) -> None:
    await checks(world.ann, *range(1, 41))
    shown = await table(world, world.ann, "File 40 of 40")
    value = value_of(shown, "File 40 of 40")
    await world.together(*(world.ann.presses("File 40 of 40", on=shown) for _ in range(3)))
    done = await table(world, world.ann, "Done: of 40 lines 40 filed")
    await world.ann.forges("bulk.file", value, on=done)
    await world.app.stop()
    async with restarted(world) as again:
        await asyncio.wait_for(world.sandbox.bot_connected(), 25)
        await world.ann.forges("bulk.file", value, on=done)
        await comes_to_rest(again)
        assert len([one for one in world.direct(world.ann) if "Done" in one.words]) == 1
    assert len(world.cards()) == 1


async def test_the_same_form_sent_twice_is_one_bulk(world: World) -> None:
    form = await opens(world.ann)
    answers = {"addresses1": pasted([1, 2]), "violation": "counterfeit"}
    await world.together(world.ann.submits(form.view, answers), world.ann.submits(form.view, answers))
    await table(world, world.ann, "File 2 of 2")
    await bulk_of(world)
    assert len([one for one in world.direct(world.ann) if "In bulk" in one.words]) == 1


async def test_somebody_else_cannot_file_look_at_or_send_themselves_the_table(world: World) -> None:
    await checks(world.ann, 1, 2)
    shown = await table(world, world.ann, "File 2 of 2")
    await checks(world.bo, 3)
    own = await table(world, world.bo, "File 1 of 1")
    bulk_id = value_of(shown, "File 2 of 2").split()[0]
    for action, value in (
        ("bulk.file", f"{bulk_id} 1"),
        ("bulk.again", f"{bulk_id} 0"),
        ("bulk.older", f"{bulk_id} 1 all"),
        ("bulk.send", bulk_id),
        ("bulk.check", bulk_id),
    ):
        told = await world.bo.forges(action, value, on=own)
        assert told.reply is not None
        assert "Only the person who put this bulk together" in told.reply.words
    for person, why in ((world.mia, "takes the role analyst"), (world.person("gil"), "Guests may not")):
        seen = await person.types("/takedown bulk", channel=CHANNEL)
        assert seen.view is None
        assert seen.reply is not None
        assert why in seen.reply.words
    assert await world.statuses() == {}


async def test_a_forged_or_outdated_button_files_nothing(world: World) -> None:
    await checks(world.ann, 1, 2)
    shown = await table(world, world.ann, "File 2 of 2")
    bulk_id, made = value_of(shown, "File 2 of 2").split()
    for value in ("", "nonsense", f"{bulk_id} {int(made) + 1}", f"{bulk_id} 0", f"{bulk_id} ²", "x" * 200):
        told = await world.ann.forges("bulk.file", value, on=shown)
        assert told.reply is not None, value
    await world.ann.forges("bulk.again", f"{bulk_id} 7", on=shown)
    assert await world.statuses() == {}
    assert (await bulk_of(world)).state is BulkState.CHECKED


async def test_a_table_of_yesterday_is_not_filed(world: World) -> None:
    await checks(world.ann, 1, 2)
    shown = await table(world, world.ann, "File 2 of 2")
    await world.passes(25 * 60 * 60)
    told = await world.ann.presses("File 2 of 2", on=shown)
    assert told.reply is not None
    assert "more than a day old" in told.reply.words
    assert await world.statuses() == {}


async def test_what_is_open_already_is_named_and_the_rest_can_be_tried_again_under_the_same_batch(world: World) -> None:
    await world.files(world.bo, ADDRESS.format(3))
    await world.card("TD-1 · queued")
    await checks(world.ann, 1, 2, 3, 4)
    shown = await table(world, world.ann, "File 3 of 4")
    assert "already on the desk for NORDLICHT-EU as TD-1" in shown.text
    await world.files(world.bo, ADDRESS.format(4))  # meanwhile
    await world.ann.presses("File 3 of 4", on=shown)
    done = await table(world, world.ann, "Done: of 4 lines 2 filed, 2 duplicates")
    assert "as TD-2" in done.text
    assert "Good faith" in done.text, "trying again declares anew"

    for notice_id in ("TD-1", "TD-2"):
        await world.bo.types(f"/takedown withdraw {notice_id}", channel=CHANNEL)
    await world.ann.presses("Try the rest again", on=done)
    done = await table(world, world.ann, "Done: of 4 lines 4 filed")
    assert "Try the rest again" not in done.buttons
    statuses = await world.statuses()
    assert Counter(statuses.values()) == {Status.WITHDRAWN: 2, Status.QUEUED: 4}
    batch = await world.app.desk.store.batch((await bulk_of(world)).batch_id)
    assert sorted(one.listing.listing_id for one in batch) == ["1", "2", "3", "4"]


async def test_undo_all_takes_the_whole_batch_back_and_the_table_says_so(world: World) -> None:
    await checks(world.ann, *range(1, 61))
    await world.ann.presses("File 60 of 60", on=await table(world, world.ann, "File 60 of 60"))
    done = await table(world, world.ann, "Undo all 60")
    await world.ann.presses("Undo all 60", on=done)
    offered = (one for one in world.direct(world.ann) if "Undo all 60" in one.buttons)
    await world.sandbox.until(lambda: next(offered, None) is None, seconds=9)
    assert set((await world.statuses()).values()) == {Status.WITHDRAWN}
    await world.passes(60)
    assert world.market.log == []


async def test_undone_while_it_runs_no_more_is_filed(world: World) -> None:
    await checks(world.ann, *range(1, 301), violation="counterfeit")
    await world.ann.presses("File 300 of 300", on=await table(world, world.ann, "File 300 of 300"))
    await world.sandbox.until(lambda: bool(world.cards()), seconds=9)
    told = await world.ann.presses(
        next(b for b in world.cards()[0].buttons if b.startswith("Undo")), on=world.cards()[0]
    )
    assert told.error is None
    await world.sandbox.until(
        lambda: any("Stopped" in one.words or "Done" in one.words for one in world.direct(world.ann)), seconds=9
    )
    await world.passes(60)
    assert set((await world.statuses()).values()) == {Status.WITHDRAWN}


async def test_a_csv_with_columns_in_any_order_says_of_each_row_what_it_is(world: World) -> None:
    content = (
        "Verkäufer;Grund;URL;Farbe\n"
        f"S-77;fake;{ADDRESS.format(1)};rot\n"
        f";nonsense;{ADDRESS.format(2)};\n"
        ";;;\n"
        ";;no address;\n"
        f";;{ADDRESS.format(1)}?utm_source=x;\n"
    ).encode("utf-8-sig")
    seen = await uploads(world.ann, "liste.csv", content, violation="trademark")
    assert seen.view is not None
    assert "Checking" in seen.view.words
    shown = await table(world, world.ann, "Nothing has been filed yet")
    assert "1 fine, 1 duplicate, 1 unknown, 1 refused" in shown.words
    assert "no such column is known: Farbe" in shown.words
    assert "Line 3: refused" in shown.text, "the number a person sees in the spreadsheet"
    assert "I do not know the violation" in shown.text
    await world.ann.presses("File 1 of 4", on=shown)
    await table(world, world.ann, "Done: of 4 lines")
    notice = await world.notice("TD-1")
    assert notice.seller is not None
    assert (notice.seller.seller_id, str(notice.violation)) == ("S-77", "counterfeit")


async def test_formula_cells_of_a_workbook_are_refused_line_by_line(world: World) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Address", "Statement"])
    sheet.append([ADDRESS.format(1), "The label is wrong."])
    sheet.append(['=HYPERLINK("https://acme.example/item/2")', ""])
    kept = io.BytesIO()
    book.save(kept)
    await uploads(world.ann, "list.xlsx", kept.getvalue(), violation="counterfeit")
    shown = await table(world, world.ann, "1 fine, 1 refused")
    assert "formula" in shown.text
    assert "The label is wrong." in shown.text

    await world.ann.presses("Send me the table", on=shown)
    await world.sandbox.until(lambda: any(one.files for one in world.direct(world.ann)), seconds=9)
    (file,) = next(one.files for one in world.direct(world.ann) if one.files)
    rows = list(load_workbook(io.BytesIO(file.content)).active.values)  # type: ignore[union-attr]
    assert rows[0][:3] == ("Line", "Verdict", "Why")
    assert [row[1] for row in rows[1:]] == ["fine", "refused"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("list.csv", b"name,colour\nx,red\n", "A column is missing: “Address”"),
        ("list.csv", b"\x89PNG\r\n\x1a\n" + bytes(50), "This file is a picture"),
        ("list.xlsx", b"PK\x03\x04" + bytes(50), ""),
        ("list.csv", b"address\n" + b"https://acme.example/item/1\n" * 301, "301 rows; 300 is the most"),
        ("list.txt", b" \n\n ", "Please give the addresses"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused_in_a_sentence_and_the_form_stays(
    world: World, name: str, content: bytes, words: str
) -> None:
    seen = await uploads(world.ann, name, content)
    said = " ".join(seen.errors.values())
    assert said
    assert words in said
    assert await world.app.desk.store.entries(Bulk) == ()


async def test_slack_takes_no_file_of_fifty_megabytes_and_neither_do_we(world: World) -> None:
    form = await opens(world.ann)
    seen = await world.ann.submits(form.view, {"file": [("list.csv", bytes(50_000_000))]})
    assert "larger than 10 MB" in " ".join(seen.errors.values())


async def test_a_text_file_of_addresses_will_do(world: World) -> None:
    await uploads(
        world.ann,
        "list.txt",
        b"\xef\xbb\xbf" + pasted([1, 2, 3]).encode(),
        violation="counterfeit",
    )
    await table(world, world.ann, "File 3 of 3")


async def test_nothing_too_many_and_both_are_refused_beside_the_field(world: World) -> None:
    form = await opens(world.ann)
    assert "Please give the addresses" in str((await world.ann.submits(form.view, {})).errors)
    both = {"addresses1": pasted([1]), "file": [("l.csv", b"address\nhttps://acme.example/item/2\n")]}
    assert "either paste addresses or attach" in str((await world.ann.submits(form.view, both)).errors)
    form = await opens(world.ann)
    long = {f"addresses{at}": pasted(range(at * 100, at * 100 + 75)) for at in range(1, 6)}
    assert "300 listings in one bulk is the most; these are 375" in str(
        (await world.ann.submits(form.view, long)).errors
    )


async def test_more_than_twenty_addresses_in_the_command_or_the_ordinary_form_become_a_bulk(world: World) -> None:
    typed = " ".join(pasted(range(1, 26)).split())
    seen = await world.ann.types(f"/takedown {typed} counterfeit", channel=CHANNEL)
    assert seen.reply is not None
    assert "Checking 25 lines" in seen.reply.words
    await table(world, world.ann, "File 25 of 25")

    form = await world.bo.types("/takedown", channel=CHANNEL)
    assert form.view is not None
    rights = next(one for one in form.view.questions if one.block_id == "right").element["options"]
    answers = {
        "addresses": pasted(range(30, 60)),
        "violation": "counterfeit",
        "right": rights[0]["value"],
        "declaration": ["I declare all of this"],
    }
    sent = await world.bo.submits(form.view, answers)
    assert sent.view is not None
    assert "Checking 30 lines" in sent.view.words
    await table(world, world.bo, "File 30 of 30")
    assert await world.statuses() == {}


async def test_the_ordinary_form_leads_to_the_one_for_many_with_what_was_filled_in(world: World) -> None:
    form = await world.ann.types("/takedown", channel=CHANNEL)
    seen = await world.ann.presses("Many at once, or a file", on=form.view)
    assert seen.view is not None
    assert seen.view.title == "Takedowns in bulk"
    await world.ann.presses("Send me a CSV template", on=seen.view)
    await world.sandbox.until(lambda: any(one.files for one in world.direct(world.ann)), seconds=9)
    (file,) = next(one.files for one in world.direct(world.ann) if one.files)
    assert b"Message to seller" in file.content
    sent = await world.ann.submits(seen.view, {"addresses1": pasted([1]), "violation": "counterfeit"})
    assert sent.view is not None
    await table(world, world.ann, "File 1 of 1")


async def test_whoever_loses_the_role_meanwhile_files_nothing(world: World) -> None:
    await checks(world.ann, *range(1, 31))
    shown = await table(world, world.ann, "File 30 of 30")
    grant = make.role(world.ann.id, version=2)
    await world.app.desk.store.save(grant)
    told = await world.ann.presses("File 30 of 30", on=shown)
    assert told.reply is not None
    assert "takes the role analyst" in told.reply.words
    assert await world.statuses() == {}


async def test_a_bulk_beyond_the_size_of_the_policy_waits_for_a_second_person_as_a_whole(world: World) -> None:
    await world.app.desk.store.save(make.filing_policy(batch_over=20))
    await checks(world.ann, *range(1, 31))
    shown = await table(world, world.ann, "File 30 of 30")
    assert "it is 30 listings at once, where more than 20 need one" in shown.words
    assert "A second person has to approve this" in shown.text
    await world.ann.presses("File 30 of 30", on=shown)
    await table(world, world.ann, "30 filed")
    assert Counter((await world.statuses()).values()) == {Status.AWAITING_APPROVAL: 30}
    asking = await world.card("Approve all 30")
    await world.bo.presses("Approve all 30", on=asking)
    await world.card("30 queued")


async def test_a_bulk_beyond_the_quota_files_nothing_and_says_so(world: World) -> None:
    await world.app.desk.store.save(make.filing_policy(daily_quota=10))
    await checks(world.ann, *range(1, 13))
    told = await world.ann.presses("File 12 of 12", on=await table(world, world.ann, "File 12 of 12"))
    assert told.reply is not None
    assert "You have filed 0 of 10 today; these are 12." in told.reply.words
    assert await world.statuses() == {}


async def test_what_differs_within_a_bulk_is_on_its_card_and_on_that_of_the_approvers(world: World) -> None:
    await world.app.desk.store.save(make.filing_policy(violations=(Violation.COUNTERFEIT,)))
    content = "address,violation,statement\n" + "".join(
        f"{ADDRESS.format(at)},{kind},The label of number {at} is wrong.\n"
        for at, kind in enumerate(["counterfeit", "trademark"], 1)
    )
    await uploads(world.ann, "list.csv", content.encode())
    await world.ann.presses("File 2 of 2", on=await table(world, world.ann, "File 2 of 2"))
    await table(world, world.ann, "2 filed")
    asking = await world.card("Approve all 2")
    for words in ("counterfeit goods", "The label of number 1", "The label of number 2"):
        assert words in asking.words
    assert set((await world.statuses()).values()) == {Status.AWAITING_APPROVAL}, "all of it or nothing"


async def test_a_file_that_takes_its_time_is_read_while_the_form_says_so(world: World) -> None:
    world.sandbox.faults.hang(2.2, "files.info", times=2)
    sent = await uploads(world.ann, "list.csv", f"address\n{ADDRESS.format(1)}\n".encode(), violation="counterfeit")
    assert sent.errors == {}
    assert sent.seconds < 2.9
    assert sent.view is not None
    assert "Reading your file" in sent.view.words
    await table(world, world.ann, "File 1 of 1")
    form = await uploads(world.ann, "list.csv", b"colour\nred\n")
    assert form.view is not None
    await world.sandbox.until(lambda: "A column is missing" in world.ann.views[-1].words, seconds=9)


async def test_a_form_that_was_closed_meanwhile_is_answered_all_the_same(world: World) -> None:
    world.sandbox.faults.hang(2.2, "files.info")
    sent = await uploads(world.ann, "list.csv", b"colour\nred\n")
    await world.ann.closes(sent.view)
    await table_or_whisper(world, "A column is missing")


async def table_or_whisper(world: World, words: str) -> None:
    def found() -> bool:
        return any(words in one.words for one in (*world.direct(world.ann), *world.ann.direct.ephemerals(world.ann.id)))

    await world.sandbox.until(found, seconds=9)


async def test_a_mention_asks_for_a_click_before_the_form(world: World) -> None:
    await world.ann.types("@takedown-desk bulk", channel=CHANNEL)
    told = await world.whispered(world.ann, "form")
    seen = await world.ann.presses(told.buttons[0], on=told)
    assert seen.view is not None
    assert seen.view.title == "Takedowns in bulk"


async def test_the_table_says_what_a_preview_would_such_as_that_a_marketplace_is_paused(world: World) -> None:
    await world.ada.types("/takedown-admin pause acme They asked us to wait.", channel=CHANNEL)
    await checks(world.ann, 1, 2)
    shown = await table(world, world.ann, "File 2 of 2")
    assert "paused" in shown.text
    assert "They asked us to wait." in shown.words
