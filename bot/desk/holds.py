"""Legal holds: while a seller is held, nothing of theirs, or of who is linked to them, is forgotten or erased."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot import offenders
from bot.desk import Desk, authority
from bot.desk.offenders import meant
from bot.desk.register import changed
from bot.errors import Conflict, Invalid, NotAllowed, NotFound, WrongStatus
from bot.model import PAGE, WHY_LIMIT, Actor, Case, Change, Hold, Link, May, Purchase, Referral

HELD = "of a seller on legal hold"
CASE = "of a seller with an open case"
REFERRED = "of a seller whose referral is under way or with an agency"
_TO_DO = "put sellers on legal hold"
_SEE = "see who is on legal hold"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A page of holds, oldest first, with what each covers besides, by key, and who said so, by user id."""

    holds: tuple[Hold, ...]
    linked: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
    total: int
    page: int


async def hold(desk: Desk, asked: str, why: str, *, by: Actor) -> str:
    """Put a seller on hold. Returns what to tell the person.

    Raises:
        NotAllowed: not an admin; said before anybody looks whether the seller is known.
        NotFound, Invalid: no such seller, or one of several; no reason, or a long one.
        WrongStatus: they are held already, or somebody changed it at this moment.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    key, why = await _seller(desk, asked), _reason(why)
    there = await desk.store.entry(Hold, key)
    if there is not None and there.held:
        who = await desk.name(there.by.user_id)
        raise WrongStatus(f"{key} is on legal hold already, since {there.at:%d %b %Y}, by {who}: {there.why}")
    await _save(desk, there, key, f"{key} was put on legal hold: {why}", held=True, why=why, by=by)
    others = [one for one in (await _groups(desk, [key]))[key] if one != key]
    also = f" So is what is kept of {', '.join(others)}, linked to them." if others else ""
    return f"{key} is on legal hold: nothing of theirs is forgotten or erased until somebody ends it.{also}"


async def unhold(desk: Desk, asked: str, why: str, *, by: Actor) -> str:
    """End a hold. Returns what to tell the person. Raises: as `hold`; WrongStatus: they are not held themselves."""
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    key, why = await _seller(desk, asked), _reason(why)
    there = await desk.store.entry(Hold, key)
    if there is None or not there.held:
        through = (await on_hold(desk)).get(key)
        linked = f" It is held through {through.seller}, linked to it: end that one." if through else ""
        raise WrongStatus(f"{key} is not on legal hold itself.{linked}")
    await _save(desk, there, key, f"The legal hold on {key} was ended: {why}", held=False, why=why, by=by)
    return f"{key} is no longer on legal hold. From now on the desk's rules of retention apply to them again."


async def listed(desk: Desk, *, page: int, by: Actor) -> Listed:
    """Who is on hold. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.ADMINISTER, _SEE)
    held = [one for one in await desk.store.entries(Hold) if one.held]
    shown = tuple(held[(page - 1) * PAGE : page * PAGE])
    groups = await _groups(desk, [one.seller for one in shown])
    return Listed(
        holds=shown,
        linked={one.seller: tuple(key for key in groups[one.seller] if key != one.seller) for one in shown},
        names=await desk.names(one.by.user_id for one in shown),
        total=len(held),
        page=page,
    )


async def on_hold(desk: Desk) -> Mapping[str, Hold]:
    """Every seller that is held, by key: itself, or through one it is linked to."""
    held = {one.seller: one for one in await desk.store.entries(Hold) if one.held}
    groups = await _groups(desk, held)
    return {**{key: one for seller, one in held.items() for key in groups[seller]}, **held}


async def needed(desk: Desk) -> Mapping[str, str]:
    """Every seller (by key) nothing of whom may go, and why; who is linked to such a one among them."""
    found: dict[str, str] = {}
    for why, sellers in (
        (CASE, {one.seller for one in await desk.store.entries(Case) if one.open}),
        (REFERRED, {key for one in await desk.store.entries(Referral) if not one.state.over for key in one.sellers}),
    ):
        groups = await _groups(desk, sellers)
        found |= {key: why for seller in sorted(sellers) for key in groups[seller]}
    return found | dict.fromkeys(await on_hold(desk), HELD)


async def grounds(desk: Desk) -> Mapping[type[Any], tuple[Any, ...]]:
    """All that decides what may go, as it is now: `Store.erase` does nothing once it is otherwise.

    To be asked for before anything is decided.
    """
    return {kind: await desk.store.entries(kind) for kind in (Hold, Link, Case, Referral, Purchase)}


async def said(desk: Desk, sellers: Iterable[str], *, by: Actor) -> str:
    """`On legal hold since …` where one of these sellers (by key) is, for who may work on cases; empty for others."""
    held = await on_hold(desk)
    found = min((held[key] for key in sellers if key in held), key=lambda one: one.at, default=None)
    if found is None:
        return ""
    try:
        await authority.allowed(desk, by, May.REFER)
    except NotAllowed:
        return ""
    return f"On legal hold since {found.at:%d %b %Y}: {found.why}"


async def refuse_held(desk: Desk, seller: str) -> None:
    """Raises: WrongStatus: they are on hold, so nothing of theirs may go."""
    found = (await on_hold(desk)).get(seller)
    if found is not None:
        through = f" through {found.seller}, linked to it," if found.seller != seller else ""
        raise WrongStatus(
            f"{seller} is on legal hold{through} since {found.at:%d %b %Y}, so nothing of theirs is erased. "
            "Ask an admin to end the hold first."
        )


async def _seller(desk: Desk, asked: str) -> str:
    """The key; of a seller too whom only old or other records name. Raises: as `meant`."""
    try:
        return await meant(desk, asked, one_of_linked=True)
    except NotFound:
        if asked in await desk.store.archived([asked]) or await _named(desk, asked):
            return asked
        raise


async def _named(desk: Desk, key: str) -> bool:
    """Whether a referral, a test purchase or a hold is about them."""
    of = [await desk.store.entries(Referral, key), await desk.store.entries(Purchase, key)]
    return any(of) or await desk.store.entry(Hold, key) is not None


async def _groups(desk: Desk, sellers: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    return offenders.groups(sellers, await desk.store.entries(Link))


def _reason(why: str) -> str:
    why = " ".join(why.split())
    if not why:
        raise Invalid("Please give the reason after the seller: whoever asks later has to be told.")
    if len(why) > WHY_LIMIT:
        raise Invalid(f"The reason has {len(why)} characters; {WHY_LIMIT} is the most.")
    return why


async def _save(desk: Desk, had: Hold | None, key: str, words: str, *, held: bool, why: str, by: Actor) -> None:
    version = had.version + 1 if had else 1
    after = Hold(seller=key, version=version, held=held, why=why, by=by, at=desk.now())
    note: Change = await changed(desk, f"hold:{key}", by, words, kind="held" if held else "released")
    try:
        await desk.store.save(after, note)
    except Conflict:
        words = "Somebody changed this hold at this very moment. Please look again with `/takedown-admin holds`."
        raise WrongStatus(words) from None
