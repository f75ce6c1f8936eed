"""The slash command `/takedown-admin`: its words become one typed command, and each kind has its listener."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_args

from bot.blocks import refusal
from bot.blocks import register as drawn
from bot.desk import register, roles
from bot.errors import Invalid
from bot.grammar import register as grammar
from bot.grammar.agencies import AgencyCommand
from bot.grammar.authorised import AuthorisedCommand
from bot.grammar.privacy import PrivacyCommand
from bot.grammar.rights import RightCommand
from handlers import agencies, audit, authorised, pausing, privacy, rights, rules
from handlers import roles as roles_heard
from handlers.requests import Request, with_help


async def command(request: Request) -> None:
    """Whatever is not understood is answered with a sentence, and with the way to the help about it."""
    try:
        asked = grammar.parse_register(request.text)
    except Invalid as wrong:
        verb = next(iter(request.text.casefold().split()), "")
        about = verb if verb in grammar.REGISTER_VERBS else None
        await request.answer(refusal(with_help(str(wrong), f"/takedown-admin help {about or ''}".strip())))
        return
    await LISTENERS[type(asked)](request, asked)


async def press(request: Request) -> None:
    """A button that holds a command, which is read and checked like a typed one."""
    asked = grammar.parse_register(request.value)
    await LISTENERS[type(asked)](request, asked)


async def whoami(request: Request, _: grammar.WhoAmI) -> None:
    """For anybody, guests and people of other teams too."""
    found = await roles.whoami(request.desk, by=request.actor)
    if found.held is None:
        await request.answer(drawn.closed(found.why))
        return
    await request.answer(
        drawn.standing(
            found.held.person.name,
            found.held.roles,
            found.held.grants,
            configured=found.held.configured,
            unsure=found.held.unsure,
            names=found.names,
            admins=found.admins,
        )
    )


async def _overview(request: Request, _: grammar.Overview) -> None:
    await request.answer(drawn.overview(await register.overview(request.desk, by=request.actor)))


async def _history(request: Request, asked: grammar.ShowHistory) -> None:
    found = await register.history(request.desk, asked.what, page=asked.page, by=request.actor)
    message = drawn.history(found.changes, total=found.total, page=found.page, what=found.what, names=found.names)
    await request.answer(message, replace=request.pressed in drawn.TURNS)


async def _help(request: Request, asked: grammar.RegisterHelp) -> None:
    await request.answer(drawn.help_text(asked.word))


LISTENERS: Mapping[type[Any], Callable[[Request, Any], Awaitable[None]]] = {
    grammar.Overview: _overview,
    grammar.WhoAmI: whoami,
    **dict.fromkeys(get_args(RightCommand), rights.answer),
    **dict.fromkeys(get_args(AuthorisedCommand), authorised.answer),
    **dict.fromkeys(get_args(PrivacyCommand), privacy.answer),
    **dict.fromkeys(get_args(AgencyCommand), agencies.answer),
    grammar.GiveRoles: roles_heard.give,
    grammar.TakeRoles: roles_heard.take,
    grammar.EditRoles: roles_heard.edit,
    grammar.ListRoles: roles_heard.listed,
    grammar.ShowPolicy: rules.shown,
    grammar.ShowMarketplaces: pausing.listed,
    grammar.PauseMarketplace: pausing.pause,
    grammar.ResumeMarketplace: pausing.resume,
    grammar.ShowHistory: _history,
    grammar.ShowAudit: audit.shown,
    grammar.RegisterHelp: _help,
}
