"""Which notices an approver means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.grammar import Approvals, Approve, Refuse, parse
from bot.grammar.approvals import read_ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("approve TD-12", ("TD-12",)),
        ("APPROVE td-12", ("TD-12",)),
        ("approve 12", ("TD-12",)),
        ("approve TD-3, TD-7 and TD-9", ("TD-3", "TD-7", "TD-9")),
        ("approve TD-3,TD-7", ("TD-3", "TD-7")),
        ("approve TD-3..TD-5", ("TD-3", "TD-4", "TD-5")),
        ("approve TD-3..5", ("TD-3", "TD-4", "TD-5")),
        ("approve TD-3…TD-5", ("TD-3", "TD-4", "TD-5")),
        ("approve TD-3-TD-5", ("TD-3", "TD-4", "TD-5")),
        ("approve TD-3–5", ("TD-3", "TD-4", "TD-5")),
        ("approve TD-3 .. TD-5", ("TD-3", "TD-4", "TD-5")),
        ("approve TD-1 and TD-3…TD-5", ("TD-1", "TD-3", "TD-4", "TD-5")),
        ("approve TD-1, TD-3…TD-5.", ("TD-1", "TD-3", "TD-4", "TD-5")),
        ("approve TD-3 to TD-5", ("TD-3", "TD-4", "TD-5")),
        ("approve TD-3 – TD-5", ("TD-3", "TD-4", "TD-5")),
        ("approve TD-3 TD-3 TD-1..TD-3", ("TD-3", "TD-1", "TD-2")),
        ("approve TD-1, TD-7 to TD-8, TD-12", ("TD-1", "TD-7", "TD-8", "TD-12")),
    ],
)
def test_ids_are_read_one_by_one_and_in_ranges(text: str, ids: tuple[str, ...]) -> None:
    assert parse(text) == Approve(notice_ids=ids)


@pytest.mark.parametrize(
    ("text", "ids", "why"),
    [
        ("refuse TD-12 not our product", ("TD-12",), "not our product"),
        ("refuse TD-12 and TD-13 not ours", ("TD-12", "TD-13"), "not ours"),
        ("refuse TD-12 TD-9 already covers this listing", ("TD-12",), "TD-9 already covers this listing"),
        ("refuse TD-12 TD-1..TD-9 cover it", ("TD-12",), "TD-1..TD-9 cover it"),
        ("refuse TD-12, TD-9 not ours", ("TD-12", "TD-9"), "not ours"),
        ("refuse TD-3 and TD-7…TD-9 not ours", ("TD-3", "TD-7", "TD-8", "TD-9"), "not ours"),
        ("refuse TD-3-TD-4; TD-7–9 not ours", ("TD-3", "TD-4", "TD-7", "TD-8", "TD-9"), "not ours"),
        ("refuse TD-12 to be sure", ("TD-12",), "to be sure"),
        ("refuse TD-12 12 units only", ("TD-12",), "12 units only"),
        ("refuse TD-12..TD-13 see TD-4", ("TD-12", "TD-13"), "see TD-4"),
        ("refuse TD-12, a dealer; licensed", ("TD-12",), "a dealer; licensed"),
        ("refuse TD-12 <https://a.example|a.example>", ("TD-12",), "a.example (https://a.example)"),
    ],
)
def test_after_the_ids_come_peoples_own_words(text: str, ids: tuple[str, ...], why: str) -> None:
    read = parse(text)
    assert isinstance(read, Refuse)
    assert (read.notice_ids, read.why.replace(" (https://a.example)", "")) == (
        ids,
        why.replace(" (https://a.example)", ""),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("approve", "Say which notices"),
        ("approve everything", "not the id of a notice"),
        ("approve TD-1 please", "nothing more"),
        ("approve TD-5..TD-3", "runs backwards"),
        ("approve TD-1..TD-5000", "1000 notices at once"),
        ("approve TD-1..TD-900 TD-2000..TD-2900", "1000 notices at once"),
        ("refuse TD-12", "Say why too"),
        ("refuse LOT-3 no", "is a lot"),
        ("approvals now", "takes a page"),
        ("approvals page:0", "pages count from 1"),
        ("aprove TD-1", "Did you mean `approve`"),
    ],
)
def test_what_is_not_understood_is_said(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        parse(text)


def test_the_queue_has_pages() -> None:
    assert parse("approvals") == Approvals(page=1)
    assert parse("approvals page:3") == Approvals(page=3)


def test_a_field_of_a_form_may_be_empty() -> None:
    assert read_ids(" ") == ()
    assert read_ids("TD-3, TD-7 to TD-9") == ("TD-3", "TD-7", "TD-8", "TD-9")
    with pytest.raises(Invalid) as refused:
        read_ids("TD-3 and the others")
    assert refused.value.field == "only"


@given(
    st.sampled_from(["approve", "refuse", "approvals"]),
    st.text(alphabet=st.sampled_from("TDtd-–…. ,;0123456789toandx#&\n")),
)
def test_whatever_is_typed_is_read_or_refused_in_words(verb: str, said: str) -> None:
    words = ""
    try:
        read = parse(f"{verb} {said}")
    except Invalid as refused:
        words, read = str(refused), Approvals()
    assert words or isinstance(read, Approve | Refuse | Approvals)
