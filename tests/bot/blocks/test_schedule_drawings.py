"""Schedules as they are drawn: list, form, history; within Slack's limits and harmless."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import Message, schedules
from bot.model import (
    CatchUp,
    Due,
    Occurrence,
    OccurrenceState,
    OnHoliday,
    Rhythm,
    Rule,
    Schedule,
    ScheduleState,
)
from bot.sandbox.strictness import check_view
from tests import make
from tests.bot.blocks import made
from tests.bot.blocks.checks import blocks_of, check, elements_of, ids, name, names, people, texts


@st.composite
def rows(draw: st.DrawFn) -> Schedule:
    """Any schedule, with whatever people may have put in its words."""
    state = draw(st.sampled_from(ScheduleState))
    return made.schedule(
        channel=draw(st.sampled_from(["C0BRAND", "G0OLD", "D1", "<!here>", ""])),
        channel_name=draw(names),
        rule=Rule(rhythm=draw(st.sampled_from(Rhythm)), tz="Europe/Berlin", weekdays=(0, 4), cron="0 9 * * mon-fri"),
        rights=tuple(draw(st.lists(ids, max_size=3))),
        marketplaces=("acme",),
        quiet_when_empty=draw(st.booleans()),
        only_on_change=draw(st.booleans()),
        state=state,
        paused_because="" if state is ScheduleState.ACTIVE else draw(people),
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(rows(), max_size=3), st.integers(0, 40), st.booleans(), st.lists(names, max_size=15))
def test_any_list_of_schedules_fits(some: list[Schedule], copies: int, admin: bool, admins: list[str]) -> None:
    many = [(replace(one, id=f"DG-{at}"), None) for at, one in enumerate(some * copies)]
    check(schedules.listed(many, admin=admin, admins=admins))


@settings(max_examples=200, deadline=None)
@given(rows(), people, st.sampled_from(["is saved", "is changed", "is active"]))
def test_what_is_said_of_one_schedule_fits(row: Schedule, words: str, did: str) -> None:
    runs = (Due(local="2026-11-30T09:00", at=made.END),) * 3
    check(schedules.saved(row, runs, did=did))
    check(schedules.saved(row, (), did=did))
    check(schedules.changed(row, f"It is paused. {words}"))
    check(schedules.paused_itself(row, words))
    check_view(schedules.saved_view(row, runs, did=did), "modal")


@settings(max_examples=150, deadline=None)
@given(rows(), people, names, st.integers(0, 60), st.sampled_from(OccurrenceState))
def test_any_history_fits(row: Schedule, why: str, who: str, count: int, state: OccurrenceState) -> None:
    past = [
        made.occurrence(due_at=made.END + timedelta(days=at), state=state, why=why, by=made.ADA, posted_at=made.END)
        for at in range(count)
    ]
    check(schedules.history(row, past, names={"U0ADA": who}))


@settings(max_examples=100, deadline=None)
@given(rows(), names, st.integers(0, 130))
def test_any_form_fits(row: Schedule, title: str, count: int) -> None:
    rights = [make.right(f"R-{at}", title=title) for at in range(count)]
    keys = [f"m{at}" for at in range(count)]
    for schedule in (row, None):
        view = schedules.form(
            schedule, tz="Europe/Berlin", rights=rights, marketplaces=keys, name=name, channel="C1", holidays=[]
        )
        check_view(view, "modal")


def test_admins_get_buttons_and_members_the_names_of_admins() -> None:
    listed = [(made.schedule(), Due(local="2026-11-30T09:00", at=made.END))]
    for_admin = schedules.listed(listed, admin=True, admins=["Ada"])
    assert list(elements_of(for_admin)) == [
        f"digests.{verb}" for verb in ("preview", "run", "pause", "edit", "history", "remove", "add")
    ]
    for_member = schedules.listed(listed, admin=False, admins=["Ada", "Ben"])
    assert elements_of(for_member) == {}
    assert "Who can change them: Ada, Ben." in for_member.text


def test_the_list_says_what_is_caught_up_and_when_it_is_quiet() -> None:
    row = made.schedule(catch_up=CatchUp.NONE, quiet_when_empty=True)
    shown = schedules.listed([(row, None)], admin=False, admins=["Ada"])
    for said in (shown.text, "".join(texts(list(shown.blocks)))):
        assert "quiet when nothing happened · none missed is caught up" in said


def test_a_paused_schedule_says_why_and_can_be_resumed() -> None:
    row = made.schedule(state=ScheduleState.PAUSED, paused_because="The channel is archived.")
    shown = schedules.listed([(row, None)], admin=True, admins=[])
    assert "The channel is archived." in texts(list(shown.blocks))
    assert "digests.resume" in elements_of(shown)
    assert "digests.pause" not in elements_of(shown)
    assert "paused · no next run" in shown.text


def test_many_schedules_come_page_by_page_each_with_its_buttons() -> None:
    many = [(made.schedule(id=f"DG-{at}"), None) for at in range(1, 20)]
    seen: list[str] = []
    for page, turns in ((1, {"digests.older": ["2"]}), (2, {"digests.newer": ["1"], "digests.older": ["3"]})):
        elements = elements_of(schedules.listed(many, admin=True, admins=[], page=page))
        seen += elements["digests.edit"]
        assert {action: elements[action] for action in elements if action.endswith("er")} == turns
    last = schedules.listed(many, admin=True, admins=[], page=3)
    assert [*seen, *elements_of(last)["digests.edit"]] == [f"DG-{at}" for at in range(1, 20)]
    assert "17–19 of 19" in last.text
    assert schedules.listed(many, admin=True, admins=[], page=99) == last
    assert "digests.older" not in elements_of(schedules.listed(many[:8], admin=True, admins=[]))


def test_the_form_holds_what_is_chosen_though_the_desk_has_it_no_more_or_has_too_many() -> None:
    row = made.schedule(rights=("GONE", "R-250"), marketplaces=("closed",))
    view = schedules.form(
        row,
        tz="UTC",
        rights=[make.right(f"R-{number}") for number in range(300)],
        marketplaces=["acme"],
        name=name,
        channel="",
        holidays=[],
    )
    check_view(view, "modal")
    blocks = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert [one["value"] for one in blocks["rights"]["initial_options"]] == ["GONE", "R-250"]
    assert [one["value"] for one in blocks["marketplaces"]["initial_options"]] == ["closed"]
    assert len(blocks["rights"]["options"]) == 100


@pytest.mark.parametrize("chosen", [("R" * 151, "ACME-EU"), tuple(f"R-{number}" for number in range(101))])
def test_what_has_no_room_in_the_form_is_not_asked_for_and_so_stays(chosen: tuple[str, ...]) -> None:
    assert "rights" not in form_inputs(made.schedule(rights=chosen))
    assert "rights" in form_inputs(made.schedule(rights=chosen[1:]))


def test_removing_asks_again() -> None:
    shown = schedules.listed([(made.schedule(), None)], admin=True, admins=[])
    buttons = [one for block in blocks_of(shown, "actions") for one in block["elements"]]
    (remove,) = [one for one in buttons if one["action_id"] == "digests.remove"]
    assert remove["style"] == "danger"
    assert remove["confirm"]["title"]["text"] == "Remove DG-3?"


def test_what_was_saved_is_said_with_its_next_runs_and_a_test() -> None:
    runs = (Due(local="2026-11-30T09:00", at=datetime(2026, 11, 30, 8, tzinfo=UTC)),)
    shown = schedules.saved(made.schedule(quiet_when_empty=True), runs, did="is saved")
    assert "DG-3 is saved. It posts to #brand: " in shown.text
    assert "quiet when nothing happened" in shown.text
    assert "30 November 2026, 09:00" in shown.text
    assert list(elements_of(shown)) == ["digests.test", "digests.preview", "digests.edit"]
    view = schedules.saved_view(made.schedule(), runs, did="is saved")
    assert list(elements_of(Message(text="", blocks=tuple(view["blocks"])))) == ["digests.test"]


def test_the_form_comes_filled_when_a_schedule_is_changed() -> None:
    row = made.schedule(
        rule=Rule(
            rhythm=Rhythm.MONTHLY, tz="Asia/Tokyo", at=time(18, 30), day=-1, holidays="JP", on_holiday=OnHoliday.SHIFT
        ),
        window_days=84,
        threshold=5,
        rights=("ACME-EU", "GONE"),
        only_on_change=True,
        catch_up=CatchUp.NONE,
    )
    inputs = form_inputs(row)
    assert inputs["channel"]["initial_conversation"] == "C0BRAND"
    assert inputs["rhythm"]["initial_option"]["value"] == "monthly"
    assert inputs["at"]["initial_time"] == "18:30"
    assert inputs["day"]["initial_option"]["value"] == "last"
    assert inputs["tz"]["initial_value"] == "Asia/Tokyo"
    assert inputs["window"]["initial_option"]["value"] == "84"
    assert inputs["threshold"]["initial_value"] == "5"
    assert [one["value"] for one in inputs["rights"]["initial_options"]] == ["ACME-EU", "GONE"]
    assert inputs["holidays"]["initial_value"] == "JP"
    assert inputs["on_holiday"]["initial_option"]["value"] == "shift"
    assert [one["value"] for one in inputs["quiet"]["initial_options"]] == ["only_on_change"]
    assert inputs["catch_up"]["initial_option"]["value"] == "none"


def test_the_form_says_which_fields_count_for_which_rhythm() -> None:
    view = schedules.form(None, tz="UTC", rights=[], marketplaces=[], name=name, channel="", holidays=[])
    hints = {block["block_id"]: block.get("hint", {}).get("text", "") for block in view["blocks"]}
    assert "Does not count for a cron expression" in hints["at"]
    for field, rhythm in (("weekdays", "every week"), ("day", "every month"), ("cron", "a cron expression")):
        assert f"Counts for {rhythm} only." in hints[field]


def test_a_new_form_has_what_most_people_want() -> None:
    inputs = form_inputs(None)
    assert inputs["channel"]["initial_conversation"] == "C1"
    assert inputs["rhythm"]["initial_option"]["value"] == "weekly"
    assert [one["value"] for one in inputs["weekdays"]["initial_options"]] == ["0"]
    assert inputs["tz"]["initial_value"] == "America/New_York"
    assert inputs["threshold"]["initial_value"] == "3"
    assert "initial_options" not in inputs["quiet"]


def test_the_form_leaves_out_what_there_is_nothing_to_choose_from() -> None:
    view = schedules.form(None, tz="UTC", rights=[], marketplaces=[], name=name, channel="", holidays=[])
    check_view(view, "modal")
    assert not {"rights", "marketplaces"} & {block["block_id"] for block in view["blocks"]}


def form_inputs(schedule: Schedule | None) -> dict[str, dict[str, Any]]:
    view = schedules.form(
        schedule,
        tz="America/New_York",
        rights=[make.right()],
        marketplaces=["acme"],
        name=name,
        channel="C1",
        holidays=[("JP", "Japan")],
    )
    check_view(view, "modal")
    assert view["callback_id"] == "digests.form"
    assert view.get("private_metadata", "") == (f"{schedule.id} {schedule.version}" if schedule else "")
    return {block["block_id"]: block["element"] for block in view["blocks"]}


def test_history_says_what_became_of_each_and_why() -> None:
    day = timedelta(days=7)
    past: list[Occurrence] = [
        made.occurrence(state=OccurrenceState.POSTED, posted_at=made.END),
        made.occurrence(due_at=made.END - day, state=OccurrenceState.QUIET, why="Nothing happened."),
        made.occurrence(local="test-1", due_at=made.END + day, test=True, by=made.ADA),
    ]
    shown = schedules.history(made.schedule(), past, names={"U0ADA": "Ada"})
    (table,) = blocks_of(shown, "table")
    assert [row[0]["text"] for row in table["rows"]] == ["Became", "asked for", "posted", "kept quiet"]
    assert [row[1]["text"][:13] for row in table["rows"]] == ["Due", "asked for Tue", "Tuesday 24 No", "Tuesday 17 No"]
    assert [row[2]["text"] for row in table["rows"]] == ["Why", "a test by Ada", "–", "Nothing happened."]


def test_history_tells_how_many_there_were_in_all() -> None:
    past = [made.occurrence(due_at=made.END + timedelta(days=at)) for at in range(30)]
    assert "The last 20 of 30" in schedules.history(made.schedule(), past, names={}).text
