"""Rights and authorised sellers, drawn within Slack's limits, whatever is in them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import authorised, right_imports, rights
from bot.model import SYSTEM, AuthorisedSeller, Change, Registration
from bot.rights import Fate, Line, read
from bot.sandbox.block_kit import block_problems
from bot.sandbox.strictness import check_view
from tests import make
from tests.bot.blocks.checks import check, name, names, texts
from tests.bot.test_rights import GOOD

RIGHT = replace(read(GOOD).right or make.right(), agent="Kanzlei", power_of_attorney="PoA 7")


def registration(**changes: object) -> Registration:
    right = replace(RIGHT, **changes)  # type: ignore[arg-type]
    return Registration(right=right, version=3, by=SYSTEM, at=make.NOW)


def leave(**changes: object) -> AuthorisedSeller:
    made = AuthorisedSeller(
        marketplace="acme", seller_id="S-5", right_key="", version=1, by=make.ANALYST, at=make.NOW, name="Shop 5"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@given(title=names, owner=names, admin=st.booleans(), count=st.integers(0, 10))
def test_the_list_of_rights_holds_whatever_they_are_called(title: str, owner: str, admin: bool, count: int) -> None:
    found = [(registration(title=title, owner=owner), "live")] * count
    check(rights.listed(found, total=count * 3, page=2, admin=admin))


@given(title=names, words=names, count=st.integers(0, 40), admin=st.booleans())
def test_a_right_with_a_long_history_fits(title: str, words: str, count: int, admin: bool) -> None:
    changes = [
        Change(of="right:ACME-EU", number=number, at=make.NOW, actor=make.ANALYST, words=words or "x")
        for number in range(1, count + 1)
    ]
    drawn = rights.shown(
        registration(title=title),
        stands="live",
        changes=changes,
        open_notices=count,
        names={make.ANALYST.user_id: words},
        admin=admin,
    )
    check(drawn)


def test_the_form_of_a_right_is_one_slack_takes_empty_and_filled() -> None:
    long = registration(title="x" * 300, owner="y" * 300, key="K" * 40)
    for view in (rights.form(None), rights.form(long), rights.why_form("K" * 40, "retire")):
        check_view(view, "modal")
    assert rights.form(long)["private_metadata"] == f"{'K' * 40} 3"
    assert "K" * 40 in str(rights.form(long))


@given(words=names, fate=st.sampled_from(Fate), count=st.sampled_from([0, 1, 40, 1000]))
def test_an_import_of_any_size_fits_one_view_and_counts_what_does_not(words: str, fate: Fate, count: int) -> None:
    right = None if fate is Fate.REFUSED else RIGHT
    lines = [
        Line(number=number, key="K" * 40, fate=fate, words=(words * 3,), right=right) for number in range(2, count + 2)
    ]
    checked = right_imports.check_view(lines, notes=[words or "x"], carries="F1 abc")
    check_view(checked, "modal")
    assert ("submit" in checked) is (count > 0 and fate in (Fate.NEW, Fate.CHANGED))
    check_view(right_imports.imported_view(lines), "modal")
    shown = "\n".join(texts(checked["blocks"]))
    assert "http://" not in shown
    there = len(re.findall(r"^Row [0-9]+ · ", shown, re.MULTILINE))
    left = re.search(r"^and ([0-9]+) more rows$", shown, re.MULTILINE)
    assert there + (int(left[1]) if left else 0) == count, "every row is shown or counted"


def test_the_form_that_takes_a_file_is_one_slack_takes() -> None:
    for view in (right_imports.import_form(), right_imports.reading_view(), right_imports.refused_view("No.")):
        check_view(view, "modal")


def test_what_is_refused_comes_before_what_is_fine() -> None:
    lines = [
        Line(number=2, key="A", fate=Fate.UNCHANGED, right=RIGHT),
        Line(number=3, key="B", fate=Fate.REFUSED, words=("Owner: Say who owns it.",)),
    ]
    shown = "\n".join(texts(right_imports.check_view(lines, notes=[], carries="F1 x")["blocks"]))
    assert shown.index("Row 3 · B · refused: Owner") < shown.index("Row 2 · A · unchanged")


@given(called=names, note=names, admin=st.booleans(), withdrawn=st.booleans())
def test_the_list_of_leaves_holds_whatever_sellers_are_called(
    called: str, note: str, admin: bool, withdrawn: bool
) -> None:
    leaves = [leave(seller_id=called or "x", name=called, note=note, withdrawn=withdrawn)] * 10
    drawn = authorised.listed(
        leaves, total=35, page=2, today=make.NOW.date(), names={make.ANALYST.user_id: called}, admin=admin, name=name
    )
    check(drawn)
    check(authorised.withdrawn(leaves[0]))
    check(authorised.given(note or "x", [f"TD-{number}" for number in range(1, 30)]))


@pytest.mark.parametrize("markets", [[], ["acme"], [f"m{number}" for number in range(150)]])
def test_the_form_of_a_leave_is_one_slack_takes(markets: list[str]) -> None:
    many = [replace(RIGHT, key=f"R-{number}", title="x" * 300) for number in range(150)]
    for on_file in ([], many):
        check_view(authorised.form(markets, on_file, name=name), "modal")
    check_view(authorised.why_form(leave(name="x" * 200, seller_id="y" * 200)), "modal")


def test_how_long_a_leave_holds_is_said() -> None:
    def line(**changes: object) -> str:
        today = make.NOW.date()
        return authorised.listed(
            [leave(**changes)], total=1, page=1, today=today, names={}, admin=False, name=name
        ).text

    day = make.NOW.date()
    assert "for good" in line()
    assert "until 03 Mar 2026" in line(expires_on=day + timedelta(days=1))
    assert "ended on 01 Mar 2026" in line(expires_on=day - timedelta(days=1))
    assert "withdrawn" in line(withdrawn=True)


def test_nothing_on_file_says_so() -> None:
    check(rights.listed([], total=0, page=1, admin=True))
    nobody = authorised.listed([], total=0, page=1, today=make.NOW.date(), names={}, admin=False, name=name)
    assert nobody.text == "No seller has our leave."
    assert not block_problems(list(nobody.blocks), "message")
