"""Listens for tracking: status, list, withdraw, retry, and their buttons."""

from __future__ import annotations

from bot import grammar
from bot.blocks import forms
from bot.blocks import tracking as drawn
from bot.desk import tracking
from bot.model import Notice, Status
from handlers.requests import Request, readable


async def status(request: Request, asked: grammar.Status) -> None:
    await _show(request, asked.notice_id)


async def details(request: Request) -> None:
    """The button on a card, a list or an answer."""
    await _show(request, request.value)


async def listed(request: Request, asked: grammar.ListNotices) -> None:
    page = await tracking.listed(request.desk, asked, by=request.actor)
    await request.answer(drawn.listed(page, asked, name=request.desk.marketplace_name))


async def turn(request: Request) -> None:
    """Another page of a list. The button holds the command, which is read and checked like a typed one."""
    asked = grammar.parse(request.value)
    if isinstance(asked, grammar.ListNotices):
        page = await tracking.listed(request.desk, asked, by=request.actor)
        await request.answer(drawn.listed(page, asked, name=request.desk.marketplace_name), replace=True)


async def withdraw(request: Request, asked: grammar.Withdraw) -> None:
    notice = await tracking.withdraw(request.desk, asked.notice_id, asked.why, by=request.actor)
    await request.answer(drawn.changed(notice, _withdrawn(request, notice)))


async def ask_why(request: Request) -> None:
    """The button *Withdraw*: asks for a reason first, which is also the second look."""
    await request.slack.open_view(request.trigger_id, forms.withdrawal(request.value))
    await request.done()


async def submit_withdrawal(request: Request) -> None:
    why = request.view["state"]["values"].get("why", {}).get("why", {}).get("value") or ""
    notice_id = str(request.view.get("private_metadata") or "")
    notice = await tracking.withdraw(request.desk, notice_id, readable(str(why)), by=request.actor)
    await request.show(drawn.changed_view(notice, _withdrawn(request, notice)))


async def retry(request: Request, asked: grammar.Retry) -> None:
    notice = await tracking.retry(request.desk, asked.notice_id, by=request.actor)
    await request.answer(drawn.changed(notice, _retried(notice)))


async def press_retry(request: Request) -> None:
    notice = await tracking.retry(request.desk, request.value, by=request.actor)
    await request.answer(drawn.changed(notice, _retried(notice)))


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
