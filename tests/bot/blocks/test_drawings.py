"""Everything the bot can say, with anything people and marketplaces may write: within Slack's limits, and harmless."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import Json, Message, evidence, filing, forms, harmless, refusal, tracking
from bot.declarations import CURRENT
from bot.file_kinds import TEXT, label
from bot.grammar import File, ListNotices
from bot.model import (
    Attached,
    Draft,
    Event,
    Filed,
    Gauge,
    GoodFaith,
    Notice,
    Page,
    Preview,
    Seller,
    Standing,
    Status,
    Tally,
    Violation,
)
from bot.sandbox.block_kit import block_problems
from bot.sandbox.strictness import check_view
from tests import make

LIVE = re.compile(r"<(?:[@#!]|https?:|mailto:)")
NASTY = (
    "<!channel> <@U0ADA> <#C1> <!subteam^S1> <!here|here> <https://evil.example|click>",
    "https://evil.example/buy?x=1&y=2 www.evil.example http://evil.example",
    "&lt;!channel&gt; &amp;lt; *bold* _it_ ~no~ `code` ```pre``` > quote",
    "\u202eevil\u2066 \x00\x07 \u200b🏴‍☠️ مرحبا 淘宝",
    "x" * 6000,
    "\n" * 500,
    "",
)
people = st.one_of(st.sampled_from(NASTY), st.text(max_size=400), st.text(min_size=2900, max_size=3400))
short = st.one_of(st.sampled_from(NASTY).map(lambda text: text[:200] or "x"), st.text(min_size=1, max_size=200))


def name(_: str) -> str:
    return "Acme *Market* <!here>"


names_of_files = st.sampled_from(NASTY).map(lambda name: label(name, TEXT))


WITH_IT: tuple[dict[str, Any], ...] = (
    {},
    *(
        {
            "message_to_seller": nasty[:1000],
            "evidence": (make.evidence(label(nasty, TEXT)), make.evidence()),
            "fetching": (Attached(file_id="F1", name=nasty),),
        }
        for nasty in NASTY
    ),
)
"""What goes with a notice, chosen at once: drawn bit by bit it would be too much for those who draw many."""


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    looks: dict[str, Any] = draw(st.sampled_from([{}, {"verified_gone_at": make.NOW}, {"still_seen_at": make.NOW}]))
    return make.notice(
        **looks,
        **draw(st.sampled_from(WITH_IT)),
        status=draw(st.sampled_from(Status)),
        seller=draw(st.one_of(st.none(), st.builds(Seller, seller_id=short, name=people))),
        right=make.right(title=draw(short), owner=draw(short), registration_no=draw(short)),
        violation=draw(st.sampled_from(Violation)),
        statement=draw(people),
        reason=draw(people),
        reference=draw(short),
        vendor_status=draw(short),
        withdrawal=draw(st.one_of(st.none(), people)),
        declaration=make.declaration(signature=draw(short), text_version=CURRENT),
        sends_at=make.NOW + timedelta(seconds=draw(st.sampled_from([0, 30]))),
    )


@st.composite
def timelines(draw: st.DrawFn) -> tuple[Event, ...]:
    return tuple(make.event(number=number + 1, words=draw(people)) for number in range(draw(st.integers(0, 60))))


def batches(data: st.DataObject, most: int = 25) -> tuple[Notice, ...]:
    one = data.draw(notices())
    return tuple(
        make.notice(f"TD-{number}", batch_id="b", seller=one.seller, right=one.right, declaration=one.declaration)
        for number in range(1, data.draw(st.integers(1, most)) + 1)
    )


def check(message: Message) -> None:
    """Slack takes it, a screen reader has all of it, and nobody's words do anything."""
    assert not block_problems(list(message.blocks), "message")
    assert message.text.strip()
    assert len(message.text) <= 4000
    assert not LIVE.search(message.text)
    assert "http://" not in message.text.lower()
    assert "https://" not in message.text.lower()
    for text in mrkdwn(list(message.blocks)):
        assert set(re.findall(r"<[^>]*>", text)) <= set(re.findall(r"<(?:@U[A-Z0-9]+|#C[A-Z0-9]+|!date\^[^>]*)>", text))
    assert "https://" not in orjson.dumps(message.blocks).decode().lower()


