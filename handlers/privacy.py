"""Listens for legal holds, retention, and requests about somebody's data. Admins only; the desk says so first."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.blocks import Message, refusal
from bot.blocks import privacy as drawn
from bot.blocks import register as register_drawn
from bot.desk import holds, privacy, retention
from bot.desk.retention import Row
from bot.errors import TakedownError
from bot.grammar.privacy import (
    EraseData,
    ExportData,
    HoldSeller,
    KeepFor,
    ListHolds,
    ShowRetention,
    UnholdSeller,
    read_who,
)
from bot.shelves import Shelves
from handlers.requests import Request, readable

AT_ONCE = 2.0
"""Seconds: Slack waits three for the answer to a form."""


async def answer(request: Request, asked: Any) -> None:
    """Whatever of it was typed."""
    match asked:
        case ListHolds():
            await _holds(request, asked)
        case HoldSeller():
            await _say(request, await holds.hold(request.desk, asked.seller, asked.why, by=request.actor))
        case UnholdSeller():
            await _say(request, await holds.unhold(request.desk, asked.seller, asked.why, by=request.actor))
        case ShowRetention():
            await _retention(request, run=asked.run)
        case KeepFor():
            await _keep(request, asked)
        case ExportData():
            await _export(request, asked)
        case EraseData():
            await _dry_run(request, asked)


async def look(request: Request) -> None:
    """*Look at it once more*, below the rules."""
    await _retention(request, run=True)


async def run(request: Request) -> None:
    """*Let them go now*: long on a big desk, so that the answer comes after it."""
    await request.done()
    rows = await retention.run(request.desk, _shelves(request), by=request.actor)
    await request.answer(drawn.went(retention.words_of(rows)))


async def ask(request: Request) -> None:
    """*Erase it…*: why?"""
    user_id, who = read_who(request.value)
    found = await privacy.would_erase(request.desk, who, user_id=user_id, by=request.actor)
    await request.open(drawn.why_form(request.value, found.title))


async def submit(request: Request) -> None:
    """Why, filled in."""
    user_id, who = read_who(str(request.view.get("private_metadata") or ""))
    why = readable(str(request.view["state"]["values"].get("why", {}).get("why", {}).get("value") or ""))
    erasing = privacy.erase(request.desk, _shelves(request), who, why, user_id=user_id, by=request.actor)
    work = asyncio.create_task(erasing, name="erasing")
    if (await asyncio.wait({work}, timeout=AT_ONCE))[1]:
        request.services.tasks.start(_tell_later(request, work))
        await request.show_message("Erasing", drawn.under_way())
        return
    await request.show_message("Erased", _erased(work.result()))


async def _tell_later(request: Request, work: asyncio.Task[privacy.Erasure]) -> None:
    try:
        message = _erased(await work)
    except TakedownError as error:
        message = refusal(str(error))
    await request.slack.post(request.actor.user_id, message, key=f"erasing:{request.trigger_id}")


def _erased(done: privacy.Erasure) -> Message:
    return drawn.erased(done.stand_in, gone=done.run.gone, kept=done.run.kept, number=done.number)


async def _holds(request: Request, asked: ListHolds) -> None:
    found = await holds.listed(request.desk, page=asked.page, by=request.actor)
    message = drawn.holds(found.holds, linked=found.linked, names=found.names, total=found.total, page=found.page)
    await request.answer(message, replace=request.pressed in register_drawn.TURNS)


async def _retention(request: Request, *, run: bool) -> None:
    await request.done()  # all of a big archive is looked through
    rows = await retention.overview(request.desk, _shelves(request), by=request.actor)
    going = sum(row.going for row in rows)
    await request.answer(drawn.retention([_in_words(row) for row in rows], going=going, run=run))


async def _keep(request: Request, asked: KeepFor) -> None:
    """The new rule, with what it would let go as things stand, and how it is taken back."""
    words = await retention.keep(request.desk, asked.kind, asked.days, by=request.actor)
    if asked.days is not None:
        await request.done()  # all of a big archive is looked through
        rows = await retention.overview(request.desk, _shelves(request), by=request.actor)
        going = sum(row.going for row in rows if row.kind is asked.kind)
        words += f" As things stand that is {going}. `retention {asked.kind.value} for good` takes it back before."
    await _say(request, words)


async def _export(request: Request, asked: ExportData) -> None:
    await request.done()
    made = await privacy.export(request.desk, asked.who, user_id=asked.user_id, by=request.actor)
    await request.answer(drawn.exported(made.title, made.counts))
    title = "What is kept of somebody"
    request.services.tasks.start(_send(request, made.name, made.content, title))


async def _send(request: Request, name: str, content: bytes, title: str) -> None:
    await request.send_file(name, content, title=title, words="As it was asked for. Keep it to yourself.")


async def _dry_run(request: Request, asked: EraseData) -> None:
    await request.done()
    found = await privacy.would_erase(request.desk, asked.who, user_id=asked.user_id, by=request.actor)
    value = f"<@{asked.user_id}>" if asked.user_id else asked.who
    message = drawn.dry_run(
        found.title,
        gone=found.gone,
        kept=found.kept,
        words=found.words,
        near=found.near,
        value=value,
        person=bool(asked.user_id),
    )
    await request.answer(message)


def _in_words(row: Row) -> tuple[str, str, str]:
    kept = "for good" if row.days is None else f"for {_days(row.days)} once over"
    back = f", {row.held_back} more stay: held, open or needed" if row.held_back else ""
    now = f"{row.going or 'None'} would go now{back}." if row.days is not None else f"At least {_days(row.fewest)}."
    return f"{row.kind.value.capitalize()} ({retention.WHAT[row.kind]})", kept, now


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _shelves(request: Request) -> Shelves:
    return request.services.shelves


async def _say(request: Request, words: str) -> None:
    await request.answer(register_drawn.told(words))
