"""Retracting: nothing in a history is edited; a mistake is taken back by a later line, and both stay to be seen."""

from __future__ import annotations

from collections.abc import Sequence

from bot import custody
from bot.desk import Desk, authority
from bot.desk.steps import step
from bot.errors import Conflict, Invalid, NotFound, WrongStatus
from bot.model import WHY_LIMIT, Actor, Event, May, Notice

_TRIES = 5


async def retract(desk: Desk, notice: str, entry: int, why: str, *, by: Actor) -> Notice:
    """Take back a line of a notice's history by a later one, which says why. How the notice stands does not change.

    Raises:
        NotAllowed: neither theirs to act on nor an admin.
        NotFound: there is no such notice or line.
        Invalid: no reason, or one that is too long.
        WrongStatus: the line is retracted already, or is itself a retraction.
    """
    await authority.allowed(desk, by, May.FILE, "retract a line of a history")
    why = why.strip()
    if not why or len(why) > WHY_LIMIT:
        raise Invalid(f"Please say why, in at most {WHY_LIMIT} characters; this has {len(why)}.", field="why")
    for _ in range(_TRIES):
        found = await desk.find(notice)
        person = await authority.over(desk, [found], by, "retract a line of its history")
        _refuse_retraction(found, await desk.store.events(notice), entry)
        words = f"Line {entry} is retracted by {person.name}. Why: {why}"
        after, records = step(found, at=desk.now(), actor=by, kind=custody.RETRACTED, words=words, raw={"entry": entry})
        try:
            await desk.store.save(*records)
        except Conflict:
            continue
        return after
    raise WrongStatus(f"{notice} is changing at this very moment. Please try again.")


def _refuse_retraction(notice: Notice, events: Sequence[Event], entry: int) -> None:
    line = next((event for event in events if event.number == entry), None)
    if line is None:
        raise NotFound(
            f"{notice.id} has no line {entry}; its lines are 1 to {notice.version}, as "
            f"`/takedown status {notice.id}` shows them."
        )
    if line.kind == custody.RETRACTED:
        raise WrongStatus(f"Line {entry} is itself a retraction. If it was wrong, write so: `note {notice.id} …`.")
    before = custody.retracted(events).get(entry)
    if before is not None:
        raise WrongStatus(f"Line {entry} of {notice.id} is retracted already, by line {before.number}.")
