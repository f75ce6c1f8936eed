"""Listens for digests: `/digest`, the form of a schedule, and the buttons of both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import time
from typing import Any

import structlog

from bot.blocks import Json, refusal
from bot.blocks import digests as digest_drawn
from bot.blocks import schedules as drawn
from bot.blocks.charts import Charts
from bot.blocks.offenders import told
from bot.desk import authority, digests, schedules
from bot.errors import Invalid
from bot.exports import as_csv, as_xlsx, notices_rows, offenders_rows
from bot.grammar import digests as grammar
from bot.model import CatchUp, May, OccurrenceState, OnHoliday, Rhythm, Schedule
from bot.schedules import countries
from handlers.requests import Request, readable, with_help

log = structlog.get_logger(__name__)


async def command(request: Request) -> None:
    """Whatever is not understood is answered with usage."""
    try:
        asked = grammar.parse_digest(request.text)
    except Invalid as wrong:
        await request.answer(refusal(with_help(str(wrong), "/digest help")))
        return
    await LISTENERS[type(asked)](request, asked)


async def turn(request: Request) -> None:
    """Another page of the list."""
    await _overview(request, page=int(request.value) if request.value.isdecimal() else 1, again=True)


async def add(request: Request) -> None:
    await _open(request, None)


async def edit(request: Request) -> None:
    await _edit(request, request.value)


async def settings(request: Request) -> None:
    """*Settings* on a digest: the form for an admin; for a member, what is set and who can change it."""
    if await authority.is_admin(request.desk, request.actor):
        await _edit(request, request.value)
    else:
        await _overview(request, only=request.value)


async def preview(request: Request) -> None:
    await _preview(request, request.value)


async def run(request: Request) -> None:
    await _run(request, request.value)


async def test(request: Request) -> None:
    """*Post a test now*, which says of itself that it is one."""
    await _run(request, request.value, test=True)


async def pause(request: Request) -> None:
    await _pause(request, request.value)


async def resume(request: Request) -> None:
    await _resume(request, request.value)


async def remove(request: Request) -> None:
    await _remove(request, request.value)


async def history(request: Request) -> None:
    await _history(request, request.value)


async def submit(request: Request) -> None:
    """The form, filled in."""
    schedule_id, _, version = str(request.view.get("private_metadata") or "").partition(" ")
    saved = await schedules.save(
        request.desk,
        _read(request.view["state"]["values"]),
        by=request.actor,
        schedule_id=schedule_id,
        version=int(version) if version.isdecimal() else None,
        key=str(request.view["id"]),
    )
    await request.show(drawn.saved_view(saved.schedule, saved.runs, did=_did(saved)))


async def export_xlsx(request: Request) -> None:
    await _export(request, "xlsx")


async def export_csv(request: Request) -> None:
    await _export(request, "csv")


async def _overview(request: Request, *, only: str = "", page: int = 1, again: bool = False) -> None:
    there = await schedules.overview(request.desk, by=request.actor, only=only)
    message = drawn.listed(there.schedules, admin=there.admin, admins=there.admins, page=page)
    await request.answer(message, replace=again)


async def _open(request: Request, schedule: Schedule | None) -> None:
    """The form, in the admin's own zone. Its trigger lives three seconds; who they are is remembered."""
    desk = request.desk
    person = await authority.allowed(desk, request.actor, May.ADMINISTER, "set up digests")
    here = request.channel if request.channel.startswith(("C", "G")) else ""
    view = drawn.form(
        schedule,
        tz=person.tz,
        rights=(await desk.rights(retired_too=True)).values(),
        marketplaces=sorted(desk.marketplaces),
        name=desk.marketplace_name,
        channel=here,
        holidays=tuple(countries().items()),
        window_days=schedules.window_of(desk),
        threshold=desk.policy.threshold,
    )
    await request.open(view)


async def _edit(request: Request, schedule_id: str) -> None:
    await _open(request, await schedules.found(request.desk, schedule_id, by=request.actor))


