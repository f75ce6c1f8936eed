"""Schedules of digests, which admins set up, and members may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time

from bot import schedules
from bot.desk import Desk, authority
from bot.desk.occurrences import coming, to_write
from bot.desk.offenders import check_reach
from bot.errors import Conflict, Invalid, NotFound, SlackDeclined, SlackError, WrongStatus
from bot.grammar.digests import Wish
from bot.model import (
    Actor,
    CatchUp,
    Due,
    May,
    OnHoliday,
    Rhythm,
    Rule,
    Schedule,
    ScheduleState,
)

RUNS_SHOWN = 3
WINDOWS = {Rhythm.DAILY: 7, Rhythm.WORKDAYS: 7, Rhythm.WEEKLY: 30, Rhythm.MONTHLY: 90, Rhythm.CRON: 30}
"""Days a digest looks back where nobody says otherwise: four or so of its own periods, so that repeats show."""
_MONDAY_AT_NINE = Rule(rhythm=Rhythm.WEEKLY, weekdays=(0,), at=time(9, 0), tz="UTC")


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """The schedules with their next occurrence, for an admin or a member."""

    schedules: tuple[tuple[Schedule, Due | None], ...]
    admin: bool
    admins: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """A schedule as it is on disk now, with its next occurrences."""

    schedule: Schedule
    runs: tuple[Due, ...]
    new: bool


async def overview(desk: Desk, *, by: Actor, only: str = "") -> Overview:
    """All schedules, or the only one asked for. Any member may look. Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.READ)
    if only:
        there = [await find(desk, only)]
    else:
        there = [one for one in await desk.store.entries(Schedule) if one.state is not ScheduleState.REMOVED]
    return Overview(
        schedules=tuple([(one, await next_due(desk, one)) for one in there]),
        admin=await authority.is_admin(desk, by),
        admins=await authority.admin_names(desk),
    )


async def save(
    desk: Desk,
    wish: Wish,
    *,
    by: Actor,
    channel: str = "",
    schedule_id: str = "",
    version: int | None = None,
    key: str = "",
) -> Saved:
    """Set up a schedule, or change the one named. What the wish leaves open keeps its value or takes the default.

    `channel` is where it was asked, the default; `version` is the one that was seen and is to be changed, None for
    whichever there is; `key` names the asking, so that the same twice is one schedule.

    Raises:
        NotAllowed: not an admin.
        Invalid: with the field that is wrong; also when the bot is not in the channel.
        NotFound, WrongStatus: no such schedule; it was changed meanwhile.
    """
    person = await authority.allowed(desk, by, May.ADMINISTER, "set up digests")
    had = await find(desk, schedule_id) if schedule_id else None
    if had is not None and version not in (None, had.version):
        raise WrongStatus(
            f"{had.id} was changed after this form was opened. Please close the form and open it again: "
            "saving it would undo that change."
        )
    twin = await _asked_before(desk, key)
    if had is None and twin is not None:
        return Saved(schedule=twin, runs=await runs(desk, twin), new=True)
    rule = schedules.check(_rule(wish, had.rule if had else replace(_MONDAY_AT_NINE, tz=person.tz)))
    after = await _schedule(desk, wish, had, rule=rule, by=by, channel=wish.channel_id or channel)
    await check_reach(desk, after.window_days, after.marketplaces, after.rights)
    await _refuse_twin(desk, after)
    after = replace(after, channel_name=await room_of(desk, after.channel))
    if had is None:
        after = replace(after, id=await _next_id(desk), asked_as=key)
    # What has come due so far came due as it was set up before.
    records = await to_write(desk, had) if had is not None and had.active else ()
    try:
        await desk.store.save(after, *records)
    except Conflict:
        raise WrongStatus("This is being changed at this very moment. Please try again.") from None
    return Saved(schedule=after, runs=await runs(desk, after), new=had is None)


async def pause(desk: Desk, schedule_id: str, *, by: Actor) -> Schedule:
    """Post nothing until it is resumed. Safe to repeat. Raises: NotAllowed, NotFound."""
    return await _turn(desk, schedule_id, ScheduleState.PAUSED, by, because=f"paused by {await desk.name(by.user_id)}")


