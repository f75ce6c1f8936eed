"""The desk: checks who may, decides, and is the only writer of the store. It never waits for a marketplace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.desk.turns import Turns
from bot.errors import NotAllowed, NotFound, SlackError
from bot.listings import Site
from bot.looking import Terms
from bot.marketplaces import Marketplace
from bot.model import Actor, Clock, Forgotten, Notice, Person, Policy, Registration, Right, Room
from bot.stores import Store

NAMES_TAKE = 0.8
"""Seconds that names may take to be learned; ids are shown in their place."""


class People(Protocol):
    """What the workspace knows of its people. May answer from memory a few minutes old."""

    async def person(self, user_id: str) -> Person | None:
        """Raises: SlackError: Slack could not be asked."""

    def remembered(self, user_id: str) -> Person | None:
        """The person, if they are in memory."""

    async def own_team(self) -> str:
        """The id of the workspace the bot is installed in."""

    async def own_name(self) -> str:
        """What people type after `@` to name the bot."""

    async def group(self, group_id: str) -> frozenset[str]:
        """The user ids in a user group; none when there is no such group.

        Raises:
            SlackError: Slack could not be asked.
        """

    async def group_name(self, group_id: str) -> str:
        """What people type after `@` to name a user group; its id when there is none of that id.

        Raises:
            SlackError: Slack could not be asked.
        """

    async def room(self, channel: str) -> Room | None:
        """The channel as it is now; None when the bot cannot see it. Raises: SlackError: Slack could not be asked."""


def never(notice: Notice) -> bool:
    """No notice is published."""
    return False


def unsigned() -> bool:
    """There is no key to sign dossiers with."""
    return False


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What deciding needs: ports and policy.

    `first_admins` are admins by the settings; who else may do what is in the register (`bot.desk.authority`).
    `undo` is the time between filing and sending; `retention`, how long notices are counted after they are final;
    `cases_channel`, the private channel in which cases have their threads, where there is one;
    `archives`, which notices are published once they were sent; `looks`, at which marketplaces a listing that is
    said to be gone is looked at again. `organisation` refers offenders to agencies; `signs` tells whether there is a
    key to sign dossiers with, `to_folder` whether there is a folder they may be put into.
    """

    store: Store
    people: People
    marketplaces: Mapping[str, Marketplace]
    sites: Sequence[Site]
    clock: Clock
    first_admins: frozenset[str]
    undo: timedelta
    policy: Policy
    retention: timedelta
    admin_channel: str = ""
    cases_channel: str = ""
    archives: Callable[[Notice], bool] = never
    looks: Mapping[str, Terms] = field(default_factory=dict)
    organisation: str = ""
    signs: Callable[[], bool] = unsigned
    to_folder: bool = False
    turns: Turns = field(default_factory=Turns, compare=False)

    def now(self) -> datetime:
        return self.clock()

    def today(self) -> date:
        """The day in UTC, by which rights expire."""
        return self.clock().date()

    def midnight(self) -> datetime:
        """When the day in UTC began."""
        return datetime.combine(self.today(), time(), tzinfo=UTC)

    async def member(self, actor: Actor) -> Person:
        """The full member of the workspace behind `actor`.

        Raises:
            NotAllowed: a guest, a bot, a deactivated account, somebody of another team, or nobody Slack can vouch for.
        """
        try:
            # In this order: a Slack that does not know its own workspace in time is not asked about people as well.
            team = await self.people.own_team()
            person = await self.people.person(actor.user_id)
        except SlackError as unsure:
            raise NotAllowed("Slack could not tell me who you are just now. Please try again in a minute.") from unsure
        if person is None or person.deleted:
            raise NotAllowed("Slack does not know your account here, so I cannot act for you.")
        if person.bot:
            raise NotAllowed("Bots may not use the takedown desk.")
        if person.team_id != team or actor.team_id not in ("", team):
            raise NotAllowed("Only people of this workspace may use the takedown desk; you are visiting from another.")
        if person.guest:
            raise NotAllowed(
                "Guests may not use the takedown desk. Ask a full member of this workspace to do it for you."
            )
        return person

    async def rights(self, *, retired_too: bool = False) -> Mapping[str, Right]:
        """The rights on file by key."""
        found = await self.store.entries(Registration)
        return {one.right.key: one.right for one in found if retired_too or not one.retired}

    async def called(self, user_ids: Iterable[str]) -> tuple[str, ...]:
        """What people are called, as far as Slack tells in time; whoever left is left out."""
        found = await self._known(user_ids)
        return tuple(person.name for person in found.values() if person is not None and not person.deleted)

    async def name(self, user_id: str) -> str:
        """What somebody is called; their id when Slack does not say in time."""
        return (await self.names([user_id]))[user_id]

    async def zone(self, user_id: str) -> str:
        """The time zone of somebody's Slack profile (IANA); UTC when Slack does not say in time."""
        person = (await self._known([user_id]))[user_id]
        return person.tz if person else "UTC"

    async def local(self, moment: datetime, user_id: str) -> str:
        """A moment on the wall clock of somebody's own zone, with the zone."""
        tz = await self.zone(user_id)
        return f"{moment.astimezone(ZoneInfo(tz)):%a %d %b %Y, %H:%M} ({tz})"

    async def names(self, user_ids: Iterable[str]) -> dict[str, str]:
        """What people are called; their ids where Slack does not say in time."""
        found = await self._known(user_ids)
        return {user_id: person.name if person else user_id for user_id, person in found.items()}

    async def names_for_sure(self, user_ids: Iterable[str]) -> dict[str, str]:
        """What people are called, where nobody waits; ids only of those whom Slack says it does not know.

        Raises:
            SlackError: Slack cannot say so of everybody just now.
        """
        ids = list(dict.fromkeys(user_ids))
        found = await asyncio.gather(*map(self.people.person, ids))
        return {user_id: person.name if person else user_id for user_id, person in zip(ids, found, strict=True)}

    async def _known(self, user_ids: Iterable[str]) -> dict[str, Person | None]:
        """People as far as they are known within `NAMES_TAKE`: somebody waits for the answer."""

        async def known(user_id: str) -> Person | None:
            try:
                async with asyncio.timeout(NAMES_TAKE):
                    return await self.people.person(user_id)
            except (SlackError, TimeoutError):
                return self.people.remembered(user_id)

        ids = list(dict.fromkeys(user_ids))
        return dict(zip(ids, await asyncio.gather(*map(known, ids)), strict=True))

    async def find(self, notice_id: str) -> Notice:
        """Raises: NotFound: no notice has this id."""
        notice = await self.store.notice(notice_id)
        if notice is None and (stone := await self.store.entry(Forgotten, notice_id)) is not None:
            raise NotFound(f"{notice_id} was forgotten on {stone.at:%d %b %Y}, under the rule for {stone.rule}.")
        if notice is None:
            raise NotFound(f"There is no notice {notice_id} on this desk. `/takedown list` shows what there is.")
        return notice

    def marketplace_name(self, key: str) -> str:
        """How people call it; the key itself when it is no longer configured."""
        marketplace = self.marketplaces.get(key)
        return marketplace.name if marketplace else key