async def _save(request: Request, wish: grammar.Wish, *, schedule_id: str = "") -> None:
    saved = await schedules.save(
        request.desk,
        wish,
        by=request.actor,
        channel=request.channel,
        schedule_id=schedule_id,
        key=request.trigger_id,
    )
    await request.answer(drawn.saved(saved.schedule, saved.runs, did=_did(saved)))


async def _preview(request: Request, schedule_id: str) -> None:
    shown = await digests.preview(request.desk, schedule_id, by=request.actor)
    drawings = [
        digest_drawn.digest(
            shown.digest,
            schedule=shown.schedule,
            occurrence=shown.occurrence,
            by=shown.by,
            name=request.desk.marketplace_name,
            charts=charts,
        )
        for charts in Charts
    ]
    await request.answer(*drawings)


async def _run(request: Request, schedule_id: str, *, test: bool = False) -> None:
    done = await digests.run(request.desk, schedule_id, by=request.actor, test=test)
    await request.answer(drawn.changed(done.schedule, _ran(done, test=test)))


def _ran(done: digests.Run, *, test: bool) -> str:
    what = f"A test of {done.schedule.id}" if test else f"The digest {done.schedule.id}"
    match done.occurrence.state:
        case OccurrenceState.DUE:
            became = "is being posted to its channel now"
        case OccurrenceState.POSTED:
            became = "was posted to its channel"
        case state:
            became = f"{drawn.BECAME[state]}: {done.occurrence.why}"
    words = f"{what} {became}."
    if done.again:
        least = int(digests.AGAIN.total_seconds())
        words = (
            f"Not posted again: {what[0].lower()}{what[1:]} was asked for {int(done.ago.total_seconds())} seconds ago, "
            f"and {became}. Within {least} seconds the same wish is one post; ask once more after that."
        )
    paused = " It is paused: nothing else is posted until it is resumed."
    return words if done.schedule.active else f"{words}{paused}"


def _did(saved: schedules.Saved) -> str:
    return "is saved" if saved.new else "is changed"


async def _pause(request: Request, schedule_id: str) -> None:
    schedule = await schedules.pause(request.desk, schedule_id, by=request.actor)
    await request.answer(drawn.changed(schedule, f"{schedule.id} is paused: nothing is posted until it is resumed."))


async def _resume(request: Request, schedule_id: str) -> None:
    schedule = await schedules.resume(request.desk, schedule_id, by=request.actor)
    await request.answer(drawn.saved(schedule, await schedules.runs(request.desk, schedule), did="is active"))


async def _ask_removal(request: Request, schedule_id: str) -> None:
    await request.answer(drawn.ask_removal(await schedules.found(request.desk, schedule_id, by=request.actor)))


async def _remove(request: Request, schedule_id: str) -> None:
    schedule = await schedules.remove(request.desk, schedule_id, by=request.actor)
    await request.answer(drawn.changed(schedule, f"{schedule.id} is removed. Its history stays on this desk's disk."))


async def _history(request: Request, schedule_id: str) -> None:
    schedule, occurrences = await digests.history(request.desk, schedule_id, by=request.actor)
    names = await request.desk.names(one.by.user_id for one in occurrences if one.by is not None)
    await request.answer(drawn.history(schedule, occurrences, names=names))


async def _export(request: Request, kind: str) -> None:
    """The list goes to the direct messages, after the answer: making and sending it takes its time."""
    shown = await digests.full(request.desk, request.value, by=request.actor)
    await request.done()
    request.services.tasks.start(_send(request, kind, shown))


async def _send(request: Request, kind: str, full: digests.Full) -> None:
    name, offenders = request.desk.marketplace_name, offenders_rows(full.offenders, name=request.desk.marketplace_name)
    if kind == "csv":
        content = await asyncio.to_thread(as_csv, offenders)
    else:
        sheets = {"Offenders": offenders, "Notices": notices_rows(full.briefs, name=name)}
        content = await asyncio.to_thread(as_xlsx, sheets)
    title = f"{full.schedule_id}: offenders until {full.end:%d %b %Y}"
    file = f"offenders-{full.schedule_id}-{full.end:%Y-%m-%d}.{kind}"
    if await request.send_file(file, content, title=title, words=title):
        await request.answer(told("The full list is in your direct messages with me."))


