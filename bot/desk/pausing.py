"""Pausing: while an admin has a marketplace paused, nothing is sent there; and how each marketplace does.

What is paused is sending: notices, withdrawals, answers. What was sent before is still asked after, and can be filed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk import Desk, authority
from bot.desk.register import changed
from bot.desk.steps import card, unique
from bot.errors import Conflict, Invalid, NotFound, WrongStatus
from bot.grammar.nearness import nearest
from bot.model import (
    AT_MARKETPLACE,
    PAGE,
    WHY_LIMIT,
    Actor,
    Circuit,
    May,
    Notice,
    Pause,
    Query,
    Recent,
    Record,
    Status,
)

MOST_CARDS = 1000
"""Notices whose cards are drawn anew, when what they wait for begins or ends."""
_TO_DO = "pause and resume marketplaces"
_TO_SEND = frozenset({Status.QUEUED, Status.SENDING, Status.UNCERTAIN})
_NOT_SENT = _TO_SEND | {Status.AWAITING_APPROVAL, Status.BY_HAND, Status.WITHDRAWN, Status.REFUSED, Status.FAILED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Today:
    """Listings filed since midnight UTC, how many of them were sent, and what was decided since then."""

    filed: int
    sent: int
    decided: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How a marketplace does. `pause` is None when it is not paused; `waiting` counts deliveries."""

    key: str
    name: str
    pause: Pause | None
    by: str
    circuit: Circuit | None
    today: Today
    waiting: int
    requests_per_second: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A page of marketplaces, by key."""

    marketplaces: tuple[Health, ...]
    total: int
    page: int
    now: datetime


async def listed(desk: Desk, *, page: int, by: Actor) -> Listed:
    """How each marketplace does. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.ADMINISTER, "see how the marketplaces do")
    keys = sorted(desk.marketplaces)
    shown = keys[(page - 1) * PAGE : page * PAGE]
    pauses = {key: await _paused(desk, key) for key in shown}
    names = await desk.names(pause.by.user_id for pause in pauses.values() if pause is not None)
    today = await desk.store.recent(desk.midnight())
    found = [await _health(desk, key, pauses[key], names, today.get(key, Recent())) for key in shown]
    return Listed(marketplaces=tuple(found), total=len(keys), page=page, now=desk.now())


async def asked(desk: Desk, key: str, *, by: Actor) -> str:
    """Whether somebody may be asked why they pause it; its name. Raises: NotAllowed, NotFound, WrongStatus."""
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    _known(desk, key)
    await _refuse_paused(desk, key)
    return desk.marketplace_name(key)


async def pause(desk: Desk, key: str, why: str, *, by: Actor) -> str:
    """Send nothing to a marketplace from now on. Returns what to tell the person.

    Raises:
        NotAllowed: not an admin.
        NotFound: no such marketplace.
        Invalid: no reason is given, or a long one.
        WrongStatus: it is paused already, or somebody changed it at this moment.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    _known(desk, key)
    why = " ".join(why.split())
    if not why:
        raise Invalid("Please say why; whoever files there is told.", field="why")
    if len(why) > WHY_LIMIT:
        raise Invalid(f"The reason has {len(why)} characters; {WHY_LIMIT} is the most.", field="why")
    await _refuse_paused(desk, key)
    name = desk.marketplace_name(key)
    await _save(desk, key, f"{name} was paused: {why}", paused=True, why=why, by=by)
    waits = await desk.store.waiting(_lane(key))
    return (
        f"{name} is paused: nothing is sent there until somebody resumes it. {_count(waits)} Notices can still be "
        "filed; they wait, and say so. What was sent before is still asked after."
    )


async def resume(desk: Desk, key: str, *, by: Actor) -> str:
    """Send to a marketplace again. Returns what to tell the person.

    Raises:
        NotAllowed: not an admin.
        NotFound: no such marketplace.
        WrongStatus: it is not paused, or somebody changed it at this moment.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    _known(desk, key)
    name = desk.marketplace_name(key)
    if await _paused(desk, key) is None:
        raise WrongStatus(f"{name} is not paused.")
    await _save(desk, key, f"{name} was resumed.", paused=False, by=by)
    return f"{name} is resumed: what waited is being sent. {_count(await desk.store.waiting(_lane(key)))}"


