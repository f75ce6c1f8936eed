"""Listens for reminders: having them wait, and handing a notice over."""

from __future__ import annotations

from datetime import timedelta

from bot import grammar
from bot.blocks import tracking as drawn
from bot.desk import nudging
from bot.model import Notice, spanned
from handlers.requests import Request

_A_DAY = timedelta(days=1)


async def snooze(request: Request, asked: grammar.Snooze) -> None:
    await _snooze(request, asked.notice_id, asked.wait, asked.why)


async def press_snooze(request: Request) -> None:
    """The button on a reminder."""
    await _snooze(request, request.value, _A_DAY)


async def hand_over(request: Request, asked: grammar.HandOver) -> None:
    notice = await nudging.hand_over(request.desk, asked.notice_id, asked.to, by=request.actor)
    name = await request.desk.name(asked.to)
    await request.answer(drawn.changed(notice, f"{name} looks after {notice.id} now, and was told."))


async def _snooze(request: Request, notice_id: str, wait: timedelta, why: str = "") -> None:
    notices = await nudging.snooze(request.desk, notice_id, wait, why, by=request.actor)
    await request.answer(drawn.told(await _snoozed(request, notices), notice_id=notices[0].id))


async def _snoozed(request: Request, notices: tuple[Notice, ...]) -> str:
    until = notices[0].snoozed_until
    if until is None:
        return f"You are reminded of {spanned(notices)} again."
    return f"No reminders of {spanned(notices)} until {await request.desk.local(until, request.actor.user_id)}."