def _read(values: Json) -> grammar.Wish:
    """What the form says. An empty list means all and an empty text none; what it did not ask stays as it is."""
    quiet = _ticked(values, "quiet")
    day = _chosen(values, "day")
    return grammar.Wish(
        channel_id=str(_held(values, "channel").get("selected_conversation") or "") or None,
        rhythm=_rhythm(values),
        at=_time(values),
        weekdays=_weekdays(values),
        day=-1 if day == "last" else int(day) if day.isdecimal() else None,
        cron=_typed(values, "cron") or None,
        tz=_typed(values, "tz") or None,
        window_days=_whole(_chosen(values, "window"), "window", 366),
        threshold=_whole(_typed(values, "threshold"), "threshold", 100),
        rights=_ticked(values, "rights") if "rights" in values else None,
        marketplaces=_ticked(values, "marketplaces") if "marketplaces" in values else None,
        quiet_when_empty="quiet_when_empty" in quiet,
        only_on_change="only_on_change" in quiet,
        holidays=_typed(values, "holidays"),
        on_holiday=OnHoliday(said) if (said := _chosen(values, "on_holiday")) in set(OnHoliday) else None,
        catch_up=CatchUp(said) if (said := _chosen(values, "catch_up")) in set(CatchUp) else None,
    )


def _held(values: Json, block: str) -> Json:
    return dict(values.get(block, {}).get(block) or {})


def _typed(values: Json, block: str) -> str:
    return readable(str(_held(values, block).get("value") or "")).strip()


def _chosen(values: Json, block: str) -> str:
    return str((_held(values, block).get("selected_option") or {}).get("value") or "")


def _ticked(values: Json, block: str) -> tuple[str, ...]:
    return tuple(str(option["value"]) for option in _held(values, block).get("selected_options") or [])


def _weekdays(values: Json) -> tuple[int, ...] | None:
    ticked = tuple(int(one) for one in _ticked(values, "weekdays") if one in set("0123456"))
    if not ticked and _rhythm(values) is Rhythm.WEEKLY:
        raise Invalid("Choose at least one weekday.", field="weekdays")
    return ticked or None


def _time(values: Json) -> time | None:
    text = str(_held(values, "at").get("selected_time") or "")
    return time.fromisoformat(text) if text else None


def _whole(text: str, field: str, most: int) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise Invalid(f"“{text[:20]}” is not a whole number from 1 to {most}.", field=field)
    return int(text)


def _rhythm(values: Json) -> Rhythm | None:
    said = _chosen(values, "rhythm")
    return Rhythm(said) if said in set(Rhythm) else None


async def _listed(request: Request, _: grammar.ListSchedules) -> None:
    await _overview(request)


async def _added(request: Request, asked: grammar.AddSchedule) -> None:
    await (_save(request, asked.wish) if asked.wish else _open(request, None))


async def _edited(request: Request, asked: grammar.EditSchedule) -> None:
    id_ = asked.schedule_id
    await (_save(request, asked.wish, schedule_id=id_) if asked.wish else _edit(request, id_))


async def _help(request: Request, asked: grammar.DigestHelp) -> None:
    await request.answer(drawn.help_text(asked.word))


def _of_one(do: Callable[[Request, str], Awaitable[None]]) -> Callable[[Request, Any], Awaitable[None]]:
    """Of a command that names a schedule and nothing more."""

    async def listener(request: Request, asked: Any) -> None:
        await do(request, asked.schedule_id)

    return listener


LISTENERS: Mapping[type[Any], Callable[[Request, Any], Awaitable[None]]] = {
    grammar.ListSchedules: _listed,
    grammar.AddSchedule: _added,
    grammar.EditSchedule: _edited,
    grammar.PreviewSchedule: _of_one(_preview),
    grammar.RunSchedule: _of_one(_run),
    grammar.PauseSchedule: _of_one(_pause),
    grammar.ResumeSchedule: _of_one(_resume),
    grammar.RemoveSchedule: _of_one(_ask_removal),
    grammar.ShowHistory: _of_one(_history),
    grammar.DigestHelp: _help,
}
