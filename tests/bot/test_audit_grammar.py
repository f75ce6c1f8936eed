"""Whose chain is looked through, and which line is taken back, as typed."""

from __future__ import annotations

import pytest

from bot import grammar
from bot.errors import Invalid
from bot.grammar.audit import ShowAudit
from bot.grammar.register import parse_register


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("audit TD-12", ShowAudit(of="TD-12")),
        ("AUDIT `td-12` page:2", ShowAudit(of="td-12", page=2)),
        ("audit RF-1 page 3", ShowAudit(of="RF-1", page=3)),
        ("audit acme:S-5", ShowAudit(of="acme:S-5")),
        ("audit case:acme:Shop 77 page:2", ShowAudit(of="case:acme:Shop 77", page=2)),
        ("audit right ACME-EU", ShowAudit(of="right:ACME-EU")),
        ("audit role <@U0ANN|ann>", ShowAudit(of="role:U0ANN")),
        ("audit <!subteam^S0BRAND|@brand-team>", ShowAudit(of="S0BRAND")),
        ("audit right:A&amp;B", ShowAudit(of="right:A&B")),
    ],
)
def test_audit(said: str, asked: ShowAudit) -> None:
    assert parse_register(said) == asked


@pytest.mark.parametrize("said", ["audit", "audit page:2", "audit ``", "audit TD-1 page:0", f"audit {'x' * 201}"])
def test_what_is_no_audit_is_refused_in_a_sentence(said: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_register(said)
    assert str(refused.value).endswith(("`.", "."))


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("retract TD-5 3 wrong seller", grammar.Retract(notice_id="TD-5", entry=3, why="wrong seller")),
        ("RETRACT 5 #3 a &lt;b&gt;", grammar.Retract(notice_id="TD-5", entry=3, why="a <b>")),
        ("retract td-5 003. twice", grammar.Retract(notice_id="TD-5", entry=3, why="twice")),
    ],
)
def test_retract(said: str, asked: grammar.Retract) -> None:
    assert grammar.parse(said) == asked


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("retract", "which notice"),
        ("retract LOT-3 1 x", "is a lot"),
        ("retract TD-5", "which line"),
        ("retract TD-5 0 x", "which line"),
        ("retract TD-5 the third", "which line"),
        ("retract TD-5 1234567 x", "which line"),
        ("retract TD-5 3", "Say why"),
    ],
)
def test_what_is_no_retraction_is_refused_in_a_sentence(said: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        grammar.parse(said)
