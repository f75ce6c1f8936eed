"""Packs and the forms beside them, with anything people and marketplaces may write."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import Json, Message, outcomes, portals
from bot.marketplaces.portal import MOST_BOXES
from bot.model import Clocks, Lists, Pack, Portal, Seller, Status, Term
from bot.sandbox.block_kit import block_problems
from bot.sandbox.reading import words_of
from bot.sandbox.strictness import check_view
from tests import make
from tests.bot.blocks.test_drawings import LIVE, mrkdwn, name, notices, people, short

URL = "https://ip.example/#/file?lang=en&x=1"
LONG = 600


@st.composite
def packs(draw: st.DrawFn) -> Pack:
    """A lot of any length, for a form of any length."""
    one = draw(notices())
    count = draw(st.sampled_from([1, 2, 10, 300, LONG]))
    boxes = draw(st.lists(st.tuples(short, people), min_size=1, max_size=3)) * draw(st.sampled_from([1, 6]))
    return Pack(
        lot="LOT-1",
        notices=tuple(make.notice(f"TD-{at}", right=one.right, statement=one.statement) for at in range(1, count + 1)),
        portal=Portal(
            url=URL,
            boxes=(),
            lists=draw(st.sampled_from(Lists)),
            clocks=Clocks(decision=draw(st.sampled_from([None, Term(days=1), Term(days=3, business=True)]))),
            advice=draw(people),
        ),
        boxes=tuple(boxes[:MOST_BOXES]),
        lines=tuple(f"https://taobao.example/item/{at}" for at in range(count)),
    )


def check(shown: Message) -> None:
    """Slack takes it, a screen reader has all of it, and nothing in it is live but the portal's own address."""
    assert not block_problems(list(shown.blocks), "message")
    assert shown.text.strip()
    assert len(shown.text) <= 4000
    assert not LIVE.search(shown.text)
    assert not re.search(r"(?i)https?://", shown.text)
    for text in mrkdwn(list(shown.blocks)):
        assert set(re.findall(r"<[^>]*>", text)) <= {f"<{URL.replace('&', '&amp;')}|Open the portal>"}
    for block in shown.blocks:
        if not _copied(block) and block["type"] != "section":
            assert "https://" not in words_of([block])


@settings(max_examples=60)
@given(packs(), st.booleans())
def test_a_pack_is_within_what_slack_takes_and_harmless(shown: Pack, filed: bool) -> None:
    drawn = portals.pack(shown, name=name, filed=filed, why_not="" if filed else "The file could not be put here.")
    check(drawn)
    assert ("just above" in words_of(drawn.blocks)) is filed
    if not filed:
        told = words_of(drawn.blocks)
        there = sum(line in told.splitlines() for line in shown.lines)
        assert there == len(shown.lines) or f"{len(shown.lines) - there} of them do not fit here" in told


def test_each_box_is_copied_as_it_stands() -> None:
    statement = "Compare https://genuine.example/a?b=1 *bold* <@U1> &amp;\nand a second line."
    shown = portals.pack(_pack(boxes=(("Explanation", statement),)), name=name, filed=True)
    (box,) = [block for block in shown.blocks if _copied(block)]
    assert box["elements"][1]["elements"] == [{"type": "text", "text": statement}]
    assert "hxxps://genuine[.]example" in shown.text


def test_no_address_is_cut_in_two() -> None:
    shown = portals.pack(_pack(lines=tuple(f"https://a.example/{at:04}" for at in range(LONG))), name=name, filed=False)
    told = [line for block in shown.blocks if _copied(block) for line in words_of([block]).splitlines()]
    addresses = [line for line in told if line.startswith("https://")]
    assert addresses == [f"https://a.example/{at:04}" for at in range(len(addresses))]
    assert 200 < len(addresses) < LONG


@pytest.mark.parametrize("count", [1, 2, 100, 101, 300])
def test_the_forms_are_within_what_slack_takes(count: int) -> None:
    statuses = list(Status)
    lot = [
        make.notice(f"TD-{at}", status=statuses[at % len(statuses)], listing=make.listing("<!here> 淘" * 30))
        for at in range(1, count + 1)
    ]
    for view in (outcomes.reference_form("LOT-123456789", lot), outcomes.outcome_form("LOT-123456789", lot)):
        check_view(view, "modal")
        chosen = [block for block in view["blocks"] if block["block_id"] == "only"]
        assert bool(chosen) is (1 < count <= 100)


def test_people_can_enter_what_the_marketplace_does_not_tell() -> None:
    def labels(status: Status, lot: str) -> list[str]:
        return [one["text"]["text"].split(" ", 1)[0] for one in outcomes.verbs(make.notice(status=status, lot=lot))]

    assert labels(Status.BY_HAND, "LOT-1") == ["Enter", "Record"]
    assert labels(Status.UNCERTAIN, "") == ["Enter", "Record"]
    assert labels(Status.SUBMITTED, "LOT-1") == ["Record"]
    assert labels(Status.SUBMITTED, "") == []
    assert labels(Status.REMOVED, "LOT-1") == []
    assert labels(Status.QUEUED, "") == []


def _pack(**changes: object) -> Pack:
    lines = ("https://taobao.example/item/1",)
    values = {"boxes": (("Number", "018"),), "lines": lines, **changes}
    return Pack(
        lot="LOT-1",
        notices=(make.notice(seller=Seller(seller_id="S")),),
        portal=Portal(url=URL, boxes=()),
        boxes=values["boxes"],  # type: ignore[arg-type]
        lines=values["lines"],  # type: ignore[arg-type]
    )


def _copied(block: Json) -> bool:
    return bool(block["type"] == "rich_text" and block["elements"][-1]["type"] == "rich_text_preformatted")
