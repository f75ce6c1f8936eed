"""A bulk as it is drawn: Slack takes it, a screen reader has all of it, and nobody's words do anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import bulk as drawn
from bot.grammar import File
from bot.model import BulkLine, BulkState, LineVerdict, Violation
from bot.sandbox.block_kit import block_problems
from tests import make
from tests.bot.blocks import checks

people = checks.people | st.sampled_from(["`via:x` " * 90, "https://evil.example/" + "x" * 3000])


@st.composite
def lines(draw: st.DrawFn) -> tuple[BulkLine, ...]:
    """Up to some hundred lines, of a few kinds."""
    kinds = [
        BulkLine(
            number=0,
            address=draw(people),
            violation=draw(people | st.sampled_from(Violation).map(str)),
            right=draw(people),
            statement=draw(people),
            verdict=draw(st.sampled_from(LineVerdict)),
            why=draw(people),
            wrong=draw(st.sampled_from(["", "Row 3 is hidden."])),
            listing=draw(st.sampled_from([None, make.listing("9" * 200), make.listing("1", marketplace="<!here>")])),
            notice_id=draw(st.sampled_from(["", "TD-123456789"])),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]
    count = draw(st.sampled_from([1, 2, 24, 25, 26, 300]))
    return tuple(replace(kinds[at % len(kinds)], number=at + 1) for at in range(count))


@settings(deadline=None)
@given(
    lines(), st.sampled_from(BulkState), st.integers(0, 2), st.integers(-1, 400), st.sampled_from([None, True, False])
)
def test_a_table(there: tuple[BulkLine, ...], state: BulkState, run: int, page: int, problems: bool | None) -> None:
    bulk = make.bulk(
        state=state,
        run=run,
        round=1,
        lines=len(there),
        text_version="2026-11",
        notes=("Not read, since no such column is known: <!here>, https://evil.example.",),
        why="You have no role. https://evil.example <@U0ADA>" * (state is BulkState.STOPPED),
        batch_id="TD-1" * bool(run),
    )
    message = drawn.table(bulk, there, name=checks.name, page=page, problems=problems, waiting=run * 3)
    checks.check(message)
    buttons = checks.elements_of(message)
    if "bulk.file" in buttons or "bulk.again" in buttons:
        for part in ("Good faith", "Accuracy", "Authority"):
            assert part in message.text


def test_all_verdicts_are_in_the_words_for_those_who_hear_them() -> None:
    there = tuple(
        BulkLine(number=at, address=f"https://a.example/{at}", verdict=verdict, why=f"Reason {at}.")
        for at, verdict in enumerate(LineVerdict, 1)
        if verdict is not LineVerdict.FILED
    )
    text = drawn.table(
        make.bulk(round=1, state=BulkState.CHECKED, text_version="2026-11"), there, name=checks.name
    ).text
    for line in there:
        assert f"Line {line.number}: {line.verdict}, hxxps://a[.]example/{line.number}. Reason {line.number}." in text


@pytest.mark.parametrize("addresses", [(), ("x" * 3000,), tuple(f"https://acme.example/item/{n}" for n in range(300))])
def test_the_form(addresses: tuple[str, ...]) -> None:
    given = File(addresses=addresses, violation=Violation.DESIGN, right=None, seller="S", statement="It is ours.")
    assert drawn.fits(addresses)
    view = form(given)
    assert not block_problems(view["blocks"], "modal")
    boxes = [block["element"].get("initial_value", "") for block in view["blocks"] if "addresses" in block["block_id"]]
    assert tuple("\n".join(filter(None, boxes)).split()) == addresses, "none is lost between the boxes"


@pytest.mark.parametrize("addresses", [("x" * 3001,), ("x" * 2000,) * 6])
def test_what_the_form_does_not_hold(addresses: tuple[str, ...]) -> None:
    assert not drawn.fits(addresses)


def form(given: File) -> dict[str, Any]:
    return drawn.form(
        given, [make.right()], today=make.NOW.date(), channel="C1", name=checks.name, most=300, via=["cloudflare"]
    )
