"""Listens for importing rights from a file: the form, what would change typed back, and *Import*."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

import structlog

from bot.blocks import Json
from bot.blocks import right_imports as drawn
from bot.desk import rights
from bot.errors import Invalid, Refused, TakedownError
from bot.rights import Said
from bot.sheets import BIGGEST, RIGHT_COLUMNS, Table, read_table, template
from handlers.requests import Request

COLUMNS = tuple(replace(column, required=column.key == "key") for column in RIGHT_COLUMNS)
"""Of a right that is on file a row need say no more than what changes."""
BEHIND = 0.7
"""Seconds that an update of a view waits: it must not overtake the answer to the submit, which would then undo it."""

log = structlog.get_logger(__name__)

_GONE = "That file is not the one you chose. Please start again with `right import`."


async def ask(request: Request) -> None:
    """The form that takes a file."""
    await rights.asked(request.desk, by=request.actor)
    await request.open(drawn.import_form())


async def send_template(request: Request) -> None:
    """A file to fill in, sent to the direct messages of whoever asked."""
    await rights.asked(request.desk, by=request.actor)
    kind: Literal["csv", "xlsx"] = "csv" if request.value == "csv" else "xlsx"
    content = await asyncio.to_thread(template, kind, RIGHT_COLUMNS)
    await request.done()
    words = "A row for each right; replace the example."
    sending = request.slack.send_file(
        request.actor.user_id, f"rights.{kind}", content, title="Rights to import", words=words
    )
    request.services.tasks.start(sending)


async def submit(request: Request) -> None:
    """A file to import: read after the form was answered, since Slack waits three seconds for that."""
    await rights.asked(request.desk, by=request.actor)
    chosen = request.view["state"]["values"].get("file", {}).get("file", {}).get("files") or []
    if not chosen:
        raise Invalid("Please choose a file.", field="file")
    await request.show(drawn.reading_view())
    request.services.tasks.start(_later(request, _check(request, str(chosen[0]["id"]))))


async def take_in(request: Request) -> None:
    """*Import*, below the table that was typed back."""
    await rights.asked(request.desk, by=request.actor)
    file_id, _, seen = str(request.view.get("private_metadata") or "").partition(" ")
    await request.show(drawn.reading_view())
    request.services.tasks.start(_later(request, _import(request, file_id, seen)))


async def _check(request: Request, file_id: str) -> Json:
    table = await _table(request, file_id)
    lines = await rights.sorted_out(request.desk, _rows(table), by=request.actor)
    carries = f"{file_id} {rights.fingerprint(lines)}"
    return drawn.check_view(lines, notes=_notes(table), carries=carries)


async def _import(request: Request, file_id: str, seen: str) -> Json:
    table = await _table(request, file_id)
    lines = await rights.take_in(request.desk, _rows(table), seen=seen, by=request.actor)
    return drawn.imported_view(lines)


async def _later(request: Request, work: Awaitable[Json]) -> None:
    """Put what comes of it into the view that is open."""
    try:
        view = await work
    except Refused as refused:
        view = drawn.refused_view(str(refused))
    except TakedownError:
        log.exception("right_import.failed")
        view = drawn.refused_view("I could not get that file just now, and nothing was changed. Please try again.")
    await asyncio.sleep(BEHIND)
    await request.slack.update_view(str(request.view["id"]), view)


async def _table(request: Request, file_id: str) -> Table:
    """The file, if it is theirs, read in a thread."""
    fetched = await request.slack.fetch_file(file_id, limit=BIGGEST)
    if fetched.user_id != request.actor.user_id:
        raise Invalid(_GONE)
    return await asyncio.to_thread(read_table, fetched.content, fetched.name, COLUMNS)


def _rows(table: Table) -> Iterator[tuple[int, Said, str]]:
    return ((row.number, row.values, row.wrong.removeprefix(f"Row {row.number}: ")) for row in table.rows)


def _notes(table: Table) -> Sequence[str]:
    notes: list[str] = []
    if table.ignored:
        notes.append(f"Columns that say nothing to me: {', '.join(table.ignored)}.")
    if table.unread:
        notes.append(f"Only the sheet {table.sheet} was read, not {', '.join(table.unread)}.")
    if table.guessed:
        notes.append(f"The file does not say how its letters are written; I took {table.guessed}. Save it as UTF-8.")
    return notes
