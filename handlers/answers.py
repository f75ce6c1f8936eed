"""Listens for answers to the seller's proof: the two buttons on a card, and the form that asks for a reason."""

from __future__ import annotations

from bot.blocks import answers as drawn
from bot.blocks import tracking
from bot.desk import answers
from bot.model import Notice
from handlers import pausing
from handlers.requests import Request, readable


async def accept(request: Request) -> None:
    """The button *Accept their proof*, which asks before it does."""
    notice = await answers.accept(request.desk, request.value, by=request.actor)
    await request.answer(tracking.changed(notice, await pausing.said(request, notice, _told(request, notice))))


async def ask_why(request: Request) -> None:
    """The button *Keep the complaint*: asks for one of their reasons."""
    notice = await answers.asked(request.desk, request.value, by=request.actor)
    await request.open(drawn.keeping(notice))


async def submit(request: Request) -> None:
    values = request.view["state"]["values"]
    option = values.get("choice", {}).get("choice", {}).get("selected_option") or {}
    words = readable(str(values.get("words", {}).get("words", {}).get("value") or ""))
    notice = await answers.keep(
        request.desk,
        str(request.view.get("private_metadata") or ""),
        str(option.get("value") or ""),
        words,
        by=request.actor,
    )
    await request.show(tracking.changed_view(notice, await pausing.said(request, notice, _told(request, notice))))


def _told(request: Request, notice: Notice) -> str:
    name = request.desk.marketplace_name(notice.listing.marketplace)
    return f"The answer to {name} is on its way; the card of {notice.id} will show what becomes of it."
