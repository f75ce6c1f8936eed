"""Schedules, their occurrences, and what a digest says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Self

from bot.model.notices import Status
from bot.model.people import Actor
from bot.model.sellers import Offender


class Rhythm(StrEnum):
    """How often a digest comes."""

    DAILY = "daily"
    WORKDAYS = "workdays"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CRON = "cron"


class OnHoliday(StrEnum):
    """What becomes of an occurrence that falls on a public holiday."""

    POST = "post"
    SKIP = "skip"
    SHIFT = "shift"  # to the next day that is neither a holiday nor a weekend


class CatchUp(StrEnum):
    """Which occurrences are posted that came due while the desk was not running."""

    LATEST = "latest"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """When occurrences fall, on the wall clock of `tz` (IANA).

    `weekdays` count from Monday 0 (weekly); `day` of the month from 1, -1 for the last (monthly; a day that the month
    does not have becomes its last); `cron` has five fields with weekdays by name. `at` is not used by cron.
    `holidays` is a country (ISO 3166), empty for none.
    """

    rhythm: Rhythm
    tz: str
    at: time = time(9, 0)
    weekdays: tuple[int, ...] = ()
    day: int = 1
    cron: str = ""
    holidays: str = ""
    on_holiday: OnHoliday = OnHoliday.POST


class ScheduleState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """A digest that comes again and again. Empty `rights` or `marketplaces` mean all.

    Only occurrences later than `since` count: it moves on when the rule changes or the schedule is resumed.
    """

    id: str
    version: int
    channel: str
    rule: Rule
    window_days: int
    threshold: int
    created_by: Actor
    created_at: datetime
    changed_by: Actor
    changed_at: datetime
    since: datetime
    channel_name: str = ""
    rights: tuple[str, ...] = ()
    marketplaces: tuple[str, ...] = ()
    quiet_when_empty: bool = False
    only_on_change: bool = False
    catch_up: CatchUp = CatchUp.LATEST
    state: ScheduleState = ScheduleState.ACTIVE
    paused_because: str = ""
    figures_since: datetime | None = None  # what is counted changed then: older figures compare with nothing
    asked_as: str = ""  # names the command or form that made it, so that the same one makes it once

    @property
    def key(self) -> str:
        return self.id

    @property
    def active(self) -> bool:
        return self.state is ScheduleState.ACTIVE


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A moment a rule names. `local` is the wall clock there, `2026-10-25T09:00`: unique within a schedule."""

    local: str
    at: datetime


class OccurrenceState(StrEnum):
    """What became of an occurrence."""

    DUE = "due"
    POSTED = "posted"
    QUIET = "quiet"
    MISSED = "missed"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        return self is not OccurrenceState.DUE


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """The numbers of a digest that the next one is compared with. `offenders`: upheld notices by offender's key."""

    filed: int = 0
    removed: int = 0
    rejected: int = 0
    waiting: int = 0
    offenders: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One time that a schedule is due: saved once, posted once.

    `local` is the wall clock it was due at, or names a run asked for by hand (`by` and `asked` say who and that).
    `tried_at` is set before the first post: with it and no `ts` a post may be out there, and is looked for first.
    `window_days`, `rights` and `marketplaces` are what the post counted, whatever the schedule says since.
    """

    schedule_id: str
    local: str
    version: int
    due_at: datetime
    channel: str
    state: OccurrenceState = OccurrenceState.DUE
    why: str = ""
    by: Actor | None = None
    test: bool = False
    tried_at: datetime | None = None
    ts: str = ""
    posted_at: datetime | None = None
    figures: Figures | None = None
    window_days: int | None = None
    rights: tuple[str, ...] = ()
    marketplaces: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.schedule_id}/{self.local}"

    def over(self, state: OccurrenceState, why: str, *, version: int | None = None) -> Self:
        """The same, ended without a post; as its next version, if no other is named."""
        return replace(self, version=version or self.version + 1, state=state, why=why)


class AnnouncementKind(StrEnum):
    """Why somebody is told something outside a card, a reply or a digest."""

    ALERT = "alert"  # an offender crossed the threshold
    WATCHED = "watched"  # something was upheld against an offender somebody watches
    SCHEDULE = "schedule"  # a schedule paused itself
    MARKETPLACE = "marketplace"  # a marketplace fails us, or answers again
    DEADLINE = "deadline"  # a notice waits for us, and not for ever
    HANDED = "handed"  # a notice was handed over to somebody
    EVIDENCE = "evidence"  # a file somebody handed in is not kept
    LISTING = "listing"  # a listing is still there that is said to be gone
    APPROVAL = "approval"  # a second person is asked, or cannot be
    CASE = "case"  # somebody was given a case, or its next step is due; for who may know of cases alone
    REFERRAL = "referral"  # a referral waits for somebody, or its dossier cannot be made
    REGISTER = "register"  # a right runs out, a role was given, a notice is against somebody who has our leave


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """One message of ours to a channel or a person. `seller` is a key; `words` our own sentence.

    `channel` is a person's id until their direct messages are known, and then `person` is.
    `tried_at` and `ts` as with an `Occurrence`.
    """

    key: str
    version: int
    kind: AnnouncementKind
    channel: str
    at: datetime
    words: str
    seller: str = ""
    schedule_id: str = ""
    notice_id: str = ""
    otherwise: str = ""  # who is told when the channel is closed to us, besides the admins
    person: str = ""
    tried_at: datetime | None = None
    ts: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Speed:
    """How long a marketplace took from filing to removal, of what it removed in the window."""

    marketplace: str
    removed: int
    median: timedelta
    p90: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A stretch of the window, for the chart. `label` has at most 20 characters and is unique in its series."""

    label: str
    filed: int
    removed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Mover:
    """An offender whose upheld notices changed since the last digest."""

    title: str
    before: int
    now: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Notices that wait for somebody here, `oldest` since when the first of them does; `first` are those, by id."""

    status: Status
    count: int
    oldest: datetime
    first: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """What happened in a window, after `start`, until `end`. `before` are the figures of the last digest, if any.

    `offenders` come by rank, the first of the `total` that reach the threshold: as many as are shown.
    """

    start: datetime
    end: datetime
    figures: Figures
    before: Figures | None
    speeds: tuple[Speed, ...]
    offenders: tuple[Offender, ...]
    total: int
    movers: tuple[Mover, ...]
    waiting: tuple[Waiting, ...]
    series: tuple[Point, ...]
    unknown_sellers: int = 0
    with_agencies: int = 0  # offenders that an agency works on

    @property
    def empty(self) -> bool:
        """Nothing was filed or decided, nobody is a repeat offender and nothing waits."""
        counted = self.figures
        return not (counted.filed or counted.removed or counted.rejected or counted.waiting or self.offenders)

    @property
    def changed(self) -> bool:
        """Anything but the last digest's figures."""
        return self.figures != self.before
