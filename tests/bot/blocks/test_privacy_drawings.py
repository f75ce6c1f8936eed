"""Holds, retention and privacy, with anything that people may have written."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import privacy as drawn
from bot.grammar.privacy import EraseData, read_who
from bot.grammar.register import parse_register
from bot.model import PAGE, Actor, Hold
from bot.sandbox.strictness import check_view
from tests import make
from tests.bot.blocks import checks
from tests.bot.blocks.checks import elements_of, ids, names

ADA = Actor(user_id="U0ADA", team_id="T1")
COUNTS = st.dictionaries(st.sampled_from(["notices", "changes", "links"]), st.integers(1, 10**6))
KEPT = st.dictionaries(
    st.tuples(st.sampled_from(["notices", "changes"]), st.sampled_from(["open", "held"])), st.just(3)
)


@settings(max_examples=60)
@given(st.lists(st.tuples(ids, names), max_size=PAGE), names, st.lists(ids, max_size=30))
def test_holds_fit_and_nobodys_words_do_anything(held: list[tuple[str, str]], by: str, linked: list[str]) -> None:
    holds = [
        Hold(seller=f"acme:{seller}"[:300], version=1, held=True, why=why, by=ADA, at=make.NOW) for seller, why in held
    ]
    message = drawn.holds(
        holds, linked={one.seller: linked for one in holds}, names={"U0ADA": by}, total=len(holds) + 20, page=1
    )
    checks.check(message)
    turned = elements_of(message).get("register.further", [])
    assert [parse_register(value) for value in turned], "a button holds a command that is understood"


@settings(max_examples=60)
@given(names, COUNTS, KEPT, st.booleans(), st.lists(names, max_size=5))
def test_a_dry_run_fits_and_its_button_asks_for_the_same_again(
    title: str, gone: dict[str, int], kept: dict[tuple[str, str], int], person: bool, words: list[str]
) -> None:
    value = "<@U0ANN>" if person else "+49 30 1234567"
    message = drawn.dry_run(title, gone=gone, kept=kept, words=words, near=words, value=value, person=person)
    checks.check(message)
    pressed = elements_of(message).get("privacy.ask", [])
    assert pressed == ([value] if gone else [])
    user_id, who = read_who(value)
    assert parse_register(f"privacy erase {value}") == EraseData(who=who, user_id=user_id)
    checks.check(drawn.erased("erased person 1", gone=gone, kept=kept, number=7))
    checks.check(drawn.exported(title, gone))


def test_a_dry_run_lists_every_word_that_is_looked_for() -> None:
    words = [f"+49 30 {number:08}" for number in range(200)]
    message = drawn.dry_run(
        "acme:S-1", gone={"notices": 1}, kept={}, words=words, near=["Replica"], value="acme:S-1", person=False
    )
    checks.check(message)
    said = str(message.blocks)
    assert all(f"“{word}”" in said for word in words)
    assert "Looked for only where they are the seller: “Replica”" in said
    many = [f"{number:0200}" for number in range(300)]
    message = drawn.dry_run("x", gone={}, kept={}, words=many, near=many, value="x", person=True)
    checks.check(message)
    assert "more: `python -m bot privacy erase` lists them all" in str(message.blocks)


@settings(max_examples=30)
@given(names, ids)
def test_the_form_that_asks_why_is_one_slack_takes(title: str, value: str) -> None:
    form: Any = drawn.why_form(value[:200], title)
    check_view(form, "modal")
    assert form["private_metadata"] == value[:200]


def test_the_button_that_lets_go_asks_first_and_is_there_only_when_something_goes() -> None:
    rows = [("Notices (archived notices)", "for 400 days once over", "2 would go now.")]
    table = drawn.retention(rows, going=2, run=False)
    run = drawn.retention(rows, going=2, run=True)
    none = drawn.retention(rows, going=0, run=True)
    for message in (table, run, none, drawn.went("2 notices"), drawn.went(""), drawn.under_way()):
        checks.check(message)
    assert set(elements_of(table)) == {"privacy.look"}
    assert set(elements_of(run)) == {"privacy.run"}
    assert elements_of(none) == {}
    (button,) = [one for block in run.blocks if block["type"] == "actions" for one in block["elements"]]
    assert button["text"]["text"] == "Let 2 records go now"
    assert button["confirm"]["confirm"]["text"] == "Let them go"
