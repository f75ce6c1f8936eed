"""Who acts, and the clock that everything is told by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The real clock; everything that needs the time is handed a `Clock`."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who did it: a Slack user id with the team Slack says they come from, or `SYSTEM` / a marketplace.

    `where` is from where they do it just now, for the record: `/takedown in C1`. It makes nobody another person.
    """

    user_id: str
    team_id: str = ""
    where: str = field(default="", compare=False)


SYSTEM = Actor(user_id="desk")


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """What Slack knows of a user. Only `member` people may act on the desk."""

    user_id: str
    team_id: str
    name: str
    tz: str = "UTC"
    bot: bool = False
    guest: bool = False
    deleted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """What Slack knows of a channel. `member` says whether the bot is in it."""

    id: str
    name: str
    member: bool
    archived: bool
    private: bool = False
