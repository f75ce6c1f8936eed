"""The bulk that a batch comes from: found by its batch, and stopped when that is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.desk import Desk
from bot.model import Bulk, BulkState, Delivery, DeliveryKind, Notice, Record


async def bulk_of(desk: Desk, notice: Notice) -> Bulk | None:
    """The bulk that a notice was filed with, as long as it is kept."""
    bulks = await desk.store.entries(Bulk, notice.submitter.user_id)
    return next((bulk for bulk in bulks if bulk.batch_id == notice.batch_id), None)


async def undone(desk: Desk, notices: Sequence[Notice]) -> tuple[Record, ...]:
    """What is to be saved with the undoing of a batch: no more of its bulk is filed, and its table says so."""
    bulk = await bulk_of(desk, notices[0])
    if bulk is None:
        return ()
    state = BulkState.STOPPED if bulk.state is BulkState.FILING else bulk.state
    return replace(bulk, version=bulk.version + 1, state=state), carrying(bulk, desk.now())


def carrying(bulk: Bulk, at: datetime) -> Delivery:
    """Take the bulk a step further, and show how it stands. One a bulk."""
    return Delivery(id=f"bulk:{bulk.id}", kind=DeliveryKind.BULK, lane=f"bulk:{bulk.id}", subject=bulk.id, due_at=at)
