"""Listens for sellers who have our leave: `/takedown-admin authorised …` and `authorise …`, and their forms."""

from __future__ import annotations

from bot.blocks import Json
from bot.blocks import authorised as drawn
from bot.desk import authorised
from bot.grammar import authorised as grammar
from handlers.requests import Request, readable


async def answer(request: Request, asked: grammar.AuthorisedCommand) -> None:
    """What was typed about authorised sellers."""
    match asked:
        case grammar.ListAuthorised():
            await _list(request, asked.page)
        case grammar.AddAuthorised():
            await add(request)
        case grammar.Authorise():
            done = await authorised.authorise(request.desk, asked, by=request.actor)
            await request.answer(drawn.given(done.words, done.against))
        case grammar.WithdrawAuthorised():
            await _withdraw(request, asked.key, asked.why)


async def turn(request: Request) -> None:
    """Another page of the list."""
    await _list(request, int(request.value) if request.value.isdecimal() else 1, again=True)


async def add(request: Request) -> None:
    """The form that gives a seller our leave."""
    desk = request.desk
    await authorised.asked(desk, by=request.actor)
    rights = sorted((await desk.rights()).values(), key=lambda one: one.key)
    view = drawn.form(sorted(desk.marketplaces), rights, name=desk.marketplace_name)
    await request.open(view)


async def submit(request: Request) -> None:
    """The form, filled in."""
    values = request.view["state"]["values"]
    asked = grammar.Authorise(
        marketplace=_typed(values, "marketplace"),
        seller_id=_typed(values, "seller"),
        name=_typed(values, "name"),
        right=_typed(values, "right"),
        until=_typed(values, "until"),
        note=_typed(values, "note"),
    )
    done = await authorised.authorise(request.desk, asked, by=request.actor)
    await request.show(drawn.given_view(done.words, done.against))


async def ask_why(request: Request) -> None:
    """The button *Withdraw* beside a leave."""
    await _withdraw(request, request.value, "")


async def submit_withdrawal(request: Request) -> None:
    key = str(request.view.get("private_metadata") or "")
    why = _typed(request.view["state"]["values"], "why")
    await request.show(drawn.withdrawn_view(await authorised.withdraw(request.desk, key, why, by=request.actor)))


async def _list(request: Request, page: int, *, again: bool = False) -> None:
    there = await authorised.listed(request.desk, page=page, by=request.actor)
    message = drawn.listed(
        there.leaves,
        total=there.total,
        page=there.page,
        today=there.today,
        names=there.names,
        admin=there.admin,
        name=request.desk.marketplace_name,
    )
    await request.answer(message, replace=again)


async def _withdraw(request: Request, key: str, why: str) -> None:
    """At once when a reason was given, otherwise it is asked for."""
    if why:
        leave = await authorised.withdraw(request.desk, key, why, by=request.actor)
        await request.answer(drawn.withdrawn(leave))
        return
    leave = await authorised.find(request.desk, key, by=request.actor)
    await request.open(drawn.why_form(leave))


def _typed(values: Json, field: str) -> str:
    state = values.get(field, {}).get(field, {})
    chosen = (state.get("selected_option") or {}).get("value")
    return readable(str(state.get("value") or state.get("selected_date") or chosen or "")).strip()
