"""Listens for tracking: status, list, withdraw, retry, and their buttons."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot import grammar
from bot.blocks import forms
from bot.blocks import tracking as drawn
from bot.desk import amending, tracking
from bot.exports import Row, as_csv, as_xlsx, tracked_rows
from bot.model import Notice, Status
from handlers import filing, pausing
from handlers.requests import Request, readable


async def status(request: Request, asked: grammar.Status) -> None:
    await _show(request, asked.notice_id)


async def details(request: Request) -> None:
    """The button on a card, a list or an answer."""
    await _show(request, request.value)


async def listed(request: Request, asked: grammar.ListNotices) -> None:
    page = await tracking.listed(request.desk, asked, by=request.actor)
    who = await request.desk.name(asked.by) if asked.by else ""
    await request.answer(drawn.listed(page, asked, name=request.desk.marketplace_name, who=who))


async def turn(request: Request) -> None:
    """Another page of a list. The button holds the command, which is read and checked like a typed one."""
    asked = grammar.parse(request.value)
    if isinstance(asked, grammar.ListNotices):
        await _turn(request, asked)


async def choose(request: Request) -> None:
    """Another list or another order, chosen in a menu; the option holds the command."""
    asked = grammar.parse(request.chosen)
    if isinstance(asked, grammar.ListNotices):
        await _turn(request, asked)


async def export(request: Request, asked: grammar.Export) -> None:
    """The file goes to the direct messages, after the answer: making and sending it takes its time."""
    notices = await tracking.exported(request.desk, asked.which, by=request.actor)
    many = _counted(len(notices))
    await request.answer(drawn.told(f"A file with {many} comes to our direct messages."))
    request.services.tasks.start(_send(request, asked.kind, notices))


async def press_export(request: Request) -> None:
    asked = grammar.parse(request.value)
    if isinstance(asked, grammar.Export):
        await export(request, asked)


async def note(request: Request, asked: grammar.Note) -> None:
    notice = await tracking.note(request.desk, asked.notice_id, asked.words, by=request.actor)
    await request.answer(drawn.changed(notice, f"Noted for {notice.id}."))


async def ask_note(request: Request) -> None:
    await request.open(forms.note(request.value))


async def submit_note(request: Request) -> None:
    words = request.view["state"]["values"].get("note", {}).get("note", {}).get("value") or ""
    notice_id = str(request.view.get("private_metadata") or "")
    notice = await tracking.note(request.desk, notice_id, readable(str(words)), by=request.actor)
    await request.show(drawn.changed_view(notice, f"Noted for {notice.id}."))


async def amend(request: Request, asked: grammar.Amend) -> None:
    await _open_amending(request, asked.notice_id)


async def press_amend(request: Request) -> None:
    await _open_amending(request, request.value)


async def submit_amendment(request: Request) -> None:
    """The form, filled in; whose notice it is and whether it was sent meanwhile is looked up anew."""
    notice_id, _, seen = str(request.view.get("private_metadata") or "").partition(" ")
    notice = await amending.amend(
        request.desk,
        notice_id,
        filing.read(request.view["state"]["values"]),
        affirmed=filing.ticked(request.view["state"]["values"]),
        seen=seen,
        by=request.actor,
    )
    await request.show(drawn.changed_view(notice, f"{notice.id} is amended; its card shows it."))


async def _open_amending(request: Request, notice_id: str) -> None:
    notice, asked = await amending.hold(request.desk, notice_id, by=request.actor)
    rights = (await request.desk.rights()).values()
    view = forms.amending(notice, asked, rights, today=request.desk.today(), seen=amending.stamp(notice))
    await request.open(view)


async def withdraw(request: Request, asked: grammar.Withdraw) -> None:
    notice = await tracking.withdraw(request.desk, asked.notice_id, asked.why, by=request.actor)
    await request.answer(drawn.changed(notice, await pausing.said(request, notice, _withdrawn(request, notice))))


async def ask_why(request: Request) -> None:
    """The button *Withdraw*: asks for a reason first, which is also the second look."""
    await request.open(forms.withdrawal(request.value))


async def submit_withdrawal(request: Request) -> None:
    why = request.view["state"]["values"].get("why", {}).get("why", {}).get("value") or ""
    notice_id = str(request.view.get("private_metadata") or "")
    notice = await tracking.withdraw(request.desk, notice_id, readable(str(why)), by=request.actor)
    await request.show(drawn.changed_view(notice, await pausing.said(request, notice, _withdrawn(request, notice))))


async def retry(request: Request, asked: grammar.Retry) -> None:
    notice = await tracking.retry(request.desk, asked.notice_id, by=request.actor)
    await request.answer(drawn.changed(notice, await pausing.said(request, notice, _retried(notice))))


async def press_retry(request: Request) -> None:
    notice = await tracking.retry(request.desk, request.value, by=request.actor)
    await request.answer(drawn.changed(notice, await pausing.said(request, notice, _retried(notice))))


async def _turn(request: Request, asked: grammar.ListNotices) -> None:
    page = await tracking.listed(request.desk, asked, by=request.actor)
    who = await request.desk.name(asked.by) if asked.by else ""
    await request.answer(drawn.listed(page, asked, name=request.desk.marketplace_name, who=who), replace=True)


async def _send(request: Request, kind: str, notices: Sequence[Notice]) -> None:
    rows = await asyncio.to_thread(tracked_rows, notices, name=request.desk.marketplace_name)
    content = await asyncio.to_thread(as_csv, rows) if kind == "csv" else await asyncio.to_thread(_workbook, rows)
    name = f"notices-{request.desk.now():%Y%m%d-%H%M}.{kind}"
    words = f"{_counted(len(notices))}, as they stand now."
    await request.send_file(name, content, title="Notices", words=words)


def _workbook(rows: Sequence[Row]) -> bytes:
    return as_xlsx({"Notices": rows})


async def _show(request: Request, notice_id: str) -> None:
    standing = await tracking.status(request.desk, notice_id, by=request.actor)
    await request.answer(drawn.status(standing, name=request.desk.marketplace_name))


def _withdrawn(request: Request, notice: Notice) -> str:
    if notice.status.final and notice.lot:
        return f"{notice.id} is withdrawn. If it was filed in the portal meanwhile, take it back there too."
    if notice.status.final:
        return f"{notice.id} is withdrawn."
    name = request.desk.marketplace_name(notice.listing.marketplace)
    return (
        f"Asked {name} to take {notice.id} back; its card will show their answer. "
        f"Until then it stays at “{notice.status.words}”."
    )


def _retried(notice: Notice) -> str:
    if notice.status is Status.BY_HAND:
        return f"The pack of {notice.lot} is posted again, in the thread of its card."
    return f"{notice.id} is tried again now; its card will show how it goes."


def _counted(count: int) -> str:
    return "1 notice" if count == 1 else f"{count} notices"
