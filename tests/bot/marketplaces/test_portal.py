"""The portal adapter: its table, what goes together, and what goes into each box."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Misconfigured, Unsupported
from bot.marketplaces import Ask, Marketplace
from bot.marketplaces.opening import MARKETPLACES
from bot.marketplaces.portal import PORTAL, SOURCES, PortalTable, filled, listed
from bot.model import Box, Clocks, Lists, Portal, Term, Violation
from config.desk_file import load_marketplaces
from tests import make
from tests.vendors import opening

TABLE: dict[str, Any] = {
    "key": "taobao",
    "adapter": "portal",
    "name": "Taobao",
    "portal_url": "https://ipp.example/#/home?x=1",
    "fields": [{"label": "Number", "from": "right.registration_no"}],
}


async def opened(**changes: Any) -> Marketplace:
    async with httpx.AsyncClient() as client:
        made: Marketplace = PORTAL.opened(PortalTable.model_validate(TABLE | changes), opening(client))
    return made


def refusal(folder: Path, lines: str) -> str:
    path = folder / "desk.toml"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(Misconfigured) as refused:
        load_marketplaces(path, {})
    return str(refused.value)


async def test_a_person_files_and_nobody_is_asked() -> None:
    taobao = await opened(lot_size=300)
    can = taobao.capabilities
    assert (can.by_hand, can.polls, can.read_back, can.withdraw, can.answers, can.batch_size) == (
        *(True, False, False, False, False),
        300,
    )
    await taobao.probe()
    for call in (taobao.submit([make.notice()]), taobao.check(make.notice()), taobao.withdraw(make.notice())):
        with pytest.raises(Unsupported):
            await call


async def test_one_complaint_has_one_right_one_violation_one_statement_and_one_signature() -> None:
    taobao, one = await opened(), make.notice()
    assert taobao.lot_of(one) == taobao.lot_of(make.notice("TD-2"))
    for other in (
        make.notice("TD-2", right=make.right("OTHER")),
        make.notice("TD-2", violation=Violation.TRADEMARK),
        make.notice("TD-2", statement="Something else."),
        make.notice("TD-2", message_to_seller="Please stop."),
        make.notice("TD-2", declaration=make.declaration(signature="Ben Lyst")),
    ):
        assert taobao.lot_of(one) != taobao.lot_of(other)


async def test_what_the_form_does_not_take_is_refused_before_it_is_packed() -> None:
    unregistered = Ask.of(make.notice(right=make.right(registration_no="", office="")))
    assert "registered rights only" in (await opened(registered_only=True)).lacks(unregistered)
    assert (await opened()).lacks(unregistered) == ""
    assert "characters" in (await opened(statement_limit=5)).lacks(Ask.of(make.notice()))
    named = await opened(reasons={"trademark": "Trade mark"})
    assert "take no notices for counterfeit" in named.lacks(Ask.of(make.notice()))
    assert named.capabilities.violations == {Violation.TRADEMARK}


CONTENTS = {
    "right.title": "ACME",
    "right.registration_no": "018000001",
    "right.office": "EUIPO",
    "right.owner": "Acme Brands B.V.",
    "right.jurisdictions": "EU, US",
    "right.kind": "trademark",
    "right.expires_on": "2031-01-01",
    "violation": "counterfeit goods",
    "reason": "Fake",
    "statement": "The product carries our trade mark and was not made by us.",
    "message_to_seller": "Please stop.",
    "signature": "Ana Lyst",
    "sellers": "Shop 1 (S-1), Shop 2 (S-2)",
    "count": "3",
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_of_a_box(source: str) -> None:
    right = make.right(jurisdictions=("EU", "US"), expires_on=date(2031, 1, 1))
    message = "Please stop." if source == "message_to_seller" else ""
    lot = [
        make.notice(f"TD-{at}", right=right, seller=make.seller(f"S-{max(at, 2) - 1}"), message_to_seller=message)
        for at in (1, 2, 3)
    ]
    portal = Portal(
        url="https://x.example",
        boxes=(Box(label="A box", source=source),),
        reasons={Violation.COUNTERFEIT: "Fake"},
    )
    assert filled(portal, lot) == (("A box", CONTENTS[source]),)


def test_boxes_stand_in_the_order_of_the_form_and_empty_ones_are_left_out() -> None:
    boxes = (Box(label="B", text="Fixed"), Box(label="Office", source="right.office"), Box(label="A", source="count"))
    portal = Portal(url="https://x.example", boxes=boxes)
    lot = [make.notice(right=make.right(registration_no="", office=""))]
    assert filled(portal, lot) == (("B", "Fixed"), ("A", "1"))


def test_a_message_that_no_box_asks_for_has_one_of_its_own() -> None:
    portal = Portal(url="https://x.example", boxes=(Box(label="How many", source="count"),))
    lot = [make.notice(message_to_seller="Please stop.")]
    assert filled(portal, lot) == (("How many", "1"), ("Message to the seller", "Please stop."))


def test_a_form_lists_addresses_or_ids() -> None:
    lot = [make.notice("TD-1"), make.notice("TD-2")]
    assert listed(Portal(url="", boxes=()), lot) == tuple(one.listing.canonical for one in lot)
    assert listed(Portal(url="", boxes=(), lists=Lists.LISTING_IDS), lot) == ("1", "2")


def test_clocks_are_days_or_business_days_of_a_country() -> None:
    clocks = {"decision": "15 days", "counter_notice": "1 business day", "country": "China"}
    table = PortalTable.model_validate(TABLE | {"clocks": clocks})
    assert table.clocks == Clocks(decision=Term(days=15), counter_notice=Term(days=1, business=True), country="CN")
    assert [one.words for one in (Term(days=15), Term(days=1, business=True))] == ["15 days", "1 business day"]


WRONG = {
    'portal_url = "http://x.example"': "portal_url must be the portal's address",
    'portal_url = "https://x.example/<script>"': "portal_url must be the portal's address",
    'portal_url = "https://[x"': "portal_url must be the portal's address",
    "fields = []": "fields must be a list of 1 to 20 boxes",
    'fields = [{ label = "A" }]': "fields must hold boxes such as",
    'fields = [{ label = "A", from = "count", text = "B" }]': "fields must hold boxes such as",
    'fields = [{ label = "A", from = "right.nothing" }]': "fields holds from = 'right.nothing'; known: right.title",
    f'fields = [{{ label = "{"x" * 101}", text = "B" }}]': "fields takes labels of up to 100",
    'clocks = { decision = "soon" }': 'clocks must hold times such as "15 days"',
    'clocks = { decision = "400 days" }': "of 366 days at most",
    'clocks = { answer = "3 days" }': "clocks must be a table of some of",
    'clocks = { country = "Atlantis" }': "clocks holds a country whose public holidays are not known",
    'reasons = { fake = "Fake" }': "reasons must give their own words",
    'lists = "pictures"': "lists must be one of addresses, listing_ids",
    "lot_size = 0": "lot_size must be greater than or equal to 1",
    'token_env = "X"': "token_env is not a key this desk knows",
}


@pytest.mark.parametrize("line", WRONG)
def test_each_wrong_value_is_refused_in_words_that_follow_its_name(tmp_path: Path, line: str) -> None:
    good = {
        "portal_url": 'portal_url = "https://x.example"',
        "fields": 'fields = [{ label = "A", text = "B" }]',
    } | {line.partition(" ")[0]: line}
    table = "\n".join(["[marketplaces.taobao]", 'adapter = "portal"', 'name = "T"', *good.values()])
    words = refusal(tmp_path, table)
    assert "[marketplaces.taobao]" in words
    assert WRONG[line] in words


def test_the_example_loads(tmp_path: Path) -> None:
    path = tmp_path / "desk.toml"
    path.write_text(MARKETPLACES["portal"].example, encoding="utf-8")
    (table,) = load_marketplaces(path, {}).marketplaces
    assert (table.key, table.name) == ("taobao", "Taobao")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: (
            st.lists(one)
            | st.dictionaries(
                st.text() | st.sampled_from(["label", "from", "text", "decision", "country", "counterfeit"]), one
            )
        ),
        max_leaves=6,
    )
)
def test_anything_in_a_table_is_taken_or_refused_in_a_sentence(anything: Any) -> None:
    for key in ("portal_url", "fields", "clocks", "reasons", "lists", "advice"):
        try:
            PortalTable.model_validate(TABLE | {key: anything})
        except ValueError:
            continue
