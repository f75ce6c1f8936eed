"""Listens for cases: `/offenders case` and its kin, the page of one, and the forms about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.blocks import Json, Message
from bot.blocks import cases as drawn
from bot.desk import cases
from bot.errors import Invalid
from bot.grammar import case_commands as grammar
from bot.grammar.offenders import parse_offenders
from bot.model import CaseState
from bot.offenders import token
from handlers.filled import chosen, day, person, typed
from handlers.requests import Request


async def show(request: Request) -> None:
    await _page(request, request.value)


async def pick(request: Request) -> None:
    await _page(request, request.chosen)


async def turn(request: Request) -> None:
    """Another page of the list. The button holds the command, which is read and checked like a typed one."""
    asked = parse_offenders(request.value)
    if isinstance(asked, grammar.ListCases):
        await _list(request, asked, again=True)


async def ask_note(request: Request) -> None:
    await request.open(drawn.note_form(await cases.asked_about(request.desk, request.value, by=request.actor)))


async def submit_note(request: Request) -> None:
    await _shown(
        request, await cases.note(request.desk, _seller(request), typed(_values(request), "note"), by=request.actor)
    )


async def ask_next(request: Request) -> None:
    await request.open(drawn.next_form(await cases.asked_about(request.desk, request.value, by=request.actor)))


async def submit_next(request: Request) -> None:
    done = await cases.plan_on(
        request.desk, _seller(request), day(_values(request), "on"), typed(_values(request), "step"), by=request.actor
    )
    await _shown(request, done)


async def ask_state(request: Request) -> None:
    await request.open(drawn.state_form(await cases.asked_about(request.desk, request.value, by=request.actor)))


async def submit_state(request: Request) -> None:
    state = chosen(_values(request), "state")
    if state not in set(CaseState):
        raise Invalid("Please choose a state.", field="state")
    done = await cases.put(
        request.desk, _seller(request), CaseState(state), typed(_values(request), "why"), by=request.actor
    )
    await _shown(request, done)


async def ask_assign(request: Request) -> None:
    seller, title, case = await cases.asked_assign(request.desk, request.value, by=request.actor)
    await request.open(drawn.assign_form(seller, title, case, request.channel))


async def submit_assign(request: Request) -> None:
    channel, _, seller = _seller(request).partition(" ")
    to = person(_values(request), "owner")
    await _shown(request, await cases.assign(request.desk, seller, to, channel=channel, by=request.actor))


async def _assign(request: Request, asked: grammar.AssignCase) -> None:
    done = await cases.assign(request.desk, asked.seller, asked.to, channel=request.channel, by=request.actor)
    await request.answer(_told(done))


async def _show(request: Request, asked: grammar.ShowCase) -> None:
    await _page(request, asked.seller)


async def _note(request: Request, asked: grammar.NoteCase) -> None:
    await request.answer(_told(await cases.note(request.desk, asked.seller, asked.words, by=request.actor)))


async def _next(request: Request, asked: grammar.NextStep) -> None:
    await request.answer(_told(await cases.plan(request.desk, asked.seller, asked.said, by=request.actor)))


async def _put(request: Request, asked: grammar.SetCase) -> None:
    await request.answer(_told(await cases.put(request.desk, asked.seller, asked.state, asked.why, by=request.actor)))


async def _list(request: Request, asked: grammar.ListCases, *, again: bool = False) -> None:
    found = await cases.listed(request.desk, asked, by=request.actor)
    message = drawn.listed(found.cases, total=found.total, asked=asked, names=found.names, mine=request.actor.user_id)
    await request.answer(message, replace=again)


async def _page(request: Request, asked: str) -> None:
    looked = await cases.look(request.desk, asked, by=request.actor)
    await request.answer(
        drawn.page(
            looked.case,
            others=looked.others,
            sellers=looked.sellers,
            changes=looked.changes,
            purchases=looked.purchases,
            names=looked.names,
        )
    )


async def _shown(request: Request, done: cases.Done) -> None:
    await request.show_message("Case", _told(done))


def _told(done: cases.Done) -> Message:
    return drawn.told(done.words, seller_token=token(done.case.seller))


def _values(request: Request) -> Json:
    found: Json = request.view["state"]["values"]
    return found


def _seller(request: Request) -> str:
    """The seller the form was opened for; who may work on their case is for the desk to say."""
    return str(request.view.get("private_metadata") or "")


LISTENERS: Mapping[type[Any], Callable[[Request, Any], Awaitable[None]]] = {
    grammar.AssignCase: _assign,
    grammar.ShowCase: _show,
    grammar.NoteCase: _note,
    grammar.NextStep: _next,
    grammar.SetCase: _put,
    grammar.ListCases: _list,
}
