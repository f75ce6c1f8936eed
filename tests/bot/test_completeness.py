"""What the law asks of a notice: each element on its own, and all of them at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.completeness import ELEMENTS, in_words, laws_of, missing, unnamed
from bot.declarations import CURRENT
from bot.marketplaces import Ask
from bot.model import RELIES_ON, Law, Right, RightKind, Violation
from bot.statements import standard_statement
from tests import make

DOCS = Path(__file__).parents[2] / "docs" / "filing-checks.md"
MARK = make.right()
WORK = make.right("PHOTOS-26", kind=RightKind.COPYRIGHT, title="Acme catalogue 2026", registration_no="", office="")


def ask(violation: Violation = Violation.COUNTERFEIT, right: Right = MARK, **changes: Any) -> Ask:
    statement = changes.pop("statement", None) or standard_statement(violation, right)
    made = Ask(listing=make.listing(), right=right, violation=violation, statement=statement, seller=None)
    return replace(made, **changes)


def lacking(asked: Ask, *, signature: str = "Ann Winter", affirmed: str | None = CURRENT) -> list[tuple[str, str]]:
    return [(one.element.at, one.element.field) for one in missing(asked, signature=signature, affirmed=affirmed)]


@pytest.mark.parametrize("violation", [one for one in Violation if one is not Violation.OTHER])
def test_the_standard_statement_under_a_right_of_its_kind_is_whole(violation: Violation) -> None:
    right = WORK if RightKind.COPYRIGHT in RELIES_ON[violation] else MARK
    assert lacking(ask(violation, right)) == []


@pytest.mark.parametrize(
    ("violation", "jurisdictions", "laws"),
    [
        (Violation.COUNTERFEIT, ("EU",), (Law.DSA,)),
        (Violation.COUNTERFEIT, ("US",), (Law.DSA,)),
        (Violation.COPYRIGHT, ("US",), (Law.DMCA,)),
        (Violation.COPYRIGHT_IMAGE, ("US", "NL"), (Law.DSA, Law.DMCA)),
        (Violation.COPYRIGHT, ("WO",), (Law.DSA, Law.DMCA)),
    ],
)
def test_which_laws_a_notice_is_held_against(
    violation: Violation, jurisdictions: tuple[str, ...], laws: tuple[Law, ...]
) -> None:
    assert laws_of(ask(violation, replace(WORK, jurisdictions=jurisdictions))) == laws


@pytest.mark.parametrize(
    ("statement", "whole"),
    [
        ("Fake.", False),
        ("https://acme.example/item/1?look=at-this-very-long-address", False),
        ("!!! ??? --- ... !!! ??? --- ...", False),
        ("It is a fake", False),
        ("111111111111111", False),
        ("\u3164" * 5, False),
        ("\u115f\u1160\uffa0" * 9, False),
        ("\u200b" * 40, False),
        ("ＡＡＡＡＡ", False),
        ("The label is wrong.", True),
        ("라벨이 다릅니다.", True),
        ("假冒商品标签。", True),
        ("假冒商品。", False),
        ("Die Naht am Kragen ist falsch.", True),
    ],
)
def test_a_statement_has_to_explain(statement: str, whole: bool) -> None:
    expected = [] if whole else [("DSA Article 16(2)(a)", "statement")]
    assert lacking(ask(statement=statement)) == expected


def test_for_what_is_none_of_the_rest_the_standard_statement_explains_nothing() -> None:
    assert lacking(ask(Violation.OTHER)) == [("DSA Article 16(2)(a)", "statement")]
    assert lacking(ask(Violation.OTHER, statement="The page asks for passwords.")) == []


@pytest.mark.parametrize("title", ["Photos", "Acme Brands B.V.", "photos-26", " "])
def test_a_work_is_named_by_number_title_or_ones_own_words(title: str) -> None:
    nameless = replace(WORK, title=title)
    assert lacking(ask(Violation.COPYRIGHT, nameless)) == [("17 U.S.C. 512(c)(3)(A)(ii)", "right")]
    own_words = "These are the pictures of our winter catalogue."
    assert lacking(ask(Violation.COPYRIGHT, nameless, statement=own_words)) == []
    assert lacking(ask(Violation.COPYRIGHT, replace(nameless, registration_no="VA 2-1", office="USCO"))) == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("Please remove this listing now", False),
        ("These photos are ours and were used without permission.", False),
        ("Please remove https://shop.example/our-winter-catalogue/summer now, these are ours.", False),
        ("They copied page 12 of our winter catalogue.", True),
        ("Bitte entfernen: unsere Fotos aus dem Winterkatalog.", True),
        ("हमारी तस्वीरें हटाइए, ये हमारी सूची की हैं।", True),
        ("请删除我们的冬季目录照片。", True),
    ],
)
def test_words_that_only_ask_for_a_removal_name_no_work(statement: str, named: bool) -> None:
    found = lacking(ask(Violation.COPYRIGHT, replace(WORK, title="photos"), statement=statement))
    assert found == ([] if named else [("17 U.S.C. 512(c)(3)(A)(ii)", "right")])
    assert lacking(ask(Violation.COPYRIGHT, WORK, statement=statement)) == [], "a work with a title needs no name"


@pytest.mark.parametrize("unseen", ["\u200b", " \u2060 ", "\u3164", "\u2800"])
def test_what_nobody_sees_is_not_there(unseen: str) -> None:
    assert lacking(ask(), signature=unseen) == [("DSA Article 16(2)(c)", "declaration")]
    assert "no owner on file" in unnamed(replace(MARK, owner=unseen))
    assert "does not say which work" in unnamed(replace(WORK, title=unseen, registration_no=unseen))
    assert "does not say which work" in unnamed(replace(WORK, title=f"pho{unseen.strip()}tos"))


def test_everything_that_is_missing_is_said_at_once() -> None:
    nobodys = replace(WORK, title="", owner="", jurisdictions=("EU",))
    nowhere = make.listing(canonical="acme item 1")
    asked = ask(Violation.COPYRIGHT, nobodys, statement="bad", listing=nowhere)
    found = lacking(asked, signature=" ", affirmed=None)
    assert found == [(one.at, one.field) for one in ELEMENTS], "every element of both laws"


def test_what_several_elements_ask_for_is_said_once_with_all_of_them_named() -> None:
    lacks = missing(ask(Violation.COPYRIGHT, WORK), signature="Ann Winter", affirmed=None)
    assert dict(in_words(lacks)) == {
        "declaration": "Please read the declaration and tick it; nothing can be filed without it. "
        "(DSA Article 16(2)(d); 17 U.S.C. 512(c)(3)(A)(v); 17 U.S.C. 512(c)(3)(A)(vi))"
    }


@pytest.mark.parametrize("affirmed", [None, "", "2020-01", "forged"])
def test_only_a_declaration_this_desk_has_worded_counts(affirmed: str | None) -> None:
    assert lacking(ask(), affirmed=affirmed) == [("DSA Article 16(2)(d)", "declaration")]


def test_a_right_is_looked_at_by_itself_too() -> None:
    assert unnamed(MARK) == unnamed(WORK) == ""
    assert "no owner on file" in unnamed(replace(MARK, owner=" "))
    assert "does not say which work" in unnamed(replace(WORK, title="photos"))


def test_the_page_names_every_element() -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert [one.at for one in ELEMENTS if one.at not in page] == []


@given(st.text(max_size=300), st.sampled_from(Violation), st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_said_it_is_answered_in_sentences(text: str, violation: Violation, title: str, name: str) -> None:
    right = replace(WORK if RightKind.COPYRIGHT in RELIES_ON[violation] else MARK, title=title)
    lacks = missing(ask(violation, right, statement=text or "x"), signature=name, affirmed=CURRENT)
    for field, words in in_words(lacks):
        assert field in {"statement", "right", "declaration", "addresses"}
        assert words.endswith(")")
        assert text not in words or len(text) < 40, "what people wrote is not repeated"
