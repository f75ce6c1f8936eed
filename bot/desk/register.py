"""The register: what an admin keeps on file. Each change is an event, saved with what it changes."""

from __future__ import annotations

from collections.abc import Iterable

from bot.desk import Desk, authority
from bot.model import SYSTEM, Actor, Change, May, Pause, Registration, Right, RoleGrant

TO_DO = "look after the register"


async def changed(desk: Desk, of: str, by: Actor, words: str) -> Change:
    """The event of a change, to be saved in one step with it. `of` is a kind and a key, such as `right:ACME-EU`."""
    before = await desk.store.entries(Change, of)
    return Change(of=of, number=len(before) + 1, at=desk.now(), actor=by, words=words)


async def import_rights(desk: Desk, rights: Iterable[Right]) -> None:
    """Put the rights of the desk file on file, if they never were: afterwards the register alone counts."""
    for right in rights:
        if await desk.store.entry(Registration, right.key) is None:
            words = f"{right.key} was taken over from the desk file."
            change = await changed(desk, f"right:{right.key}", SYSTEM, words)
            await desk.store.save(Registration(right=right, version=1, by=SYSTEM, at=desk.now()), change)


async def overview(desk: Desk, *, by: Actor) -> tuple[str, ...]:
    """What there is to look after, a sentence each. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.ADMINISTER, TO_DO)
    granted = sum(1 for grant in await desk.store.entries(RoleGrant) if grant.roles)
    paused = sum(1 for pause in await desk.store.entries(Pause) if pause.paused and pause.key in desk.marketplaces)
    return (
        f"Roles: {granted} given, and {len(desk.first_admins)} admins by the setting.",
        f"Marketplaces: {len(desk.marketplaces)} connected, {paused} of them paused.",
        f"Changes on record: {len(await desk.store.entries(Change))}.",
    )
