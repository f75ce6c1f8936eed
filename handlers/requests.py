"""What a listener has in hand: who asks, what for, and how to answer. `wired` makes one out of Bolt's payload."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot import blocks
from bot.blocks import Json, Message, forms, message, theirs
from bot.desk import Desk
from bot.errors import Conflict, Duplicate, Incomplete, Refused, SlackDeclined, SlackError, TakedownError
from bot.model import Actor, Seen
from bot.observe import acts
from bot.retries import OUR_BLOCKS_ARE_WRONG
from bot.shelves import Shelves
from bot.slack import Slack
from handlers.trail import Trail, about, trail_of, trailed

log = structlog.get_logger(__name__)


AT_ONCE = 2
"""Follow-ups under way at once: whoever waits for an answer comes before whoever has one."""


class Tasks:
    """Work that goes on after the answer. Held here, because Bolt keeps no reference to its own."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._answering = 0

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """Somebody waits for an answer meanwhile."""
        self._answering += 1
        try:
            yield
        finally:
            self._answering -= 1

    @property
    def busy(self) -> bool:
        """Whether somebody is being answered, or told the rest of an answer."""
        return bool(self._answering or self._running)

    async def answered(self, seconds: float) -> None:
        """Wait until nobody waits for an answer, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._answering:  # noqa: ASYNC110 - looked at only while stopping
                    await asyncio.sleep(0.01)

    async def drain(self, seconds: float) -> None:
        """Wait for what is under way, at most so long."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            async with self._turns:
                await work
        except TakedownError as error:
            log.warning("afterwards.failed", error=str(error))
        except Exception:
            log.exception("afterwards.failed")


@dataclass(kw_only=True)
class Services:
    """What every listener may use."""

    desk: Desk
    slack: Slack
    shelves: Shelves
    tasks: Tasks = field(default_factory=Tasks)


