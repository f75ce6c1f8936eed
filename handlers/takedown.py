"""The slash command `/takedown`: its words become one typed command, and each kind has its listener."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot import grammar
from bot.blocks import refusal
from bot.blocks import tracking as drawn
from bot.errors import Invalid
from handlers import approvals, audit, bulk, evidence, filing, nudging, outcomes, register, tracking
from handlers.requests import Request, with_help


async def takedown(request: Request) -> None:
    """Whatever is not understood is answered with a sentence, and with the way to the help about it."""
    try:
        command = grammar.parse(request.text)
    except Invalid as wrong:
        verb = next(iter(request.text.casefold().split()), "")
        about = verb if verb in grammar.VERBS else None
        await request.answer(refusal(with_help(str(wrong), f"/takedown help {about or ''}".strip())))
        return
    await answer(request, command)


async def answer(request: Request, command: grammar.Command) -> None:
    """Do what was asked, in whatever way."""
    await LISTENERS[type(command)](request, command)


async def _open(request: Request, _: grammar.Empty) -> None:
    await filing.open_empty(request)


async def _help(request: Request, asked: grammar.Help) -> None:
    await request.answer(drawn.help_text(asked.word))


LISTENERS: Mapping[type[Any], Callable[[Request, Any], Awaitable[None]]] = {
    grammar.Empty: _open,
    grammar.File: filing.ask,
    grammar.InBulk: bulk.ask,
    grammar.Status: tracking.status,
    grammar.ListNotices: tracking.listed,
    grammar.Export: tracking.export,
    grammar.Note: tracking.note,
    grammar.Retract: audit.retract,
    grammar.ShowEvidence: evidence.show,
    grammar.Amend: tracking.amend,
    grammar.Withdraw: tracking.withdraw,
    grammar.Retry: tracking.retry,
    grammar.Snooze: nudging.snooze,
    grammar.HandOver: nudging.hand_over,
    grammar.Ref: outcomes.reference,
    grammar.Outcome: outcomes.record,
    grammar.Approve: approvals.approve,
    grammar.Refuse: approvals.refuse,
    grammar.Approvals: approvals.queue,
    grammar.WhoAmI: register.whoami,
    grammar.Help: _help,
}