async def resume(desk: Desk, schedule_id: str, *, by: Actor) -> Schedule:
    """Post again, from the next occurrence on. Safe to repeat.

    Raises:
        NotAllowed, NotFound: as `pause`.
        Invalid: the bot is not in the channel (any more), or another schedule posts the same meanwhile.
    """
    await authority.allowed(desk, by, May.ADMINISTER, "resume digests")
    schedule = await find(desk, schedule_id)
    await room_of(desk, schedule.channel)
    await _refuse_twin(desk, schedule)
    return await _turn(desk, schedule_id, ScheduleState.ACTIVE, by)


async def remove(desk: Desk, schedule_id: str, *, by: Actor) -> Schedule:
    """Take a schedule away; its history stays on disk. Raises: NotAllowed, NotFound."""
    return await _turn(desk, schedule_id, ScheduleState.REMOVED, by)


async def found(desk: Desk, schedule_id: str, *, by: Actor) -> Schedule:
    """The schedule, for an admin who wants to change it. Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.ADMINISTER, "change digests")
    return await find(desk, schedule_id)


def window_of(desk: Desk, rhythm: Rhythm = Rhythm.WEEKLY) -> int:
    """The days a digest looks back where nobody says otherwise."""
    return min(WINDOWS[rhythm], desk.retention.days)


async def next_due(desk: Desk, schedule: Schedule) -> Due | None:
    """The next occurrence; None while it is paused, or when there is none."""
    return next(iter(await coming(desk, schedule, 1)), None)


def _rule(wish: Wish, had: Rule) -> Rule:
    """The rule with what the wish changes. A new rhythm brings its own days."""
    rhythm = wish.rhythm or (Rhythm.CRON if wish.cron else had.rhythm)
    weekdays = wish.weekdays or (had.weekdays if rhythm is Rhythm.WEEKLY and had.weekdays else (0,))
    holidays = had.holidays if wish.holidays is None else wish.holidays
    on_holiday = wish.on_holiday or had.on_holiday
    if wish.holidays and wish.on_holiday is None and had.on_holiday is OnHoliday.POST:
        on_holiday = OnHoliday.SKIP  # who names a country wants its holidays kept
    if wish.holidays == "":
        on_holiday = OnHoliday.POST
    return Rule(
        rhythm=rhythm,
        tz=wish.tz or had.tz,
        at=wish.at or had.at,
        weekdays=weekdays if rhythm is Rhythm.WEEKLY else (),
        day=(wish.day or had.day) if rhythm is Rhythm.MONTHLY else 1,
        cron=(wish.cron or had.cron) if rhythm is Rhythm.CRON else "",
        holidays=holidays,
        on_holiday=on_holiday,
    )


async def _schedule(desk: Desk, wish: Wish, had: Schedule | None, *, rule: Rule, by: Actor, channel: str) -> Schedule:
    now = desk.now()
    if had is None:
        had = Schedule(
            id="",
            version=0,
            channel=channel,
            rule=rule,
            window_days=window_of(desk, rule.rhythm),
            threshold=desk.policy.threshold,
            created_by=by,
            created_at=now,
            changed_by=by,
            changed_at=now,
            since=now,
        )
    after = replace(
        had,
        version=had.version + 1,
        channel=wish.channel_id or had.channel,
        rule=rule,
        window_days=wish.window_days or had.window_days,
        threshold=wish.threshold or had.threshold,
        rights=had.rights if wish.rights is None else await _as_spelt(desk, wish.rights),
        marketplaces=had.marketplaces if wish.marketplaces is None else wish.marketplaces,
        quiet_when_empty=had.quiet_when_empty if wish.quiet_when_empty is None else wish.quiet_when_empty,
        only_on_change=had.only_on_change if wish.only_on_change is None else wish.only_on_change,
        catch_up=wish.catch_up or had.catch_up or CatchUp.LATEST,
        changed_by=by,
        changed_at=now,
        since=now if rule != had.rule else had.since,
    )
    return after if _counts(after) == _counts(had) else replace(after, figures_since=now)


def _counts(schedule: Schedule) -> tuple[object, ...]:
    """What the figures of its digests are about."""
    return schedule.window_days, schedule.rights, schedule.marketplaces


async def _as_spelt(desk: Desk, rights: Sequence[str]) -> tuple[str, ...]:
    """The rights' keys as this desk spells them; one it does not have stays, to be refused by name."""
    spelt = {key.casefold(): key for key in await desk.rights(retired_too=True)}
    return tuple(spelt.get(key.casefold(), key) for key in rights)