@dataclass(kw_only=True)
class Request:
    """One click, command or submit."""

    services: Services
    body: Json
    acknowledge: AsyncAck
    answered: bool = False
    looked: bool = False  # something was shown and nothing done: the Home behind it needs no drawing

    @property
    def desk(self) -> Desk:
        return self.services.desk

    @property
    def slack(self) -> Slack:
        return self.services.slack

    @property
    def actor(self) -> Actor:
        """Who Slack signed for. Never read from a value or metadata that travelled through the client."""
        event = self.body.get("event")
        if isinstance(event, dict):
            team = event.get("user_team") or event.get("team") or self.body.get("team_id")
            return Actor(user_id=str(event.get("user") or ""), team_id=str(team or ""), where=self.where)
        user = self.body.get("user")
        if isinstance(user, dict):
            return Actor(user_id=str(user["id"]), team_id=str(user.get("team_id") or ""), where=self.where)
        return Actor(user_id=str(self.body["user_id"]), team_id=str(self.body.get("team_id") or ""), where=self.where)

    @property
    def where(self) -> str:
        """From where it was asked, for the record: `/takedown in C1`, `button in the Home`."""
        if "command" in self.body:
            return f"{self.body['command']} in {self.body.get('channel_id') or 'Slack'}"
        if self.body.get("type") == "view_submission":
            return "form"
        view = self.body.get("view")
        if isinstance(view, dict):
            return "button in the Home" if view.get("type") == "home" else "button in a form"
        what = "message" if "event" in self.body else "shortcut" if "callback_id" in self.body else "button"
        at = self.body.get("channel")
        event = self.body.get("event")
        found = at.get("id") if isinstance(at, dict) else event.get("channel") if isinstance(event, dict) else ""
        return f"{what} in {found or 'Slack'}"

    @property
    def channel(self) -> str:
        """Where it was asked; the person's direct messages when it was nowhere."""
        event = self.body.get("event")
        if isinstance(event, dict):
            return str(event.get("channel") or self.actor.user_id)
        at = self.body.get("channel") or {}
        container = self.body.get("container") or {}
        found = (
            self.body.get("channel_id") or (at.get("id") if isinstance(at, dict) else "") or container.get("channel_id")
        )
        return str(found or self.actor.user_id)

    @property
    def thread_ts(self) -> str:
        """The thread in which somebody mentioned us; empty outside of one."""
        event = self.body.get("event")
        return str(event.get("thread_ts") or "") if isinstance(event, dict) else ""

    @property
    def text(self) -> str:
        return readable(str(self.body.get("text") or ""))

    @property
    def value(self) -> str:
        """The value of the pressed button."""
        return str(self.body["actions"][0].get("value") or "")

    @property
    def chosen(self) -> str:
        """The value of what was chosen in a menu."""
        return str((self.body["actions"][0].get("selected_option") or {}).get("value") or "")

    @property
    def trigger_id(self) -> str:
        return str(self.body.get("trigger_id") or "")

    @property
    def view(self) -> Json:
        """The view it came from, its metadata as whoever opened it wrote it."""
        return {**self.body["view"], "private_metadata": about(self.body["view"])}

    @property
    def opened_in(self) -> str:
        """Where the form was opened that files something, for its card.

        Never somebody else's direct messages, whatever came with the form.
        """
        said = str(self.view.get("private_metadata") or "")
        return said if said.startswith(("C", "G", "D")) else self.actor.user_id

    @property
    def trail(self) -> Trail:
        """What led to the view it came from."""
        return trail_of(self.body.get("view") or {})

    @property
    def pressed(self) -> str:
        """The action id of the pressed button; empty when none was."""
        return next((str(one.get("action_id") or "") for one in self.body.get("actions") or ()), "")

    @property
    def is_submit(self) -> bool:
        return self.body.get("type") == "view_submission"

    @property
    def from_ephemeral(self) -> bool:
        return bool((self.body.get("container") or {}).get("is_ephemeral"))

    async def answer(self, message: Message, *simpler: Message, replace: bool = False) -> None:
        """Say something to the person alone: with the acknowledgement of a command, after that of a button.

        `replace` puts it in the place of the ephemeral message that was clicked. What Slack may refuse to draw comes
        with `simpler` drawings of the same; a refused acknowledgement cannot be said again, so they follow it.
        What was pressed in a form is answered in its place; what was pressed in the Home, in a view before it.
        """
        if not self.answered and not simpler and "command" in self.body:
            self.answered = True
            await self.acknowledge(
                {
                    "response_type": "ephemeral",
                    "text": message.text,
                    "blocks": list(message.blocks),
                    "mrkdwn": False,
                }
            )
            return
        words = Message(text=message.text)
        if "view" in self.body and not self.is_submit:
            await self._answer_in_view(message, *simpler, words)
            return
        await self.done()
        self.services.tasks.start(self._say(message, *simpler, words, replace=replace and self.from_ephemeral))

    async def first_time(self) -> bool:
        """Whether this event was not heard before: Slack sends it again when an answer was late."""
        try:
            await self.desk.store.save(Seen(key=f"event:{self.body['event_id']}", at=self.desk.now()))
        except Conflict:
            return False
        return True

    async def open(self, view: Json) -> str:
        """Show a form, on top of the view it was asked from if that is one. Gives its id."""
        self.looked = True
        trail = self.trail
        if not self._in_modal:
            view_id = await self.slack.open_view(self.trigger_id, trailed(view, trail))
        else:
            asked_from = self.body["view"]
            above = trailed(view, replace(trail, beneath=about(asked_from) or self.value))
            view_id = await self.slack.push_view(self.trigger_id, above, instead_of=str(asked_from["id"]))
        await self.done()
        return view_id

    async def done(self) -> None:
        """Acknowledge with nothing to say."""
        if not self.answered:
            self.answered = True
            await self.acknowledge()

    async def dismiss(self) -> None:
        """Take the clicked ephemeral message away."""
        await self.done()
        if self.from_ephemeral:
            self.services.tasks.start(self._dismiss(str(self.body.get("response_url") or "")))

    async def send_file(self, name: str, content: bytes, *, title: str, words: str) -> bool:
        """Put a file into the person's direct messages; when Slack does not take it, say so. Whether it is there."""
        try:
            await self.slack.send_file(self.actor.user_id, name, content, title=title, words=words)
        except SlackError as error:
            log.warning("file.lost", file=name, error=str(error))
            sorry = "I could not send you the file: Slack did not take it. Please try again in a minute."
            await self.answer(blocks.refusal(sorry))
            return False
        return True

    async def show(self, view: Json) -> None:
        """Turn the submitted form into this view."""
        self.answered = True
        await self.acknowledge(response_action="update", view=trailed(view, self.trail))

    async def show_message(self, title: str, message: Message) -> None:
        """Turn the submitted form into a message."""
        await self.show(forms.notice_view(title, message))

    async def beside(self, errors: Mapping[str, str]) -> None:
        """Say what is wrong beside fields of the form, which stays open."""
        self.answered = True
        await self.acknowledge(response_action="errors", errors=dict(errors))

    @property
    def _in_modal(self) -> bool:
        return (self.body.get("view") or {}).get("type") == "modal"

    async def _answer_in_view(self, *drawings: Message) -> None:
        """In the place of the modal, or before the Home; in private where Slack takes no view of it any more."""
        pressed_in = self.body["view"]
        title = (pressed_in.get("title") or {}).get("text") or "Takedown Desk"
        if self._in_modal:
            await self.done()
        for drawing in drawings:
            shown = drawing if drawing.blocks else message([drawing.text], [theirs(drawing.text)])
            view = trailed(forms.notice_view(title, shown), self.trail)
            try:
                if self._in_modal:
                    await self.slack.update_view(str(pressed_in["id"]), view)
                else:
                    await self.slack.open_view(self.trigger_id, view)
            except SlackDeclined as refusal:
                log.warning("answer.view_refused", code=refusal.code)
                continue
            await self.done()
            return
        await self.done()
        self.services.tasks.start(self._say(*drawings, replace=False))

    async def _say(self, *drawings: Message, replace: bool) -> None:
        """Say it with the first drawing that Slack takes."""
        for drawing in drawings:
            try:
                await self._say_one(drawing, replace=replace)
            except SlackDeclined as refusal:
                if refusal.code not in OUR_BLOCKS_ARE_WRONG:
                    raise
                log.warning("answer.blocks_refused", code=refusal.code)
            else:
                return

    async def _say_one(self, message: Message, *, replace: bool) -> None:
        url = str(self.body.get("response_url") or "")
        if url and await self.slack.respond(url, message, replace=replace):
            return
        await self.slack.whisper(self.channel, self.actor.user_id, message, thread_ts=self.thread_ts)

    async def _dismiss(self, url: str) -> None:
        await self.slack.respond(url, None, replace=True)


