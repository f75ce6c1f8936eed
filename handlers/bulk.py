"""Listens for filing in bulk: the form, the table, *File*, *Try the rest again*."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot import grammar
from bot.blocks import Json, forms, refusal
from bot.blocks import bulk as drawn
from bot.desk import authority, bulk, filing
from bot.errors import Invalid, NotAllowed, Refused, SlackDeclined, TakedownError
from bot.exports import as_xlsx, bulk_rows
from bot.grammar import File
from bot.model import Bulk, BulkLine, May, Violation
from bot.sheets import BIGGEST, BULK_COLUMNS, read_pasted, read_table, template
from handlers.filled import attached, chosen, typed
from handlers.requests import Request
from handlers.trail import trailed

_NOTHING = File(addresses=(), violation=None, right=None, seller=None, statement="", via=None)
_READING = 1.8
"""Seconds a file may take while the form waits for what is wrong with it: Slack waits three."""
_PLAIN_TEXT = 1_000_000
"""Bytes of a text file of addresses."""


async def ask(request: Request, asked: grammar.InBulk) -> None:
    """Check what was typed, when it is complete; otherwise open the form with it."""
    given = asked.asked or _NOTHING
    if await checks_at_once(request, asked):
        key = request.trigger_id or str(request.body.get("event_id") or "")
        await request.answer(drawn.checking(await _start(request, given, key=key)))
        return
    await open_form(request, given)


async def checks_at_once(request: Request, asked: grammar.InBulk) -> bool:
    """Whether no form is needed."""
    given = asked.asked
    return given is not None and bool(given.addresses) and await filing.complete(request.desk, given)


async def open_form(request: Request, given: File) -> None:
    """The form for many, filled with what is known."""
    if not drawn.fits(given.addresses):
        raise Invalid("That is more than the form holds. Please say what is wrong with them, or upload a file.")
    await authority.at_a_glance(request.desk, request.actor, May.FILE)
    view_id = await request.open(await _form(request, given, request.channel))
    request.services.tasks.start(_check(request, view_id))


async def open_empty(request: Request) -> None:
    """A button that opens the empty form."""
    await open_form(request, _NOTHING)


async def switch(request: Request) -> None:
    """From the ordinary form to the one for many, with what was filled in."""
    await request.done()
    values = request.view["state"]["values"]
    view = trailed(await _form(request, _read(values), request.opened_in), request.trail)
    await request.slack.update_view(str(request.view["id"]), view)


async def submit(request: Request) -> None:
    """The form, filled in. What is wrong with a file is said beside it, if that is known in time."""
    taking = asyncio.create_task(_taken(request))
    await asyncio.wait({taking}, timeout=_READING)
    if taking.done():
        await request.show(drawn.checking_view(await taking))
        return
    await request.show(drawn.reading_view())
    request.services.tasks.start(_say_later(request, taking))


async def take(request: Request, asked: File) -> None:
    """The ordinary form with more addresses than it files at once: they are checked as a table first."""
    started = await _start(request, asked, key=str(request.view["id"]))
    await request.show(drawn.checking_view(started))


async def file(request: Request) -> None:
    """The press that affirms the declaration. The table says how it goes on."""
    bulk_id, shown = _two(request.value)
    await bulk.file(request.desk, bulk_id, shown, by=request.actor)


async def try_again(request: Request) -> None:
    bulk_id, run = _two(request.value)
    await bulk.try_again(request.desk, bulk_id, run, by=request.actor)


async def check_again(request: Request) -> None:
    await bulk.check_again(request.desk, request.value, by=request.actor)


async def turn(request: Request) -> None:
    """Another page of the table, or other lines of it."""
    bulk_id, page, which = (*request.value.split(), "", "")[:3]
    laid = await bulk.seen(request.desk, bulk_id, by=request.actor)
    await request.done()
    message = drawn.table(
        laid.bulk,
        laid.lines,
        name=request.desk.marketplace_name,
        page=int(page) if page.isdecimal() else 1,
        problems=which == "problems",
        waiting=laid.waiting,
        because=laid.because,
        notes=laid.notes,
    )
    clicked = request.body.get("container") or {}
    await request.slack.update(str(clicked.get("channel_id")), str(clicked.get("message_ts")), message)


async def send(request: Request) -> None:
    """The whole table as a file, after the answer: making and sending it takes its time."""
    laid = await bulk.seen(request.desk, request.value, by=request.actor)
    await request.done()
    request.services.tasks.start(_send(request, laid.lines))


async def send_template(request: Request) -> None:
    await authority.allowed(request.desk, request.actor, May.FILE)
    await request.done()
    kind = "xlsx" if request.value == "xlsx" else "csv"
    request.services.tasks.start(_send_template(request, kind))


async def _taken(request: Request) -> Bulk:
    """What the form holds, kept to be checked. Raises: Refused: beside a field."""
    desk, values = request.desk, request.view["state"]["values"]
    await authority.allowed(desk, request.actor, May.FILE)
    given, files = _read(values), attached(values, "file")
    if not files:
        return await _start(request, given, key=str(request.view["id"]))
    if given.addresses:
        raise Invalid("Please either paste addresses or attach a file, so that each line has one number.", field="file")
    lines, notes = await _of_file(request, str(files[0].get("id") or ""), given)
    return await _keep(request, lines, key=str(request.view["id"]), notes=notes)


async def _of_file(request: Request, file_id: str, given: File) -> tuple[tuple[BulkLine, ...], tuple[str, ...]]:
    try:
        found = await request.slack.fetch_file(file_id, limit=BIGGEST)
        if found.user_id != request.actor.user_id:
            raise NotAllowed("That file is somebody else's. Please attach your own copy.")
        if found.name.casefold().endswith(".txt"):
            return await _of_text(request, found.content, given), ()
        table = await asyncio.to_thread(read_table, found.content, found.name, BULK_COLUMNS)
    except Refused as refused:
        raise Invalid(str(refused), field="file") from None
    return bulk.from_table(request.desk, table, given)


async def _of_text(request: Request, content: bytes, given: File) -> tuple[BulkLine, ...]:
    if len(content) > _PLAIN_TEXT:
        raise Invalid(f"A text file of addresses has at most {_PLAIN_TEXT / 1_000_000:g} MB.")
    addresses = await asyncio.to_thread(read_pasted, content.decode("utf-8-sig", errors="replace"))
    return bulk.from_addresses(request.desk, addresses[: bulk.MOST_LINES + 1], given)


async def _start(request: Request, given: File, *, key: str) -> Bulk:
    lines = bulk.from_addresses(request.desk, given.addresses, given)
    return await _keep(request, lines, key=key)


async def _keep(request: Request, lines: Sequence[BulkLine], *, key: str, notes: Sequence[str] = ()) -> Bulk:
    channel = request.opened_in if request.is_submit else request.channel
    return await bulk.start(request.desk, lines, by=request.actor, channel=channel, key=key, notes=notes)


async def _say_later(request: Request, taking: asyncio.Task[Bulk]) -> None:
    """What became of a file that took its time; where the form was closed meanwhile, to the person alone."""
    try:
        view = drawn.checking_view(await taking)
    except TakedownError as error:
        message = refusal(f"Nothing was filed. {error}")
        view = forms.notice_view("Not possible", message)
        try:
            await request.slack.update_view(str(request.view["id"]), view)
        except SlackDeclined:
            await request.slack.whisper(request.actor.user_id, request.actor.user_id, message)
        return
    await request.slack.update_view(str(request.view["id"]), view)


async def _check(request: Request, view_id: str) -> None:
    try:
        await authority.allowed(request.desk, request.actor, May.FILE)
    except Refused as refused:
        await request.slack.update_view(view_id, forms.notice_view("Not possible", refusal(str(refused))))


async def _form(request: Request, given: File, channel: str) -> Json:
    desk = request.desk
    return drawn.form(
        given,
        (await desk.rights()).values(),
        today=desk.today(),
        channel=channel,
        name=desk.marketplace_name,
        most=bulk.MOST_LINES,
        via=[key for key, one in desk.marketplaces.items() if one.capabilities.any_address],
    )


def _read(values: Json) -> File:
    """What all lines share, and the addresses of every box."""
    violation = chosen(values, "violation")
    boxes = ("addresses", *(f"addresses{number}" for number in range(1, drawn.BOXES + 1)))
    return File(
        addresses=tuple(address for box in boxes for address in read_pasted(typed(values, box))),
        violation=Violation(violation) if violation in set(Violation) else None,
        right=chosen(values, "right"),
        seller=typed(values, "seller") or None,
        statement=typed(values, "statement"),
        via=chosen(values, "via"),
        message=typed(values, "message"),
    )


async def _send(request: Request, lines: Sequence[BulkLine]) -> None:
    rows = bulk_rows(lines, name=request.desk.marketplace_name)
    content = await asyncio.to_thread(as_xlsx, {"Bulk": rows})
    words = "The table of your bulk. It can be corrected and uploaded again."
    await request.slack.send_file(request.actor.user_id, "bulk.xlsx", content, title="Bulk", words=words)


async def _send_template(request: Request, kind: str) -> None:
    content = await asyncio.to_thread(template, "xlsx" if kind == "xlsx" else "csv", BULK_COLUMNS)
    words = "Fill it in from the second row on, in place of the example, and attach it to the form."
    name = f"takedowns.{kind}"
    await request.slack.send_file(request.actor.user_id, name, content, title="Template", words=words)


def _two(value: str) -> tuple[str, int]:
    name, _, number = value.partition(" ")
    return name, int(number) if number.isdecimal() else 0
