"""Rights on file: entering, changing, retiring and importing them; and reminding in time that one ends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import structlog

from bot import rights
from bot.desk import Desk, authority
from bot.desk.announcing import to_admins
from bot.desk.register import changed
from bot.errors import Conflict, Incomplete, NotFound, WrongStatus
from bot.model import (
    OPEN,
    PAGE,
    WHY_LIMIT,
    Actor,
    Announcement,
    AnnouncementKind,
    Change,
    May,
    Query,
    Record,
    Registration,
    Right,
)

log = structlog.get_logger(__name__)

_TO_DO = "change the rights on file"
_MOST_TOLD = 1500
"""Characters of a change kept in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A page of rights, by key, each with how it stands in words."""

    rights: tuple[tuple[Registration, str], ...]
    total: int
    page: int
    admin: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """All about a right. `open_notices` rest on it; `names` of those who changed it, by user id."""

    registration: Registration
    stands: str
    changes: tuple[Change, ...]
    open_notices: int
    names: Mapping[str, str]
    admin: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """A right as it is on file now, and what was done, in words."""

    registration: Registration
    words: str


async def listed(desk: Desk, *, page: int, by: Actor) -> Listed:
    """Raises: NotAllowed."""
    await authority.allowed(desk, by, May.READ)
    found = sorted(await desk.store.entries(Registration), key=lambda one: one.key.casefold())
    start = (page - 1) * PAGE
    return Listed(
        rights=tuple((one, rights.standing(one, desk.today())) for one in found[start : start + PAGE]),
        total=len(found),
        page=page,
        admin=await authority.is_admin(desk, by),
    )


async def known(desk: Desk, key: str, *, by: Actor) -> Known:
    """Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.READ)
    found = await _find(desk, key)
    changes = await desk.store.entries(Change, _of(found.key))
    return Known(
        registration=found,
        stands=rights.standing(found, desk.today()),
        changes=changes,
        open_notices=await open_notices(desk, found.key),
        names=await desk.names({change.actor.user_id for change in changes if change.actor.team_id}),
        admin=await authority.is_admin(desk, by),
    )


async def open_notices(desk: Desk, key: str) -> int:
    """How many notices that are not over rest on a right."""
    return (await desk.store.notices(Query(right_key=key, statuses=OPEN, limit=0))).total


async def asked(desk: Desk, key: str = "", *, by: Actor) -> Registration | None:
    """The right to fill a form with, before it is opened; None for a new one.

    Raises:
        NotAllowed, NotFound.
        WrongStatus: it is retired.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    if not key:
        return None
    found = await _find(desk, key)
    if found.retired:
        raise WrongStatus(f"{found.key} is retired; restore it before you change it.")
    return found


async def save(desk: Desk, said: rights.Said, *, key: str = "", version: int = 0, by: Actor) -> Saved:
    """Put a right on file, or (`key`, as it was at `version`) change one. Safe to repeat.

    Raises:
        NotAllowed, NotFound.
        Incomplete: with a sentence for each field.
        WrongStatus: somebody else changed it since.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    there = await _find(desk, key) if key else None
    found = rights.read({**said, "key": there.key} if there else said)
    wrong = dict(found.wrong)
    other = None if there else await _on_file(desk, said.get("key", ""))
    if other is not None and not (other.right == found.right and other.by == by):
        is_there = f"{other.key} is {'retired' if other.retired else 'on file'} already; choose another key."
        wrong.setdefault("key", is_there)
    if found.right is None or wrong:
        raise Incomplete(tuple(wrong.items()), to_be="saved")
    there = there or other
    if there is not None and there.right == found.right:
        return Saved(registration=there, words="Nothing is different from what is on file.")
    if there is not None and (there.retired or there.version != version):
        raise WrongStatus(f"Somebody changed {there.key} since you opened it. Please open it again.")
    after, change = await _entered(desk, there, found.right, by)
    await _save(desk, after.key, after, change)
    return Saved(registration=after, words=change.words)


async def end(desk: Desk, key: str, why: str, *, retired: bool, by: Actor) -> Saved:
    """Retire a right: nothing new is filed under it; or restore one that was. Safe to repeat.

    Raises:
        NotAllowed, NotFound.
        Invalid: no reason is given.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    why = rights.checked_why(why, WHY_LIMIT)
    there = await _find(desk, key)
    if there.retired is retired:
        return Saved(registration=there, words="It is retired already." if retired else "It is not retired.")
    after = replace(there, version=there.version + 1, retired=retired, by=by, at=desk.now())
    words = f"{'Retired' if retired else 'Restored'}: {why}"
    await _save(desk, after.key, after, await changed(desk, _of(after.key), by, words))
    return Saved(registration=after, words=words)


async def sorted_out(desk: Desk, rows: Iterable[tuple[int, rights.Said, str]], *, by: Actor) -> tuple[rights.Line, ...]:
    """What an import of these rows would do, line by line; nothing is changed. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    return rights.sorted_out(rows, await desk.store.entries(Registration))