def readable(text: str) -> str:
    """The text without halves of characters, which JSON lets through and no store or marketplace takes; and without
    the letters of no width that our own words carry, for those who copy them."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\u200b", "")


def with_help(words: str, command: str) -> str:
    """A refusal that ends with where help is, said once."""
    return words if command in words else f"{words} `{command}` says what I understand."


Handler = Callable[[Request], Awaitable[None]]


def wired(route: str, handler: Handler, services: Services) -> Callable[..., Awaitable[None]]:
    """The listener Bolt is given: services in, refusals out as words, and no exception ever out after `ack`.

    Source: an exception right after `ack` wipes the answer (slack_bolt 1.30, listener/asyncio_runner.py).
    """

    async def listener(ack: AsyncAck, body: Json) -> None:
        request = Request(services=services, body=body, acknowledge=ack)
        with services.tasks.answering(), acts.answering(route) as answering:
            try:
                await handler(request)
                await request.done()  # whoever found nothing to say, to a forged press for instance
            except Refused as refused:
                answering.outcome = "refused"
                await _guard(request, _refuse(request, refused))
            except Exception as error:
                answering.outcome = "error"
                await _guard(request, _apologise(request, route, error))

    return listener


async def _refuse(request: Request, refused: Refused) -> None:
    """Say it beside the field where there is one, otherwise to the person alone."""
    if request.is_submit and not request.answered:
        fields = [block["block_id"] for block in request.view["blocks"] if block["type"] == "input"]
        if fields:
            beside = refused.beside if isinstance(refused, Incomplete) else {refused.field: str(refused)}
            errors: dict[str, str] = {}
            for field_name, words in beside.items():
                named = field_name if field_name in fields else fields[0]
                errors[str(named)] = "\n".join((*filter(None, [errors.get(str(named))]), words))
            await request.beside(errors)
            return
    await request.answer(await _refusal(request, refused))


async def _refusal(request: Request, refused: Refused) -> Message:
    if not isinstance(refused, Duplicate) or not refused.notice_id:
        return blocks.refusal(str(refused))
    notice = await request.desk.store.notice(refused.notice_id)
    card = await request.desk.store.card(notice.batch_id) if notice else None
    link = request.slack.permalink(card.channel, card.ts) if card and card.ts else ""
    return blocks.refusal(str(refused), notice_id=refused.notice_id, link=link)


async def _apologise(request: Request, route: str, error: Exception) -> None:
    """Something broke: the person gets a reference that is also in the log."""
    reference = secrets.token_hex(4)
    log.error("request.failed", route=route, reference=reference, error=repr(error), exc_info=error)
    words = (
        f"Something went wrong on our side, and nothing was changed that you were not told of. Reference {reference}."
    )
    if isinstance(error, TakedownError):
        words = f"{error} Please try again in a minute. Reference {reference}."
    if request.is_submit and not request.answered:
        await _refuse(request, Refused(words))
        return
    await request.answer(blocks.refusal(words))


async def _guard(request: Request, saying: Awaitable[None]) -> None:
    """Even saying what went wrong may go wrong; the request is acknowledged all the same."""
    try:
        await saying
    except Exception:
        log.exception("request.unanswered")
        if not request.answered:
            await request.done()
