"""Rights as people type them, in a form or in the rows of a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import SYSTEM, Registration, Right, RightKind
from bot.rights import LABELS, REMIND_AT, Fate, differences, read, reminder_due, sorted_out, standing, typed
from tests import make

TODAY = make.NOW.date()
GOOD = {
    "key": "ACME-EU",
    "kind": "trademark",
    "title": "ACME",
    "registration_no": "018000001",
    "office": "EUIPO",
    "jurisdictions": "EU",
    "nice_classes": "25, 9",
    "owner": "Acme Brands SE",
    "expires_on": "2031-05-01",
}


def on_file(right: Right | None = None, **changes: Any) -> Registration:
    found = right or read(GOOD).right
    assert found is not None
    return replace(Registration(right=found, version=1, by=SYSTEM, at=make.NOW), **changes)


def test_a_right_is_read_field_by_field() -> None:
    found = read(GOOD)
    assert not found.wrong
    assert found.right == Right(
        key="ACME-EU",
        kind=RightKind.TRADEMARK,
        title="ACME",
        registration_no="018000001",
        office="EUIPO",
        jurisdictions=("EU",),
        owner="Acme Brands SE",
        expires_on=date(2031, 5, 1),
        nice_classes=(9, 25),
    )


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"key": ""}, "key", "Give it a key"),
        ({"key": "-ACME"}, "key", "begins with a letter or a digit"),
        ({"key": "A" * 41}, "key", "up to 40"),
        ({"key": "A B"}, "key", "letters, digits"),
        ({"kind": "brand"}, "kind", "trademark, copyright, design, patent"),
        ({"title": " "}, "title", "what is protected"),
        ({"title": "x" * 301}, "title", "301 characters; 300 is the most"),
        ({"registration_no": ""}, "registration_no", "A trademark needs its registration number"),
        ({"kind": "patent", "nice_classes": "", "registration_no": ""}, "registration_no", "A patent needs"),
        ({"kind": "design", "nice_classes": "", "registration_no": ""}, "registration_no", "A design needs"),
        ({"office": ""}, "office", "which office"),
        ({"kind": "copyright", "nice_classes": "", "registration_no": ""}, "registration_no", "EUIPO registered it"),
        ({"jurisdictions": ""}, "jurisdictions", "where it holds"),
        ({"jurisdictions": "EU, Narnia"}, "jurisdictions", "I do not know Narnia"),
        ({"nice_classes": "46"}, "nice_classes", "from 1 to 45"),
        ({"nice_classes": "0"}, "nice_classes", "from 1 to 45"),
        ({"kind": "design"}, "nice_classes", "Only trade marks"),
        ({"owner": ""}, "owner", "who owns it"),
        ({"expires_on": "01.05.2031"}, "expires_on", "2031-05-01"),
        ({"expires_on": "2031-02-30"}, "expires_on", "2031-05-01"),
        ({"agent": "Kanzlei Wolf"}, "power_of_attorney", "give its reference"),
        ({"power_of_attorney": "PoA 7"}, "agent", "who acts under"),
        ({"power_of_attorney_expires_on": "2031-01-01"}, "power_of_attorney", "that ends then"),
    ],
)
def test_what_is_wrong_with_a_field_is_said_beside_it(said: dict[str, str], field: str, words: str) -> None:
    found = read({**GOOD, **said})
    assert found.right is None
    assert words in found.wrong[field]


def test_everything_wrong_is_said_at_once() -> None:
    assert set(read({}).wrong) == {"key", "kind", "title", "jurisdictions", "owner"}


def test_a_copyright_needs_no_registration() -> None:
    found = read({"key": "P", "kind": "copyright", "title": "Photos", "jurisdictions": "WO", "owner": "Acme"})
    assert found.right is not None


@given(said=st.dictionaries(st.sampled_from(sorted(LABELS)), st.text(max_size=60)))
def test_whatever_is_typed_is_a_right_or_sentences_for_known_fields(said: dict[str, str]) -> None:
    found = read({**GOOD, **said})
    assert (found.right is None) == bool(found.wrong)
    assert set(found.wrong) <= set(LABELS)
    assert all(len(words) <= 300 for words in found.wrong.values())


def test_what_is_on_file_can_be_typed_again() -> None:
    agent = {"agent": "Kanzlei", "power_of_attorney": "PoA 7", "power_of_attorney_expires_on": "2030-01-01"}
    found = read({**GOOD, **agent}).right
    assert found is not None
    assert read(typed(found)).right == found


def test_a_change_is_told_field_by_field() -> None:
    right = on_file().right
    changed = replace(right, title="ACME X", expires_on=None)
    assert differences(right, changed) == ("Title: ACME → ACME X", "Expires on: 2031-05-01 → nothing")
    assert differences(right, right) == ()


def rows(*said: dict[str, str]) -> list[tuple[int, dict[str, str], str]]:
    return [(number, one, "") for number, one in enumerate(said, 2)]


def test_rows_are_new_changed_unchanged_or_refused() -> None:
    lines = sorted_out(
        rows(
            {**GOOD, "key": "ACME-US", "jurisdictions": "US", "office": "USPTO"},
            {"key": "acme-eu", "title": "ACME X"},
            {"key": "ACME-CN", "kind": "trademark", "title": "ACME"},
        ),
        [on_file()],
    )
    assert [line.fate for line in lines] == [Fate.NEW, Fate.CHANGED, Fate.REFUSED]
    assert lines[1].key == "ACME-EU", "the spelling on file stays"
    assert lines[1].words == ("Title: ACME → ACME X",)
    assert {words.partition(":")[0] for words in lines[2].words} == {"Registration no.", "Jurisdictions", "Owner"}
    assert [line.number for line in lines] == [2, 3, 4]


def test_an_empty_cell_keeps_what_is_on_file() -> None:
    (line,) = sorted_out(rows({**dict.fromkeys(LABELS, ""), "key": "ACME-EU"}), [on_file()])
    assert line.fate is Fate.UNCHANGED


def test_a_key_that_comes_twice_is_refused_the_second_time() -> None:
    lines = sorted_out(rows(GOOD, {**GOOD, "key": "acme-EU", "title": "Other"}), [])
    assert [line.fate for line in lines] == [Fate.NEW, Fate.REFUSED]
    assert lines[1].words == ("Row 2 has the same key.",)


def test_a_retired_right_is_not_imported_over() -> None:
    (line,) = sorted_out(rows(GOOD), [on_file(retired=True)])
    assert line.fate is Fate.REFUSED
    assert "restore it first" in line.words[0]


def test_what_is_wrong_with_the_row_itself_is_said() -> None:
    (line,) = sorted_out([(7, GOOD, "Title holds a formula.")], [])
    assert (line.fate, line.number, line.words) == (Fate.REFUSED, 7, ("Title holds a formula.",))


@given(said=st.lists(st.dictionaries(st.sampled_from(sorted(LABELS)), st.text(max_size=20)), max_size=8))
def test_every_row_has_its_line_whatever_it_holds(said: list[dict[str, str]]) -> None:
    lines = sorted_out(rows(*said), [on_file()])
    assert [line.number for line in lines] == list(range(2, len(said) + 2))
    assert all((line.right is None) == (line.fate is Fate.REFUSED) for line in lines)
    assert all(line.words for line in lines if line.fate in (Fate.REFUSED, Fate.CHANGED))


@pytest.mark.parametrize(
    ("left", "step"),
    [(400, None), (91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, 0), (-30, 0), (-31, None)],
)
def test_an_end_is_reminded_of_at_its_steps(left: int, step: int | None) -> None:
    assert reminder_due(TODAY + timedelta(days=left), TODAY) == step


@given(left=st.integers(0, 500))
def test_each_step_comes_once_on_the_way_to_the_end(left: int) -> None:
    due = [reminder_due(TODAY + timedelta(days=day), TODAY) for day in range(left, -1, -1)]
    steps = [step for step in dict.fromkeys(due) if step is not None]
    assert steps == [step for step in REMIND_AT if left >= step or step == steps[0]]


def test_a_right_without_an_end_is_never_reminded_of() -> None:
    assert reminder_due(None, TODAY) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires_on": None}, "live"),
        ({"expires_on": TODAY + timedelta(days=12)}, "expires in 12 days"),
        ({"expires_on": TODAY}, "expires today"),
        ({"expires_on": TODAY - timedelta(days=1)}, "expired on"),
        ({"power_of_attorney_expires_on": TODAY - timedelta(days=1)}, "its power of attorney has expired"),
        ({"power_of_attorney_expires_on": TODAY + timedelta(days=1)}, "its power of attorney expires tomorrow"),
    ],
)
def test_how_a_right_stands_is_said_in_words(changes: dict[str, date | None], words: str) -> None:
    given: dict[str, Any] = {"expires_on": None, **changes}
    right = replace(on_file().right, **given)
    assert standing(on_file(right), TODAY).startswith(words)
    assert standing(on_file(right, retired=True), TODAY) == "retired"
