"""Holds, retention and privacy, as typed after `/takedown-admin`."""

import pytest

from bot.errors import Invalid
from bot.grammar.privacy import (
    EraseData,
    ExportData,
    HoldSeller,
    KeepFor,
    ListHolds,
    ShowRetention,
    UnholdSeller,
)
from bot.grammar.register import RegisterCommand, parse_register
from bot.model import Kept


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("holds", ListHolds()),
        ("HOLDS page:2", ListHolds(page=2)),
        ("hold acme:S-5 a letter  of &lt;3 March&gt;", HoldSeller(seller="acme:S-5", why="a letter  of <3 March>")),
        ("hold “Shop 5” court", HoldSeller(seller="Shop 5", why="court")),
        ("unhold acme:S-5, it is over", UnholdSeller(seller="acme:S-5", why="it is over")),
        ("retention", ShowRetention()),
        ("retention run", ShowRetention(run=True)),
        ("retention notices 1095", KeepFor(kind=Kept.NOTICES, days=1095)),
        ("retention notice for 1095 days", KeepFor(kind=Kept.NOTICES, days=1095)),
        ("retention evidence for good", KeepFor(kind=Kept.EVIDENCE, days=None)),
        ("privacy export <@U0ANN|ann>", ExportData(who="", user_id="U0ANN")),
        ("privacy export @U0ANN1", ExportData(who="", user_id="U0ANN1")),
        ("privacy erase acme:S-5", EraseData(who="acme:S-5")),
        ("privacy erase <mailto:shop@example.com|shop@example.com>", EraseData(who="shop@example.com")),
        ("privacy erase <tel:+49301234567|+49 30 1234567>", EraseData(who="+49 30 1234567")),
        ('privacy erase "Zacharias  Quill"', EraseData(who="Zacharias Quill")),
    ],
)
def test_what_is_typed_becomes_a_command(text: str, command: RegisterCommand) -> None:
    assert parse_register(text) == command


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hold", "Say which seller and why"),
        ("hold acme:S-5", "Say why after the seller"),
        ("unhold  ", "Say which seller and why"),
        ('hold "" why', "Say which seller"),
        ("retention pictures 400", "Kinds: notices, evidence"),
        ("retention notises 400", "Did you mean `notices`?"),
        ("retention notices soon", "Say for how many days, such as `retention notices 1095`"),
        ("retention run now", "is no kind of record"),
        ("privacy", "Say `privacy export @name`"),
        ("privacy exprt @ann", "Did you mean `export`?"),
        ("privacy erase", "Say of whom: `privacy erase @name`"),
    ],
)
def test_what_is_not_understood_is_said_with_advice(text: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_register(text)
    assert words in str(refused.value)
