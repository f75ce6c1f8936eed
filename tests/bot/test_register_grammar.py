"""Rights and authorised sellers, as typed after `/takedown-admin`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.grammar.authorised import (
    AddAuthorised,
    Authorise,
    ListAuthorised,
    WithdrawAuthorised,
    read_authorise,
    read_authorised,
)
from bot.grammar.rights import (
    AddRight,
    EditRight,
    EndRight,
    ImportRights,
    ListRights,
    RightCommand,
    ShowRight,
    read_right,
    read_rights,
)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("", ListRights()),
        ("page:2", ListRights(page=2)),
        ("3", ListRights(page=3)),
        ("list", ListRights()),
        ("ACME-EU", ShowRight(key="ACME-EU")),
        ("import", ImportRights()),
    ],
)
def test_rights(said: str, asked: RightCommand) -> None:
    assert read_rights(said) == asked


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("ACME-EU", ShowRight(key="ACME-EU")),
        ("`ACME-EU`", ShowRight(key="ACME-EU")),
        ("add", AddRight()),
        ("ADD", AddRight()),
        ("edit acme-eu", EditRight(key="acme-eu")),
        ("retire ACME-EU sold &amp; gone", EndRight(key="ACME-EU", why="sold & gone", did="retire")),
        ("retire ACME-EU", EndRight(key="ACME-EU", why="", did="retire")),
        ("restore ACME-EU mistake", EndRight(key="ACME-EU", why="mistake", did="restore")),
        ("import", ImportRights()),
    ],
)
def test_right(said: str, asked: RightCommand) -> None:
    assert read_right(said) == asked


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("", "Say which right"),
        ("edit", "takes the key of one right"),
        ("edit A B", "takes the key of one right"),
        ("retire", "Say which right and why"),
        ("add ACME", "takes nothing more"),
        ("retyre ACME-EU", "Did you mean `right retire`"),
        ("<!here>", "not the key of a right"),
    ],
)
def test_what_is_no_right_is_refused_with_what_to_say(said: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_right(said)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("", ListAuthorised()),
        ("page:2", ListAuthorised(page=2)),
        ("list page:3", ListAuthorised(page=3)),
        ("add", AddAuthorised()),
        ("add acme:S-5", Authorise(marketplace="acme", seller_id="S-5")),
        ("withdraw acme:S-5 contract ended", WithdrawAuthorised(key="acme:S-5", why="contract ended")),
        ("withdraw acme:S-5:ACME-EU", WithdrawAuthorised(key="acme:S-5:ACME-EU", why="")),
        ('withdraw acme:"Shop 5" ended', WithdrawAuthorised(key="acme:Shop 5", why="ended")),
        ('withdraw "acme:Shop 5" ended', WithdrawAuthorised(key="acme:Shop 5", why="ended")),
    ],
)
def test_authorised(said: str, asked: object) -> None:
    assert read_authorised(said) == asked


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("acme:S-5", Authorise(marketplace="acme", seller_id="S-5")),
        (
            "Acme:S-5 right:ACME-EU until:2027-01-31 our dealer: Kiel",
            Authorise(
                marketplace="acme", seller_id="S-5", right="ACME-EU", until="2027-01-31", note="our dealer: Kiel"
            ),
        ),
        ("acme:“Shop 5” note", Authorise(marketplace="acme", seller_id="Shop 5", note="note")),
        ('acme name:"Shop 5"', Authorise(marketplace="acme", name="Shop 5")),
        ("acme:S-5 a &lt;b&gt;", Authorise(marketplace="acme", seller_id="S-5", note="a <b>")),
    ],
)
def test_authorise(said: str, asked: Authorise) -> None:
    assert read_authorise(said) == asked


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("", "Say which seller"),
        ("acme:S-5 until:2027 until:2028", "given twice"),
        ("acme:S-5 untill:2027", "Did you mean `until:`"),
        ('acme:"Shop', "Say which seller"),
    ],
)
def test_what_names_no_seller_is_refused_with_what_to_say(said: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_authorise(said)


@given(text=st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for reads in (read_rights, read_right, read_authorised, read_authorise):
        words = ""
        try:
            reads(text)
        except Invalid as refused:
            words = str(refused)
        assert len(words) < 500
