"""The letters: whatever the law asks of a notice is in them, in every language."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.declarations import CURRENT, TEXTS
from bot.marketplaces.letters import COLUMNS, COPYRIGHT, LANGUAGES, Contact, Law, law_for, letter, wrapped
from bot.marketplaces.letters.wording import Wording
from bot.model import RELIES_ON, Notice, RightKind, Violation
from tests import make

CONTACT = Contact(
    organisation="Nordlicht Schutz GmbH",
    email="recht@nordlicht.example",
    postal_address="Hafenweg 8, 24103 Kiel, Germany",
    phone="+49 431 1234567",
)
# What the law wants said, in the words of each language.
GOOD_FAITH = {"en": "in good faith", "de": "in gutem Glauben", "es": "de buena fe", "zh": "善意地相信"}
COMPLETE = {
    "en": "accurate and complete",
    "de": "richtig und vollständig",
    "es": "precisas y completas",
    "zh": "准确且完整",
}
NOT_AUTHORISED = {
    "en": "not authorized by the copyright owner, its agent, or the law",
    "de": "weder vom Inhaber des Urheberrechts noch von seinem Vertreter noch durch das Gesetz erlaubt",
    "es": "no está autorizado por el titular de los derechos de autor, ni por su agente, ni por la ley",
    "zh": "未经版权所有人、其代理人或法律的授权",
}
ACCURATE = {
    "en": "information in this notification is accurate",
    "de": "Angaben in dieser Mitteilung sind richtig",
    "es": "información de esta notificación es exacta",
    "zh": "本通知中的信息准确无误",
}
MAY_ACT = {
    "en": "authorized to act on behalf of the owner of an exclusive right that is allegedly infringed",
    "de": "berechtigt sind, für den Inhaber eines ausschließlichen Rechts zu handeln",
    "es": "autorizados a actuar en nombre del titular de un derecho exclusivo",
    "zh": "有权代表涉嫌被侵犯的专有权利的所有人行事",
}
languages = pytest.mark.parametrize("language", LANGUAGES)


def notices(violation: Violation = Violation.COUNTERFEIT, count: int = 2, **more: object) -> list[Notice]:
    (kind, *_) = sorted(RELIES_ON[violation])
    right = make.right(kind=kind, title="NORDLICHT", owner="Erika Nord", jurisdictions=("EU", "US"))
    changes = {
        "violation": violation,
        "right": right,
        "statement": "We bought one. The stitching is wrong.",
        "declaration": make.declaration(text_version=CURRENT),
        "seller": make.seller("S-77", "Ferdi's Bags"),
    } | more
    return [make.notice(f"TD-{number}", **changes) for number in range(41, 41 + count)]


def flat(text: str) -> str:
    """The text without its line breaks; in Chinese they stand for nothing."""
    return re.sub(r"(?<=[\u3000-\u9fff）]) (?=[\u3000-\u9fff])", "", " ".join(text.split()))


def written(language: str, law: Law, violation: Violation) -> str:
    return letter(notices(violation), law=law, language=language, contact=CONTACT).text


@languages
@pytest.mark.parametrize("violation", Violation)
def test_a_dsa_notice_has_every_element_of_article_16(language: str, violation: Violation) -> None:
    text = written(language, Law.DSA, violation)
    words = flat(text)
    # (a) why it is illegal
    assert flat(LANGUAGES[language].reasons[violation]) in words
    assert "We bought one. The stitching is wrong." in words
    for fact in ("NORDLICHT", "EUIPO 018000001", "EU, US", "Erika Nord"):
        assert fact in words
    # (b) where exactly it is, in full, and what identifies it
    for number in ("41", "42"):
        assert f"https://acme.example/item/{number}" in text.splitlines()
    assert "Ferdi's Bags (S-77)" in words
    # (c) the name and e-mail address of who gives notice
    assert CONTACT.organisation in words
    assert CONTACT.email in words
    # (d) the statement of good faith
    assert GOOD_FAITH[language] in words
    assert COMPLETE[language] in words
    assert set(re.findall(r"(?:16\(2\)|Buchstabe |letra |第2款)\(?([a-d])\b", words)) == set("abcd")
    assert "2022/2065" in words


@languages
@pytest.mark.parametrize("violation", sorted(COPYRIGHT))
def test_a_dmca_notice_has_every_element_of_512_c_3_a(language: str, violation: Violation) -> None:
    text = written(language, Law.DMCA, violation)
    words = flat(text)
    # (i) a signature
    assert "/s/ Ana Lyst" in text.splitlines()
    assert "2026-03-02 09:00 UTC" in words
    # (ii) the work
    for fact in ("NORDLICHT", "EUIPO 018000001", "Erika Nord"):
        assert fact in words
    # (iii) the material, and where it is
    assert flat(LANGUAGES[language].reasons[violation]) in words
    for number in ("41", "42"):
        assert f"https://acme.example/item/{number}" in text.splitlines()
    # (iv) how to reach the complaining party
    for fact in (CONTACT.organisation, CONTACT.postal_address, CONTACT.phone, CONTACT.email):
        assert fact in words
    # (v) good faith
    assert "good faith belief" in words
    assert NOT_AUTHORISED[language] in words
    # (vi) accuracy, and authority under penalty of perjury
    assert ACCURATE[language] in words
    assert "under penalty of perjury" in words.partition("---")[0]
    assert MAY_ACT[language] in words
    for element in ("i", "ii", "iii", "iv", "v", "vi"):
        assert f"512(c)(3)(A)({element})" in words


@languages
@pytest.mark.parametrize("law", Law)
def test_the_words_a_person_affirmed_are_quoted_as_they_were(language: str, law: Law) -> None:
    words = flat(written(language, law, Violation.COPYRIGHT))
    assert CURRENT in words
    for line in TEXTS[CURRENT]:
        assert line in words


def test_words_that_are_not_known_any_more_are_not_made_up() -> None:
    old = notices(declaration=make.declaration(text_version="1999-01"))
    text = letter(old, law=Law.DSA, language="en", contact=CONTACT).text
    assert "1999-01" not in text
    assert "affirmed" not in text
    assert text.rstrip().endswith(CONTACT.organisation)


@languages
def test_every_language_says_all_there_is_to_say(language: str) -> None:
    wording = LANGUAGES[language]
    assert set(wording.reasons) == set(Violation)
    assert set(wording.kinds) == set(RightKind)
    for law in Law:
        english = Template(LANGUAGES["en"].bodies[law]).get_identifiers()
        assert sorted(Template(wording.bodies[law]).get_identifiers()) == sorted(english)
        assert all(columns(line) <= COLUMNS for line in wording.bodies[law].splitlines())


def test_no_two_languages_share_their_words() -> None:
    for field in ("subjects", "bodies", "reasons"):
        for key in getattr(LANGUAGES["en"], field):
            assert len({getattr(wording, field)[key] for wording in LANGUAGES.values()}) == len(LANGUAGES)
    assert {field.name for field in dataclasses.fields(Wording)} >= {"subjects", "bodies", "reasons"}


@pytest.mark.parametrize(
    ("kind", "violation", "law"),
    [
        ("auto", Violation.COPYRIGHT, Law.DMCA),
        ("auto", Violation.COPYRIGHT_IMAGE, Law.DMCA),
        *(("auto", violation, Law.DSA) for violation in Violation if violation not in COPYRIGHT),
        ("dsa", Violation.COPYRIGHT, Law.DSA),
        ("dmca", Violation.COPYRIGHT, Law.DMCA),
    ],
)
def test_copyright_goes_by_the_dmca_and_all_else_by_the_dsa(kind: str, violation: Violation, law: Law) -> None:
    assert law_for(kind, violation) is law


@pytest.mark.parametrize(("count", "begins"), [(1, "[TD-41] "), (3, "[TD-41 +2] ")])
def test_the_reference_stands_in_square_brackets_before_the_subject(count: int, begins: str) -> None:
    some = letter(notices(count=count), law=Law.DSA, language="en", contact=CONTACT)
    assert some.subject.startswith(begins)
    assert "acme.example" in some.subject
    assert [line for line in some.text.splitlines() if line.startswith("[TD-")] == [
        f"[TD-{number}]" for number in range(41, 41 + count)
    ]


def test_what_is_not_known_leaves_no_empty_label() -> None:
    bare = [
        make.notice(
            "TD-1",
            right=make.right(registration_no="", office=""),
            listing=make.listing("3f2a", canonical="https://acme.example/a-page"),
        )
    ]
    contact = Contact(organisation="Acme", email="a@acme.example")
    text = letter(bare, law=Law.DSA, language="en", contact=contact).text
    for label in ("Phone", "Postal", "Registration", "Seller", "Listing number"):
        assert label not in text
    assert not re.search(r":$|\n\n\n", text, re.MULTILINE)
    assert "3f2a" not in text, "an id of ours says nothing to them"


def test_a_dollar_in_what_people_write_stays_a_dollar() -> None:
    text = letter(notices(statement="It costs $5, not $owner."), law=Law.DSA, language="en", contact=CONTACT).text
    assert "It costs $5, not $owner." in text


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def test_long_lines_are_broken_and_addresses_are_not() -> None:
    address = "https://acme.example/" + "x" * 200 + "/商品"
    text = wrapped("word " * 40 + address + " " + "商品带有该商标，" * 20)
    assert address in text.split()
    for line in text.splitlines():
        assert columns(line) <= COLUMNS + 2 or address in line
        assert not line.startswith(("，", "。"))


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" \n商，(")))
def test_breaking_lines_loses_nothing(text: str) -> None:
    assert "".join(wrapped(text).split()) == "".join(text.split())


@given(
    statement=st.text(max_size=300),
    name=st.text(min_size=1, max_size=60),
    language=st.sampled_from(sorted(LANGUAGES)),
    law=st.sampled_from(Law),
)
def test_whatever_people_write_the_subject_is_one_line_and_the_text_has_no_control_characters(
    statement: str, name: str, language: str, law: Law
) -> None:
    right = make.right(kind=RightKind.COPYRIGHT, title=name, owner=name)
    odd = notices(Violation.COPYRIGHT, right=right, statement=statement, seller=make.seller(name, name))
    some = letter(odd, law=law, language=language, contact=CONTACT)
    assert some.subject.isprintable()
    assert all(line.isprintable() for line in some.text.split("\n"))
