"""Scheduled digests, in the words of the admins who set them up and of the members who read them."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from bot.model import Actor, Occurrence, OccurrenceState, OnHoliday, Schedule, ScheduleState
from bot.sandbox.driver import Message, Persona
from bot.sandbox.installation import own_manifest
from bot.slack import PATIENCE
from tests import make
from tests.stories.world import World, a_world, restarted

PLACE = "brand-protection"
DAY = 86_400.0


async def asks(person: Persona, text: str, *, where: str = PLACE) -> Message:
    seen = await person.types(f"/digest {text}", channel=where)
    assert seen.error is None
    assert seen.reply is not None, seen
    return seen.reply


async def upheld(world: World, count: int, *, seller: str = "S-9", **changes: Any) -> None:
    """Notices the marketplace upheld a day ago, straight onto the desk."""
    at = world.clock() - timedelta(days=1)
    ids = await world.app.desk.store.next_ids(count)
    notices = [make.upheld(one, by=seller, at=at, **changes) for one in ids]
    await world.app.desk.store.save(*notices, *(make.event(one) for one in notices))


async def passes_to(world: World, zone: str, hour: int, minute: int = 0) -> None:
    """Time passes to the next time the clock there shows so."""
    await world.passes(seconds_to(world, zone, hour, minute))


def seconds_to(world: World, zone: str, hour: int, minute: int = 0) -> float:
    now = world.clock().astimezone(ZoneInfo(zone))
    then = now.replace(hour=hour, minute=minute, second=1, microsecond=0)
    while then <= now:
        then = (then.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))
    return (then - now).total_seconds()


def posted(world: World, words: str = "Repeat offenders") -> list[Message]:
    return [one for one in world.channel.messages if words in one.text and "Filed" not in one.text.splitlines()[0]]


async def are_posted(world: World, count: int) -> None:
    await world.sandbox.until(lambda: len(posted(world)) == count)


async def occurrences(world: World) -> list[Occurrence]:
    return sorted(await world.app.desk.store.entries(Occurrence), key=lambda one: one.due_at)


async def the_schedule(world: World) -> Schedule:
    (schedule,) = await world.app.desk.store.entries(Schedule)
    return schedule


async def test_an_admin_sets_up_a_digest_in_a_line_and_sees_when_it_comes(world: World) -> None:
    saved = await asks(world.ada, "add #brand-protection weekly mon 09:00 Europe/Berlin threshold:3")
    assert "DG-1 is saved" in saved.text
    assert "every Monday at 09:00" in saved.text
    runs = [line for line in saved.text.splitlines() if line.startswith("Monday") and "09:00 (UTC+" in line]
    assert len(runs) == 3
    assert "Post a test now" in saved.buttons


async def test_a_digest_is_posted_when_it_is_due_and_once(world: World) -> None:
    await upheld(world, 3)
    await asks(world.ada, "add #brand-protection daily 09:00 Europe/Berlin threshold:3")
    await passes_to(world, "Europe/Berlin", 8, 59)
    assert not posted(world)
    await passes_to(world, "Europe/Berlin", 9)
    await are_posted(world, 1)
    (digest,) = posted(world)
    for said in ("S-9", "3 upheld", "Ada Okafor", "DG-1", "every day at 09:00"):
        assert said in digest.text, said
    kinds = [block["type"] for block in digest.blocks]
    assert kinds.count("data_visualization") == 2
    assert kinds.count("table") == 1
    await world.app.ring()
    await world.passes(3600)
    assert len(posted(world)) == 1
    await passes_to(world, "Europe/Berlin", 9)
    await are_posted(world, 2)


async def test_without_a_word_a_form_is_opened_in_the_admins_own_zone(world: World) -> None:
    seen = await world.ada.types("/digest add", channel=PLACE)
    assert seen.view is not None
    assert "Europe/London" in str(seen.view.payload)
    done = await world.ada.submits(seen.view, {"How often": "Every working day (Monday to Friday)", "At": "18:30"})
    assert not done.errors
    assert done.view is not None
    assert "every working day" in done.view.words
    assert "18:30" in done.view.words
    pressed = await world.ada.presses("Post a test now", on=done.view)
    assert pressed.error is None
    await world.sandbox.until(lambda: bool(posted(world)))
    assert "Test" in posted(world)[0].text


@pytest.mark.parametrize(
    ("answers", "beside", "says"),
    [
        ({"Time zone": "Europe/Berln"}, "tz", "Europe/Berlin"),
        ({"How often": "As the cron expression below says", "Cron expression": "0 9 * * 1-5"}, "cron", "mon"),
        ({"Public holidays of": "Atlantis"}, "holidays", "Atlantis"),
        (
            {"How often": "Every week, on the days below", "Days, for every week": []},
            "weekdays",
            "at least one weekday",
        ),
    ],
)
async def test_what_is_wrong_in_the_form_is_said_beside_it(
    world: World, answers: dict[str, object], beside: str, says: str
) -> None:
    seen = await world.ada.types("/digest add", channel=PLACE)
    assert seen.view is not None
    done = await world.ada.submits(seen.view, answers)
    assert list(done.errors) == [beside]
    assert says in done.errors[beside]
    assert not await world.app.desk.store.entries(Schedule)


async def test_only_an_admin_changes_digests_and_a_member_is_told_who_can(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00")
    for text in (
        "add #brand-protection daily 10:00",
        "edit DG-1 10:00",
        "pause DG-1",
        "resume DG-1",
        "run DG-1",
        "preview DG-1",
        "remove DG-1",
    ):
        refused = await asks(world.mia, text)
        assert "Ada Okafor" in refused.words, text
    listed = await asks(world.mia, "")
    assert "DG-1" in listed.words
    assert "Ada Okafor" in listed.words
    assert "Pause" not in str(listed.buttons)
    assert "Nothing has come due yet" in (await asks(world.mia, "history DG-1")).words
    for name in ("gil", "otto"):
        assert "use the takedown desk" in (await asks(world.person(name), "")).words
    (schedule,) = await world.app.desk.store.entries(Schedule)
    assert schedule.version == 1


async def test_forged_buttons_and_forms_change_nothing(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00")
    await asks(world.ada, "run DG-1")
    await world.sandbox.until(lambda: bool(posted(world)))
    actions = ("pause", "remove", "run", "test", "edit", "preview", "resume")
    for refused, action in enumerate(actions, 1):
        await world.mia.forges(f"digests.{action}", "DG-1", on=posted(world)[0])
        await world.sandbox.until(
            lambda: sum("takes the role admin" in one.words for one in world.mia.ephemerals(PLACE)) == refused  # noqa: B023
        )
    await world.passes(60)
    assert len(world.mia.ephemerals(PLACE)) == len(actions)
    assert len(posted(world)) == len(await occurrences(world)) == 1
    opened = await world.ada.types("/digest edit DG-1", channel=PLACE)
    assert opened.view is not None
    (schedule,) = await world.app.desk.store.entries(Schedule)
    assert schedule.active
    assert schedule.version == 1


async def test_pressed_twice_it_is_posted_once(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00")
    listed = await asks(world.ada, "")
    await world.together(*(world.ada.presses("digests.run", on=listed) for _ in range(4)))
    await world.sandbox.until(lambda: bool(posted(world)))
    await world.passes(1)
    assert len(posted(world)) == 1


async def test_a_paused_digest_says_so_and_is_posted_when_asked_for(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00")
    await asks(world.ada, "pause DG-1")
    ran = (await asks(world.ada, "run DG-1")).words
    assert "is being posted" in ran
    assert "It is paused: nothing else is posted until it is resumed." in ran
    await are_posted(world, 1)


async def test_pressed_again_within_half_a_minute_it_is_the_same_and_later_another(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00")
    # The second is in another half minute of the clock than the first.
    world.clock.advance((80 - world.clock().second) % 60)
    assert "is being posted" in (await asks(world.ada, "run DG-1")).words
    await are_posted(world, 1)
    await world.passes(18)
    again = (await asks(world.ada, "run DG-1")).words
    assert "Not posted again: the digest DG-1 was asked for 1" in again
    assert "seconds ago, and was posted to its channel. Within 30 seconds the same wish is one post" in again
    await world.passes(18)
    assert "is being posted" in (await asks(world.ada, "run DG-1")).words
    await are_posted(world, 2)
    await world.passes(60)
    assert len(posted(world)) == 2


async def test_one_that_would_post_the_very_same_again_is_refused_beside_the_channel(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC window:30d")
    twin = {"How often": "Every day", "At": "09:00", "Time zone": "UTC"}
    seen = await world.ada.types("/digest add", channel=PLACE)
    assert seen.view is not None
    done = await world.ada.submits(seen.view, twin)
    assert list(done.errors) == ["channel"]
    assert "DG-1 posts the very same" in done.errors["channel"]
    done = await world.ada.submits(seen.view, {**twin, "At": "10:00"})
    assert not done.errors
    assert "DG-1 posts the very same" in (await asks(world.ada, "edit DG-2 09:00")).words
    for differs in (
        "window:7d",
        "window:30d right:NORDLICHT-EU",
        "window:30d marketplace:acme",
        "window:30d threshold:5",
    ):
        saved = await asks(world.ada, f"add #brand-protection daily 09:00 UTC {differs}")
        assert "is saved" in saved.words, differs
    await asks(world.ada, "pause DG-1")
    assert "is changed" in (await asks(world.ada, "edit DG-2 09:00")).words, "one that is paused is in nobody's way"


async def test_a_slack_that_grants_no_look_at_channels_is_said_with_what_to_do(tmp_path: Path) -> None:
    manifest = own_manifest()
    scopes = manifest["oauth_config"]["scopes"]
    scopes["bot"] = [scope for scope in scopes["bot"] if scope not in ("channels:read", "groups:read")]
    async with a_world(tmp_path, manifest=manifest) as world:
        refused = await asks(world.ada, "add #brand-protection daily 09:00")
        for said in ("missing_scope", "An admin should paste the manifest again and reinstall", "channels:read"):
            assert said in refused.words
        assert not await world.app.desk.store.entries(Schedule)


async def test_members_are_not_told_the_name_of_a_private_channel(world: World) -> None:
    await world.ada.types("/invite @takedown-desk", channel="legal")
    saved = await asks(world.ada, "add #legal daily 09:00 UTC")
    for answer in (saved, await asks(world.mia, ""), await asks(world.ada, "remove DG-1")):
        assert "DG-1" in answer.words
        assert "a private channel" in answer.text
        assert "legal" not in f"{answer.text} {answer.words}"
    assert (await the_schedule(world)).channel_name == ""


async def test_where_the_bot_is_not_it_asks_to_be_invited_and_then_saves(world: World) -> None:
    for channel, where in (("#general", "#general"), ("#legal", "that channel")):
        refused = await asks(world.ada, f"add {channel} daily 09:00")
        assert f"I am not in {where}" in refused.words
        assert "/invite @takedown-desk" in refused.words
    await world.ada.types("/invite @takedown-desk", channel="legal")
    assert "is saved" in (await asks(world.ada, "add #legal daily 09:00")).words


async def test_pause_resume_edit_and_remove(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    assert "paused" in (await asks(world.ada, "pause DG-1")).words
    await passes_to(world, "UTC", 9)
    await world.passes(DAY)
    assert not posted(world)
    assert "next runs" in (await asks(world.ada, "resume 1")).words
    await world.passes(60)
    assert not posted(world), "what was due meanwhile is not made up for"
    assert "10:15" in (await asks(world.ada, "edit dg1 10:15")).words
    await passes_to(world, "UTC", 10, 14)
    assert not posted(world)
    await passes_to(world, "UTC", 10, 15)
    await are_posted(world, 1)
    asked = await asks(world.ada, "remove DG-1")
    assert "Remove DG-1?" in asked.words
    removed = await world.ada.presses("Remove DG-1", on=asked)
    assert removed.reply is not None
    assert "removed" in removed.reply.words
    await world.passes(2 * DAY)
    assert len(posted(world)) == 1
    assert "There is no digest DG-1" in (await asks(world.ada, "pause DG-1")).words


async def test_what_came_due_before_a_change_is_posted_as_it_was_due_then(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    world.clock.advance(seconds_to(world, "UTC", 9))
    assert "is changed" in (await asks(world.ada, "edit DG-1 15:00")).words
    await are_posted(world, 1)
    await passes_to(world, "UTC", 15)
    await are_posted(world, 2)
    assert [one.local[-5:] for one in await occurrences(world)] == ["09:00", "15:00"]


@pytest.mark.parametrize("verb", ["pause", "remove"])
async def test_what_came_due_before_it_was_stopped_is_in_the_history(world: World, verb: str) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    world.clock.advance(seconds_to(world, "UTC", 9))
    stopped = await asks(world.ada, f"{verb} DG-1")
    if verb == "remove":
        await world.ada.presses("Remove DG-1", on=stopped)
    await world.passes(60)
    assert not posted(world)
    assert f"the schedule was {verb}d before it was posted" in (await asks(world.mia, "history DG-1")).text


async def test_history_tells_each_time_and_why_not(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC quiet")
    await passes_to(world, "UTC", 9)
    await upheld(world, 3)
    await passes_to(world, "UTC", 9)
    await are_posted(world, 1)
    told = await asks(world.mia, "history DG-1")
    assert "nothing to say" in told.text
    assert "posted" in told.text


async def test_only_on_change_stays_quiet_until_something_changed(world: World) -> None:
    await upheld(world, 3)
    await asks(world.ada, "add #brand-protection daily 09:00 UTC only-on-change window:30d")
    await passes_to(world, "UTC", 9)
    await are_posted(world, 1)
    await passes_to(world, "UTC", 9)
    assert len(posted(world)) == 1
    await upheld(world, 1)
    await passes_to(world, "UTC", 9)
    await are_posted(world, 2)
    assert "1 more than" in posted(world)[1].text or "+1" in posted(world)[1].text


@pytest.mark.parametrize("change", ["window:30d", "right:NORDLICHT-EU", "marketplace:acme"])
async def test_once_something_else_is_counted_the_next_digest_is_compared_with_nothing(
    world: World, change: str
) -> None:
    await upheld(world, 3, right=make.right("NORDLICHT-EU"))
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    await passes_to(world, "UTC", 9)
    await are_posted(world, 1)
    await asks(world.ada, f"edit DG-1 {change}")
    for count in (2, 3):
        await passes_to(world, "UTC", 9)
        await are_posted(world, count)
    _, second, third = posted(world)
    assert "Filed 3, removed 3, rejected 0" in second.text
    assert "Filed 3 (as last time)" in third.text


async def test_the_same_at_another_time_is_compared_with_the_last(world: World) -> None:
    await upheld(world, 3)
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    await passes_to(world, "UTC", 9)
    await are_posted(world, 1)
    await asks(world.ada, "edit DG-1 10:00 threshold:2 quiet")
    await passes_to(world, "UTC", 10)
    await are_posted(world, 2)
    assert "Filed 3 (as last time)" in posted(world)[1].text


async def test_the_figures_of_the_digest_before_are_dropped_once_the_next_is_posted(world: World) -> None:
    await upheld(world, 3)
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    await passes_to(world, "UTC", 9)
    await are_posted(world, 1)
    await world.ada.forges("digests.test", "DG-1", on=posted(world)[0])
    await are_posted(world, 2)
    await world.passes(60)
    first, test = await occurrences(world)
    assert test.test
    assert first.figures is not None, "the next is not compared with a test"
    await passes_to(world, "UTC", 9)
    await are_posted(world, 3)
    await world.passes(1)
    first, _, last = await occurrences(world)
    assert first.figures is None
    assert last.figures is not None
    assert last.figures.removed == 3


@pytest.mark.parametrize("trouble", ["archived", "put out", "restricted"])
async def test_a_channel_that_closed_pauses_the_schedule_and_tells_the_admins_once(world: World, trouble: str) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    match trouble:
        case "archived":
            world.sandbox.archive(PLACE)
        case "put out":
            world.sandbox.remove_bot(PLACE)
        case _:
            world.sandbox.restrict(PLACE)
    await passes_to(world, "UTC", 9)
    await world.sandbox.until(lambda: len(world.direct(world.ada)) == 1)
    assert "DG-1 paused itself" in world.direct(world.ada)[0].text
    await world.passes(2 * DAY)
    assert len(world.direct(world.ada)) == 1
    (schedule,) = await world.app.desk.store.entries(Schedule)
    assert not schedule.active
    (failed,) = await occurrences(world)
    assert failed.state is OccurrenceState.FAILED


async def test_a_schedule_whose_author_left_pauses_itself(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    world.sandbox.deactivate("ada")
    await world.app.stop()
    now = world.clock()
    world.clock.advance((now.replace(hour=9, minute=0, second=5) - now).total_seconds() % DAY)
    async with restarted(world) as again:
        await again.ring()
        (schedule,) = await again.desk.store.entries(Schedule)
        (failed,) = await again.desk.store.entries(Occurrence)
    assert not schedule.active
    assert "no longer in this workspace" in schedule.paused_because
    assert failed.state is OccurrenceState.FAILED
    assert not posted(world)


@pytest.mark.parametrize("gone", [{"tz": "Mars/Olympus"}, {"holidays": "XX", "on_holiday": OnHoliday.SKIP}])
async def test_a_schedule_that_cannot_be_worked_out_pauses_itself_and_stands_in_nobodys_way(
    world: World, gone: dict[str, Any]
) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC threshold:1")
    schedule = await the_schedule(world)
    await world.app.desk.store.save(
        replace(schedule, version=schedule.version + 1, rule=replace(schedule.rule, **gone))
    )
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    await passes_to(world, "UTC", 9)
    await are_posted(world, 1)
    await world.sandbox.until(lambda: len(world.direct(world.ada)) == 1)
    told = world.direct(world.ada)[0].text
    assert "DG-1 paused itself: its days and times cannot be worked out any more" in told
    await passes_to(world, "UTC", 9)
    await are_posted(world, 2)
    assert len(world.direct(world.ada)) == 1
    broken, sound = await world.app.desk.store.entries(Schedule)
    assert (broken.state, sound.state) == (ScheduleState.PAUSED, ScheduleState.ACTIVE)
    assert "DG-1" in (await asks(world.mia, "")).words
    assert "is changed" in (await asks(world.ada, "edit DG-1 Europe/Berlin holidays:none")).words
    assert "next runs" in (await asks(world.ada, "resume DG-1")).words


async def test_a_slack_that_knows_no_charts_gets_them_drawn(world: World) -> None:
    await upheld(world, 3)
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    world.sandbox.faults.refuse_blocks("data_visualization")
    await asks(world.ada, "run DG-1")
    await are_posted(world, 1)
    kinds = [block["type"] for block in posted(world)[0].blocks]
    assert "data_visualization" not in kinds
    assert "rich_text" in kinds


async def test_slack_down_for_an_hour_delays_a_digest_and_loses_none(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    world.sandbox.fail("*", times=10_000, status=503)
    await passes_to(world, "UTC", 9)
    await world.passes_many(6, 600)
    assert not posted(world)
    world.sandbox.faults.clear()
    await world.passes(900)
    await are_posted(world, 1)
    await world.passes(3600)
    assert len(posted(world)) == 1


async def test_a_busy_slack_is_waited_for(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    world.sandbox.rate_limit("chat.postMessage", 2, retry_after=30)
    await passes_to(world, "UTC", 9)
    await world.passes_many(3, 40)
    await are_posted(world, 1)


async def test_a_lost_reply_is_looked_up_before_posting_again(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    world.sandbox.lose_reply("chat.postMessage")
    await passes_to(world, "UTC", 9)
    await world.passes_many(3, 30)
    assert len(posted(world)) == 1
    (done,) = await occurrences(world)
    assert done.state is OccurrenceState.POSTED
    assert done.ts == posted(world)[0].ts


async def test_a_lost_reply_is_found_behind_hundreds_of_messages_and_a_clock_that_is_wrong(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    world.sandbox.lose_reply("chat.postMessage")
    await passes_to(world, "UTC", 9)
    for number in range(250):
        world.sandbox.workspace.post(world.channel, "U0ANN", text=f"chat {number}")
    await world.passes_many(3, 30)
    assert len(posted(world)) == 1


@pytest.mark.parametrize(("rule", "count"), [("latest", 1), ("all", 3), ("none", 0)])
async def test_what_was_missed_is_caught_up_as_the_schedule_says(world: World, rule: str, count: int) -> None:
    await asks(world.ada, f"add #brand-protection daily 09:00 UTC catch-up:{rule}")
    await world.app.stop()
    now = world.clock()
    tomorrow_at_ten = (now + timedelta(days=1)).replace(hour=10, minute=0)
    first = 1 if now.hour >= 9 else 0
    world.clock.advance((tomorrow_at_ten - now).total_seconds() + (1 + first) * DAY)
    async with restarted(world) as again:
        await again.ring()
        await are_posted(world, count)
        states = [one.state for one in sorted(await again.desk.store.entries(Occurrence), key=lambda one: one.due_at)]
    assert len(states) == 3
    assert states.count(OccurrenceState.MISSED) == 3 - count


async def test_two_bells_at_once_post_once(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    now = world.clock()
    world.clock.advance((now.replace(hour=9, minute=0, second=2) - now).total_seconds() % DAY)
    await world.together(*(world.app.ring() for _ in range(5)))
    await are_posted(world, 1)
    await world.passes(60)
    assert len(posted(world)) == 1


async def test_a_clock_that_is_put_back_does_not_post_again(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    await passes_to(world, "UTC", 9)
    await are_posted(world, 1)
    world.clock.advance(-1800)
    await world.app.ring()
    await world.passes(1700)
    await world.passes(200)
    assert len(posted(world)) == 1


async def test_what_a_clock_that_was_ahead_wrote_down_silences_nothing(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    ahead = world.clock() + timedelta(days=365)
    ahead_of_us: dict[str, Any] = {"due_at": ahead, "channel": "C0BRAND", "state": OccurrenceState.POSTED}
    await world.app.desk.store.save(
        make.occurrence(f"{ahead:%Y-%m-%d}T09:00", **ahead_of_us),
        make.occurrence(f"by hand {ahead:%Y-%m-%dT%H:%M:%S}", by=Actor(user_id="U0ADA"), **ahead_of_us),
    )
    await passes_to(world, "UTC", 9)
    await are_posted(world, 1)
    await world.passes(3600)
    assert len(posted(world)) == 1
    assert "is being posted" in (await asks(world.ada, "run DG-1")).words
    await are_posted(world, 2)


async def test_names_that_slack_does_not_tell_in_time_are_shown_as_ids(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    await asks(world.mia, "")  # who she is, Slack has told
    asked = [
        make.occurrence(f"by hand 2026-03-09T09:0{number}:00", due_at=make.NOW, by=Actor(user_id=user_id))
        for number, user_id in enumerate(("U0ANN", "U0BO", "U0GIL"))
    ]
    await world.app.desk.store.save(*asked)
    world.sandbox.hang(2.5, "users.info", times=3)
    seen = await world.mia.types("/digest history DG-1", channel=PLACE)
    assert seen.reply is not None
    assert seen.seconds < PATIENCE, "all are asked for at once, and none for long"
    for user_id in ("U0ANN", "U0BO", "U0GIL"):
        assert f"asked for by {user_id}" in seen.reply.text
    assert "asked for by Ann Winter" in (await asks(world.mia, "history DG-1")).text


async def test_what_is_copied_from_our_own_words_is_understood(world: World) -> None:
    await asks(world.ada, "add #brand-protection daily 09:00 America/New_York")
    copied = re.search(r"America/\S*York", (await asks(world.ada, "")).words)
    assert copied is not None
    assert "\u200b" in copied[0], "it keeps the underscore from setting the rest in italics"
    assert "is saved" in (await asks(world.ada, f"add #brand-protection daily 10:00 {copied[0]}")).words
    seen = await world.ada.types("/digest add", channel=PLACE)
    done = await world.ada.submits(seen.view, {"Time zone": copied[0]})
    assert not done.errors
    schedules = await world.app.desk.store.entries(Schedule)
    assert [one.rule.tz for one in schedules] == ["America/New_York"] * 3


async def test_the_full_list_comes_as_a_file_to_whoever_asks(world: World) -> None:
    await upheld(world, 3, seller="=HYPERLINK(1)")
    await upheld(world, 1, seller="S-7")
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    await asks(world.ada, "run DG-1")
    await are_posted(world, 1)
    await world.mia.presses("digests.export_xlsx", on=posted(world)[0])
    await world.sandbox.until(lambda: any(one.files for one in world.direct(world.mia)))
    (file,) = next(one.files for one in world.direct(world.mia) if one.files)
    book = load_workbook(io.BytesIO(file.content))
    rows = list(book["Offenders"].iter_rows(values_only=True))
    assert len(rows) == 3, "those below the threshold are in the full list"
    assert all(cell.data_type != "f" for row in book["Offenders"].iter_rows() for cell in row)
    await world.bo.presses("digests.export_csv", on=posted(world)[0])
    await world.sandbox.until(lambda: any(one.files for one in world.direct(world.bo)))
    (text,) = next(one.files for one in world.direct(world.bo) if one.files)
    assert b'"=HYPERLINK' not in text.content
    await world.person("gil").presses("digests.export_csv", on=posted(world)[0])
    await world.whispered(world.person("gil"), "use the takedown desk")


async def test_a_member_opens_an_offender_from_a_digest_and_sees_who_can_change_it(world: World) -> None:
    await upheld(world, 3)
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    await asks(world.ada, "run DG-1")
    await are_posted(world, 1)
    (digest,) = posted(world)
    shown = await world.mia.chooses("offenders.pick", "7d acme:S-9", on=digest)
    assert shown.reply is not None
    assert "counted over the last 7 days" in shown.reply.text.splitlines()[0]
    assert "Number: 3 upheld" in shown.reply.text
    settings = await world.mia.presses("Settings", on=digest)
    assert settings.reply is not None
    assert "Ada Okafor" in settings.reply.words
    form = await world.ada.presses("Settings", on=digest)
    assert form.view is not None


async def test_a_preview_is_for_the_admin_alone(world: World) -> None:
    await upheld(world, 3)
    await asks(world.ada, "add #brand-protection daily 09:00 UTC")
    shown = await asks(world.ada, "preview DG-1")
    assert "S-9" in shown.text
    assert not posted(world)
    assert not await occurrences(world)


async def test_filters_and_another_window(world: World) -> None:
    await upheld(world, 3)
    await asks(world.ada, "add #brand-protection daily 09:00 UTC right:nordlicht-photo")
    shown = await asks(world.ada, "preview DG-1")
    assert "S-9" not in shown.text
    for text, said in (
        ("add #brand-protection daily right:NOPE", "There is no right called NOPE"),
        ("add #brand-protection daily marketplace:ebay", "not connected to ebay"),
        ("add #brand-protection daily window:366d", "RETENTION_DAYS"),
        ("add #brand-protection hourly", "at most daily"),
        ('add #brand-protection cron:"0 9 * * 1-5"', "mon"),
        ("frobnicate DG-1", "/digest"),
        ("pause", "/digest"),
    ):
        assert said.casefold() in (await asks(world.ada, text)).words.casefold(), text


async def test_help_is_there(world: World) -> None:
    assert "/digest add" in (await asks(world.mia, "help")).words
