"""The pretend workspace itself: people, channels, messages. Nothing in it speaks to the wire."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from bot.model import Clock
from bot.sandbox.files import File, Files, new_file_id
from bot.sandbox.people import BOT_USER_ID, GROUPS, OTHER_BOT, PEOPLE, ROOMS, Group, Person
from bot.sandbox.reading import Control, buttons_of, controls_of, words_of
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import Refusal
from bot.sandbox.tickets import Addresses, Triggers
from bot.sandbox.views import Views

_ADDRESS = re.compile(r"https?://[^\s<>|\"]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message as it stands now. `only_for` is the one person who sees an ephemeral one.

    `previews` are the addresses Slack would unfurl.
    """

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: tuple[Json, ...] = ()
    thread_ts: str | None = None
    edited: bool = False
    metadata: Json | None = None
    only_for: str | None = None
    broadcast: bool = False
    previews: tuple[str, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def ephemeral(self) -> bool:
        return self.only_for is not None

    @property
    def words(self) -> str:
        """Everything visible, as plain text."""
        said = words_of(self.blocks) or self.text
        return "\n".join([*([said] if said else []), *(file.title for file in self.files)])

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons."""
        return buttons_of(self.blocks)

    @property
    def controls(self) -> list[Control]:
        return controls_of(self.blocks)

    @property
    def in_channel(self) -> bool:
        """Shown in the channel itself, not in a thread alone."""
        return self.thread_ts in (None, self.ts) or self.broadcast


@dataclass(kw_only=True)
class Channel:
    """A channel or a direct message with the bot."""

    id: str
    name: str
    member_ids: set[str]
    private: bool = False
    im: bool = False
    archived: bool = False
    restricted: bool = False
    all_messages: list[Message] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """As the filter of a menu of conversations calls it."""
        return "im" if self.im else "private" if self.private else "public"

    @property
    def messages(self) -> list[Message]:
        """What everybody in the channel sees, oldest first, without the replies in threads."""
        return [message for message in self.all_messages if not message.ephemeral and message.in_channel]

    def thread(self, ts: str) -> list[Message]:
        """The replies to a message, oldest first."""
        return [one for one in self.all_messages if one.thread_ts == ts and one.ts != ts and not one.ephemeral]

    def ephemerals(self, user_id: str) -> list[Message]:
        return [message for message in self.all_messages if message.only_for == user_id]

    def seen_by(self, user_id: str) -> list[Message]:
        return [message for message in self.all_messages if message.only_for in (None, user_id)]


class Workspace:
    """Everything that is true in the pretend Slack. `version` counts up with every change."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.people = {person.id: person for person in (*PEOPLE, OTHER_BOT)}
        self.channels = {
            room.id: Channel(id=room.id, name=room.name, member_ids=set(room.member_ids), private=room.private)
            for room in ROOMS
        }
        for person in PEOPLE:
            self.direct(person.id)
        self.groups = {group.id: group for group in GROUPS}
        self.triggers = Triggers(clock)
        self.addresses = Addresses(clock)
        self.files = Files()
        self.views = Views(
            clock, number_blocks, lambda user_id, menu: [one.id for one in self.offered(user_id, menu)], self.changed
        )
        self.version = 0
        self._waking = asyncio.Event()
        self._last_ts = 0

    def changed(self) -> None:
        """Count the change and wake whoever waits for one."""
        self.version += 1
        self._waking.set()
        self._waking = asyncio.Event()

    async def wait_beyond(self, version: int) -> int:
        """Wait until something has changed since `version`; gives the version now."""
        while self.version <= version:
            await self._waking.wait()
        return self.version

    def next_ts(self) -> str:
        """A timestamp that no message has yet."""
        self._last_ts = max(int(self.clock().timestamp() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def person(self, user_id: str) -> Person:
        """Raises: Refusal: nobody has that id."""
        if user_id not in self.people:
            raise Refusal("user_not_found")
        return self.people[user_id]

    def channel(self, channel_id: str) -> Channel:
        """Raises: Refusal: there is no such channel."""
        if channel_id not in self.channels:
            raise Refusal("channel_not_found")
        return self.channels[channel_id]

    def change_group(self, handle: str, **changes: Any) -> Group:
        """Change a user group, by its handle or id.

        Raises:
            LookupError: there is no such group.
        """
        found = next((one for one in self.groups.values() if handle.lstrip("@") in (one.handle, one.id)), None)
        if found is None:
            raise LookupError(
                f"There is no group {handle!r}, only: {', '.join(one.handle for one in self.groups.values())}."
            )
        changed = self.groups[found.id] = replace(found, **changes)
        self.changed()
        return changed

    def direct(self, user_id: str) -> Channel:
        """The direct messages between the bot and a person, opened if need be."""
        channel_id = f"D{user_id[1:]}"
        if channel_id not in self.channels:
            members = {user_id, BOT_USER_ID}
            name = self.person(user_id).name
            self.channels[channel_id] = Channel(id=channel_id, name=name, member_ids=members, private=True, im=True)
        return self.channels[channel_id]

    def channel_named(self, name: str) -> Channel:
        """A channel by name, with or without `#`, or id; direct messages by the person's name.

        Raises:
            LookupError: there is no such channel.
        """
        found = next((one for one in self.channels.values() if name.lstrip("#") in (one.name, one.id)), None)
        if found is None:
            raise LookupError(
                f"There is no channel {name!r}, only: {', '.join(one.name for one in self.channels.values())}."
            )
        return found

    def visible_to(self, user_id: str) -> list[Channel]:
        """Channels a person may look into. Guests and strangers see those they are members of."""
        person = self.person(user_id)
        closed = person.guest or person.stranger
        return [one for one in self.channels.values() if user_id in one.member_ids or not (one.private or closed)]

    def shared(self, channel: Channel) -> bool:
        """People of another company are in it, through Slack Connect."""
        return any(one in self.people and self.people[one].stranger for one in channel.member_ids)

    def offered(self, user_id: str, element: Json) -> list[Channel]:
        """What a person may choose in a menu of conversations or channels, as its filter has it.

        Source: docs.slack.dev/reference/block-kit/composition-objects/conversation-filter-object.
        """
        wanted = element.get("filter", {})
        kinds = wanted.get("include", ["im", "mpim", "private", "public"])
        if str(element["type"]).endswith("channels_select"):
            kinds = ["public"]
        strangers_out, bots_out = wanted.get("exclude_external_shared_channels"), wanted.get("exclude_bot_users")
        return [
            one
            for one in self.visible_to(user_id)
            if one.kind in kinds
            and not one.archived
            and not (strangers_out and self.shared(one))
            and not (bots_out and one.im)  # all of them are with the bot
        ]

    def post(
        self,
        channel: Channel,
        user: str,
        *,
        text: str = "",
        blocks: Sequence[Json] = (),
        unfurl: bool = False,
        **more: Any,
    ) -> Message:
        """Put a message into a channel."""
        numbered = number_blocks(blocks)
        message = Message(
            channel=channel.id,
            ts=self.next_ts(),
            user=user,
            text=text,
            blocks=tuple(numbered),
            previews=_addresses(text, numbered) if unfurl else (),
            **more,
        )
        channel.all_messages.append(message)
        self.changed()
        return message

    def take(self, user: str, name: str, content: bytes, *, site: str) -> File:
        """A file a person's app sends up for a form: it is shared nowhere."""
        file_id = new_file_id()
        url = f"{site}/files/{file_id}/{quote(name, safe='')}"
        at = int(self.clock().timestamp())
        file = File(id=file_id, name=name, title=name, content=content, user=user, url=url, created=at)
        self.changed()
        return self.files.keep(file)

    def edit(self, message: Message, **changes: Any) -> Message:
        """Change a message in its place. Returns it as it is then."""
        if "blocks" in changes:
            changes["blocks"] = tuple(number_blocks(changes["blocks"]))
        edited = replace(message, **{"edited": True, **changes})
        messages = self.channel(message.channel).all_messages
        messages[:] = [edited if one.ts == message.ts else one for one in messages]
        self.changed()
        return edited

    def remove(self, message: Message) -> None:
        """Safe to repeat."""
        messages = self.channel(message.channel).all_messages
        messages[:] = [one for one in messages if one.ts != message.ts]
        self.changed()

    def find(self, channel_id: str, ts: str) -> Message | None:
        return next((one for one in self.channel(channel_id).all_messages if one.ts == ts), None)


def number_blocks(blocks: Iterable[Json]) -> list[Json]:
    """The blocks with an id for each block and element that came without one, as Slack adds them."""
    return [_with_ids({**block, "block_id": block.get("block_id") or secrets.token_urlsafe(4)}) for block in blocks]


_ACTING = frozenset({"button", "overflow", "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker"})


def _with_ids(block: Json) -> Json:
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            block[key] = _with_action_id(block[key])
    if block["type"] == "actions":
        block["elements"] = [_with_action_id(element) for element in block["elements"]]
    return block


def _with_action_id(element: Json) -> Json:
    kind = str(element.get("type"))
    acts = kind in _ACTING or kind.endswith(("_select", "_input"))
    if not acts or element.get("action_id"):
        return element
    return {**element, "action_id": secrets.token_urlsafe(4)}


def _addresses(text: str, blocks: Sequence[Json]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ADDRESS.findall(f"{text}\n{words_of(blocks)}")))
