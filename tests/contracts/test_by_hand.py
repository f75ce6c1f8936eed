"""What adapters promise with which people file by hand: nothing is ever called, and the limits are known before."""

from __future__ import annotations

import tomllib
from typing import Any

import httpx
import pytest

from bot.errors import NotAllowed, Unsupported
from bot.marketplaces import Ask, Marketplace
from bot.marketplaces.matrix import opened_example, written
from bot.marketplaces.opening import MARKETPLACES
from bot.model import Notice, RightKind, Violation
from tests import make
from tests.vendors import HandClock, opening

BY_HAND = [key for key in MARKETPLACES if opened_example(key).capabilities.by_hand]


def call(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"{request.url} was called")


@pytest.fixture(params=BY_HAND)
def adapter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(adapter: str, **changes: Any) -> Marketplace:
    """What the example describes, over a network on which every call fails the test."""
    ((key, table),) = tomllib.loads(written(adapter))["marketplaces"].items()
    checked = MARKETPLACES[adapter].table.model_validate({"key": key, **table, **changes})
    client = httpx.AsyncClient(transport=httpx.MockTransport(call))
    return MARKETPLACES[adapter].opened(checked, opening(client, HandClock()))


def notice(number: int, **changes: Any) -> Notice:
    return make.notice(f"TD-{number}", **changes)


def test_there_is_an_adapter_for_what_people_file_by_hand() -> None:
    assert "portal" in BY_HAND


def test_what_may_be_filed_lacks_nothing(adapter: str) -> None:
    assert opened(adapter).lacks(Ask.of(notice(1))) == ""


def test_what_goes_beyond_the_limits_is_refused_in_a_sentence(adapter: str) -> None:
    ours = opened(adapter, violations=["trademark"], statement_limit=100)
    assert ours.capabilities.statement_limit == 100
    assert "100" in ours.lacks(Ask.of(notice(1, violation=Violation.TRADEMARK, statement="x" * 101)))
    assert ours.lacks(Ask.of(notice(1, violation=Violation.TRADEMARK, statement="x" * 100))) == ""
    design = notice(1, violation=Violation.DESIGN, right=make.right(kind=RightKind.DESIGN), statement="x")
    assert "no notices for design" in ours.lacks(Ask.of(design))


def test_what_is_said_once_in_the_form_is_the_same_for_a_whole_lot(adapter: str) -> None:
    ours, first = opened(adapter), notice(1)
    assert ours.capabilities.batch_size > 1
    assert ours.lot_of(first) == ours.lot_of(notice(2, seller=make.seller("S-9")))
    others = [
        notice(1, right=make.right("ACME-US")),
        notice(1, violation=Violation.TRADEMARK),
        notice(1, statement="Otherwise."),
        notice(1, declaration=make.declaration(signature="Ben Lyst")),
    ]
    assert len({ours.lot_of(one) for one in (first, *others)}) == 5


async def test_whatever_is_asked_nobody_is_called_and_nothing_is_claimed(adapter: str) -> None:
    ours, one = opened(adapter), notice(1, reference="R-1")
    assert not ours.capabilities.polls
    assert not ours.capabilities.read_back
    assert not ours.capabilities.withdraw
    for asked in (ours.submit([one]), ours.check(one), ours.look_up(one), ours.withdraw(one)):
        with pytest.raises(Unsupported) as refused:
            await asked
        assert refused.value.marketplace == ours.name
        assert refused.value.detail.endswith(".")
    with pytest.raises(NotAllowed):
        ours.hear({}, b"{}", HandClock()())


async def test_a_probe_calls_nobody(adapter: str) -> None:
    await opened(adapter).probe()


async def test_people_are_told_where_the_portal_is(adapter: str) -> None:
    ours = opened(adapter)
    assert ours.capabilities.portal is not None
    with pytest.raises(Unsupported, match=ours.capabilities.portal.url):
        await ours.submit([notice(1)])
