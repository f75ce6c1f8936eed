"""Custody: what was changed afterwards is seen, and what was erased is not missed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import custody
from bot.desk.steps import step, told
from bot.model import SYSTEM, Actor, Event, Notice, Status
from tests import make

WORDS = ("Filed.", "Sent.", "They have it.", "Removed.", "Looked at the listing: it is gone.")


def history(words: Sequence[str] = WORDS) -> tuple[Notice, list[Event]]:
    """A notice with an event for each of these words."""
    notice, first = told(make.notice(), at=make.NOW, actor=make.ANALYST, kind="filed", words=words[0], where="form")
    events = [first]
    for number, said in enumerate(words[1:], 1):
        at = make.NOW + timedelta(minutes=number)
        notice, records = step(notice, at=at, actor=make.ANALYST, kind="noted", words=said, raw={"n": number, "é": 1.5})
        events += [one for one in records if isinstance(one, Event)]
    return notice, events


def test_every_event_names_the_one_before_it_and_the_notice_names_the_last() -> None:
    notice, events = history()
    assert [one.before for one in events] == ["", *(custody.digest(one) for one in events[:-1])]
    checked = custody.check(notice.id, events, head=notice.head, count=notice.version)
    assert (checked.whole, checked.lines, checked.before, checked.head) == (True, 5, 0, notice.head)


CHANGES = {
    "words": lambda one: replace(one, words=one.words + "!"),
    "who": lambda one: replace(one, actor=Actor(user_id="USOMEBODY")),
    "team": lambda one: replace(one, actor=Actor(user_id=one.actor.user_id, team_id="T2")),
    "where": lambda one: replace(one, where="elsewhere"),
    "when": lambda one: replace(one, at=one.at + timedelta(microseconds=1)),
    "kind": lambda one: replace(one, kind="other"),
    "raw": lambda one: replace(one, raw={**one.raw, "more": 1}),
    "salt": lambda one: replace(one, salt=custody.fresh_salt()),
    "notice": lambda one: replace(one, notice_id="TD-2"),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("at", range(len(WORDS)))
def test_whatever_is_changed_in_a_line_breaks_the_chain_there(what: str, at: int) -> None:
    notice, events = history()
    events[at] = CHANGES[what](events[at])
    checked = custody.check(notice.id, events, head=notice.head, count=notice.version)
    assert min(at + 2, len(events)) in [one.number for one in checked.faults]


@given(st.integers(0, len(WORDS) - 1))
def test_a_line_that_was_dropped_is_named(at: int) -> None:
    notice, events = history()
    del events[at]
    checked = custody.check(notice.id, events, head=notice.head, count=notice.version)
    assert f"{at + 1} is missing" in [f"{one.number} {one.words}" for one in checked.faults]


@given(st.permutations(range(1, len(WORDS) + 1)))
def test_lines_that_were_swapped_are_seen(numbers: list[int]) -> None:
    notice, events = history()
    swapped = [replace(one, number=number) for one, number in zip(events, numbers, strict=True)]
    checked = custody.check(notice.id, swapped, head=notice.head, count=notice.version)
    assert checked.whole is (numbers == sorted(numbers))


@given(st.sets(st.sampled_from(custody.PARTS)), st.sets(st.sampled_from(custody.PARTS)))
def test_what_is_erased_is_gone_and_the_chain_holds(first: set[str], then: set[str]) -> None:
    notice, events = history(("Filed by Maria Secret.", "Sent.", "Removed."))
    erased = custody.without(custody.without(events[0], first), then)
    checked = custody.check(notice.id, [erased, *events[1:]], head=notice.head, count=notice.version)
    assert checked.whole
    assert ("Maria Secret" in repr(erased)) is ("words" not in first | then)
    assert (make.ANALYST.user_id in repr(erased)) is ("who" not in first | then)
    assert set(custody.opened(erased)) == set(custody.PARTS) - first - then


def test_the_salt_of_one_part_gives_no_other_away() -> None:
    _, events = history()
    erased = custody.without(events[0], ["who"])
    known = [salt for salt, _ in custody.opened(erased).values()]
    who = '{"team":"T1","user":"UANALYST"}'
    gone = custody.entry(events[0])["who"]
    assert gone not in [custody.commitment(salt, who) for salt in [*known, ""]]
    assert erased.salt == ""


def test_lines_from_before_there_was_custody_are_counted_and_not_taken_for_broken() -> None:
    old = [make.event(number=number) for number in (1, 2)]
    notice, event = told(make.notice(version=3), at=make.NOW, actor=make.ANALYST, kind="noted", words="x")
    checked = custody.check(notice.id, [*old, event], head=notice.head, count=3)
    assert (checked.whole, checked.before) == (True, 2)
    with pytest.raises(ValueError, match="before there was custody"):
        custody.without(old[0], ["who"])


def test_an_unchained_line_after_a_chained_one_is_a_fault() -> None:
    notice, events = history()
    checked = custody.check(notice.id, [*events, make.event(number=6)], head=notice.head, count=6)
    assert [one.number for one in checked.faults] == [6]


def test_where_somebody_was_is_on_record_and_makes_them_nobody_else() -> None:
    here = replace(make.ANALYST, where="/takedown in C1")
    _, event = told(make.notice(), at=make.NOW, actor=here, kind="filed", words="x")
    assert (here, event.where, event.actor.where) == (make.ANALYST, "/takedown in C1", "")


def test_a_gap_is_one_fault_however_wide_it_was_forged() -> None:
    notice, events = history()
    forged = [*events[:-1], replace(events[-1], number=10**9)]
    faults = custody.check(notice.id, forged, head=notice.head, count=10**9).faults
    assert len(faults) < 4
    assert "line 5: is missing, and all up to 999999999" in str(faults[0])


def test_one_line_too_many_is_named() -> None:
    notice, events = history()
    more, event = told(replace(notice, version=6), at=make.NOW, actor=make.ANALYST, kind="noted", words="x")
    faults = custody.check(notice.id, [*events, event], head=more.head, count=5).faults
    assert [str(one) for one in faults] == ["TD-1, line 6: is one too many: there should be 5"]


@pytest.mark.parametrize("raw", [{"n": 2**70}, {"n": "\ud800"}])
def test_a_line_that_no_json_can_say_is_a_fault_and_no_crash(raw: dict[str, object]) -> None:
    notice, events = history()
    events[1] = replace(events[1], raw=raw)
    checked = custody.check(notice.id, events, head=notice.head, count=notice.version)
    assert "TD-1, line 2: cannot be hashed" in [str(one) for one in checked.faults]


def test_what_is_left_of_an_erased_line_has_to_be_whole() -> None:
    notice, events = history()
    erased = custody.without(events[1], ["who"])
    assert erased.erased is not None
    events[1] = replace(erased, erased=replace(erased.erased, salts={}))
    checked = custody.check(notice.id, events, head=notice.head, count=notice.version)
    assert "TD-1, line 2: cannot be hashed" in [str(one) for one in checked.faults]


@pytest.mark.parametrize("said", [["a", "b"], {"of": "a file"}, None, 7])
def test_whatever_a_marketplace_calls_sha256_is_no_crash_when_a_notice_is_held_against_its_chain(said: object) -> None:
    first, filed = told(
        make.notice(), at=make.NOW, actor=make.ANALYST, kind="filed", words="Filed.", raw={"sha256": said}
    )
    assert not list(custody.against(first, [filed]))
    (fault,) = custody.against(replace(first, evidence=(make.evidence(),)), [filed])
    assert "no line tells of the evidence" in str(fault)


def test_a_retraction_takes_back_only_a_line_before_it() -> None:
    notice, events = history()
    for entry in (2, 77, "3", None):
        notice, records = step(
            notice, at=make.NOW, actor=make.ANALYST, kind=custody.RETRACTED, words="x", raw={"entry": entry}
        )
        events += [one for one in records if isinstance(one, Event)]
    assert {number: line.number for number, line in custody.retracted(events).items()} == {2: 6}


def test_what_the_desk_does_by_itself_comes_from_this_desk() -> None:
    _, event = told(make.notice(), at=make.NOW, actor=SYSTEM, kind="sending", words="x")
    assert event.where == "this desk"


def test_the_documented_example_has_the_documented_hashes() -> None:
    """docs/custody.md shows a chain that anybody can follow by hand; here it is followed by its words alone."""
    text = (Path(__file__).parents[2] / "docs" / "custody.md").read_text()
    lines = [json.loads(line) for line in re.findall(r'^    (\{"at":.*\})$', text, re.MULTILINE)]
    hashes = re.findall(r"^    ([0-9a-f]{64})$", text, re.MULTILINE)
    assert len(lines) == len(hashes) == 2
    for line, digest in zip(lines, hashes, strict=True):
        as_said = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert sha256(as_said.encode()).hexdigest() == digest
    assert [line["before"] for line in lines] == ["", hashes[0]]
    salt, said = re.findall(r"^    (salt|text): +(.*)$", text, re.MULTILINE)[:2]
    assert sha256(f"{salt[1]}\n{said[1]}".encode()).hexdigest() == lines[0]["words"]
    assert [custody.digest(one) for one in documented()] == hashes


def documented() -> list[Event]:
    """The two lines of the example."""
    first = Event(
        notice_id="TD-1",
        number=1,
        at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        actor=Actor(user_id="U0ANN", team_id="T1"),
        kind="filed",
        status=Status.QUEUED,
        words="Filed by Ann Winter.",
        where="/takedown in C1",
        salt="000102030405060708090a0b0c0d0e0f",
    )
    second = Event(
        notice_id="TD-1",
        number=2,
        at=datetime(2026, 11, 24, 9, 0, 31, 250000, tzinfo=UTC),
        actor=SYSTEM,
        kind="sending",
        status=Status.SENDING,
        words="Sending to Acme.",
        where="this desk",
        before=custody.digest(first),
        salt="101112131415161718191a1b1c1d1e1f",
    )
    return [first, second]
