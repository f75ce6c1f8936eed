"""What people do in their Slack app: type, press, fill in. Each act sends the bot a payload and takes in its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import invitations, payloads
from bot.sandbox.faults import Faults
from bot.sandbox.filling import initial_state, unsendable
from bot.sandbox.installation import Installation
from bot.sandbox.people import BOT_USER_ID, Person
from bot.sandbox.reading import Control
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import Refusal, check_message, check_view
from bot.sandbox.views import Values, View
from bot.sandbox.wire import Answer, Kind, Line
from bot.sandbox.workspace import Channel, Message, Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How it went for the person: Slack's own word for what failed, and what is wrong beside which block of a form.

    `seconds` are real, until the acknowledgement.
    """

    error: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    reply: Message | None = None


class Acts:
    """Everything a person can do. Raises `Refusal` for what the Slack app itself would not let them do."""

    def __init__(
        self,
        workspace: Workspace,
        app: Installation,
        faults: Faults,
        line: Callable[[], Line],
        address: Callable[[str], str],
        *,
        site: Callable[[], str],
    ) -> None:
        self._workspace = workspace
        self._app = app
        self._faults = faults
        self._line = line
        self._address = address
        self._site = site

    async def say(self, person: Person, channel: Channel, text: str, thread_ts: str | None = None) -> Outcome:
        """Type something into the composer: a slash command, or words for all to read."""
        self._check_active(person)
        self._check_may_write(person, channel)
        if not text.strip():
            raise Refusal("no_text")
        if text.startswith("/"):
            if thread_ts:
                raise Refusal("commands_in_threads")
            return await self._command(person, channel, text)
        said = payloads.escaped(
            text, {typed: id_.partition("|")[0] for typed, id_ in self._mentionable(person).items()}
        )
        message = self._workspace.post(channel, person.id, text=said, thread_ts=thread_ts)
        return await self._announce(person, channel, message)

    async def click(
        self, person: Person, message: Message, control: Control, chosen: Json, values: Values | None = None
    ) -> Outcome:
        """Press or choose something in a message, as the person has it before them: it may have changed since."""
        channel = self._workspace.channel(message.channel)
        message = self._workspace.find(message.channel, message.ts) or message
        state = {**initial_state(message.blocks), **(values or {})}
        place = payloads.in_message(channel, message, state, response_url=self._answer_at(person, channel, message))
        return await self._act(person, control, chosen, place, channel_id=channel.id)

    async def click_in_view(
        self, person: Person, view: View, control: Control, chosen: Json, values: Values | None = None
    ) -> Outcome:
        """Press or choose something in an open form or in the Home."""
        self._check_active(person)
        view = self._workspace.views.fill(view, {**(values or {}), **_dispatched(view, control, chosen)})
        place = payloads.in_view(view)
        return await self._act(person, control, chosen, place, view_id=view.id, channel_id=view.channel_id)

    def attach(self, person: Person, name: str, content: bytes) -> Json:
        """Choose a file for a form: it goes up at once. Gives the file object to fill in."""
        self._check_active(person)
        return self._workspace.take(person.id, name, content, site=self._site()).as_json()

    async def submit(self, person: Person, view: View, values: Values) -> Outcome:
        """Send a form, if the Slack app would."""
        self._check_active(person)
        views = self._workspace.views
        view = views.fill(view, self._with_own_files(person, values))
        wrong = unsendable(view.blocks, view.values)
        if wrong:
            views.fill(view, {}, wrong)
            return Outcome(errors=wrong)
        trigger_id = self._workspace.triggers.issue(person.id, view.id, channel_id=view.channel_id)
        answer = await self._line().deliver(
            Kind.INTERACTIVE, payloads.view_submission(person, view, trigger_id=trigger_id)
        )
        return self._submitted(person, view, answer)

    async def close(self, person: Person, view: View) -> Outcome:
        """Dismiss a form; the app hears of it where it asked to."""
        self._workspace.views.close(view)
        if not view.payload.get("notify_on_close"):
            return Outcome()
        answer = await self._line().deliver(Kind.INTERACTIVE, payloads.view_closed(person, view, cleared=False))
        return _outcome(answer)

    async def open_home(self, person: Person) -> Outcome:
        self._check_active(person)
        if not self._app.home:
            raise Refusal("not_enabled")
        channel = self._workspace.direct(person.id)
        view = self._workspace.views.home(person.id)
        event = payloads.app_home_opened(person, channel, view, event_ts=self._workspace.next_ts())
        return await self._tell(event)

    async def shortcut(self, person: Person, callback_id: str, message: Message | None = None) -> Outcome:
        """Choose a shortcut: of a message where there is one, else a global one."""
        self._check_active(person)
        wanted = "message" if message else "global"
        known = [one for one in self._app.shortcuts if (one["callback_id"], one["type"]) == (callback_id, wanted)]
        if not known:
            raise Refusal("unknown_shortcut")
        here = message.channel if message else None
        trigger_id = self._workspace.triggers.issue(person.id, channel_id=here)
        action_ts = self._workspace.next_ts()
        if message is None:
            payload = payloads.global_shortcut(person, callback_id, trigger_id=trigger_id, action_ts=action_ts)
        else:
            channel = self._workspace.channel(message.channel)
            url = self._answer_at(person, channel, message)
            payload = payloads.message_shortcut(
                person, callback_id, channel, message, trigger_id=trigger_id, response_url=url, action_ts=action_ts
            )
        return _outcome(await self._line().deliver(Kind.INTERACTIVE, payload))

    async def _command(self, person: Person, channel: Channel, typed: str) -> Outcome:
        word, _, text = typed.partition(" ")
        if word == invitations.COMMAND:
            return Outcome(reply=invitations.invite(self._workspace, self._app, person, channel, text))
        known = self._app.command(word)
        if known is None or "commands" not in self._app.scopes:
            raise Refusal("unknown_command")
        if known.get("should_escape"):
            text = payloads.escaped(text, self._mentionable(person))
        payload = payloads.slash_command(
            person,
            channel,
            word,
            text.strip(),
            response_url=self._answer_at(person, channel),
            trigger_id=self._workspace.triggers.issue(person.id, channel_id=channel.id),
        )
        answer = await self._line().deliver(Kind.COMMAND, payload)
        return self._answered(person, channel, typed, answer)

    def _answered(self, person: Person, channel: Channel, typed: str, answer: Answer) -> Outcome:
        """Show what the acknowledgement of a command said."""
        if answer.error or not answer.body:
            return _outcome(answer)
        try:
            check_message(answer.body)
            self._faults.check_blocks(answer.body.get("blocks"))
        except Refusal as refusal:
            return Outcome(error="invalid_command_response", errors={"": str(refusal.messages or refusal.code)})
        loud = answer.body.get("response_type") == "in_channel"
        if loud:
            self._workspace.post(channel, person.id, text=typed)
        reply = self._workspace.post(
            channel,
            BOT_USER_ID,
            text=str(answer.body.get("text") or ""),
            blocks=answer.body.get("blocks") or (),
            only_for=None if loud else person.id,
        )
        return Outcome(seconds=answer.seconds, reply=reply)

    async def _act(
        self,
        person: Person,
        control: Control,
        chosen: Json,
        place: Json,
        *,
        view_id: str | None = None,
        channel_id: str | None = None,
    ) -> Outcome:
        self._check_active(person)
        action = payloads.pressed(control.element, control.block_id, chosen, action_ts=self._workspace.next_ts())
        trigger_id = self._workspace.triggers.issue(person.id, view_id, channel_id=channel_id)
        payload = payloads.block_actions(person, action, trigger_id=trigger_id, place=place)
        return _outcome(await self._line().deliver(Kind.INTERACTIVE, payload))

    def _submitted(self, person: Person, view: View, answer: Answer) -> Outcome:
        """Do to the forms what the acknowledgement of a submission asks for."""
        if answer.error:
            return _outcome(answer)
        views, said = self._workspace.views, answer.body
        try:
            match said.get("response_action"):
                case None:
                    views.close(view)
                case "clear":
                    views.clear(person.id)
                case "errors":
                    return self._refused(view, said.get("errors"), answer.seconds)
                case "update":
                    check_view(said.get("view"), "modal")
                    views.update(view, said["view"])
                case "push":
                    check_view(said.get("view"), "modal")
                    views.push(person.id, said["view"])
                case _:
                    raise Refusal("invalid_response_action")
        except Refusal as refusal:
            return Outcome(error=refusal.code, errors=dict.fromkeys(refusal.messages, ""), seconds=answer.seconds)
        return _outcome(answer)

    def _refused(self, view: View, errors: Any, seconds: float) -> Outcome:
        """Only the inputs of this very form can carry an error."""
        inputs = {question.block_id for question in view.questions}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            return Outcome(error="invalid_response_errors", seconds=seconds)
        self._workspace.views.fill(view, {}, errors)
        return Outcome(errors=errors, seconds=seconds)

    def _with_own_files(self, person: Person, values: Values) -> Values:
        """Files as they are here, whatever the page says of them.

        Raises:
            Refusal: one is not the person's own.
        """
        return {
            block: {action: self._with_files(person, state) for action, state in actions.items()}
            for block, actions in values.items()
        }

    def _with_files(self, person: Person, state: Json) -> Json:
        if state.get("type") != "file_input":
            return state
        files = [self._workspace.files.get(str(one["id"])) for one in state.get("files") or ()]
        if any(file.user != person.id for file in files):
            raise Refusal("file_not_found")
        return {**state, "files": [file.as_json() for file in files]}

    async def _announce(self, person: Person, channel: Channel, message: Message) -> Outcome:
        """Tell the app of a message, where it listens."""
        if BOT_USER_ID not in channel.member_ids:
            return Outcome()
        if f"<@{BOT_USER_ID}>" in message.text and not channel.im:
            await self._tell(payloads.app_mention(person, message))
        event = payloads.message_event(person, channel, message)
        kind = {"im": "message.im", "group": "message.groups", "channel": "message.channels"}[event["channel_type"]]
        return await self._tell(event, kind)

    async def _tell(self, event: Json, kind: str = "") -> Outcome:
        """What comes of an event is no error of the person's."""
        if self._app.hears(kind or str(event["type"])):
            await self._line().tell(payloads.event_callback(event, at=int(self._workspace.clock().timestamp())))
        return Outcome()

    def _answer_at(self, person: Person, channel: Channel, message: Message | None = None) -> str:
        address = self._workspace.addresses.issue(person.id, channel.id, message.ts if message else None)
        return self._address(address.id)

    def _mentionable(self, person: Person) -> dict[str, str]:
        """What a person's client completes: nobody can name a private channel they do not see.

        A user group is written as in messages; of commands Slack's documentation does not say.
        Source: docs.slack.dev/messaging/formatting-message-text.
        """
        groups = (one for one in self._workspace.groups.values() if not one.disabled)
        names = {f"@{one.handle}": f"!subteam^{one.id}|@{one.handle}" for one in groups}
        names |= {f"@{one.name}": f"@{one.id}|{one.name}" for one in self._workspace.people.values()}
        names[f"@{self._app.handle}"] = f"@{BOT_USER_ID}|{self._app.handle}"
        open_to = [one for one in self._workspace.visible_to(person.id) if not one.im]
        return names | {f"#{one.name}": f"#{one.id}|{'' if one.private else one.name}" for one in open_to}

    def _check_active(self, person: Person) -> None:
        if self._workspace.person(person.id).deleted:
            raise Refusal("account_inactive")

    def _check_may_write(self, person: Person, channel: Channel) -> None:
        if channel not in self._workspace.visible_to(person.id):
            raise Refusal("channel_not_found")
        if channel.archived:
            raise Refusal("is_archived")
        if person.id not in channel.member_ids:
            raise Refusal("not_in_channel")


def _dispatched(view: View, control: Control, chosen: Json) -> dict[str, dict[str, Json]]:
    """What a choice that is sent at once changes in the state of its form."""
    kind = control.element["type"]
    if kind in ("button", "overflow"):
        return {}
    before = view.values.get(control.block_id, {}).get(control.action_id, {})
    return {control.block_id: {control.action_id: {**before, "type": kind, **chosen}}}


def _outcome(answer: Answer) -> Outcome:
    return Outcome(error=answer.error, seconds=answer.seconds)
