"""Socket Mode, with Bolt and with bare WebSockets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bot.sandbox.driver import Sandbox
from tests.bot.sandbox.conftest import Api, connected, on_command

Json = dict[str, Any]


async def opened(api: Api) -> ClientConnection:
    """A connection that has been greeted."""
    socket = await connect((await api.call("apps.connections.open", api.sandbox.app_token))["url"])
    assert (await heard(socket))["type"] == "hello"
    return socket


async def heard(socket: ClientConnection) -> Json:
    envelope: Json = json.loads(await asyncio.wait_for(socket.recv(), 2))
    return envelope


async def acknowledge(socket: ClientConnection, envelope: Json, **payload: Any) -> None:
    await socket.send(json.dumps({"envelope_id": envelope["envelope_id"], "payload": payload}))


def types(sandbox: Sandbox, text: str = "/desk hello") -> asyncio.Task[Any]:
    return asyncio.create_task(sandbox.person("ann").types(text, channel="brand-protection"))


async def test_a_command_goes_to_a_real_bot_and_its_answer_comes_back(sandbox: Sandbox) -> None:
    heard_bodies: list[Json] = []

    async def command(ack: AsyncAck, body: Json) -> None:
        heard_bodies.append(body)
        await ack(f"You said {body['text']}")

    async with connected(sandbox, on_command(command)):
        await sandbox.bot_connected()
        seen = await sandbox.person("ann").types("/desk hello", channel="brand-protection")
    assert seen.error is None
    assert seen.reply is not None
    assert (seen.reply.words, seen.reply.only_for) == ("You said hello", "U0ANN")
    assert seen.seconds < 0.5
    (body,) = heard_bodies
    assert {name: body[name] for name in ("team_id", "channel_id", "user_id", "command", "text")} == {
        "team_id": "T0DESK",
        "channel_id": "C0BRAND",
        "user_id": "U0ANN",
        "command": "/desk",
        "text": "hello",
    }


async def test_an_envelope_is_acknowledged_by_its_id(api: Api) -> None:
    socket = await opened(api)
    typing = types(api.sandbox)
    envelope = await heard(socket)
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    await socket.send(json.dumps({"envelope_id": "another", "payload": {"text": "no"}}))
    await acknowledge(socket, envelope, text="yes")
    assert (await typing).reply.words == "yes"
    await socket.close()


async def test_who_is_not_answered_in_time_reads_a_time_out_and_a_late_answer_is_lost(api: Api) -> None:
    socket = await opened(api)
    typing = types(api.sandbox)
    envelope = await heard(socket)
    assert (await typing).error == "operation_timeout"
    await acknowledge(socket, envelope, text="late")
    await api.sandbox.settled()
    assert api.sandbox.person("ann").ephemerals("brand-protection") == []
    await socket.close()


async def test_without_a_connection_nothing_can_be_sent(sandbox: Sandbox) -> None:
    assert (await types(sandbox)).error == "dispatch_failed"


async def test_what_a_lost_connection_did_not_acknowledge_goes_to_another(api: Api) -> None:
    sockets = [await opened(api), await opened(api)]
    typing = types(api.sandbox)
    receiving = {asyncio.create_task(heard(socket)): socket for socket in sockets}
    done, waiting = await asyncio.wait(receiving, return_when=asyncio.FIRST_COMPLETED)
    (first,), (second,) = done, waiting
    await receiving[first].close()
    again = await second
    assert again["payload"] == first.result()["payload"]
    await acknowledge(receiving[second], again, text="from the other")
    assert (await typing).reply.words == "from the other"
    await receiving[second].close()


async def test_what_nobody_acknowledged_in_time_is_sent_once_more_to_another(api: Api) -> None:
    sockets = [await opened(api), await opened(api)]
    typing = types(api.sandbox)
    envelopes = await asyncio.gather(*(heard(socket) for socket in sockets))
    assert envelopes[0]["payload"] == envelopes[1]["payload"]
    assert (await typing).error == "operation_timeout"
    for socket in sockets:
        await socket.close()


async def test_payloads_are_shared_out_among_the_connections(api: Api) -> None:
    counts = [0, 0]

    async def answer(index: int, socket: ClientConnection) -> None:
        async for text in socket:
            counts[index] += 1
            await acknowledge(socket, json.loads(text), text="ok")

    sockets = [await opened(api), await opened(api)]
    tasks = [asyncio.create_task(answer(index, socket)) for index, socket in enumerate(sockets)]
    for _ in range(4):
        await types(api.sandbox)
    for socket in sockets:
        await socket.close()
    await asyncio.gather(*tasks)
    assert counts == [2, 2]


async def test_ten_connections_and_no_more(api: Api) -> None:
    sockets = [await opened(api) for _ in range(10)]
    eleventh = await connect((await api.call("apps.connections.open", api.sandbox.app_token))["url"])
    assert (await heard(eleventh))["reason"] == "too_many_websockets"
    with pytest.raises(ConnectionClosed):
        await eleventh.recv()
    for socket in sockets:
        await socket.close()


async def test_a_ticket_admits_once(api: Api) -> None:
    url = (await api.call("apps.connections.open", api.sandbox.app_token))["url"]
    async with connect(url):
        pass
    with pytest.raises(InvalidStatus):
        await connect(url)


async def test_a_bot_that_is_asked_to_connect_anew_does_so(sandbox: Sandbox) -> None:
    async def command(ack: AsyncAck) -> None:
        await ack("here")

    async with connected(sandbox, on_command(command)):
        await sandbox.bot_connected()
        await sandbox.disconnect()
        assert not sandbox.socket_mode.connected
        await asyncio.wait_for(sandbox.bot_connected(), 10)
        assert (await types(sandbox)).reply.words == "here"
        assert len(sandbox.traffic.of("apps.connections.open")) == 2


async def test_events_are_repeated_until_they_are_acknowledged(api: Api) -> None:
    socket = await opened(api)
    opening = asyncio.create_task(api.sandbox.person("ann").opens_home())
    first = await heard(socket)
    second = await heard(socket)
    assert (first["retry_attempt"], second["retry_attempt"], second["retry_reason"]) == (0, 1, "http_timeout")
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert first["payload"]["event"]["type"] == "app_home_opened"
    await acknowledge(socket, second)
    assert (await opening).error is None
    await socket.close()


async def test_a_mention_reaches_the_bot_with_its_envelope(sandbox: Sandbox) -> None:
    bodies: list[Json] = []

    async def mentioned(body: Json) -> None:
        bodies.append(body)

    async def ignored() -> None:
        return

    def listens(app: AsyncApp) -> None:
        app.event("app_mention")(mentioned)
        app.event("message")(ignored)

    async with connected(sandbox, listens):
        await sandbox.person("ann").types(f"@{sandbox.app.handle} hello", channel="brand-protection")
        await sandbox.until(lambda: bool(bodies))
    (body,) = bodies
    assert body["event_id"].startswith("Ev")
    assert (body["event"]["user"], body["event"]["channel"]) == ("U0ANN", "C0BRAND")


async def test_shortcuts_reach_the_bot(sandbox: Sandbox) -> None:
    bodies: list[Json] = []

    async def shortcut(ack: AsyncAck, body: Json) -> None:
        bodies.append(body)
        await ack()

    async def ignored() -> None:
        return

    def listens(app: AsyncApp) -> None:
        app.shortcut("new")(shortcut)
        app.shortcut("report")(shortcut)
        app.event("message")(ignored)

    async with connected(sandbox, listens):
        ann = sandbox.person("ann")
        await ann.types("look at this", channel="brand-protection")
        assert (await ann.runs("new")).error is None
        assert (await ann.runs("report", on=sandbox.channel("brand-protection").messages[0])).error is None
        assert (await ann.runs("report")).error == "unknown_shortcut"
    alone, on_message = bodies
    assert (alone["type"], "response_url" in alone) == ("shortcut", False)
    assert (on_message["type"], on_message["message"]["text"]) == ("message_action", "look at this")


@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        ("plain words", "plain words"),
        ("https://acme.example/item/1?a=1&b=2 now", "<https://acme.example/item/1?a=1&amp;b=2> now"),
        ("ask @bo in #general", "ask <@U0BO|bo> in <#C0GENERAL|general>"),
        ("grant @brand-team.", "grant <!subteam^S0BRAND|@brand-team>."),
        ("@brand-teams @BRAND-team", "@brand-teams @BRAND-team"),
        ("in #legal", "in <#C0LEGAL|>"),
        ("<!channel> & co", "&lt;!channel&gt; &amp; co"),
    ],
)
async def test_what_is_typed_is_escaped_as_the_manifest_asks(api: Api, typed: str, arrives: str) -> None:
    socket = await opened(api)
    typing = types(api.sandbox, f"/desk {typed}")
    envelope = await heard(socket)
    await acknowledge(socket, envelope)
    await typing
    await socket.close()
    assert envelope["payload"]["text"] == arrives


async def test_what_the_slack_app_itself_refuses_never_reaches_the_bot(sandbox: Sandbox) -> None:
    for person, text, channel, error in (
        ("ann", "/nonsense", "brand-protection", "unknown_command"),
        ("ann", "  ", "brand-protection", "no_text"),
        ("gil", "/desk", "general", "channel_not_found"),
        ("otto", "hello", "legal", "channel_not_found"),
    ):
        assert (await sandbox.person(person).types(text, channel=channel)).error == error
    ann = sandbox.person("ann")
    assert (await ann.types("/desk", channel="brand-protection", thread_ts="1.000001")).error == "commands_in_threads"
    assert sandbox.traffic.after(0) == []


async def test_a_person_of_another_team_comes_with_that_team(api: Api) -> None:
    socket = await opened(api)
    typing = asyncio.create_task(api.sandbox.person("otto").types("/desk", channel="brand-protection"))
    envelope = await heard(socket)
    await acknowledge(socket, envelope)
    await typing
    await socket.close()
    assert envelope["payload"]["team_id"] == "T0OTHER"
