"""Roles: what somebody is here and through whom; admins give them and take them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.desk import Desk, authority
from bot.desk.authority import Held
from bot.errors import NotAllowed
from bot.model import SYSTEM, Actor, RoleGrant

GROUP = "S"
"""What the id of a user group begins with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What somebody is here. Without `held` they can be nothing, and `why` says why not.

    `names` are of whoever gave them what they have, and of the groups that gave it, by id.
    """

    why: str = ""
    held: Held | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    admins: tuple[str, ...] = ()


async def whoami(desk: Desk, *, by: Actor) -> Standing:
    """What somebody is here. For anybody."""
    try:
        found = await authority.held(desk, by)
    except NotAllowed as refused:
        return Standing(why=str(refused))
    names = await names_of(desk, {id_ for grant in found.grants for id_ in (grant.holder, grant.by.user_id)})
    return Standing(held=found, names=names, admins=await authority.admin_names(desk))


async def names_of(desk: Desk, ids: Iterable[str]) -> dict[str, str]:
    """What people, user groups and the desk itself are called, by id."""
    asked = set(ids)
    people = {id_ for id_ in asked if id_.startswith(("U", "W"))}
    named = await desk.names(people)
    groups = {id_: f"the user group {id_}" for id_ in asked if id_.startswith(GROUP)}
    return {**named, **groups, SYSTEM.user_id: "the desk"}


def from_group(grant: RoleGrant) -> bool:
    """Whether it is given to whoever is in a user group."""
    return grant.holder.startswith(GROUP)