async def notes(desk: Desk, marketplaces: Iterable[str]) -> tuple[str, ...]:
    """What somebody who files should know of these marketplaces (by key), a sentence for each that is paused."""
    found = [await _paused(desk, key) for key in dict.fromkeys(marketplaces)]
    return tuple([await _in_words(desk, one) for one in found if one is not None])


async def held_up(desk: Desk, notices: Sequence[Notice]) -> tuple[str, ...]:
    """As `notes`, of the marketplaces to which something of these notices is still to be sent."""
    return await notes(desk, (notice.listing.marketplace for notice in notices if _sends(notice)))


async def _health(desk: Desk, key: str, pause: Pause | None, names: dict[str, str], today: Recent) -> Health:
    marketplace = desk.marketplaces[key]
    return Health(
        key=key,
        name=marketplace.name,
        pause=pause,
        by=names.get(pause.by.user_id, pause.by.user_id) if pause else "",
        circuit=await desk.store.entry(Circuit, key),
        today=Today(
            filed=today.filed_of(Status),
            sent=today.filed_of(frozenset(Status) - _NOT_SENT),
            decided=today.decided,
        ),
        waiting=await desk.store.waiting(_lane(key)),
        requests_per_second=marketplace.capabilities.requests_per_second,
    )


def _known(desk: Desk, key: str) -> None:
    if key in desk.marketplaces:
        return
    near = nearest(key, desk.marketplaces)
    known = f"Did you mean {near}?" if near else f"Connected: {', '.join(sorted(desk.marketplaces)) or 'none yet'}."
    raise NotFound(f"This desk is not connected to {key}. {known}")


async def _paused(desk: Desk, key: str) -> Pause | None:
    found = await desk.store.entry(Pause, key)
    return found if found is not None and found.paused else None


async def _refuse_paused(desk: Desk, key: str) -> None:
    there = await _paused(desk, key)
    if there is not None:
        raise WrongStatus(
            f"{desk.marketplace_name(key)} is paused already, by {await desk.name(there.by.user_id)}: {there.why}"
        )


async def _in_words(desk: Desk, pause: Pause) -> str:
    name, who = desk.marketplace_name(pause.marketplace), await desk.name(pause.by.user_id)
    return f"Nothing is sent to {name} just now: {who} paused it ({pause.why}). This waits until it is resumed."


async def _save(desk: Desk, key: str, words: str, *, paused: bool, why: str = "", by: Actor) -> None:
    had = await desk.store.entry(Pause, key)
    after = Pause(marketplace=key, version=had.version + 1 if had else 1, paused=paused, why=why, by=by, at=desk.now())
    waiting = await desk.store.notices(Query(marketplace=key, statuses=_TO_SEND, limit=MOST_CARDS))
    cards: list[Record] = [card(notice, desk.now()) for notice in waiting.notices]
    try:
        await desk.store.save(after, await changed(desk, f"marketplace:{key}", by, words), *unique(cards))
    except Conflict:
        raise WrongStatus(
            "Somebody paused or resumed it at this very moment. Please look again with `/takedown-admin marketplaces`."
        ) from None


def _sends(notice: Notice) -> bool:
    """Whether something of it is still to be sent."""
    there = notice.status in AT_MARKETPLACE
    taking_back, answering = notice.withdrawal is not None, notice.answer is not None and not notice.answer.delivered
    return notice.status in _TO_SEND or (there and (taking_back or answering))


def _lane(key: str) -> str:
    return f"marketplace:{key}"


def _count(waiting: int) -> str:
    return f"{waiting} {'thing waits' if waiting == 1 else 'things wait'} to be sent." if waiting else "Nothing waits."
