"""Listens for agencies: `/takedown-admin agency …`, and their form."""

from __future__ import annotations

from bot.blocks import agencies as drawn
from bot.desk import agencies
from bot.grammar import agencies as grammar
from handlers.filled import chosen, typed
from handlers.requests import Request


async def answer(request: Request, asked: grammar.AgencyCommand) -> None:
    """What was typed about agencies."""
    match asked:
        case grammar.ListAgencies():
            found = await agencies.listed(request.desk, by=request.actor)
            await request.answer(drawn.listed(found.agencies, found.examples))
        case grammar.ShowAgency():
            await _show(request, asked.key)
        case grammar.TurnAgency():
            await _turn(request, asked.key, on=asked.on)
        case grammar.EditAgency():
            await _edit(request, asked.key)


async def press_show(request: Request) -> None:
    await _show(request, request.value)


async def turn_on(request: Request) -> None:
    await _turn(request, request.value, on=True)


async def turn_off(request: Request) -> None:
    await _turn(request, request.value, on=False)


async def press_edit(request: Request) -> None:
    await _edit(request, request.value)


async def add(request: Request) -> None:
    await _edit(request, "")


async def submit(request: Request) -> None:
    """The form, filled in. Metadata holds the version it showed, and the key where that stays."""
    values = request.view["state"]["values"]
    version, _, key = str(request.view.get("private_metadata") or "").partition(" ")
    wished = agencies.Wished(
        key=key or typed(values, "key"),
        name=typed(values, "name"),
        jurisdiction=typed(values, "jurisdiction"),
        contact=typed(values, "contact"),
        takes=chosen(values, "takes") or "",
        form=chosen(values, "form") or "",
        profile=chosen(values, "profile") or "",
        note=typed(values, "note"),
    )
    shown = int(version) if version.isdecimal() and len(version) < 10 else -1
    agency, words = await agencies.save(request.desk, wished, version=shown, by=request.actor)
    await request.show(drawn.told_view(words, agency.key))


async def _show(request: Request, key: str) -> None:
    one = await agencies.known(request.desk, key, by=request.actor)
    await request.answer(drawn.shown(key, one.agency, one.example, changes=one.changes, names=one.names or {}))


async def _turn(request: Request, key: str, *, on: bool) -> None:
    agency = await agencies.turn(request.desk, key, on=on, by=request.actor)
    words = "on: offenders can be referred there" if agency.on else "off: nobody can be referred there"
    await request.answer(drawn.told(f"{agency.name} is {words}.", agency.key))


async def _edit(request: Request, key: str) -> None:
    await request.open(drawn.form(await agencies.asked(request.desk, key, by=request.actor), key))
