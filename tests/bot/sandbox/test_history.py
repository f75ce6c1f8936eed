"""The invented past of the sandbox stands as if it had happened."""

from __future__ import annotations

from pathlib import Path

from bot import custody
from bot.model import Alarm, Case, Change, Purchase
from bot.sandbox import history
from bot.stores.opening import open_store
from tests import make


async def test_who_was_a_repeat_offender_before_is_on_record_as_told(tmp_path: Path) -> None:
    rights = {key: make.right(key) for key in ("NORDLICHT-EU", "NORDLICHT-PHOTO")}
    store = await open_store(f"tinydb:///{tmp_path}/notices.json", lambda: make.NOW)
    try:
        await history.write(store, rights, make.NOW)
        above = {alarm.seller.partition(":")[2]: alarm.above for alarm in await store.entries(Alarm)}
        case = await store.entry(Case, "acme:S-11")
        bought = await store.entries(Purchase)
        chains = {of: await store.entries(Change, of) for of in ("case:acme:S-11", "purchase:TP-1", "purchase:TP-2")}
    finally:
        await store.close()
    assert case is not None
    assert case.open
    assert [one.decided_at is not None for one in bought] == [True, False]
    for of, changes in chains.items():
        assert not custody.check(of, changes).faults, of
    assert above["S-11"], "they are above, and so is who is linked with them"
    assert above["S-12"]
    assert above["S-31"]
    assert not above["S-71"]
