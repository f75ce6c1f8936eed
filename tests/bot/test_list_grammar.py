"""Which notices somebody wants: read as typed, and written back so that it reads the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.grammar import ListNotices, as_typed, parse
from bot.grammar.commands import Amend, Export, Note
from bot.model import Sort, Status, Violation

words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20).filter(
    lambda text: not set(text) & set("\"'“”„‘’«»<>&`") and text == text.strip(",;.")
)


def test_every_filter_is_read() -> None:
    said = (
        'list open in_review marketplace:ACME right:ACME-EU seller:"Shop 77" violation:counterfeit <@U0ANN|ann> '
        "since:30d until:2026-11-24 sort:deadline page:2"
    )
    assert parse(said) == ListNotices(
        scope="open",
        statuses=(Status.IN_REVIEW,),
        marketplace="acme",
        right="ACME-EU",
        seller="Shop 77",
        violation=Violation.COUNTERFEIT,
        by="U0ANN",
        since="30d",
        until="2026-11-24",
        sort=Sort.DEADLINE,
        page=2,
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("list since:yesterday", "is not a day"),
        ("list until:2026-02-30", "is not a day"),
        ("list sort:price", "I do not know the order"),
        ("list violation:ugly", "I do not know the violation"),
        ("list by:ann", "nobody I know"),
        ("list removd", "Did you mean `removed`?"),
        ("list sort:newest sort:oldest", "given twice"),
        ("export pdf", "Say `export csv` or `export xlsx`"),
        ("export", "Say `export csv` or `export xlsx`"),
        ("note TD-1", "Say what is to be remembered"),
        ("amend TD-1 TD-2", "takes the id of one notice"),
    ],
)
def test_what_is_wrong_is_said(said: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(said)
    assert words in str(refused.value)


@pytest.mark.parametrize("said", ["list by hand", "list BY_HAND", "list by-hand", "list by hand, page:1"])
def test_a_status_is_read_as_cards_write_it(said: str) -> None:
    assert parse(said) == ListNotices(statuses=(Status.BY_HAND,))


def test_export_note_and_amend() -> None:
    asked = parse("export CSV mine page:3")
    assert asked == Export(kind="csv", which=ListNotices(scope="mine", page=3))
    assert parse("note td-7 called &amp; waited") == Note(notice_id="TD-7", words="called & waited")
    assert parse("amend 7") == Amend(notice_id="TD-7")


@given(
    st.builds(
        ListNotices,
        scope=st.sampled_from(["mine", "open", "waiting", "all"]),
        statuses=st.lists(st.sampled_from(list(Status)), unique=True, max_size=3).map(tuple),
        marketplace=st.none() | st.sampled_from(["acme", "ebay"]),
        right=st.just("") | words,
        seller=st.just("") | words | st.tuples(words, words).map(" ".join),
        violation=st.none() | st.sampled_from(list(Violation)),
        by=st.sampled_from(["", "U0ANN"]),
        since=st.sampled_from(["", "30d", "2026-01-31"]),
        until=st.sampled_from(["", "1d", "2026-12-31"]),
        sort=st.sampled_from(list(Sort)),
        page=st.integers(1, 100),
    )
)
def test_a_button_says_again_what_was_asked(which: ListNotices) -> None:
    assert parse(f"list {as_typed(which)}") == which
