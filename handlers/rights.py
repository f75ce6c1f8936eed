"""Listens for rights on file: `/takedown-admin rights` and `right …` and the form of a right."""

from __future__ import annotations

from typing import Literal

from bot.blocks import Json
from bot.blocks import rights as drawn
from bot.desk import rights
from bot.grammar import rights as grammar
from bot.rights import LABELS, Said
from handlers import right_imports
from handlers.requests import Request, readable


async def answer(request: Request, asked: grammar.RightCommand) -> None:
    """What was typed about rights."""
    match asked:
        case grammar.ListRights():
            await _list(request, asked.page)
        case grammar.ShowRight():
            await _show(request, asked.key)
        case grammar.AddRight():
            await _open(request)
        case grammar.EditRight():
            await _open(request, asked.key)
        case grammar.EndRight():
            await _end(request, asked.key, asked.why, asked.did)
        case grammar.ImportRights():
            await right_imports.ask(request)


async def turn(request: Request) -> None:
    """Another page of the list."""
    await _list(request, int(request.value) if request.value.isdecimal() else 1, again=True)


async def show(request: Request) -> None:
    await _show(request, request.value)


async def add(request: Request) -> None:
    await _open(request)


async def edit(request: Request) -> None:
    await _open(request, request.value)


async def retire(request: Request) -> None:
    await _end(request, request.value, "", "retire")


async def restore(request: Request) -> None:
    await _end(request, request.value, "", "restore")


async def submit(request: Request) -> None:
    """The form of a right, filled in."""
    key, _, version = str(request.view.get("private_metadata") or "").partition(" ")
    done = await rights.save(
        request.desk,
        _read(request.view["state"]["values"]),
        key=key,
        version=int(version) if version.isdecimal() else 0,
        by=request.actor,
    )
    await request.show(drawn.saved_view(done.registration, done.words))


async def submit_end(request: Request) -> None:
    """Why a right is retired or restored."""
    did, _, key = str(request.view.get("private_metadata") or "").partition(" ")
    why = _typed(request.view["state"]["values"], "why")
    done = await rights.end(request.desk, key, why, retired=did == "retire", by=request.actor)
    await request.show(drawn.saved_view(done.registration, done.words))


async def _list(request: Request, page: int, *, again: bool = False) -> None:
    there = await rights.listed(request.desk, page=page, by=request.actor)
    message = drawn.listed(there.rights, total=there.total, page=there.page, admin=there.admin)
    await request.answer(message, replace=again)


async def _show(request: Request, key: str) -> None:
    there = await rights.known(request.desk, key, by=request.actor)
    await request.answer(
        drawn.shown(
            there.registration,
            stands=there.stands,
            changes=there.changes,
            open_notices=there.open_notices,
            names=there.names,
            admin=there.admin,
        )
    )


async def _open(request: Request, key: str = "") -> None:
    view = drawn.form(await rights.asked(request.desk, key, by=request.actor))
    await request.open(view)


async def _end(request: Request, key: str, why: str, did: Literal["retire", "restore"]) -> None:
    """At once when a reason was given, otherwise it is asked for."""
    if why:
        done = await rights.end(request.desk, key, why, retired=did == "retire", by=request.actor)
        await request.answer(drawn.saved(done.registration, done.words))
        return
    await rights.asked(request.desk, by=request.actor)
    there = await rights.known(request.desk, key, by=request.actor)
    await request.open(drawn.why_form(there.registration.key, did))


def _read(values: Json) -> Said:
    return {field: _typed(values, field) for field in LABELS}


def _typed(values: Json, field: str) -> str:
    state = values.get(field, {}).get(field, {})
    chosen = (state.get("selected_option") or {}).get("value")
    return readable(str(state.get("value") or state.get("selected_date") or chosen or ""))
