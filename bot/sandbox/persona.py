"""Somebody in the workspace, who types, presses and reads: for stories."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.acts import Acts, Outcome
from bot.sandbox.filling import VALUE_KEYS, stated
from bot.sandbox.people import Person
from bot.sandbox.reading import Control, Question, controls_of
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import Refusal
from bot.sandbox.views import View
from bot.sandbox.workspace import Channel, Message, Workspace

GLANCE = 0.4
"""Real seconds a person looks for what follows an acknowledgement that said nothing, where nobody says whether any
more will follow."""
LOOK = 20.0
"""The same where the bot says so: it is done long before, unless the machine is very slow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a person sees after an act.

    `reply` is what only they are told, or the answer of a command; `view` the form in front of them if it is new;
    `error` Slack's own word when the bot did not answer; `errors` what is said beside which block of a form.
    `seconds` are real, until the acknowledgement.
    """

    reply: Message | None = None
    view: View | None = None
    error: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


class Persona:
    """A person with a Slack app in hand."""

    def __init__(
        self, person: Person, workspace: Workspace, acts: Acts, busy: Callable[[], bool | None] = lambda: None
    ) -> None:
        """`busy` says whether the bot still answers somebody; None where nobody knows."""
        self._person = person
        self._busy = busy
        self._workspace = workspace
        self._acts = acts

    @property
    def id(self) -> str:
        return self._person.id

    @property
    def handle(self) -> str:
        return self._person.name

    @property
    def name(self) -> str:
        return self._person.real_name

    @property
    def views(self) -> list[View]:
        """The open forms, the one in front last."""
        return self._workspace.views.pile(self.id)

    @property
    def home(self) -> View | None:
        return self._workspace.views.home(self.id)

    @property
    def direct(self) -> Channel:
        """The direct messages with the bot."""
        return self._workspace.direct(self.id)

    def ephemerals(self, channel: str) -> list[Message]:
        """What only this person sees there, oldest first."""
        return self._workspace.channel_named(channel).ephemerals(self.id)

    async def types(self, text: str, *, channel: str, thread_ts: str | None = None) -> Seen:
        """Type a command or a message, and send it."""
        return await self._after(self._acts.say(self._person, self._workspace.channel_named(channel), text, thread_ts))

    async def presses(self, label: str, *, on: Message | View | None) -> Seen:
        """Press a button by its label or action id, as it was when `on` was seen.

        Raises:
            LookupError: there is no such button, or nothing to press it on.
        """
        return await self._use(_named(on, label, {"button"}), {}, on)

    async def chooses(self, label: str, value: Any, *, on: Message | View | None) -> Seen:
        """Choose in a menu, a date or the like, by its placeholder or action id.

        Raises:
            LookupError: there is no such control or option.
        """
        control = _named(on, label, set(VALUE_KEYS))
        return await self._use(control, stated(control.element, self._ids(control.element, value)), on)

    async def forges(self, action_id: str, value: str, *, on: Message) -> Seen:
        """Send a press of a button that is not there, as a tampered client might."""
        element: Json = {
            "type": "button",
            "action_id": action_id,
            "text": {"type": "plain_text", "text": "?"},
            "value": value,
        }
        return await self._use(Control(block_id="forged", element=element), {}, on)

    async def submits(self, view: View | None, answers: Mapping[str, Any] | None = None) -> Seen:
        """Fill in a form, by label or block id, and send it. What is not named stays as it is.

        People go by first name or id, channels by name or id, direct messages with the bot by the person's name;
        files are pairs of a name and what is in it.

        Raises:
            LookupError: there is no such form, field or option.
        """
        form = self._now(view)
        values: dict[str, dict[str, Json]] = {}
        for name, answer in (answers or {}).items():
            question = _question(form, name)
            state = stated(question.element, self._given(question.element, answer))
            values.setdefault(question.block_id, {})[question.action_id] = state
        return await self._after(self._acts.submit(self._person, form, values))

    async def closes(self, view: View | None) -> Seen:
        return await self._after(self._acts.close(self._person, self._now(view)))

    async def opens_home(self) -> Seen:
        return await self._after(self._acts.open_home(self._person))

    async def runs(self, callback_id: str, *, on: Message | None = None) -> Seen:
        """Choose a global shortcut, or one of a message."""
        return await self._after(self._acts.shortcut(self._person, callback_id, on))

    async def _use(self, control: Control, chosen: Json, on: Message | View | None) -> Seen:
        if isinstance(on, View):
            view = on if on.payload["type"] == "home" else self._now(on)
            return await self._after(self._acts.click_in_view(self._person, view, control, chosen))
        if on is None:
            raise LookupError("There is no message to press that on.")
        return await self._after(self._acts.click(self._person, on, control, chosen))

    def _given(self, element: Json, answer: Any) -> Any:
        if element["type"] == "file_input":
            return [self._acts.attach(self._person, name, content) for name, content in answer]
        return self._ids(element, answer)

    def _ids(self, element: Json, answer: Any) -> Any:
        """The answer with ids for the names of people and channels."""
        kind = str(element["type"])
        if answer in (None, "") or not kind.endswith(("users_select", "conversations_select", "channels_select")):
            return answer
        if not isinstance(answer, str):
            return [self._ids(element, one) for one in answer]
        if kind.endswith("users_select"):
            offered = {one.name: one.id for one in self._workspace.people.values() if not one.deleted}
        else:
            offered = {one.name: one.id for one in self._workspace.offered(self.id, element)}
        name = answer.lstrip("@#")
        if name not in offered and name not in offered.values():
            raise LookupError(f"{answer!r} is not offered here, only: {', '.join(offered)}.")
        return offered.get(name, name)

    def _now(self, view: View | None) -> View:
        found = next((one for one in self.views if view is not None and one.id == view.id), None)
        if found is None:
            raise LookupError(f"{self.name} has no such form open.")
        return found

    async def _after(self, act: Awaitable[Outcome]) -> Seen:
        """What the act led to: at once, or within a glance."""
        before, forms = self._told(), self.views
        try:
            outcome = await act
        except Refusal as refusal:
            return Seen(error=refusal.code)
        if not (outcome.reply or outcome.error or outcome.errors):
            await self._glance(before, forms)
        return Seen(
            reply=outcome.reply or next(iter(self._fresh(before)), None),
            view=self._fresh_form(forms),
            error=outcome.error,
            errors=outcome.errors,
            seconds=outcome.seconds,
        )

    async def _glance(self, before: list[Message], forms: list[View]) -> None:
        known = self._busy() is not None
        deadline = time.monotonic() + (LOOK if known else GLANCE)
        while not self._fresh(before) and self._hashes(forms) == self._hashes(self.views):
            left = deadline - time.monotonic()
            if left <= 0 or self._busy() is False:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self._workspace.wait_beyond(self._workspace.version), min(left, 0.01) if known else left
                )

    def _told(self) -> list[Message]:
        """Everything only this person sees, anywhere."""
        return [one for channel in self._workspace.channels.values() for one in channel.ephemerals(self.id)]

    def _fresh(self, before: list[Message]) -> list[Message]:
        return [message for message in reversed(self._told()) if message not in before]

    def _fresh_form(self, before: list[View]) -> View | None:
        front = self.views[-1:]
        return front[0] if front and self._hashes(front) not in [self._hashes([one]) for one in before] else None

    def _hashes(self, views: list[View]) -> list[tuple[str, str]]:
        return [(view.id, view.hash) for view in views]


def _named(on: Message | View | None, label: str, kinds: set[str]) -> Control:
    if on is None:
        raise LookupError(f"There is nothing to look for {label!r} on.")
    controls = [one for one in controls_of(on.blocks) if one.element["type"] in kinds]
    exact = [one for one in controls if label in (one.label, one.action_id)]
    near = [one for one in controls if one.label.startswith(label)]
    if exact or len(near) == 1:
        return (exact or near)[0]
    labels = ", ".join(repr(one.label) for one in controls)
    raise LookupError(f"There is no {label!r} here, only: {labels or 'nothing to press'}.\n{on.words}")


def _question(view: View, name: str) -> Question:
    found = next((one for one in view.questions if name in (one.label, one.block_id)), None)
    if found is None:
        labels = ", ".join(repr(one.label) for one in view.questions)
        raise LookupError(f"There is no {name!r} in the form {view.title!r}, only: {labels}.")
    return found
