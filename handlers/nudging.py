"""Listens for reminders: having them wait, and handing a notice over."""

from __future__ import annotations

from datetime import timedelta

from bot import grammar
from bot.blocks import forms
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
    await request.answer(drawn.changed(notice, await _handed(request, notice)))


async def ask_whom(request: Request) -> None:
    """The button *Hand over*: asks to whom."""
    await request.open(forms.handing_over(request.value))


async def submit_hand_over(request: Request) -> None:
    to = str(request.view["state"]["values"].get("owner", {}).get("owner", {}).get("selected_user") or "")
    notice_id = str(request.view.get("private_metadata") or "")
    notice = await nudging.hand_over(request.desk, notice_id, to, by=request.actor)
    await request.show(drawn.changed_view(notice, await _handed(request, notice)))


async def _handed(request: Request, notice: Notice) -> str:
    name = await request.desk.name(notice.looked_after_by)
    told = "" if notice.looked_after_by == request.actor.user_id else ", and is told"
    return f"{name} looks after {notice.id} now{told}."


async def _snooze(request: Request, notice_id: str, wait: timedelta, why: str = "") -> None:
    notices = await nudging.snooze(request.desk, notice_id, wait, why, by=request.actor)
    await request.answer(drawn.told(await _snoozed(request, notices), notice_id=notices[0].id))


async def _snoozed(request: Request, notices: tuple[Notice, ...]) -> str:
    until = notices[0].snoozed_until
    if until is None:
        return f"You are reminded of {spanned(notices)} again."
    return f"No reminders of {spanned(notices)} until {await request.desk.local(until, request.actor.user_id)}."