async def take_in(
    desk: Desk, rows: Iterable[tuple[int, rights.Said, str]], *, seen: str, by: Actor
) -> tuple[rights.Line, ...]:
    """Put on file what `seen` (see `fingerprint`) showed as new or changed, all in one step; gives the lines.

    Raises:
        NotAllowed.
        WrongStatus: the register or the file changed since that was seen; nothing was saved.
    """
    lines = await sorted_out(desk, rows, by=by)
    good = [line for line in lines if line.right is not None and line.fate in (rights.Fate.NEW, rights.Fate.CHANGED)]
    if not good:
        return lines
    if fingerprint(lines) != seen:
        raise WrongStatus("The register or the file has changed since you saw the table. Nothing was imported.")
    records: list[Record] = []
    for line in good:
        assert line.right is not None
        there = await desk.store.entry(Registration, line.key)
        records += await _entered(desk, there, line.right, by, how=" from a file")
    await _save(desk, "the register", *records)
    return lines


def fingerprint(lines: Sequence[rights.Line]) -> str:
    """What an import was seen to do, so that it does nothing else."""
    seen = [(line.key, line.fate, line.words, rights.typed(line.right)) for line in lines if line.right is not None]
    return hashlib.sha256(repr(seen).encode("utf-8", "replace")).hexdigest()[:24]


async def remind(desk: Desk) -> None:
    """Tell the admins 90, 30 and 7 days before a right or a power of attorney ends, and when it has; each once.

    Safe to repeat, and cheap while nothing ends soon.
    """
    today = desk.today()
    for one in await desk.store.entries(Registration):
        if one.retired:
            continue
        power = one.right.power_of_attorney_expires_on
        for what, until in (("expires", one.right.expires_on), ("power", power)):
            step = rights.reminder_due(until, today)
            if step is None or until is None:
                continue
            try:
                await _remind(desk, one.right, what, until, step)
            except Conflict:
                log.info("right.reminded_elsewhere", right=one.key)


async def _remind(desk: Desk, right: Right, what: str, until: date, step: int) -> None:
    key = f"right:{right.key}:{what}:{until.isoformat()}:{step}"
    places = (desk.admin_channel,) if desk.admin_channel else await authority.admins(desk)
    told = [await desk.store.entry(Announcement, f"{key}:{place}") for place in places]
    if any(told) or not places:
        return
    words = await _ending(desk, right, what, until, step)
    await desk.store.save(*await to_admins(desk, AnnouncementKind.REGISTER, key, words))


async def _ending(desk: Desk, right: Right, what: str, until: date, step: int) -> str:
    subject = f"{right.key} ({right.title})" if what == "expires" else f"The power of attorney for {right.key}"
    then = f"Renew it, and enter the new date: `/takedown-admin right edit {right.key}`."
    if step:
        left = rights.in_days((until - desk.today()).days)
        return f"{subject} expires {left}, on {until:%d %B %Y}. {then}"
    count = await open_notices(desk, right.key)
    resting = f"{count} open notices rely" if count != 1 else "1 open notice relies"
    return f"{subject} expired on {until:%d %B %Y}. {resting} on it; nothing new can be filed under it. {then}"


async def _entered(
    desk: Desk, there: Registration | None, right: Right, by: Actor, *, how: str = ""
) -> tuple[Registration, Change]:
    after = Registration(right=right, version=there.version + 1 if there else 1, by=by, at=desk.now())
    if there is None:
        words = f"Added{how}: {right.kind} {right.title}."
    else:
        words = f"Changed{how}. {'; '.join(rights.differences(there.right, right))}"
    return after, await changed(desk, _of(right.key), by, words[:_MOST_TOLD])


async def _save(desk: Desk, what: str, *records: Record) -> None:
    try:
        await desk.store.save(*records)
    except Conflict:
        raise WrongStatus(f"Somebody changed {what} at this very moment. Please look again.") from None


async def _on_file(desk: Desk, key: str) -> Registration | None:
    wanted = key.strip().casefold()
    return next((one for one in await desk.store.entries(Registration) if one.key.casefold() == wanted), None)


async def _find(desk: Desk, key: str) -> Registration:
    found = await _on_file(desk, key)
    if found is None:
        there = sorted(one.key for one in await desk.store.entries(Registration))
        shown = ", ".join(there[:10]) + (" …" if len(there) > 10 else "")
        raise NotFound(f"There is no right called {key} on file. There are: {shown or 'none yet'}.")
    return found


def _of(key: str) -> str:
    return f"right:{key}"
