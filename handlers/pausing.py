"""Listens for marketplaces: how they do, pausing and resuming them."""

from __future__ import annotations

from bot.blocks import pausing as drawn
from bot.blocks import register as register_drawn
from bot.blocks.forms import notice_view
from bot.desk import pausing
from bot.grammar import register as grammar
from bot.model import Notice
from handlers.requests import Request, readable


async def listed(request: Request, asked: grammar.ShowMarketplaces) -> None:
    found = await pausing.listed(request.desk, page=asked.page, by=request.actor)
    rows = [
        drawn.row(
            one.key,
            one.name,
            pause=one.pause,
            by=one.by,
            circuit=one.circuit,
            now=found.now,
            today=(one.today.filed, one.today.sent, one.today.decided),
            waiting=one.waiting,
            requests_per_second=one.requests_per_second,
        )
        for one in found.marketplaces
    ]
    message = drawn.listed(rows, total=found.total, page=found.page)
    await request.answer(message, replace=request.pressed in register_drawn.TURNS)


async def pause(request: Request, asked: grammar.PauseMarketplace) -> None:
    """At once when a reason was given, otherwise it is asked for."""
    if not asked.why:
        await _ask(request, asked.marketplace)
        return
    await _say(request, await pausing.pause(request.desk, asked.marketplace, asked.why, by=request.actor))


async def resume(request: Request, asked: grammar.ResumeMarketplace) -> None:
    await _say(request, await pausing.resume(request.desk, asked.marketplace, by=request.actor))


async def ask(request: Request) -> None:
    """*Pause…*"""
    await _ask(request, request.value)


async def press_resume(request: Request) -> None:
    await _say(request, await pausing.resume(request.desk, request.value, by=request.actor))


async def submit(request: Request) -> None:
    """Why, filled in."""
    key = str(request.view.get("private_metadata") or "")
    why = request.view["state"]["values"].get("why", {}).get("why", {}).get("value")
    words = await pausing.pause(request.desk, key, readable(str(why or "")), by=request.actor)
    await request.show(notice_view("Paused", register_drawn.told(words)))


async def said(request: Request, notice: Notice, words: str) -> str:
    """The words, and that it waits where something is still to be sent to a marketplace that is paused."""
    return " ".join((words, *await pausing.held_up(request.desk, [notice])))


async def _ask(request: Request, key: str) -> None:
    name = await pausing.asked(request.desk, key, by=request.actor)
    await request.open(drawn.why_form(key, name))


async def _say(request: Request, words: str) -> None:
    await request.answer(register_drawn.told(words, elements=[register_drawn.door("marketplaces")]))
