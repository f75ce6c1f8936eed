"""Authority: who may do what, looked up at every click. Nobody may do anything until an admin says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.desk import Desk
from bot.errors import NotAllowed, SlackError
from bot.model import ALLOWS, Actor, May, Notice, Person, Role, RoleGrant, named, roles_in_words

TO_DO: Mapping[May, str] = {
    May.READ: "look at this desk",
    May.FILE: "file notices and follow them up",
    May.APPROVE: "approve notices",
    May.REFER: "work on cases and referrals",
    May.ADMINISTER: "change how this desk works",
}
_NEEDED: Mapping[May, Role] = {
    May.READ: Role.VIEWER,
    May.FILE: Role.ANALYST,
    May.APPROVE: Role.APPROVER,
    May.REFER: Role.ANALYST,
    May.ADMINISTER: Role.ADMIN,
}
_GROUP = "S"


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What somebody is here, and by which grants. `configured`: an admin by the setting, which no one can take back.

    `unsure` says that Slack did not tell who is in a group.
    """

    person: Person
    roles: frozenset[Role]
    grants: tuple[RoleGrant, ...] = ()
    configured: bool = False
    unsure: bool = False

    def may(self, do: May) -> bool:
        return any(do in ALLOWS[role] for role in self.roles)


async def held(desk: Desk, by: Actor) -> Held:
    """The roles of a full member. Raises: NotAllowed: a guest, a bot, or somebody of another team."""
    person = await desk.member(by)
    own = await desk.store.entry(RoleGrant, by.user_id)
    grants = [own] if own is not None and own.roles else []
    unsure = False
    for grant in await desk.store.entries(RoleGrant):
        if not grant.holder.startswith(_GROUP) or not grant.roles:
            continue
        try:
            inside = by.user_id in await desk.people.group(grant.holder)
        except SlackError:
            unsure = True
            continue
        if inside:
            grants.append(grant)
    configured = by.user_id in desk.first_admins
    roles = {role for grant in grants for role in grant.roles} | ({Role.ADMIN} if configured else set())
    return Held(person=person, roles=frozenset(roles), grants=tuple(grants), configured=configured, unsure=unsure)


async def allowed(desk: Desk, by: Actor, do: May, to_do: str = "") -> Person:
    """The person, if a role of theirs allows it. `to_do` says it more closely than `TO_DO`.

    Raises:
        NotAllowed: with what they are here, what it takes, and who can give it.
    """
    if by.user_id in desk.first_admins:
        return await desk.member(by)  # asked most in a small team, and the register cannot say otherwise
    found = await held(desk, by)
    if found.may(do):
        return found.person
    if found.unsure:
        raise NotAllowed("Slack could not tell me just now who is in your groups. Please try again in a minute.")
    raise NotAllowed(f"{_lacking(found, do, to_do or TO_DO[do])} {await _who_can(desk)}")


async def at_a_glance(desk: Desk, by: Actor, do: May) -> None:
    """Before a form opens, which cannot wait for Slack: whoever has a grant of their own passes, unseen for now.

    Raises:
        NotAllowed: as `allowed`, for whoever has none.
    """
    own = await desk.store.entry(RoleGrant, by.user_id)
    granted = any(do in ALLOWS[role] for role in (own.roles if own else ()))
    if not granted and by.user_id not in desk.first_admins:
        await allowed(desk, by, do)


async def is_admin(desk: Desk, by: Actor) -> bool:
    """Whether they are an admin of this desk; false for whoever is no full member."""
    try:
        await allowed(desk, by, May.ADMINISTER)
    except NotAllowed:
        return False
    return True


async def over(desk: Desk, notices: Sequence[Notice], by: Actor, to_do: str, *, what: str = "") -> Person:
    """The person, if these notices, filed together, are theirs to act on, or they are an admin.

    `what` they are called, where that is not by their ids.

    Raises:
        NotAllowed: no role, or somebody else's.
    """
    person = await allowed(desk, by, May.FILE, to_do)
    theirs = all(by.user_id in (notice.submitter.user_id, notice.looked_after_by) for notice in notices)
    if not theirs and not await is_admin(desk, by):
        raise NotAllowed(f"Only the person who filed {what or named(notices)}, or an admin, can {to_do}.")
    return person


async def admins(desk: Desk) -> tuple[str, ...]:
    """The user ids of the admins: by the setting, by a grant, and by a group as far as Slack tells."""
    return await holders(desk, Role.ADMIN)


async def holders(desk: Desk, role: Role) -> tuple[str, ...]:
    """The user ids of those who have a role, in order."""
    found = set(desk.first_admins) if role is Role.ADMIN else set()
    for grant in await desk.store.entries(RoleGrant):
        if role not in grant.roles:
            continue
        if not grant.holder.startswith(_GROUP):
            found.add(grant.holder)
            continue
        try:
            found |= await desk.people.group(grant.holder)
        except SlackError:
            continue  # the others are told
    return tuple(sorted(found))


async def able(desk: Desk, role: Role, do: May) -> tuple[str, ...]:
    """The user ids of those who have a role, and of the admins, as far as they may still do it; in order.

    Raises:
        SlackError: Slack does not say who they are.
    """
    found = []
    for user_id in sorted({*await holders(desk, role), *await admins(desk)}):
        try:
            await allowed(desk, Actor(user_id=user_id), do)
        except NotAllowed as refused:
            if isinstance(refused.__cause__, SlackError):
                raise refused.__cause__ from None
            continue  # a guest, or somebody who left, whatever was granted
        found.append(user_id)
    return tuple(found)


async def admin_names(desk: Desk) -> tuple[str, ...]:
    """What the admins are called, as far as Slack tells in time."""
    return await desk.called(await admins(desk))


def _lacking(found: Held, do: May, to_do: str) -> str:
    if not found.roles:
        return f"You have no role on this desk, so you cannot {to_do}; it takes the role {_NEEDED[do]}."
    return f"To {to_do} takes the role {_NEEDED[do]}; here you are {roles_in_words(found.roles)}."


async def _who_can(desk: Desk) -> str:
    names = await admin_names(desk)
    return f"Please ask {' or '.join(names)}." if names else "This desk has no admin yet: set ADMIN_USERS."
