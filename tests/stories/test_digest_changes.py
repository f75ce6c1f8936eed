"""Digests while something else happens: a schedule is changed or stopped, a permission is taken, Slack is old."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.model import OccurrenceState, Schedule, Status
from tests import make
from tests.stories.test_digests import (
    DAY,
    PLACE,
    are_posted,
    asks,
    occurrences,
    passes_to,
    posted,
    the_schedule,
    upheld,
)
from tests.stories.world import World

DAILY = "add #brand-protection daily 09:00 UTC"


async def tried_in_vain(world: World) -> None:
    """A digest is due, and each try to post it so far ended in no clear answer, with nothing posted."""
    world.sandbox.fail("chat.postMessage", times=3)
    await passes_to(world, "UTC", 9)
    await world.passes(60)
    (tried,) = await occurrences(world)
    assert tried.tried_at is not None
    assert not tried.state.over


@pytest.mark.parametrize("verb", ["pause", "remove"])
async def test_what_is_stopped_while_a_post_is_in_doubt_is_looked_for_and_not_posted(world: World, verb: str) -> None:
    await asks(world.ada, DAILY)
    await tried_in_vain(world)
    stopped = await asks(world.ada, f"{verb} DG-1")
    if verb == "remove":
        await world.ada.presses("Remove DG-1", on=stopped)
    world.sandbox.faults.clear()
    await world.passes_many(2, 900)
    assert not posted(world)
    (over,) = await occurrences(world)
    assert over.state is OccurrenceState.MISSED


async def test_what_had_arrived_after_all_is_posted_though_the_schedule_was_stopped(world: World) -> None:
    await asks(world.ada, DAILY)
    world.sandbox.lose_reply("chat.postMessage")
    world.sandbox.fail("conversations.history", times=2, status=503)
    await passes_to(world, "UTC", 9)
    await asks(world.ada, "pause DG-1")
    await world.passes_many(3, 900)
    assert len(posted(world)) == 1
    (done,) = await occurrences(world)
    assert done.state is OccurrenceState.POSTED


async def test_what_goes_elsewhere_while_a_post_is_in_doubt_is_posted_there(world: World) -> None:
    await asks(world.ada, DAILY)
    await world.ada.types("/invite @takedown-desk", channel="general")
    await tried_in_vain(world)
    assert "is changed" in (await asks(world.ada, "edit DG-1 #general")).words
    world.sandbox.faults.clear()
    await world.passes_many(2, 900)
    assert not posted(world)
    assert len([one for one in world.sandbox.channel("general").messages if "Repeat offenders" in one.text]) == 1


@pytest.mark.parametrize("method", ["chat.postMessage", "conversations.info"])
async def test_a_permission_that_was_taken_pauses_the_schedule_and_tells_the_admins(world: World, method: str) -> None:
    await asks(world.ada, DAILY)
    world.sandbox.faults.decline(method, "missing_scope")
    await passes_to(world, "UTC", 9)
    await world.sandbox.until(lambda: bool(world.direct(world.ada)))
    (told,) = world.direct(world.ada)
    assert "DG-1 paused itself: Slack took a permission from me (missing_scope)" in told.text
    await world.passes(3 * DAY)
    assert not posted(world)
    assert not (await the_schedule(world)).active


@pytest.mark.parametrize(("rule", "count"), [("latest", 1), ("all", 3), ("none", 0)])
async def test_after_days_without_slack_the_channel_gets_what_the_catch_up_rule_says(
    world: World, rule: str, count: int
) -> None:
    await asks(world.ada, f"{DAILY} catch-up:{rule}")
    world.sandbox.fail("*", times=100_000, status=503)
    for _ in range(3):
        await passes_to(world, "UTC", 9)
    await world.passes(4 * 3600)
    world.sandbox.faults.clear()
    await world.passes_many(2, 1000)
    await are_posted(world, count)
    states = [one.state for one in await occurrences(world)]
    assert states == [OccurrenceState.MISSED] * (3 - count) + [OccurrenceState.POSTED] * count


async def test_a_preview_comes_without_charts_where_slack_knows_none(world: World) -> None:
    await upheld(world, 3)
    await asks(world.ada, DAILY)
    world.sandbox.refuse_blocks("data_visualization")
    kinds = [block["type"] for block in (await asks(world.ada, "preview DG-1")).blocks]
    assert "data_visualization" not in kinds
    assert "rich_text" in kinds
    world.sandbox.refuse_blocks("rich_text")
    shown = await asks(world.ada, "preview DG-1")
    assert not shown.blocks
    assert "S-9" in shown.text


async def test_the_full_list_of_an_old_digest_counts_what_the_digest_counted(world: World) -> None:
    await upheld(world, 3)
    await asks(world.ada, f"{DAILY} window:30d")
    await asks(world.ada, "run DG-1")
    await are_posted(world, 1)
    await asks(world.ada, "edit DG-1 window:1d right:NORDLICHT-PHOTO")
    await world.mia.presses("digests.export_xlsx", on=posted(world)[0])
    await world.sandbox.until(lambda: any(one.files for one in world.direct(world.mia)))
    (file,) = next(one.files for one in world.direct(world.mia) if one.files)
    assert len(list(load_workbook(io.BytesIO(file.content))["Offenders"].iter_rows())) == 2


async def test_a_form_that_is_older_than_the_schedule_changes_nothing(world: World) -> None:
    await asks(world.ada, DAILY)
    old = await world.ada.types("/digest edit DG-1", channel=PLACE)
    await asks(world.ada, "edit DG-1 threshold:7")
    done = await world.ada.submits(old.view, {"At": "10:00"})
    assert any("was changed after this form was opened" in words for words in done.errors.values())
    assert (await the_schedule(world)).threshold == 7
    fresh = await world.ada.types("/digest edit DG-1", channel=PLACE)
    assert not (await world.ada.submits(fresh.view, {"At": "10:00"})).errors


async def test_a_right_that_the_desk_has_no_more_is_no_reason_to_count_all(world: World) -> None:
    await asks(world.ada, DAILY)
    there = await the_schedule(world)
    await world.app.desk.store.save(replace(there, version=there.version + 1, rights=("GONE",)))
    form = await world.ada.types("/digest edit DG-1", channel=PLACE)
    done = await world.ada.submits(form.view, {"At": "10:00"})
    assert "There is no right called GONE" in done.errors["rights"]
    assert (await the_schedule(world)).rights == ("GONE",)


async def test_a_filter_the_form_did_not_ask_for_stays(world: World) -> None:
    await asks(world.ada, f"{DAILY} marketplace:acme right:NORDLICHT-EU")
    form = await world.ada.types("/digest edit DG-1", channel=PLACE)
    assert form.view is not None
    asked: Any = form.view.payload["blocks"]
    asked[:] = [one for one in asked if one["block_id"] not in ("rights", "marketplaces")]
    filled: Any = form.view.values
    assert filled.pop("rights")
    assert filled.pop("marketplaces")
    assert not (await world.ada.submits(form.view, {"At": "10:00"})).errors
    there = await the_schedule(world)
    assert (there.rights, there.marketplaces, f"{there.rule.at:%H}") == (("NORDLICHT-EU",), ("acme",), "10")


async def test_one_that_became_the_twin_of_a_paused_one_keeps_it_paused(world: World) -> None:
    await asks(world.ada, DAILY)
    await asks(world.ada, "add #brand-protection daily 10:00 UTC")
    await asks(world.ada, "pause DG-1")
    await asks(world.ada, "edit DG-2 09:00")
    assert "DG-2 posts the very same" in (await asks(world.ada, "resume DG-1")).words
    first, _ = await world.app.desk.store.entries(Schedule)
    assert not first.active


async def test_a_run_that_failed_is_not_said_to_be_posted(world: World) -> None:
    await asks(world.ada, DAILY)
    world.sandbox.restrict(PLACE)
    await asks(world.ada, "run DG-1")
    await world.sandbox.until(lambda: bool(world.direct(world.ada)))
    again = (await asks(world.ada, "run DG-1")).words
    assert "failed: I may not post in its channel any more" in again
    assert "was posted" not in again


async def test_settings_of_a_removed_schedule_say_that_it_was_removed(world: World) -> None:
    await asks(world.ada, DAILY)
    await asks(world.ada, "run DG-1")
    await are_posted(world, 1)
    await world.ada.presses("Remove DG-1", on=await asks(world.ada, "remove DG-1"))
    for person in (world.mia, world.ada):
        told = await person.presses("Settings", on=posted(world)[0])
        assert told.reply is not None
        assert "it was removed" in told.reply.words


async def test_words_that_say_nothing_open_the_form(world: World) -> None:
    seen = await world.ada.types("/digest add the", channel=PLACE)
    assert seen.view is not None
    assert not await world.app.desk.store.entries(Schedule)


async def test_every_schedule_is_reached_page_by_page(world: World) -> None:
    await world.app.desk.store.save(*(make.schedule(f"DG-{at}", since=world.clock()) for at in range(1, 11)))
    first = await asks(world.ada, "")
    assert "DG-9 " not in first.text
    second = await world.ada.presses("Older", on=first)
    assert second.reply is not None
    assert second.reply.ts == first.ts, "it takes the place of the first"
    assert "9–10 of 10" in second.reply.words
    assert "DG-10" in second.reply.words
    assert "Newer" in second.reply.buttons


async def test_what_waits_for_us_has_waited_since_it_began_to(world: World) -> None:
    filed = world.clock() - timedelta(days=40)
    (notice_id,) = await world.app.desk.store.next_ids(1)
    notice = make.notice(notice_id, at=filed, status=Status.IN_REVIEW)
    await world.app.desk.store.save(notice, make.event(notice))
    asked = notice.changed(world.clock() - timedelta(days=2), status=Status.NEEDS_INPUT)
    await world.app.desk.store.save(asked, make.event(asked))
    await asks(world.ada, DAILY)
    assert "needs input: 1, it has waited for 2 days" in (await asks(world.ada, "preview DG-1")).text
