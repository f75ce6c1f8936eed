"""The register: what an admin keeps on file. Each change is an event, saved with what it changes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot import custody
from bot.desk import Desk, authority
from bot.errors import Conflict, NotFound
from bot.model import (
    FILING,
    PAGE,
    SYSTEM,
    Actor,
    Agency,
    Change,
    Circuit,
    FilingPolicy,
    May,
    Pause,
    Registration,
    Right,
    RoleGrant,
)

_KINDS: Mapping[str, str] = {
    "role": "role",
    "roles": "role",
    "policy": "policy",
    "policies": "policy",
    "rules": "policy",
    "marketplace": "marketplace",
    "marketplaces": "marketplace",
    "pauses": "marketplace",
    "right": "right",
    "rights": "right",
    "authorised": "authorised",
    "authorized": "authorised",
    "sellers": "authorised",
    "agency": "agency",
    "agencies": "agency",
    "retention": "retention",
    "holds": "hold",
    "hold": "hold",
    "privacy": "privacy",
}
"""What people call a kind of change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """A page of changes, newest first; `names` of whoever made them, and of whoever was asked for, by user id."""

    changes: tuple[Change, ...]
    total: int
    page: int
    what: str
    names: Mapping[str, str]


async def changed(
    desk: Desk, of: str, by: Actor, words: str, *, kind: str = "", raw: dict[str, Any] | None = None
) -> Change:
    """The event of a change, to be saved in one step with it. `of` is a kind and a key, such as `right:ACME-EU`."""
    before = await desk.store.entries(Change, of)
    last = max(before, key=lambda change: change.number, default=None)
    return Change(
        of=of,
        number=last.number + 1 if last else 1,
        at=desk.now(),
        actor=replace(by, where=""),
        words=words,
        kind=kind,
        raw=raw or {},
        where=custody.whence(by),
        before=custody.digest(last) if last and custody.chained(last) else "",
        salt=custody.fresh_salt(),
    )


async def import_rights(desk: Desk, rights: Iterable[Right]) -> None:
    """Put the rights of the desk file on file, if they never were: afterwards the register alone counts.

    Safe to repeat, also by several processes that start at once.
    """
    for right in rights:
        if await desk.store.entry(Registration, right.key) is None:
            words = f"{right.key} was taken over from the desk file."
            change = await changed(desk, f"right:{right.key}", SYSTEM, words)
            with contextlib.suppress(Conflict):  # another process was first
                await desk.store.save(Registration(right=right, version=1, by=SYSTEM, at=desk.now()), change)


async def history(desk: Desk, what: str = "", *, page: int, by: Actor) -> History:
    """The changes of everything, of a kind, of somebody (by id), or of a key.

    Raises:
        NotAllowed: not an admin.
        NotFound: nothing of that was ever changed.
    """
    await authority.allowed(desk, by, May.ADMINISTER, "look through the changes of the register")
    found = [change for change in await desk.store.entries(Change) if _is_of(change, what)]
    if what and not found and what.casefold() not in _KINDS:
        raise NotFound(
            f"Nothing called {what} was ever changed here. `/takedown-admin history` shows every change; "
            "after it stands roles, policy, marketplaces, rights, a person, or the key of a right or a marketplace."
        )
    found.sort(key=lambda change: (change.at, change.number), reverse=True)
    shown = tuple(found[(page - 1) * PAGE : page * PAGE])
    people = {change.actor.user_id for change in shown if change.actor != SYSTEM}
    if what.startswith(("U", "W")) and found and what.casefold() not in _KINDS:
        people.add(what)
    names = await desk.names(people)
    return History(
        changes=shown, total=len(found), page=page, what=what, names={**names, SYSTEM.user_id: "the desk itself"}
    )


async def overview(desk: Desk, *, by: Actor) -> tuple[str, ...]:
    """What there is to look after, a sentence each. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.ADMINISTER, "look after the register")
    given = {grant.holder for grant in await desk.store.entries(RoleGrant) if grant.roles} | desk.first_admins
    rights = await desk.rights()
    ended = sum(1 for right in rights.values() if not right.live_on(desk.today()))
    policy = await desk.store.entry(FilingPolicy, FILING)
    last = max(await desk.store.entries(Change), key=lambda change: (change.at, change.number), default=None)
    return (
        f"Roles: {len(given)} {'person or group has' if len(given) == 1 else 'people and groups have'} one.",
        f"Rights: {len(rights)} on file" + (f", {ended} of them expired." if ended else "."),
        f"Rules of filing: {_rules(policy)}",
        await _marketplaces(desk),
        await _agencies(desk),
        f"Last change: {last.words}" if last else "Nothing was ever changed.",
    )


async def _agencies(desk: Desk) -> str:
    on = sum(1 for one in await desk.store.entries(Agency) if one.on)
    return f"Agencies: offenders can be referred to {on or 'none yet'}."


async def _marketplaces(desk: Desk) -> str:
    pauses = {one.key for one in await desk.store.entries(Pause) if one.paused} & set(desk.marketplaces)
    open_ = {one.key for one in await desk.store.entries(Circuit) if not one.closed_at(desk.now())}
    said = [f"Marketplaces: {len(desk.marketplaces)} connected"]
    for what, keys in (("paused", pauses), ("failing", open_ & set(desk.marketplaces))):
        if keys:
            said.append(f"{what}: {', '.join(desk.marketplace_name(key) for key in sorted(keys))}")
    return "; ".join(said) + "."


def _rules(policy: FilingPolicy | None) -> str:
    if policy is None:
        return "none were set."
    second = bool(policy.violations or policy.marketplaces or policy.batch_over is not None)
    quota = "" if policy.daily_quota is None else f"; at most {policy.daily_quota} listings a day for each person"
    return f"{'a second person is needed for some' if second else 'nothing needs a second person'}{quota}."


def _is_of(change: Change, what: str) -> bool:
    kind, _, key = change.of.casefold().partition(":")
    asked = what.casefold()
    if kind not in _KINDS.values():
        return False  # cases and referrals have histories of their own, for who works on them
    return not asked or _KINDS.get(asked) == kind or asked in (key, f"{kind}:{key}")