async def _refuse_twin(desk: Desk, schedule: Schedule) -> None:
    """Raises: Invalid: another schedule would post the same at the same times."""
    for one in await desk.store.entries(Schedule):
        if one.active and one.id != schedule.id and _same_post(one) == _same_post(schedule):
            raise Invalid(
                f"{one.id} posts the very same to this channel already. Change that one: `/digest edit {one.id}`.",
                field="channel",
            )


def _same_post(schedule: Schedule) -> tuple[object, ...]:
    return schedule.channel, schedule.rule, schedule.threshold, *_counts(schedule)


async def _turn(desk: Desk, schedule_id: str, state: ScheduleState, by: Actor, *, because: str = "") -> Schedule:
    await authority.allowed(desk, by, May.ADMINISTER, "change digests")
    for _ in range(3):
        had = await find(desk, schedule_id)
        if had.state is state:
            return had
        now = desk.now()
        after = replace(
            had,
            version=had.version + 1,
            state=state,
            paused_because=because,
            changed_by=by,
            changed_at=now,
            since=now if state is ScheduleState.ACTIVE else had.since,
        )
        records = await to_write(desk, had) if had.active else ()
        try:
            await desk.store.save(after, *records)
        except Conflict:
            continue
        return after
    raise WrongStatus(f"{schedule_id} is being changed at this very moment. Please try again.")


async def find(desk: Desk, schedule_id: str, *, removed_too: bool = False) -> Schedule:
    """Raises: NotFound: no schedule has this id, or it was removed."""
    there = await desk.store.entry(Schedule, schedule_id)
    if there is not None and there.state is ScheduleState.REMOVED and not removed_too:
        raise NotFound(
            f"There is no digest {schedule_id} any more: it was removed. "
            f"`/digest history {schedule_id}` shows what became of each."
        )
    if there is None:
        raise NotFound(f"There is no digest {schedule_id}. `/digest` shows which there are.")
    return there


async def room_of(desk: Desk, channel: str, what: str = "A digest") -> str:
    """The channel's name. Raises: Invalid: the bot cannot post there, or cannot tell."""
    if not channel.startswith(("C", "G")):
        raise Invalid(f"{what} goes to a channel; say which, such as #brand.", field="channel")
    try:
        room = await desk.people.room(channel)
        name = await desk.people.own_name()
    except SlackDeclined as refusal:
        words = f"Slack will not tell me about channels ({refusal.code}). An admin should paste the manifest again and "
        raise Invalid(words + "reinstall the app: it needs channels:read and groups:read.", field="channel") from None
    except SlackError:
        words = "Slack does not answer, so I cannot tell whether I am in that channel. Please try again in a minute."
        raise Invalid(words, field="channel") from None
    if room is not None and room.archived:
        raise Invalid(f"#{room.name} is archived. Choose another channel.", field="channel")
    if room is None or not room.member:
        where = f"#{room.name}" if room else "that channel"
        raise Invalid(
            f"I am not in {where}, so I could not post there. Type `/invite @{name}` in it, then try again.",
            field="channel",
        )
    # Members who are not in a private channel should not learn its name.
    return "" if room.private else room.name


async def _next_id(desk: Desk) -> str:
    numbers = [int(one.id.removeprefix("DG-")) for one in await desk.store.entries(Schedule)]
    return f"DG-{max(numbers, default=0) + 1}"


async def _asked_before(desk: Desk, key: str) -> Schedule | None:
    """The schedule that this very command or form has made already."""
    there = await desk.store.entries(Schedule)
    return next((one for one in there if key and one.asked_as == key), None)


async def runs(desk: Desk, schedule: Schedule) -> tuple[Due, ...]:
    """The next few occurrences; none while it is paused."""
    return await coming(desk, schedule, RUNS_SHOWN)
