"""Listens for evidence: what there is, more of it, and having it sent."""

from __future__ import annotations

from collections.abc import Sequence

from bot import grammar
from bot.blocks import Json, forms
from bot.blocks import evidence as drawn
from bot.blocks import tracking as told
from bot.desk import evidence
from bot.errors import SlackError, StoreError
from bot.model import Attached, Evidence
from handlers.requests import Request, readable


async def show(request: Request, asked: grammar.ShowEvidence) -> None:
    await _show(request, asked.notice_id)


async def press_show(request: Request) -> None:
    await _show(request, request.value)


async def ask(request: Request) -> None:
    """The button that opens the form for more."""
    notice = await evidence.addable(request.desk, request.value, by=request.actor)
    await request.slack.open_view(request.trigger_id, drawn.adding(notice))
    await request.done()


async def submit(request: Request) -> None:
    notice_id = str(request.view.get("private_metadata") or "")
    files = attached(request.view["state"]["values"])
    notice = await evidence.add(request.desk, notice_id, files, by=request.actor)
    await request.show(told.changed_view(notice, drawn.told_of(notice).capitalize()))


async def send(request: Request) -> None:
    """The files go to the direct messages of whoever asks, after the answer."""
    files = await evidence.sending(request.desk, request.value, by=request.actor)
    many = "1 file comes" if len(files) == 1 else f"{len(files)} files come"
    await request.answer(told.told(f"{many} to our direct messages."))
    request.services.tasks.start(send_files(request, request.value, files))


def attached(values: Json) -> tuple[Attached, ...]:
    """The files of a form. Whose they are is seen when they are fetched: a client may name any."""
    found = values.get("evidence", {}).get("evidence", {}).get("files") or ()
    files = {
        str(one["id"]): Attached(
            file_id=str(one["id"]), name=readable(str(one.get("name") or one.get("title") or "file"))
        )
        for one in found
        if isinstance(one, dict) and one.get("id")
    }
    return tuple(files.values())[: forms.MOST_FILES]


async def _show(request: Request, notice_id: str) -> None:
    notice, names = await evidence.shown(request.desk, notice_id, by=request.actor)
    await request.answer(drawn.kept(notice, names))


async def send_files(request: Request, of: str, files: Sequence[Evidence]) -> None:
    """Each file for itself: one that cannot be sent is named, and the others are sent."""
    user_id, missing = request.actor.user_id, []
    for one in files:
        try:
            content = await request.services.shelves.evidence.read(one.sha256)
            words = f"{'Photo' if of.startswith('TP-') else 'Evidence'} of {of}. SHA-256: {one.sha256}"
            await request.slack.send_file(user_id, one.name, content, title=one.name, words=words)
        except (SlackError, StoreError) as error:
            missing.append(f"{one.name} could not be sent: {error}")
    if missing:
        await request.slack.whisper(request.channel, user_id, told.told("\n".join(missing)))
