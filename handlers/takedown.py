"""The slash command `/takedown`: its words become one typed command, and each kind has its listener."""

from __future__ import annotations

from bot import grammar
from bot.blocks import tracking as drawn
from bot.errors import Invalid
from handlers import filing, nudging, outcomes, tracking
from handlers.requests import Request


async def takedown(request: Request) -> None:
    """Whatever is not understood is answered with usage."""
    try:
        command = grammar.parse(request.text)
    except Invalid as wrong:
        verb = next(iter(request.text.casefold().split()), "")
        about = verb if verb in grammar.VERBS else None
        await request.answer(drawn.help_text(about, trouble=str(wrong)))
        return
    match command:
        case grammar.Empty():
            await filing.open_empty(request)
        case grammar.File():
            await filing.ask(request, command)
        case grammar.Status():
            await tracking.status(request, command)
        case grammar.ListNotices():
            await tracking.listed(request, command)
        case grammar.Withdraw():
            await tracking.withdraw(request, command)
        case grammar.Retry():
            await tracking.retry(request, command)
        case grammar.Snooze():
            await nudging.snooze(request, command)
        case grammar.HandOver():
            await nudging.hand_over(request, command)
        case grammar.Ref():
            await outcomes.reference(request, command)
        case grammar.Outcome():
            await outcomes.record(request, command)
        case grammar.Help():
            await request.answer(drawn.help_text(command.word))
