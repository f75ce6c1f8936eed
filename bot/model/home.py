"""What somebody finds in App Home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model.cases import Case
from bot.model.circuits import Circuit
from bot.model.deliveries import Counts
from bot.model.digests import Schedule
from bot.model.notices import Notice, Page, Right
from bot.model.register import Pause, Role


class Tab(StrEnum):
    """The parts of a Home. Who sees which is decided by what they may do."""

    WORK = "work"
    APPROVALS = "approvals"
    DESK = "desk"
    LISTS = "lists"


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What somebody filed or looks after: what waits for them, next deadline first, and what else is open, newest
    first; each a page of so many, counted from 1. `names` are those who look after it in their place, by user id."""

    waiting: Page
    open: Page
    waiting_page: int = 1
    open_page: int = 1
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """What waits for a second person other than whoever filed it: a page of batches, oldest first, of so many."""

    batches: tuple[tuple[Notice, ...], ...]
    total: int
    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """How it goes with a marketplace today, a day of UTC. `sent` are those of `filed` that reached it.

    `circuit` is None where it never failed, `pause` where nobody has paused it.
    """

    marketplace: str
    filed: int = 0
    sent: int = 0
    circuit: Circuit | None = None
    pause: Pause | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How the desk is. `ending` are the live rights on file that expire soon, or whose power of attorney does.

    `roles` counts who holds each by a grant; `stopped` are the schedules that paused themselves; `names` are those
    who paused a marketplace, by user id.
    """

    connections: tuple[Connection, ...]
    counts: Counts
    ending: tuple[Right, ...] = ()
    roles: Mapping[Role, int] = field(default_factory=dict)
    stopped: tuple[Schedule, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """What one person sees, with the tab they are at, as it was at the moment `at`. `tz` is their own zone (IANA).

    `tabs` are those they may see, `to_decide` how many batches wait for their approval. Of `work`, `queue`, `health`
    and `counts` only what the tab is about is there. `cases` are the open ones they own, the next step that is due
    first: at their first tab, and none for whoever may not know of any.
    """

    user_id: str
    roles: frozenset[Role]
    tabs: tuple[Tab, ...]
    tab: Tab
    at: datetime
    tz: str
    to_decide: int = 0
    work: Work | None = None
    queue: Queue | None = None
    health: Health | None = None
    counts: Counts | None = None
    cases: tuple[Case, ...] = ()
