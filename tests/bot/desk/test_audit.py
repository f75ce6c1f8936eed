"""Following every chain of a store, and finding what somebody changed in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import custody
from bot.desk import audit
from bot.errors import Invalid, NotFound
from bot.model import Change, Status
from bot.stores import Store
from bot.stores.opening import open_store
from tests import make


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(f"tinydb:///{tmp_path}/notices.json", lambda: make.NOW)
    yield store
    await store.close()


LEAVE = "authorised:acme:S 7:"


def changes(of: str, *words: str) -> list[Change]:
    """A chain of what is no notice."""
    made: list[Change] = []
    for number, said in enumerate(words, 1):
        before = custody.digest(made[-1]) if made else ""
        salt = f"{number:032x}"
        made.append(Change(of=of, number=number, at=make.NOW, actor=make.ANALYST, words=said, before=before, salt=salt))
    return made


async def save(store: Store, notice_id: str, *words: str, **last: object) -> None:
    for notice, event in make.chain(notice_id, *words, **last):
        await store.save(notice, event)


async def test_all_chains_are_followed_archived_ones_too(store: Store) -> None:
    await save(store, "TD-1", "Filed.", "Sent.", "Over.", status=Status.WITHDRAWN)
    await save(store, "TD-2", "Filed.", "Sent.")
    await store.save(make.notice("TD-3"), make.event("TD-3"))  # from before there was custody
    for change in changes("right:ACME-EU", "Added.", "Changed."):
        await store.save(change)
    assert await store.archive(final_before=make.NOW + timedelta(days=1), drafts_before=make.NOW) == 1
    found = await audit.everything(store)
    assert (found.chains, found.lines, found.before, found.faults) == (4, 8, 1, ())
    assert (await audit.checked(store, "TD-1")).whole
    assert (await audit.checked(store, "right:ACME-EU")).lines == 2


async def test_others_have_their_turn_meanwhile(store: Store) -> None:
    for number in range(1, 40):
        await save(store, f"TD-{number}", "Filed.")
    turns = 0

    async def somebody_else() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    other = asyncio.create_task(somebody_else())
    assert (await audit.everything(store)).whole
    other.cancel()
    assert turns > 30


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"status": Status.REMOVED}, "line 2: says “queued”, and the notice “removed”"),
        ({"statement": "Another."}, "line 1: is about other terms than the notice now has"),
        ({"evidence": (make.evidence(),)}, "no line tells of the evidence"),
        ({"head": ""}, "line 2: is not what was kept as the end of the chain"),
        ({"version": 3}, "line 3: is missing"),
    ],
)
async def test_a_notice_that_is_not_what_its_lines_say_is_named(
    store: Store, wrong: dict[str, object], said: str
) -> None:
    (first, filed), (second, sent) = make.chain("TD-1", "Filed.", "Sent.")
    await store.save(first, filed)
    await store.save(second, sent)
    assert (await audit.everything(store)).whole

    class Tampered:
        notice_was = replace(second, **wrong)  # type: ignore[arg-type]

        async def notice(self, notice_id: str) -> object:
            return self.notice_was

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

    found = await audit.everything(Tampered())  # type: ignore[arg-type]
    assert any(said in str(fault) for fault in found.faults), found.faults
    assert {fault.of for fault in found.faults} == {"TD-1"}


async def test_what_is_asked_for_is_found_by_its_id_its_key_or_both(store: Store) -> None:
    for of in (
        "referral:RF-1",
        "purchase:TP-3",
        "case:acme:S-5",
        "hold:acme:S-5",
        "right:ACME-EU",
        "agency:acme",
        LEAVE,
    ):
        for change in changes(of, "Begun."):
            await store.save(change)
    for asked, of in {
        "rf-1": "referral:RF-1",
        "TP-3": "purchase:TP-3",
        "acme:s-5": "case:acme:S-5",
        "hold:acme:S-5": "hold:acme:S-5",
        "ACME-EU": "right:ACME-EU",
        "authorised:acme:s 7": LEAVE,
        "acme:S 7:": LEAVE,
        "td-12": "TD-12",
        "12": "TD-12",
    }.items():
        assert await audit.meant(store, asked) == of
    for change in changes("marketplace:acme", "Paused."):
        await store.save(change)
    with pytest.raises(Invalid, match="`agency:acme`, `marketplace:acme`"):
        await audit.meant(store, "acme")
    with pytest.raises(NotFound):
        await audit.meant(store, "RF-2")
    for nobody in ("TD-12", "right:X"):
        with pytest.raises(NotFound):
            await audit.checked(store, nobody)


async def test_what_amends_a_notice_says_what_it_asks_for_from_then_on(store: Store) -> None:
    await save(store, "TD-1", "Filed.", "Amended.", "Sent.", statement="Quite another.")
    first, second, third = await store.events("TD-1")
    assert "terms" in first.raw
    assert "terms" not in second.raw
    assert third.raw["terms"] != first.raw["terms"]
    assert (await audit.everything(store)).whole
