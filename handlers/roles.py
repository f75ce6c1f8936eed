"""Listens for roles: the list, giving and taking back, and the forms of both."""

from __future__ import annotations

from typing import Any

from bot.blocks import register as register_drawn
from bot.blocks import roles as drawn
from bot.blocks.forms import notice_view
from bot.desk import roles
from bot.errors import Invalid
from bot.grammar import register as grammar
from bot.model import Role
from handlers.requests import Request


async def listed(request: Request, asked: grammar.ListRoles) -> None:
    found = await roles.listed(request.desk, page=asked.page, by=request.actor)
    rows = [
        drawn.row(one.id, one.name, one.grant, configured=one.configured, by=one.by, void=one.void)
        for one in found.holders
    ]
    message = drawn.listed(rows, total=found.total, page=found.page)
    await request.answer(message, replace=request.pressed in register_drawn.TURNS)


async def give(request: Request, asked: grammar.GiveRoles) -> None:
    await _say(request, await roles.give(request.desk, asked.holder, asked.roles, by=request.actor))


async def take(request: Request, asked: grammar.TakeRoles) -> None:
    await _say(request, await roles.take(request.desk, asked.holder, by=request.actor))


async def edit(request: Request, asked: grammar.EditRoles) -> None:
    """Opens the form: of somebody, or the empty one."""
    await _open(request, asked.holder)


async def press_give(request: Request) -> None:
    await _open(request, "")


async def press_change(request: Request) -> None:
    await _open(request, request.value)


async def submit_give(request: Request) -> None:
    values = request.view["state"]["values"]
    who = str(values.get("who", {}).get("who", {}).get("selected_user") or "")
    await _show(request, await roles.give(request.desk, who, _ticked(values), by=request.actor))


async def submit_change(request: Request) -> None:
    holder, _, version = str(request.view.get("private_metadata") or "").partition(" ")
    done = await roles.put(
        request.desk,
        holder,
        _ticked(request.view["state"]["values"]),
        version=int(version) if version.isdecimal() else -1,
        by=request.actor,
    )
    await _show(request, done)


async def _open(request: Request, holder: str) -> None:
    there = await roles.asked(request.desk, holder, by=request.actor)
    had = there.grant.roles if there.grant else ()
    version = there.grant.version if there.grant else 0
    view = (
        drawn.changing(there.id, there.name, had, version=version, configured=there.configured)
        if there.id
        else drawn.giving()
    )
    await request.open(view)


async def _say(request: Request, done: roles.Changed) -> None:
    name = (await roles.names_of(request.desk, {done.holder}))[done.holder]
    await request.answer(register_drawn.told(*_words(done), elements=[drawn.again(done.holder, name)]))


async def _show(request: Request, done: roles.Changed) -> None:
    await request.show(notice_view("Roles", register_drawn.told(*_words(done))))


def _words(done: roles.Changed) -> tuple[str, ...]:
    return (done.words, "They are told in a direct message.") if done.told else (done.words,)


def _ticked(values: dict[str, Any]) -> tuple[Role, ...]:
    """Raises: Invalid: a role that is none."""
    ticked = values.get("roles", {}).get("roles", {}).get("selected_options") or []
    named = [str(option.get("value") or "") for option in ticked]
    if not set(named) <= set(Role):
        raise Invalid(f"Please choose from {', '.join(Role)}.", field="roles")
    return tuple(map(Role, named))
