"""What people type after `/takedown`, and what the desk takes it for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot import grammar
from bot.errors import Invalid
from bot.grammar import (
    Command,
    Empty,
    File,
    Help,
    InBulk,
    ListNotices,
    Outcome,
    Ref,
    Retry,
    Status,
    Withdraw,
    parse,
    usage,
)
from bot.grammar.violations import NAMES
from bot.listings import looks_like_address
from bot.model import ComeBack, Violation
from bot.model import Status as Decided

ONE, TWO = "https://www.ebay.com/itm/285412345678", "https://www.etsy.com/listing/123456789"
FAKE, MARK, GREY = Violation.COUNTERFEIT, Violation.TRADEMARK, Violation.PARALLEL_IMPORT
IMAGE = Violation.COPYRIGHT_IMAGE


def filing(*addresses: str, **given_: Any) -> File:
    nothing: dict[str, Any] = {"violation": None, "right": None, "seller": None, "statement": ""}
    return File(addresses=addresses, **(nothing | given_))


FILINGS: list[tuple[str, File]] = [
    # addresses
    (ONE, filing(ONE)),
    (f"{ONE} {TWO}", filing(ONE, TWO)),
    (f"{ONE}\n{TWO}\n", filing(ONE, TWO)),
    (f"{ONE}, {TWO};", filing(ONE, TWO)),
    (f"{ONE},{TWO}", filing(ONE, TWO)),
    (f"{ONE} and {TWO} counterfeit", filing(ONE, TWO, violation=FAKE)),
    (f"{ONE} , {TWO}", filing(ONE, TWO)),
    ("www.ebay.com/itm/285412345678 fake", filing("www.ebay.com/itm/285412345678", violation=FAKE)),
    ("ebay.com", filing("ebay.com")),
    (f"<{ONE}>", filing(ONE)),
    (f"<{ONE}|www.ebay.com/itm/…> counterfeit", filing(ONE, violation=FAKE)),
    (f"<{ONE}|a label with spaces>", filing(ONE)),
    (f"<{ONE}>,<{TWO}>", filing(ONE, TWO)),
    (f"<{ONE}><{TWO}> tm", filing(ONE, TWO, violation=MARK)),
    ("https://a.example/x?b=1&amp;c=2 fake", filing("https://a.example/x?b=1&c=2", violation=FAKE)),
    ("&lt;https://a.example/x&gt; fake", filing("https://a.example/x", violation=FAKE)),
    ("hxxps://a[.]example/item/1 fake", filing("https://a.example/item/1", violation=FAKE)),
    # messages to the seller
    (f'{ONE} fake message:"Please stop."', filing(ONE, violation=FAKE, message="Please stop.")),
    (
        f"{ONE} fake message:“Stop, &lt;now&gt;” It is fake",
        filing(ONE, violation=FAKE, message="Stop, <now>", statement="It is fake"),
    ),
    (f"{ONE} fake message:stop", filing(ONE, violation=FAKE, message="stop")),
    (
        f'{ONE} fake message:"see <https://a.example/x|a.example/x>"',
        filing(ONE, violation=FAKE, message="see a.example/x"),
    ),
    (f"{ONE} fake a message to you", filing(ONE, violation=FAKE, statement="a message to you")),
    # violations
    (f"{ONE} counterfeit", filing(ONE, violation=FAKE)),
    (f"{ONE} COUNTERFEIT", filing(ONE, violation=FAKE)),
    (f"{ONE} Fake", filing(ONE, violation=FAKE)),
    (f"{ONE} trade-mark", filing(ONE, violation=MARK)),
    (f"{ONE} trade mark", filing(ONE, violation=MARK)),
    (f"{ONE} tm", filing(ONE, violation=MARK)),
    (f"{ONE} photo", filing(ONE, violation=IMAGE)),
    (f"{ONE} copyright image taken from us", filing(ONE, violation=IMAGE, statement="taken from us")),
    (f"{ONE} copyright images", filing(ONE, violation=IMAGE)),
    (f"{ONE} copyright our text", filing(ONE, violation=Violation.COPYRIGHT, statement="our text")),
    (f"{ONE} parallel import", filing(ONE, violation=GREY)),
    (f"{ONE} grey market", filing(ONE, violation=GREY)),
    (f"{ONE} gray", filing(ONE, violation=GREY)),
    (f"{ONE} violation:design", filing(ONE, violation=Violation.DESIGN)),
    (f"counterfeit {ONE}", filing(ONE, violation=FAKE)),
    ("counterfeit", filing(violation=FAKE)),
    # words
    (f"{ONE} counterfeit The label is wrong.", filing(ONE, violation=FAKE, statement="The label is wrong.")),
    (f"{ONE} counterfeit: the zip", filing(ONE, violation=FAKE, statement="the zip")),
    (f"{ONE} the zip is wrong", filing(ONE, statement="the zip is wrong")),
    (f"{ONE} fake the seller's own photo", filing(ONE, violation=FAKE, statement="the seller's own photo")),
    (f"{ONE} fake  two  spaces\n\nand a line ", filing(ONE, violation=FAKE, statement="two  spaces\n\nand a line")),
    (f'{ONE} fake "quoted" and 5" wide', filing(ONE, violation=FAKE, statement='"quoted" and 5" wide')),
    (f"{ONE} fake seen at 12:30, note: this", filing(ONE, violation=FAKE, statement="seen at 12:30, note: this")),
    (f"{ONE} fake by <@U1> in <#C1|x>", filing(ONE, violation=FAKE, statement="by <@U1> in <#C1|x>")),
    (f"{ONE} fake A &amp; B &lt;!here&gt; &amp;lt;", filing(ONE, violation=FAKE, statement="A & B <!here> &lt;")),
    (f"{ONE} fake unlike {TWO} ours", filing(ONE, violation=FAKE, statement=f"unlike {TWO} ours")),
    (f"{ONE} fake unlike <{TWO}>", filing(ONE, violation=FAKE, statement=f"unlike {TWO}")),
    (f"{ONE} fake unlike <{TWO}|ours>", filing(ONE, violation=FAKE, statement=f"unlike ours ({TWO})")),
    (f"{ONE} fake see <http://a.example|a.example>", filing(ONE, violation=FAKE, statement="see a.example")),
    (f"{ONE} fake it — and – so -- on", filing(ONE, violation=FAKE, statement="it — and – so -- on")),
    (f"{ONE} fake the zip —right side— is off", filing(ONE, violation=FAKE, right="side—", statement="the zip is off")),
    (f"{ONE} fake light:blue bag", filing(ONE, violation=FAKE, statement="light:blue bag")),
    (f"{ONE} fake fake fake", filing(ONE, violation=FAKE, statement="fake fake")),
    (f"{ONE} designed by us in 2019", filing(ONE, statement="designed by us in 2019")),
    (f"{ONE} patient buyers complain", filing(ONE, statement="patient buyers complain")),
    (f"{ONE} Phone case with our logo", filing(ONE, statement="Phone case with our logo")),
    (f"{ONE} the conterfeit zip", filing(ONE, statement="the conterfeit zip")),
    # options
    (f"{ONE} fake right:ACME-EU", filing(ONE, violation=FAKE, right="ACME-EU")),
    (f"right:ACME-EU {ONE} fake", filing(ONE, violation=FAKE, right="ACME-EU")),
    (f"{ONE} RIGHT:acme-eu seller:4711 fake", filing(ONE, violation=FAKE, right="acme-eu", seller="4711")),
    (f"{ONE} --right ACME-EU fake", filing(ONE, violation=FAKE, right="ACME-EU")),
    (f"{ONE} --right=ACME-EU --seller 'shop 77'", filing(ONE, right="ACME-EU", seller="shop 77")),
    (f"{ONE} —right ACME-EU –seller=7 fake", filing(ONE, violation=FAKE, right="ACME-EU", seller="7")),
    (f'{ONE} seller:"Shop 77" fake', filing(ONE, violation=FAKE, seller="Shop 77")),
    (f"{ONE} seller:“Shop 77” right:‘A’", filing(ONE, seller="Shop 77", right="A")),
    (f"{ONE} seller:“O’Neill” fake", filing(ONE, violation=FAKE, seller="O’Neill")),
    (f"{ONE} seller:A&amp;B", filing(ONE, seller="A&B")),
    (f"{ONE} seller:<https://a.example/usr/bob|x>", filing(ONE, seller="https://a.example/usr/bob")),
    (f"{ONE} fake bad zip right:ACME-EU", filing(ONE, violation=FAKE, right="ACME-EU", statement="bad zip")),
    (f"{ONE} fake bad right:ACME-EU zip", filing(ONE, violation=FAKE, right="ACME-EU", statement="bad zip")),
    (f"{ONE} fake bad zip --right ACME-EU", filing(ONE, violation=FAKE, right="ACME-EU", statement="bad zip")),
    (f"{ONE} right:ACME-EU, fake", filing(ONE, violation=FAKE, right="ACME-EU")),
    ("right:ACME-EU", filing(right="ACME-EU")),
]

COMMANDS: list[tuple[str, Command]] = [
    ("", Empty()),
    ("  \n\t", Empty()),
    ("status TD-12", Status(notice_id="TD-12")),
    ("STATUS td-12", Status(notice_id="TD-12")),
    ("status 12", Status(notice_id="TD-12")),
    ("status #12", Status(notice_id="TD-12")),
    ("status td12", Status(notice_id="TD-12")),
    ("status TD–12", Status(notice_id="TD-12")),
    ("status `TD-012`.", Status(notice_id="TD-12")),
    ("retry 7", Retry(notice_id="TD-7")),
    ("withdraw TD-1", Withdraw(notice_id="TD-1", why="")),
    ("Withdraw td-1 wrong  listing, sorry", Withdraw(notice_id="TD-1", why="wrong  listing, sorry")),
    ("withdraw 1 it's &lt;@U1&gt;'s right:X", Withdraw(notice_id="TD-1", why="it's <@U1>'s right:X")),
    ("ref TD-12 TB-4711", Ref(of="TD-12", reference="TB-4711")),
    ("REF lot-3  `IPP 2026`\n7", Ref(of="LOT-3", reference="`IPP 2026` 7")),
    ("ref LOT03 A &amp; B", Ref(of="LOT-3", reference="A & B")),
    ("outcome TD-12 removed", Outcome(of="TD-12", decided=Decided.REMOVED)),
    ("outcome lot–3 Removed, at last", Outcome(of="LOT-3", decided=Decided.REMOVED, why="at last")),
    ("outcome 12 in review", Outcome(of="TD-12", decided=Decided.IN_REVIEW)),
    ("outcome 12 needs-input they ask", Outcome(of="TD-12", decided=Decided.NEEDS_INPUT, why="they ask")),
    ("outcome 12 needs input: they  ask", Outcome(of="TD-12", decided=Decided.NEEDS_INPUT, why="they  ask")),
    ("outcome 12 rejected mistake", Outcome(of="TD-12", decided=Decided.REJECTED, why="mistake")),
    (
        "outcome 12 reinstated counter notice so they say",
        Outcome(of="TD-12", decided=Decided.REINSTATED, came_back=ComeBack.COUNTER_NOTICE, why="so they say"),
    ),
    ("outcome 12 reinstated Relisted.", Outcome(of="TD-12", decided=Decided.REINSTATED, came_back=ComeBack.RELISTED)),
    ("outcome 12 reinstated why not", Outcome(of="TD-12", decided=Decided.REINSTATED, why="why not")),
    ("list", ListNotices()),
    ("list all", ListNotices()),
    ("List MINE", ListNotices(scope="mine")),
    ("list open page:3", ListNotices(scope="open", page=3)),
    ("list marketplace:eBay waiting", ListNotices(scope="waiting", marketplace="ebay")),
    ("list --marketplace acme --page=2", ListNotices(marketplace="acme", page=2)),
    ("list —marketplace “acme”", ListNotices(marketplace="acme")),
    ("help", Help(word=None)),
    ("HELP Withdraw", Help(word="withdraw")),
    ("help `list`", Help(word="list")),
    ("help ...", Help(word=None)),
]
SENTENCES: list[tuple[str, Command]] = [*FILINGS, *COMMANDS]


@pytest.mark.parametrize(("text", "command"), SENTENCES, ids=[text for text, _ in SENTENCES])
def test_a_sentence_is_read_as_its_command(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize("word", NAMES)
def test_every_name_of_a_violation_is_known_in_any_case(word: str) -> None:
    for typed in (word, word.upper(), word.replace("_", " ")):
        assert parse(f"{ONE} {typed}") == filing(ONE, violation=NAMES[word])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stauts TD-1", "Did you mean `status`?"),
        ("conterfeit", "Did you mean `counterfeit`?"),
        ("lst", "Did you mean `list`?"),
        ("frobnicate", "I do not understand `frobnicate`. Begin with the address of a listing"),
        ("please take this down", "I do not understand `please`"),
        ("TD-12", "Did you mean `status TD-12`?"),
        (f"{ONE} conterfeit", "Did you mean `counterfeit`?"),
        (f"{ONE} Couterfiet bags", "Did you mean `counterfeit`?"),
        (f"{ONE} tradmark", "Did you mean `trademark`?"),
        (f"{ONE} violation:conterfeit", "Did you mean `counterfeit`?"),
        (f"{ONE} violation:zzz", "Violations: counterfeit, trademark"),
        (f"{ONE} fake rigth:ACME", "Did you mean `right:`?"),
        (f"{ONE} fake bad zip seler:77", "Did you mean `seller:`?"),
        (f"{ONE} --rigth ACME", "Did you mean `--right`?"),
        (f"{ONE} —selller 7", "Did you mean `--seller`?"),
        (f"{ONE} --zzz ACME", "Options here: `right:`, `seller:`"),
        (f"{ONE} --right", "`--right` needs a value"),
        (f"{ONE} --right --seller 7", "`--right` needs a value"),
        (f"{ONE} right: ACME-EU", "without a space"),
        (f"{ONE} right:''", "is empty"),
        (f'{ONE} seller:"Shop 77', "never closed"),
        (f"{ONE} right:A right:B", "given twice"),
        (f"{ONE} fake violation:design", "Two violations"),
        (f"{ONE} fake {TWO} is ours", "address after the violation"),
        ("status", "Say which notice, such as `status TD-12`"),
        ("retry x", "`x` is not the id of a notice"),
        ("status TD-0", "`TD-0` is not the id of a notice"),
        ("status 99999999999999999999", "is not the id of a notice"),
        ("status １２", "is not the id of a notice"),
        ("status TD-1 please", "nothing more"),
        ("withdraw", "Say which notice"),
        ("withdraw it", "`it` is not the id"),
        ("list mien", "Did you mean `mine`?"),
        ("list ebay", "one marketplace is `marketplace:ebay`"),
        ("list mine open", "Two lists"),
        ("list page:0", "pages count from 1"),
        ("list page:1000000", "pages count from 1"),
        ("list page:x", "pages count from 1"),
        ("list markteplace:ebay", "Did you mean `marketplace:`?"),
        ("list page:1 page:2", "given twice"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_was_probably_meant(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=re.escape(words)):
        parse(text)


def test_a_long_word_is_shown_short() -> None:
    with pytest.raises(Invalid) as refused:
        parse("x" * 5000)
    assert len(str(refused.value)) < 200


def test_a_command_of_endless_length_is_refused_at_once() -> None:
    with pytest.raises(Invalid, match="40000 is the most"):
        parse('right:"' * 20_000)


# Usage.


def test_every_example_of_usage_is_understood() -> None:
    for example, words in grammar.USAGE:
        typed = example.removeprefix("/takedown").replace("https://…", ONE).replace("@bo", "<@U0BO|bo>")
        assert not isinstance(parse(typed), Empty) or example == "/takedown"
        assert words
        assert example in usage(None)


@pytest.mark.parametrize("word", ["file", "status", "list", "withdraw", "retry", "help"])
def test_help_about_a_word_shows_its_form_and_its_examples_alone(word: str) -> None:
    shown = usage(word)
    assert shown.startswith("/takedown")
    assert len(shown) < len(usage(None))
    assert all(f"/takedown {verb}" not in shown for verb in {"status", "withdraw", "retry"} - {word} if word != "help")


def test_help_about_violations_names_each() -> None:
    assert all(violation in usage("violations") for violation in Violation)


def test_help_about_something_else_says_so_and_shows_everything() -> None:
    assert usage("withdrow").startswith("There is no help about `withdrow`. Did you mean `withdraw`?")
    assert usage(None) in usage("zzz")


# For any text.

PIECES = st.sampled_from(
    [
        *(text for text, _ in SENTENCES),
        *("right:", "seller:", "--right", "—seller", "page:", "violation:", "--", ":", "=", '"', "'", "“", "’"),
        *("<", ">", "status", "list", "withdraw", "retry", "help", "<@U1>", "&amp;", "&lt;", "TD-1", "0", " ", "\n"),
        *("https://", ","),
    ]
)
TEXTS = st.text() | st.lists(PIECES | st.text(max_size=6), max_size=8).map(" ".join) | st.lists(PIECES).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_is_a_command_or_is_refused_in_words(text: str) -> None:
    try:
        command = parse(text)
    except Invalid as refused:
        said = str(refused)
    else:
        said = usage(command.word) if isinstance(command, Help) else repr(command)
    assert said


KEYS = st.from_regex(r"[A-Z0-9]([A-Z0-9-]{0,10}[A-Z0-9])?", fullmatch=True)
VALUES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 .,'-]{0,20}[A-Za-z0-9]", fullmatch=True)
WORDS = st.from_regex(r"[A-Z][a-z']{0,8}( [a-z0-9,.'!?()]{1,8}){0,6}", fullmatch=True)
SPACES = st.sampled_from([" ", "  ", "\n", " \t "])
FORMS = st.sampled_from(
    ["{key}:{value}", '{key}:"{value}"', "--{key} “{value}”", "—{key}='{value}'", '--{key}="{value}"']
)
FILED = st.builds(
    File,
    addresses=st.lists(st.sampled_from([ONE, TWO, "https://acme.example/item/7?a=1"]), min_size=1, max_size=4).map(
        tuple
    ),
    violation=st.sampled_from([one for one in Violation if one is not Violation.COPYRIGHT]),
    right=st.none() | KEYS,
    seller=st.none() | VALUES,
    statement=WORDS.map(str.strip),
)


@settings(deadline=None)
@given(FILED, SPACES, FORMS)
def test_what_is_written_down_is_read_back(asked: File, space: str, form: str) -> None:
    without = "'" if "'" in form else " ,.'" if form == "{key}:{value}" else ""
    assume(not set(without) & set(asked.seller or ""))
    assume(not any(looks_like_address(word) for word in asked.statement.split()))
    given_ = (("right", asked.right), ("seller", asked.seller))
    options = [form.format(key=key, value=value) for key, value in given_ if value]
    assert parse(space.join([*asked.addresses, str(asked.violation), *options, asked.statement])) == asked


@settings(deadline=None)
@given(st.integers(1, 999_999_999), st.sampled_from(["TD-{}", "td-{}", "{}", "#{}", "TD{}", "TD-00{}"]))
def test_an_id_is_read_however_it_is_written(number: int, form: str) -> None:
    assert parse(f"status {form.format(number)}") == Status(notice_id=f"TD-{number}")


@settings(deadline=None)
@given(st.sampled_from(["mine", "open", "waiting", "all"]), st.none() | KEYS, st.integers(1, 100_000))
def test_the_buttons_of_a_list_say_a_command_that_is_read_back(scope: Any, marketplace: str | None, page: int) -> None:
    key = marketplace.lower() if marketplace else None
    text = f"list {scope}" + (f" marketplace:{key}" if key else "") + f" page:{page}"
    assert parse(text) == ListNotices(scope=scope, marketplace=key, page=page)


@pytest.mark.parametrize("text", ["bulk", "BULK", " bulk  "])
def test_bulk_alone_opens_the_form(text: str) -> None:
    assert parse(text) == InBulk()


def test_bulk_takes_what_filing_takes() -> None:
    typed = "https://acme.example/item/1 https://acme.example/item/1 counterfeit"
    asked = parse(f"bulk {typed}")
    assert asked == InBulk(asked=parse(typed))  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        parse("bulk nonsense")
