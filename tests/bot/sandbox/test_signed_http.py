"""Signed HTTP, with Bolt behind Starlette and with a server that answers as it likes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.model import utc_now
from bot.sandbox.driver import Sandbox
from bot.sandbox.serving import running
from bot.sandbox.signed_http import sign
from tests.bot.sandbox.conftest import COMMANDS, HandClock, listening
from tests.browser.kitchen import button

Json = dict[str, Any]
# Source: docs.slack.dev/authentication/verifying-requests-from-slack, the published example.
VECTOR = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14"
    "d10d2c447fce8b6703c"
)


def test_the_signature_is_that_of_slacks_own_example() -> None:
    signature = sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", VECTOR.encode())
    assert signature == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


async def test_a_bot_over_http_is_verified_and_then_hears_commands_and_presses() -> None:
    pressed: list[str] = []

    async def command(ack: AsyncAck, body: Json) -> None:
        blocks = [{"type": "actions", "elements": [button("go", "Go", value=body["text"])]}]
        await ack(text="Ready?", blocks=blocks)

    async def go(ack: AsyncAck, body: Json, respond: Any) -> None:
        pressed.append(body["actions"][0]["value"])
        await ack()
        await respond(text="Gone", replace_original=True)

    def listens(app: AsyncApp) -> None:
        app.command("/desk")(command)
        app.action("go")(go)

    # Bolt checks the timestamp against the real clock.
    async with Sandbox(clock=utc_now, commands=COMMANDS) as sandbox, listening(sandbox, listens) as url:
        sandbox.connect_http(url)
        await asyncio.wait_for(sandbox.bot_connected(), 5)
        ann = sandbox.person("ann")
        seen = await ann.types("/desk 7 & more", channel="brand-protection")
        assert seen.reply is not None
        await ann.presses("Go", on=seen.reply)
        await sandbox.until(lambda: ann.ephemerals("brand-protection")[0].words == "Gone")
    assert pressed == ["7 &amp; more"]


class Server:
    """Answers each request with the next of its answers, the last one for ever."""

    def __init__(self, *answers: tuple[int, dict[str, str], str]) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[dict[str, str], bytes]] = []

    async def endpoint(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.body()))
        status, headers, body = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if status == 0:
            await asyncio.sleep(2)
        return Response(body, status_code=status or 200, headers=headers)


@asynccontextmanager
async def served(sandbox: Sandbox, *answers: tuple[int, dict[str, str], str]) -> AsyncIterator[Server]:
    server = Server(*answers)
    async with running(Starlette(routes=[Route("/", server.endpoint, methods=["POST"])])) as url:
        sandbox.connect_http(f"{url}/")
        yield server


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((404, {}, "unhandled"), "http_client_error"),
        ((401, {}, ""), "http_client_error"),
        ((500, {}, ""), "http_service_error"),
        ((0, {}, ""), "operation_timeout"),
        ((200, JSON, "{broken"), "invalid_command_response"),
        ((200, JSON, '{"blocks": [{"type": "section"}]}'), "invalid_command_response"),
        ((200, {}, ""), None),
    ],
)
async def test_what_the_person_reads_depends_on_the_answer(
    sandbox: Sandbox, answer: tuple[int, dict[str, str], str], error: str | None
) -> None:
    async with served(sandbox, answer):
        seen = await sandbox.person("ann").types("/desk", channel="brand-protection")
    assert seen.error == error


async def test_an_app_that_is_not_there_cannot_be_reached(sandbox: Sandbox) -> None:
    async with served(sandbox, (200, {}, "")):
        pass
    assert (await sandbox.person("ann").types("/desk", channel="brand-protection")).error == "dispatch_failed"


async def test_the_one_signature_is_over_the_raw_body_and_the_sandbox_clock(sandbox: Sandbox, clock: HandClock) -> None:
    async with served(sandbox, (200, {}, "plain words")) as server:
        seen = await sandbox.person("ann").types("/desk ümlaut+100%", channel="brand-protection")
    assert seen.reply is not None
    assert seen.reply.text == "plain words"
    ((headers, body),) = server.requests
    assert headers["x-slack-request-timestamp"] == str(int(clock().timestamp()))
    expected = SignatureVerifier(sandbox.signing_secret).generate_signature(
        timestamp=headers["x-slack-request-timestamp"], body=body
    )
    assert headers["x-slack-signature"] == expected
    assert headers["content-type"] == "application/x-www-form-urlencoded"


async def test_an_event_that_fails_is_sent_again_with_its_number(sandbox: Sandbox) -> None:
    async with served(sandbox, (500, {}, ""), (200, {}, "")) as server:
        await sandbox.person("ann").opens_home()
        await sandbox.until(lambda: len(server.requests) == 2)
    (first, body), (second, same) = server.requests
    assert "x-slack-retry-num" not in first
    assert (second["x-slack-retry-num"], second["x-slack-retry-reason"]) == ("1", "http_error")
    assert body == same


async def test_an_event_is_not_sent_again_where_the_app_says_so(sandbox: Sandbox) -> None:
    async with served(sandbox, (500, {"X-Slack-No-Retry": "1"}, "")) as server:
        await sandbox.person("ann").opens_home()
        await sandbox.settled()
    assert len(server.requests) == 1


async def test_an_address_that_does_not_answer_the_challenge_is_not_connected(sandbox: Sandbox) -> None:
    async with served(sandbox, (200, JSON, '{"challenge": "another"}')):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(sandbox.bot_connected(), 0.2)
