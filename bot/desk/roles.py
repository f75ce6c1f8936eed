"""Roles: what somebody is here and through whom; admins give them and take them back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.desk import NAMES_TAKE, Desk, authority
from bot.desk.announcing import announced
from bot.desk.authority import Held
from bot.desk.register import changed
from bot.errors import Conflict, Invalid, NotAllowed, Refused, SlackError, WrongStatus
from bot.model import (
    ALLOWS,
    PAGE,
    SYSTEM,
    Actor,
    AnnouncementKind,
    May,
    Person,
    Record,
    Role,
    RoleGrant,
    roles_in_words,
)

GROUP = "S"
"""What the id of a user group begins with."""
_TO_DO = "give and take back roles"
_ID = re.compile(r"[USW][A-Z0-9]{2,20}", re.ASCII)

After = Callable[[tuple[Role, ...]], Iterable[Role]]
"""The roles that somebody was given, and those they should be given instead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What somebody is here. Without `held` they can be nothing, and `why` says why not.

    `names` are of whoever gave them what they have, and of the groups that gave it, by id.
    """

    why: str = ""
    held: Held | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    admins: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Somebody with a role. `void` says why it counts for nothing, in a clause; empty when it counts."""

    id: str
    name: str
    grant: RoleGrant | None = None
    configured: bool = False
    by: str = ""
    void: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A page of those who have a role: admins by the setting, people, groups."""

    holders: tuple[Holder, ...]
    total: int
    page: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """What was done, in words, and to whom. `told` says that they are written to."""

    holder: str
    words: str
    told: bool = False


async def whoami(desk: Desk, *, by: Actor) -> Standing:
    """What somebody is here. For anybody."""
    try:
        found = await authority.held(desk, by)
    except NotAllowed as refused:
        return Standing(why=str(refused))
    names = await names_of(desk, {id_ for grant in found.grants for id_ in (grant.holder, grant.by.user_id)})
    return Standing(held=found, names=names, admins=await authority.admin_names(desk))


async def listed(desk: Desk, *, page: int, by: Actor) -> Listed:
    """Who has a role. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    grants = {grant.holder: grant for grant in await desk.store.entries(RoleGrant) if grant.roles}
    ids = sorted(
        {*desk.first_admins, *grants}, key=lambda id_: (id_ not in desk.first_admins, id_.startswith(GROUP), id_)
    )
    shown = ids[(page - 1) * PAGE : page * PAGE]
    given_by = {grants[id_].by.user_id for id_ in shown if id_ in grants}
    names = await names_of(desk, {*shown, *given_by})
    holders = [
        Holder(
            id=id_,
            name=names[id_],
            grant=grants.get(id_),
            configured=id_ in desk.first_admins,
            by=names[grants[id_].by.user_id] if id_ in grants else "",
            void=await _void(desk, id_),
        )
        for id_ in shown
    ]
    return Listed(holders=tuple(holders), total=len(ids), page=page)


async def asked(desk: Desk, holder: str = "", *, by: Actor) -> Holder:
    """Whom a form is opened for, with what they have; nobody for the empty form. Raises: NotAllowed, Invalid."""
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    if not holder:
        return Holder(id="", name="")
    _refuse_no_id(holder)
    names = await names_of(desk, {holder})
    grant = await desk.store.entry(RoleGrant, holder)
    return Holder(id=holder, name=names[holder], grant=grant, configured=holder in desk.first_admins)


async def give(desk: Desk, holder: str, roles: Sequence[Role], *, by: Actor) -> Changed:
    """Give somebody these roles besides those they have. Safe to repeat.

    Raises:
        NotAllowed: not an admin.
        Invalid: no role is named, or it is a bot, a guest, somebody who left, or of another team.
        WrongStatus: somebody else changed it at this moment.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    if not roles:
        raise Invalid(f"Please choose at least one role: {', '.join(Role)}.", field="roles")
    return await _change(desk, holder, lambda had: (*had, *roles), by=by)


async def put(desk: Desk, holder: str, roles: Sequence[Role], *, version: int, by: Actor) -> Changed:
    """Leave somebody with exactly these roles. `version` is what the form showed.

    Raises:
        As `give` and `take`; WrongStatus also when they were changed after the form was opened.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    return await _change(desk, holder, lambda had: roles, by=by, version=version)


