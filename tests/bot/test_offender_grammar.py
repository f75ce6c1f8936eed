"""What people type after `/offenders`, and what the desk takes it for."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.grammar.offenders import (
    OFFENDER_USAGE,
    OFFENDER_VERBS,
    Follow,
    Forget,
    Identify,
    LinkSellers,
    ListOffenders,
    OffenderCommand,
    OffenderHelp,
    ShowOffender,
    Suggestions,
    UnlinkSellers,
    WhyOffender,
    offender_usage,
    parse_offenders,
)
from bot.model import IdentifierKind

A, B = "acme:S-5", "zeta:S-9"
PHONE, EMAIL, NAME = IdentifierKind.PHONE, IdentifierKind.EMAIL, IdentifierKind.SHOP_NAME
ADDRESS, PAYMENT = IdentifierKind.RETURN_ADDRESS, IdentifierKind.PAYMENT


def identified(kind: IdentifierKind, value: str) -> Identify:
    return Identify(seller=A, kind=kind, value=value)


def linked(reason: str, a: str = A, b: str = B) -> LinkSellers:
    return LinkSellers(a=a, b=b, reason=reason)


COMMANDS: list[tuple[str, OffenderCommand]] = [
    ("", ListOffenders()),
    ("  list ", ListOffenders()),
    ("90d", ListOffenders(window_days=90)),
    ("threshold:3 30d", ListOffenders(window_days=30, threshold=3)),
    ("threshold 2", ListOffenders(threshold=2)),
    ("acme:S-21", ShowOffender(seller="acme:S-21")),
    ("`acme:S-21`", ShowOffender(seller="acme:S-21")),
    ("30 days", ListOffenders(window_days=30)),
    ("12w, all", ListOffenders(window_days=84, muted=True)),
    ("3 months", ListOffenders(window_days=90)),
    ("1Y", ListOffenders(window_days=365)),
    ("90d 90d", ListOffenders(window_days=90)),
    (
        "90d marketplace:ACME right:ACME-EU page:2",
        ListOffenders(window_days=90, marketplace="acme", right="ACME-EU", page=2),
    ),
    ('all --right "Acme EU" —page 3', ListOffenders(right="Acme EU", page=3, muted=True)),
    # one seller
    (f"show {A}", ShowOffender(seller=A)),
    (f"SHOW `{A}`", ShowOffender(seller=A)),
    ("show #0123456789abcdef", ShowOffender(seller="#0123456789abcdef")),
    ('show "Shop 77"', ShowOffender(seller="Shop 77")),
    ("show “Shop 77”", ShowOffender(seller="Shop 77")),
    ("show Shop 77", ShowOffender(seller="Shop 77")),
    ("show Moon &amp; Co", ShowOffender(seller="Moon & Co")),
    (f"why {A}", WhyOffender(seller=A)),
    (f"watch {A}", Follow(seller=A, watching=True)),
    (f"unwatch {A}", Follow(seller=A, watching=False)),
    (f"mute {A}", Follow(seller=A, muted=True)),
    (f"unmute {A}", Follow(seller=A, muted=False)),
    # two sellers
    (f"link {A} {B} the same return address", linked("the same return address")),
    (f'link {A} {B} "the same address"', linked("the same address")),
    (f"link {A}, {B} same", linked("same")),
    (f"link {A} and {B} same", linked("same")),
    (f"link {A} with {B}", linked("")),
    (f"link {A} and", linked("", b="and")),
    (f'link "Shop 77" {B} see &lt;the invoice&gt;', linked("see <the invoice>", a="Shop 77")),
    (f"link {A} {B} see <https://x.example/1>", linked("see https://x.example/1")),
    (f"link {A}\n{B}\nboth of\nthem", linked("both of\nthem")),
    (f"unlink {A} {B} two companies", UnlinkSellers(a=A, b=B, reason="two companies")),
    # identifiers
    (f"identify {A} phone +49 30 1234567", identified(PHONE, "+49 30 1234567")),
    (f"identify {A} Phone: +49 30 1234567", identified(PHONE, "+49 30 1234567")),
    (f"identify {A} phone:+49 30 1234567", identified(PHONE, "+49 30 1234567")),
    (f"identify {A} tel <tel:+49301234567|+49 30 1234567>", identified(PHONE, "+49 30 1234567")),
    (f"identify {A} e-mail <mailto:a@b.example|a@b.example>", identified(EMAIL, "a@b.example")),
    (f"identify {A} shop name Bright Sun", identified(NAME, "Bright Sun")),
    (f'identify {A} shop "Name of Sun"', identified(NAME, "Name of Sun")),
    (f"identify {A} return address 12 Mill Lane", identified(ADDRESS, "12 Mill Lane")),
    (f"identify {A}\treturn_address\n12 Mill Lane\nBerlin", identified(ADDRESS, "12 Mill Lane\nBerlin")),
    (f"identify {A} bank account DE89 3704", identified(PAYMENT, "DE89 3704")),
    (f"identify {A} iban DE89 3704", identified(PAYMENT, "DE89 3704")),
    (f"forget {A} email a@b.example", Forget(seller=A, kind=EMAIL, value="a@b.example")),
    ("suggestions", Suggestions()),
    ("help", OffenderHelp(word=None)),
    ("help `Link`!", OffenderHelp(word="link")),
]

REFUSALS: list[tuple[str, str]] = [
    ("shwo acme:S-5", "Did you mean `show`?"),
    ("acme:S-5 please", "Did you mean `show acme:S-5`?"),
    ("threshold:0", "from 1 to 100"),
    ("threshold:2 threshold 3", "`threshold:` is given twice"),
    ("90", "Did you mean `90d`"),
    ("0d", "from 1 to 3650 days"),
    ("99999y", "from 1 to 3650 days"),
    ("30d 90d", "Two windows"),
    ("page:0", "is not a page"),
    ("right:A right:B", "given twice"),
    ("--window 3", "do not know the option"),
    ("nonsense", "Say `show SELLER`"),
    ("show", "Say which seller, such as `show acme:S-5`."),
    ('show ""', "Say which seller"),
    ('show "Shop 77', "never closed"),
    ('show "Shop 77" now', "one seller and nothing more"),
    (f"show {'x' * 301}", "at most 300"),
    ("link", "Say which seller"),
    (f"link {A}", "Say both sellers and why"),
    (f"identify {A}", "Say what it is. Kinds: shop_name"),
    (f"identify {A} phnoe 1", "Did you mean `phone`?"),
    (f"identify {A} phone", "Say the phone itself"),
    ("suggestions now", "stands alone"),
    ("x" * 40_001, "40000 is the most"),
]


@pytest.mark.parametrize(("text", "command"), COMMANDS)
def test_a_command_is_read(text: str, command: OffenderCommand) -> None:
    assert parse_offenders(text) == command


@pytest.mark.parametrize(("text", "words"), REFUSALS)
def test_what_is_not_understood_is_said(text: str, words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_offenders(text)
    assert words in str(refusal.value)
    assert len(str(refusal.value)) < 300


MARKS = ('"', "“", "”", "«", "'", "--", "—", ":", "=", "`", "<tel:", "|", ">", "&lt;", "\n", "\u200b", "²", "9" * 9)
WORDS = (A, B, "phone", "e-mail", "return", "address", "all", "90d", "page:", "right:", "marketplace:")
PIECES = st.sampled_from([*OFFENDER_VERBS, *MARKS, *WORDS])
TEXT = st.one_of(st.text(max_size=60), st.lists(PIECES | st.text(max_size=3), max_size=9).map(" ".join))


@settings(max_examples=5000, deadline=None)
@given(TEXT)
def test_any_text_is_a_command_or_refused(text: str) -> None:
    with suppress(Invalid):
        parse_offenders(text)


def test_every_example_of_the_usage_is_understood() -> None:
    for example, _ in OFFENDER_USAGE:
        parse_offenders(example.removeprefix("/offenders").replace("@bo", "<@U0BO>"))


@pytest.mark.parametrize("word", [*sorted(OFFENDER_VERBS), "seller", "score", "kinds"])
def test_there_is_help_about_every_word(word: str) -> None:
    assert "no help" not in offender_usage(word)


def test_help_about_something_else_names_the_nearest_and_says_everything() -> None:
    assert offender_usage("lnik").startswith("There is no help about `lnik`. Did you mean `link`?")
    assert offender_usage(None) in offender_usage("nothing")
