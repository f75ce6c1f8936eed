"""Custody is looked through, and a line of a history is taken back."""

from __future__ import annotations

from bot import grammar
from bot.blocks import audit as drawn
from bot.blocks import tracking as tracking_drawn
from bot.blocks.register import TURNS
from bot.desk import audit, retracting
from bot.grammar.audit import ShowAudit
from handlers.requests import Request


async def shown(request: Request, asked: ShowAudit) -> None:
    found = await audit.shown(request.desk, asked.of, page=asked.page, by=request.actor)
    message = drawn.chain(
        found.checked,
        found.lines,
        page=found.page,
        hashes=found.hashes,
        retracted=found.retracted,
        names=found.names,
    )
    await request.answer(message, replace=request.pressed in TURNS)


async def retract(request: Request, asked: grammar.Retract) -> None:
    notice = await retracting.retract(request.desk, asked.notice_id, asked.entry, asked.why, by=request.actor)
    await request.answer(tracking_drawn.changed(notice, drawn.retracted(notice, asked.entry)))