def mrkdwn(value: Any) -> list[str]:
    """Every text that Slack would parse."""
    if isinstance(value, list):
        return [text for one in value for text in mrkdwn(one)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if value.get("type") == "mrkdwn" else []
    return own + [text for one in value.values() for text in mrkdwn(one)]


@given(notices(), timelines())
def test_status(notice: Notice, events: tuple[Event, ...]) -> None:
    check(tracking.status(Standing(notice=notice, events=events, card=None), name=name))


@given(st.data())
def test_card_and_what_was_filed(data: st.DataObject) -> None:
    batch = batches(data)
    check(filing.card(batch, name=name))
    check(filing.card((data.draw(notices()),), name=name))
    check(filing.card_in_private(batch, name=name, channel="C0BRAND"))
    check(filing.filed(Filed(notices=batch, already=data.draw(st.booleans())), name=name))
    check(filing.undone(batch))


@given(short, st.integers(1, 20))
def test_a_preview_says_how_accurate_we_have_been(account: str, rejected: int) -> None:
    asks = GoodFaith(upheld=90, account=account)
    gauge = Gauge(name=account, tally=Tally(upheld=100, rejected=rejected), days=90, asks=asks)
    shown = Preview(draft=make.draft(text_version=CURRENT), right=make.right(), sellers=(None,), gauges=(gauge,))
    drawn = filing.preview(shown, name=name)
    check(drawn)
    assert f"of {100 + rejected} in 90 days" in drawn.text
    assert f"of {100 + rejected} in 90 days" in str(drawn.blocks)


@given(notices(), people, st.integers(1, 20))
def test_preview(notice: Notice, statement: str, listings: int) -> None:
    draft: Draft = make.draft(
        statement=statement[:3000],
        message_to_seller=statement[:1000],
        text_version=CURRENT,
        listings=tuple(make.listing(str(number)) for number in range(listings)),
    )
    check(filing.preview(Preview(draft=draft, right=notice.right, sellers=(notice.seller,) * listings), name=name))


@given(st.data(), st.integers(1, 30), st.sampled_from(["all", "mine", "open", "waiting"]))
def test_list(data: st.DataObject, page: int, scope: Any) -> None:
    shown = batches(data, most=10)
    request = ListNotices(scope=scope, marketplace="acme", page=page)
    check(tracking.listed(Page(notices=shown, total=300), request, name=name))
    check(tracking.listed(Page(notices=(), total=0), request, name=name))


@given(st.lists(st.one_of(names_of_files, short), max_size=20), people)
def test_evidence(names: list[str], who: str) -> None:
    # The same name does not make the same file.
    files = (make.evidence(label(one, TEXT), f"{at}".encode()) for at, one in enumerate(names))
    notice = make.notice(evidence=tuple(files))
    drawn = evidence.kept(notice, {make.ANALYST.user_id: who[:80]})
    check(drawn)
    for one in notice.evidence:
        assert one.sha256 in drawn.text
    check_view(evidence.adding(notice), "modal")


@given(people.filter(str.strip), notices())
def test_refusals_answers_and_replies(words: str, notice: Notice) -> None:
    for message in (refusal(f"No: {words}"), refusal("No.", notice_id="TD-1"), filing.reply(f"TD-1: {words}")):
        check(message)
    check(tracking.changed(notice, f"TD-1: {words}"))


@settings(max_examples=50)
@given(people, short, people, st.one_of(st.none(), st.sampled_from(Violation)))
def test_forms(address: str, seller: str, statement: str, violation: Violation | None) -> None:
    given_ = File(
        addresses=(address[:500],) * 5,
        violation=violation,
        right="acme-eu",
        seller=seller,
        statement=statement[:3000],
        message=statement[:1000],
    )
    rights = [
        make.right("ACME-EU"),
        make.right("OLD", expires_on=date(2020, 1, 1)),
        make.right("LONG", title="x" * 500),
    ]
    for known in (rights, []):
        view = forms.filing(given_, known, today=date(2026, 1, 1), channel="C1", name=name, marketplaces=["acme"])
        check_view(view, "modal")
        assert "initial_options" not in orjson.dumps(view).decode(), "the declaration is never ticked for anybody"
    check_view(forms.withdrawal("TD-1042"), "modal")


def test_of_more_rights_than_a_menu_holds_the_one_that_is_chosen_is_there() -> None:
    rights = [make.right(f"A{number:03}") for number in range(100)] + [make.right("ZZZ")]
    asked = File(addresses=("https://acme.example/item/1",), violation=None, right="zzz", seller=None, statement="")
    view = forms.amending(make.notice(right=rights[-1]), asked, rights, today=date(2026, 1, 1), seen="")
    menu = next(block for block in view["blocks"] if block.get("block_id") == "right")["element"]
    assert menu["initial_option"]["value"] == "ZZZ"
    assert len(menu["options"]) == 100
    check_view(view, "modal")


@given(notices())
def test_views(notice: Notice) -> None:
    standing = Standing(notice=notice, events=(make.event(),), card=None)
    view: Json = forms.notice_view("TD-1", tracking.status(standing, name=name))
    check_view(view, "modal")


@given(st.text())
def test_harmless_text_links_nowhere(text: str) -> None:
    assert not re.search(r"(?i)\bhttps?://", harmless(f"{text} https://evil.example/{text}"))