async def take(desk: Desk, holder: str, *, by: Actor) -> Changed:
    """Take back every role that somebody was given. Safe to repeat.

    Raises:
        NotAllowed: not an admin.
        WrongStatus: they are an admin by the setting alone, or the last one; or somebody else changed it.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    return await _change(desk, holder, lambda had: (), by=by)


async def names_of(desk: Desk, ids: Iterable[str]) -> dict[str, str]:
    """What people, user groups and the desk itself are called, by id."""
    asked_for = set(ids)
    people = await desk.names(id_ for id_ in asked_for if id_.startswith(("U", "W")))
    groups = {id_: await _group_name(desk, id_) for id_ in asked_for if id_.startswith(GROUP)}
    return {**dict.fromkeys(asked_for, ""), **people, **groups, SYSTEM.user_id: "the desk"}


async def _group_name(desk: Desk, group_id: str) -> str:
    """What a user group is called; by its id when Slack does not say in time."""
    try:
        async with asyncio.timeout(NAMES_TAKE):
            name = await desk.people.group_name(group_id)
    except (SlackError, TimeoutError):
        name = group_id
    return f"the user group {name}" if name == group_id else f"the user group @{name}"


async def _change(desk: Desk, holder: str, after_of: After, *, by: Actor, version: int | None = None) -> Changed:
    _refuse_no_id(holder)
    had = await desk.store.entry(RoleGrant, holder)
    before = had.roles if had else ()
    if version not in (None, had.version if had else 0):
        raise WrongStatus("Somebody changed this after you opened the form. Please close it and look again.")
    wanted = set(after_of(before))
    after = tuple(role for role in Role if role in wanted)
    name = (await names_of(desk, {holder}))[holder]
    stays = f" {name} stays admin by the setting ADMIN_USERS." if holder in desk.first_admins else ""
    if after == before:
        return _nothing_to_do(desk, holder, name, before, stays)
    if set(after) - set(before):
        name = await _may_hold(desk, holder) or name
    records: list[Record] = []
    if Role.ADMIN in before and Role.ADMIN not in after:
        records += await _others_stay(desk, holder, name)
    grant = RoleGrant(holder=holder, version=had.version + 1 if had else 1, roles=after, by=by, at=desk.now())
    words = f"{_capital(name)}: {roles_in_words(after)} (before: {roles_in_words(before)})."
    told = await _told(desk, grant, before, by)
    records += [grant, await changed(desk, f"role:{holder}", by, words), *told]
    try:
        await desk.store.save(*records)
    except Conflict:
        raise WrongStatus(
            "Somebody else changed roles at this very moment. Please look again with `/takedown-admin roles`."
        ) from None
    now_words = f"{_capital(name)}: {roles_in_words(after)} now; before: {roles_in_words(before)}.{stays}"
    return Changed(holder=holder, words=now_words, told=bool(told))


def _nothing_to_do(desk: Desk, holder: str, name: str, had: Sequence[Role], stays: str) -> Changed:
    if not had and holder in desk.first_admins:
        raise WrongStatus(
            f"{name} is admin by the setting ADMIN_USERS. Nobody can take that back here; "
            "whoever runs this desk changes the setting."
        )
    has = f"has that already: {roles_in_words(had)}" if had else "has no role here, so there is nothing to take back"
    return Changed(holder=holder, words=f"{_capital(name)} {has}. Nothing was changed.{stays}")


def _refuse_no_id(holder: str) -> None:
    if not _ID.fullmatch(holder):
        raise Invalid("Please say who: a person of this workspace, or a user group.", field="who")


async def _may_hold(desk: Desk, holder: str) -> str:
    """The name of a person who may be given a role; empty for a user group.

    Raises:
        Refused: Slack does not answer.
        Invalid: whoever can be given none.
    """
    try:
        if holder.startswith(GROUP):
            if not await desk.people.group(holder):
                raise Invalid("Slack knows no such user group, or nobody is in it.", field="who")
            return ""
        person, team = await desk.people.person(holder), await desk.people.own_team()
    except SlackError:
        raise Refused("Slack could not tell me who that is just now. Please try again in a minute.") from None
    why = _unfit(person, team)
    if why:
        name = person.name if person else "Nobody here"
        raise Invalid(f"{name} can be given no role: {why}.", field="who")
    return person.name if person else ""


def _unfit(person: Person | None, team: str) -> str:
    """Why somebody can have no role, in a clause; empty when they can."""
    if person is None:
        return "Slack knows no such account"
    if person.deleted:
        return "the account is deactivated"
    if person.bot:
        return "that is a bot"
    if person.team_id != team:
        return "they are of another team"
    return "they are a guest here" if person.guest else ""


async def _void(desk: Desk, holder: str) -> str:
    """Why the role of somebody counts for nothing by now, as far as Slack tells."""
    try:
        if holder.startswith(GROUP):
            return "" if await desk.people.group(holder) else "nobody is in it"
        return _unfit(await desk.people.person(holder), await desk.people.own_team())
    except SlackError:
        return ""


async def _others_stay(desk: Desk, holder: str, name: str) -> tuple[Record, ...]:
    """Somebody else has to stay admin: their grant, to be saved in the same step, so that two admins who take the
    role from each other at the same moment do not both succeed. Nothing where the setting names them.

    Raises:
        WrongStatus: there is nobody else.
    """
    for user_id in sorted(desk.first_admins):
        if await _is_member(desk, user_id):
            return ()
    for grant in await desk.store.entries(RoleGrant):
        if grant.holder == holder or Role.ADMIN not in grant.roles:
            continue
        if any([await _is_member(desk, user_id) for user_id in await _people_of(desk, grant)]):
            return (replace(grant, version=grant.version + 1),)
    raise WrongStatus(f"{_capital(name)} is the last admin of this desk. Make somebody else admin first.")


async def _people_of(desk: Desk, grant: RoleGrant) -> Sequence[str]:
    if not grant.holder.startswith(GROUP):
        return (grant.holder,)
    try:
        return sorted(await desk.people.group(grant.holder))
    except SlackError:
        return ()


async def _is_member(desk: Desk, user_id: str) -> bool:
    """Whether somebody can be an admin at all; no where Slack does not tell."""
    try:
        await desk.member(Actor(user_id=user_id))
    except NotAllowed:
        return False
    return True


async def _told(desk: Desk, grant: RoleGrant, before: Sequence[Role], by: Actor) -> tuple[Record, ...]:
    """Whoever is given a role by somebody else hears of it once. Of a group, nobody is written to."""
    given = [role for role in grant.roles if role not in before]
    if not given or grant.holder.startswith(GROUP) or grant.holder == by.user_id:
        return ()
    can = {may for role in grant.roles for may in ALLOWS[role]}
    may = " and ".join(authority.TO_DO[one] for one in May if one in can)
    words = (
        f"{await desk.name(by.user_id)} gave you the role {roles_in_words(given)} on the takedown desk. "
        f"You may {may}. Type /takedown whoami to see all of it, and /takedown help for what can be typed."
    )
    key = f"role:{grant.holder}:{grant.version}"
    return announced(AnnouncementKind.REGISTER, key, channel=grant.holder, at=desk.now(), words=words)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
