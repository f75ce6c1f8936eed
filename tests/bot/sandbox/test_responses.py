"""The addresses an interaction may be answered at."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.sandbox.driver import Message, Sandbox
from tests.bot.sandbox.conftest import HandClock, connected, on_command
from tests.browser.kitchen import button

Json = dict[str, Any]
BLOCKS = [{"type": "actions", "elements": [button("go", "Go", value="7")]}]


class Address:
    """A bot that answers a command with a button, and keeps the addresses it is given."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.bodies: list[Json] = []

    def listens(self, app: AsyncApp) -> None:
        app.command("/desk")(self.command)
        app.action("go")(self.pressed)

    async def command(self, ack: AsyncAck, body: Json) -> None:
        self.urls.append(body["response_url"])
        await ack(text="Ready?", blocks=BLOCKS, response_type="in_channel" if body["text"] == "loud" else "ephemeral")

    async def pressed(self, ack: AsyncAck, body: Json) -> None:
        self.urls.append(body["response_url"])
        self.bodies.append(body)
        await ack()


async def say(http: httpx.AsyncClient, url: str, **said: Any) -> tuple[int, str]:
    answer = await http.post(url, json=said)
    return answer.status_code, answer.text


def whispered(sandbox: Sandbox) -> list[Message]:
    return sandbox.person("ann").ephemerals("brand-protection")


async def test_it_is_good_for_five_answers(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    bot = Address()
    async with connected(sandbox, bot.listens):
        await sandbox.person("ann").types("/desk", channel="brand-protection")
    for number in range(5):
        assert await say(http, bot.urls[0], text=str(number)) == (200, "ok")
    assert await say(http, bot.urls[0], text="one more") == (404, "used_url")
    assert [message.text for message in whispered(sandbox)] == ["Ready?", "0", "1", "2", "3", "4"]


async def test_it_is_good_for_half_an_hour(sandbox: Sandbox, http: httpx.AsyncClient, clock: HandClock) -> None:
    bot = Address()
    async with connected(sandbox, bot.listens):
        await sandbox.person("ann").types("/desk", channel="brand-protection")
    clock.forward(minutes=30)
    assert await say(http, bot.urls[0], text="in time") == (200, "ok")
    clock.forward(seconds=1)
    assert await say(http, bot.urls[0], text="too late") == (404, "expired_url")


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({}, "no_text"),
        ({"text": "x", "colour": "red"}, "invalid_payload"),
        ({"delete_original": True, "text": "x"}, "invalid_payload"),
        ({"blocks": [{"type": "section"}]}, "invalid_blocks"),
    ],
)
async def test_a_bad_answer_is_refused_and_not_counted(
    sandbox: Sandbox, http: httpx.AsyncClient, said: Json, word: str
) -> None:
    bot = Address()
    async with connected(sandbox, bot.listens):
        await sandbox.person("ann").types("/desk", channel="brand-protection")
    for _ in range(6):
        assert await say(http, bot.urls[0], **said) == (400, word)
    assert await say(http, bot.urls[0], text="well") == (200, "ok")


async def test_the_pressed_message_is_replaced_and_then_deleted(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    bot = Address()
    ann = sandbox.person("ann")
    async with connected(sandbox, bot.listens):
        seen = await ann.types("/desk", channel="brand-protection")
        await ann.presses("Go", on=seen.reply)
    assert seen.reply is not None
    # What only one person sees stays so, whatever is asked for.
    assert (await say(http, bot.urls[1], text="Gone", replace_original=True, response_type="in_channel"))[0] == 200
    (message,) = whispered(sandbox)
    assert (message.ts, message.words, message.buttons) == (seen.reply.ts, "Gone", [])
    assert sandbox.channel("brand-protection").messages == []
    assert await say(http, bot.urls[1], delete_original=True) == (200, "ok")
    assert whispered(sandbox) == []


async def test_a_loud_answer_shows_the_command_too(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    bot = Address()
    async with connected(sandbox, bot.listens):
        await sandbox.person("ann").types("/desk loud", channel="brand-protection")
    assert [message.text for message in sandbox.channel("brand-protection").messages] == ["/desk loud", "Ready?"]
    await say(http, bot.urls[0], text="To all", response_type="in_channel")
    assert sandbox.channel("brand-protection").messages[-1].text == "To all"


async def test_a_press_says_where_it_happened(sandbox: Sandbox) -> None:
    bot = Address()
    ann = sandbox.person("ann")
    async with connected(sandbox, bot.listens):
        quiet = (await ann.types("/desk", channel="brand-protection")).reply
        await ann.presses("Go", on=quiet)
        loud = (await ann.types("/desk loud", channel="brand-protection")).reply
        await ann.presses("go", on=loud)
    assert quiet is not None
    assert loud is not None
    first, second = bot.bodies
    assert first["container"] == {
        "type": "message",
        "message_ts": quiet.ts,
        "channel_id": "C0BRAND",
        "is_ephemeral": True,
    }
    assert "message" not in first, "Slack does not send the content of an ephemeral message along"
    assert second["message"]["ts"] == loud.ts
    assert second["message"]["blocks"] == list(loud.blocks)
    action = first["actions"][0]
    assert (action["type"], action["action_id"], action["value"]) == ("button", "go", "7")
    assert action["block_id"] == quiet.blocks[0]["block_id"]
    assert first["user"] == {"id": "U0ANN", "username": "ann", "name": "ann", "team_id": "T0DESK"}
    assert first["channel"] == {"id": "C0BRAND", "name": "brand-protection"}


async def test_a_command_is_answered_beyond_what_the_bot_can_see(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    urls: list[str] = []

    async def command(ack: AsyncAck, body: Json) -> None:
        urls.append(body["response_url"])
        assert body["channel_name"] == "privategroup"
        await ack()

    async with connected(sandbox, on_command(command)):
        assert (await sandbox.person("ann").types("/desk", channel="legal")).error is None
    assert await say(http, urls[0], text="Here") == (200, "ok")
    assert [message.text for message in sandbox.person("ann").ephemerals("legal")] == ["Here"]
