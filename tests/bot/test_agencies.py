"""Agencies as they are shipped, what they ask for, and what of it a dossier has not."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agencies import _EXAMPLES, EXAMPLES, Example
from bot.agencies.forms import _FORMS, FORMS, Form, Item, Kind, Topic
from bot.agencies.missing import Lack, missing
from bot.grammar import parse
from bot.grammar.offenders import parse_offenders
from bot.grammar.register import parse_register
from bot.model.agencies import PROFILES, Handing
from bot.territories import is_code

DOCS = (Path(__file__).parents[2] / "docs" / "agencies.md").read_text()
SOURCES = sorted(
    {source for example in EXAMPLES.values() for source in example.sources}
    | {ask.source for form in FORMS.values() for ask in form.asks if ask.source}
    | {form.source for form in FORMS.values() if form.source}
)
ASKS = [(form, ask) for form in FORMS.values() for ask in form.asks]


def lacks_of_all(*, has: bool | None) -> list[Lack]:
    return [lack for form in FORMS.values() for lack in missing(form, dict.fromkeys(Item, has))]


COMMANDS = {command for lack in lacks_of_all(has=False) for command in re.findall(r"`([^`]*)`", lack.words)}
forms = st.sampled_from(list(FORMS.values()))
haves = st.dictionaries(st.sampled_from(Item), st.sampled_from([True, False, None]))


def test_no_two_agencies_and_no_two_forms_share_a_key() -> None:
    assert len(EXAMPLES) == len(_EXAMPLES)
    assert len(FORMS) == len(_FORMS)
    assert len({example.name for example in EXAMPLES.values()}) == len(EXAMPLES)


def test_the_five_of_2013_and_five_more_are_shipped() -> None:
    assert list(EXAMPLES)[:5] == ["mps", "samr", "cnipa", "gacc", "ncac"]
    assert {"ipr_center", "pipcu", "ipep", "europol", "interpol"} == set(list(EXAMPLES)[5:])


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_an_agency_is_fit_to_be_turned_on(example: Example) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", example.key)
    assert is_code(example.jurisdiction)
    assert example.form in FORMS
    assert example.profile in PROFILES
    assert example.contact
    assert example.sources
    # Who takes referrals through a portal has an address to open.
    assert example.takes is not Handing.PORTAL or urlsplit(example.contact).scheme == "https"


@pytest.mark.parametrize("example", [EXAMPLES["europol"], EXAMPLES["interpol"]], ids=["europol", "interpol"])
def test_who_takes_no_complaints_says_to_go_to_the_police(example: Example) -> None:
    assert example.takes is Handing.HAND_OVER
    assert "police" in example.contact
    assert example.note.startswith("Not for complaints")


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_an_address_that_can_be_opened(source: str) -> None:
    parts = urlsplit(source)
    assert parts.scheme == "https"
    assert "." in (parts.hostname or "")
    assert not re.search(r"\s", source)


def test_of_every_source_it_is_said_once_whether_it_is_a_reprint() -> None:
    section = DOCS.partition("### Which sources are reprints")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"`([^`]+)`", section)) == sorted({urlsplit(source).hostname or "" for source in SOURCES})


def test_every_form_is_of_use_and_every_item_is_asked_for() -> None:
    assert {example.form for example in EXAMPLES.values()} == set(FORMS)
    assert {ask.key for _, ask in ASKS} == set(Item)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_asks_for_each_thing_once_and_needs_some(form: Form) -> None:
    keys = [ask.key for ask in form.asks]
    assert len(keys) == len(set(keys))
    assert any(ask.kind is Kind.NEED for ask in form.asks)
    assert {Item.RIGHTS, Item.OFFENDER, Item.EVIDENCE, Item.OWNER_CONTACT} <= set(keys)


def test_our_own_form_alone_has_no_source_and_rests_on_inference() -> None:
    assert [form.key for form in FORMS.values() if not form.source] == ["generic"]
    assert all(ask.inferred for ask in FORMS["generic"].asks)
    assert all(any(not ask.inferred for ask in form.asks) for form in FORMS.values() if form.source)


def test_every_item_has_a_topic_and_every_topic_an_item() -> None:
    assert {item.topic for item in Item} == set(Topic)
    assert len({item.words for item in Item}) == len(Item)
    assert all(ask.topic is ask.key.topic for _, ask in ASKS)


@given(form=forms, have=haves)
def test_what_is_missing_is_what_is_asked_for_and_not_there_in_the_forms_order(
    form: Form, have: dict[Item, bool | None]
) -> None:
    lacks = missing(form, have)
    assert [lack.item for lack in lacks] == [ask.key for ask in form.asks if have.get(ask.key) is not True]
    by_key = {ask.key: ask for ask in form.asks}
    for lack in lacks:
        assert lack.needed is (by_key[lack.item].kind is Kind.NEED)
        assert lack.asked is (have.get(lack.item) is None)
        assert lack.words.endswith("?" if lack.asked else ".")


@given(form=forms, have=haves, more=st.sampled_from(Item))
def test_to_have_one_thing_more_takes_at_most_that_away(form: Form, have: dict[Item, bool | None], more: Item) -> None:
    before, after = missing(form, have), missing(form, {**have, more: True})
    assert after == tuple(lack for lack in before if lack.item is not more)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_whole_dossier_lacks_nothing_and_an_empty_one_everything(form: Form) -> None:
    assert missing(form, dict.fromkeys(Item, True)) == ()
    assert len(missing(form, dict.fromkeys(Item, False))) == len(form.asks) == len(missing(form, {}))


def test_no_two_things_that_are_missing_are_said_in_the_same_words() -> None:
    said = {(lack.item, lack.words) for lack in (*lacks_of_all(has=False), *lacks_of_all(has=None))}
    assert len(said) == len({words for _, words in said}) == 2 * len(Item)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_what_a_sentence_tells_people_to_type_is_understood(command: str) -> None:
    verb, _, said = command.partition(" ")
    for placeholder, example in {"SELLER": "acme:S-5", "KIND": "phone", "VALUE": "+49 30 1", "KEY": "ACME-EU"}.items():
        said = said.replace(placeholder, example)
    read = {"/takedown": parse, "/takedown-admin": parse_register, "/offenders": parse_offenders}[verb]
    read(said.replace("acme:S-5 acme:S-5", "acme:S-5 zeta:S-9"))


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_the_page_tells_of_every_agency_and_its_sources(example: Example) -> None:
    row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{example.key}` |"))
    for told in (example.name, example.local_name, example.jurisdiction, f"`{example.takes}`", example.profile):
        assert told in row
    assert f"`{example.form}`" in row
    assert f"**{example.name}.** {example.note} Contact: {example.contact} " in " ".join(DOCS.split())
    for source in example.sources:
        assert f"<{source}>" in DOCS


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_page_tells_what_a_form_asks_and_where_it_says_so(form: Form) -> None:
    _, part = DOCS.split(f"### {form.title}\n")
    table = [line for line in part.split("\n#")[0].splitlines() if line.startswith("| ")][1:]
    assert form.known in " ".join(part.split())
    assert table == [
        f"| {ask.words} | {ask.key.words} | {'yes' if ask.kind is Kind.NEED else '–'} | "
        f"{'inferred' if ask.inferred else f'[source]({ask.source})'} |"
        for ask in form.asks
    ]


def test_the_page_tells_of_every_item_when_a_dossier_has_it_and_that_all_are_off() -> None:
    covers = DOCS.split("## What our dossier covers")[1].split("\n#")[0]
    told = {words for line in covers.splitlines() if line.startswith("| ") for words in line.split("|")[1].split(", ")}
    assert {item.words for item in Item} <= {words.strip() for words in told}
    assert "All are off until an admin turns one on" in DOCS
    assert "`/takedown-admin agency`" in DOCS
