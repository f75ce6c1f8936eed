"""Who is in the pretend workspace, and where they meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.sandbox.shapes import Json

TEAM_ID, TEAM_NAME, TEAM_DOMAIN = "T0DESK", "Nordlicht", "nordlicht"
OTHER_TEAM_ID, OTHER_TEAM_DOMAIN = "T0OTHER", "partner"
BOT_USER_ID, BOT_ID, APP_ID = "U0BOT", "B0BOT", "A0DESK"
SLACKBOT = "USLACKBOT"
"""Slack itself, when it answers a command of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody of the workspace, or another bot in it.

    `guest` is a single-workspace guest, `deleted` somebody whose account was deactivated.
    """

    id: str
    name: str
    real_name: str
    role: str
    title: str
    tz: str = "Europe/Berlin"
    team_id: str = TEAM_ID
    admin: bool = False
    guest: bool = False
    bot: bool = False
    deleted: bool = False

    @property
    def stranger(self) -> bool:
        """From another team, through Slack Connect."""
        return self.team_id != TEAM_ID

    @property
    def team_domain(self) -> str:
        return OTHER_TEAM_DOMAIN if self.stranger else TEAM_DOMAIN

    def as_user(self, now: datetime) -> Json:
        """The user object, of which a deactivated person keeps little.

        Source: docs.slack.dev/reference/objects/user-object.
        """
        profile = {"real_name": self.real_name, "display_name": self.name, "title": self.title}
        if self.deleted:
            left = {"id": self.id, "team_id": self.team_id, "name": self.name, "deleted": True, "profile": profile}
            return {**left, "is_bot": self.bot, "is_app_user": False, "updated": 1_700_000_000}
        zone = ZoneInfo(self.tz)
        offset = zone.utcoffset(now.astimezone(zone))
        user: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": False,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz.partition("/")[2].replace("_", " "),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_admin": self.admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": 1_700_000_000,
        }
        return {**user, "is_stranger": True} if self.stranger else user


PEOPLE = (
    Person(id="U0ANN", name="ann", real_name="Ann Winter", role="analyst", title="Brand protection analyst"),
    Person(
        id="U0BO",
        name="bo",
        real_name="Bo Lindqvist",
        role="approver",
        title="Analyst and approver",
        tz="Europe/Stockholm",
    ),
    Person(
        id="U0ADA",
        name="ada",
        real_name="Ada Okafor",
        role="admin",
        title="Workspace admin",
        tz="Europe/London",
        admin=True,
    ),
    Person(id="U0MIA", name="mia", real_name="Mia Torres", role="member", title="Sales", tz="America/New_York"),
    Person(id="U0GIL", name="gil", real_name="Gil Haddad", role="guest", title="Outside photographer", guest=True),
    Person(
        id="U0OTTO",
        name="otto",
        real_name="Otto Brandt",
        role="outsider",
        title="From a partner company",
        team_id=OTHER_TEAM_ID,
    ),
)
OTHER_BOT = Person(
    id="U0FEED", name="feed", real_name="News feed", role="bot", title="Another app's bot", tz="Etc/UTC", bot=True
)
FIRST = PEOPLE[0].id


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A user group. People type `@handle`."""

    id: str
    name: str
    handle: str
    member_ids: frozenset[str]
    disabled: bool = False


GROUPS = (
    Group(id="S0BRAND", name="Brand team", handle="brand-team", member_ids=frozenset({"U0ANN", "U0BO"})),
    Group(id="S0LEGAL", name="Legal team", handle="legal-team", member_ids=frozenset({"U0ADA"})),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A channel as the workspace starts out with it."""

    id: str
    name: str
    member_ids: frozenset[str]
    private: bool = False


ROOMS = (
    Room(
        id="C0BRAND",
        name="brand-protection",
        member_ids=frozenset({person.id for person in PEOPLE} | {BOT_USER_ID, OTHER_BOT.id}),
    ),
    Room(id="C0GENERAL", name="general", member_ids=frozenset({"U0ANN", "U0BO", "U0ADA", "U0MIA"})),
    Room(id="C0LEGAL", name="legal", member_ids=frozenset({"U0ANN", "U0BO", "U0ADA"}), private=True),
)
