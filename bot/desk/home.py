"""Home: what one person has open."""

from __future__ import annotations

from bot.desk import Desk
from bot.model import OPEN, Actor, Page, Query

SHOWN = 20


async def of(desk: Desk, *, by: Actor) -> Page:
    """The open notices this person filed, newest first. Raises: NotAllowed."""
    await desk.member(by)
    return await desk.store.notices(Query(submitter=by.user_id, statuses=OPEN, limit=SHOWN))
