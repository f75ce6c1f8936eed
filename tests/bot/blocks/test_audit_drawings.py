"""A chain of custody, with anything that people and marketplaces may write."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot import custody
from bot.blocks import Message, audit
from bot.custody import Checked, Fault
from bot.model import PAGE, Event
from tests import make
from tests.bot.blocks.checks import check, elements_of
from tests.bot.blocks.test_drawings import people


def drawn(events: list[Event], checked: Checked, page: int = 1) -> Message:
    return audit.chain(
        checked,
        events,
        page=page,
        hashes={one.number: custody.digest(one) for one in events if custody.chained(one)},
        retracted=custody.retracted(events),
        names={make.ANALYST.user_id: "Ana Lyst", "": "erased"},
    )


@given(people, people, st.integers(0, 3), st.integers(1, PAGE))
def test_whatever_a_chain_holds_is_shown_and_does_nothing(text: str, other: str, wrong: int, lines: int) -> None:
    said = [text, other] * 5
    pairs = make.chain("TD-1", *(one.encode(errors="replace").decode() for one in said[:lines]))
    events = [event for _, event in pairs]
    faults = tuple(Fault(of=text, number=number, words=other) for number in range(wrong * 7))
    checked = replace(custody.check("TD-1", events), faults=faults)
    message = drawn(events, checked)
    check(message)
    assert ("This chain is whole" in message.text) is (wrong == 0)


def test_a_line_shows_what_is_left_of_it_and_what_was_taken_back() -> None:
    (notice, first), _, (_, third) = make.chain("TD-1", "Filed by Maria.", "Sent.", "Sent again.")
    erased = custody.without(first, ["who", "words"])
    back = replace(third, kind=custody.RETRACTED, words="Line 1 is retracted.", raw={"entry": 1})
    old = make.event(number=2, words="Of old.")
    message = drawn([back, old, erased], custody.check("TD-1", [erased, old, back]))
    assert "Maria" not in message.text
    assert (
        "1 · 02 Mar 2026 09:00 UTC · erased · form · filed · (retracted by Ana Lyst, in line 3) erased" in message.text
    )
    assert f"· hash {notice.head[:12]}…" in message.text
    assert notice.head[:13] not in message.text
    assert "Of old. · not chained" in message.text
    assert "This chain is broken: 2 faults." in message.text


def test_pages_are_turned_by_the_buttons_of_the_history() -> None:
    events = [event for _, event in make.chain("TD-1", *("Said.",) * 12)]
    checked = custody.check("TD-1", events)
    assert "audit TD-1 page:2" in elements_of(drawn(events[2:], checked))["register.further"]
    assert "audit TD-1 page:1" in elements_of(drawn(events[:2], checked, page=2))["register.back"]
    assert "there is no page 3; 12 in all" in drawn([], checked, page=3).text
