"""Home: what one person has open."""

from __future__ import annotations

from bot.desk import Desk, authority
from bot.model import OPEN, Actor, May, Page, Query

SHOWN = 20


async def of(desk: Desk, *, by: Actor) -> Page:
    """The open notices this person filed, newest first. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.READ)
    return await desk.store.notices(Query(submitter=by.user_id, statuses=OPEN, limit=SHOWN))
