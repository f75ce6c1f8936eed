"""Slack's failures become ours, and answers go to Slack alone."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.blocks import Message
from bot.errors import SlackDeclined, SlackError, SlackOutcomeUnknown, SlackUnavailable
from bot.model import Room, utc_now
from bot.sandbox.driver import Sandbox
from bot.sandbox.serving import running
from bot.slack import EVENT_TYPE, Slack

HELLO = Message(text="Hello.")
HOUR = timedelta(hours=1)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def slack(sandbox: Sandbox) -> AsyncIterator[Slack]:
    async with slack_at(sandbox.api_url, sandbox.bot_token) as slack:
        yield slack


@contextlib.asynccontextmanager
async def slack_at(api_url: str, token: str = "xoxb-x") -> AsyncIterator[Slack]:
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1))
    client = AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[])
    slack = Slack(client, answers_to=api_url)
    yield slack
    await slack.close()


@contextlib.asynccontextmanager
async def slack_that_says(word: str) -> AsyncIterator[Slack]:
    """A Slack that answers everything with this error."""

    async def answer(_: Request) -> Response:
        return JSONResponse({"ok": False, "error": word})

    site = Starlette(routes=[Route("/api/{method}", answer, methods=["GET", "POST"])])
    async with running(site) as url, slack_at(f"{url}/api/") as slack:
        yield slack


@pytest.mark.parametrize(
    "answer",
    [Response("invalid_blocks", status_code=400), JSONResponse({"ok": False, "error": "invalid_blocks"})],
)
async def test_blocks_that_are_refused_in_an_answer_are_told_apart_from_an_answer_that_is_lost(
    answer: Response,
) -> None:
    async def answers(_: Request) -> Response:
        return answer

    site = Starlette(routes=[Route("/respond", answers, methods=["POST"])])
    async with running(site) as url, slack_at(f"{url}/") as slack:
        with pytest.raises(SlackDeclined) as refused:
            await slack.respond(f"{url}/respond", HELLO, replace=False)
    assert refused.value.code == "invalid_blocks"


async def test_a_busy_slack_says_when_to_come_back(sandbox: Sandbox, slack: Slack) -> None:
    sandbox.rate_limit("chat.postMessage", 1, retry_after=7)
    with pytest.raises(SlackUnavailable) as busy:
        await slack.post("C0BRAND", HELLO, key="k")
    assert busy.value.retry_after == 7
    assert not sandbox.channel("brand-protection").messages


async def test_a_refusal_is_for_good_and_keeps_slacks_word(slack: Slack) -> None:
    with pytest.raises(SlackDeclined) as refused:
        await slack.post("C0NOWHERE", HELLO, key="k")
    assert refused.value.code == "channel_not_found"


@pytest.mark.parametrize("trouble", ["lost", "broken", "silent"])
async def test_after_a_lost_reply_it_is_unknown_whether_something_was_posted(
    sandbox: Sandbox, slack: Slack, trouble: str
) -> None:
    if trouble == "lost":
        sandbox.lose_reply("chat.postMessage")
    elif trouble == "broken":
        sandbox.fail("chat.postMessage", status=502)
    else:
        sandbox.hang(3, "chat.postMessage")
    with pytest.raises(SlackOutcomeUnknown):
        await slack.post("C0BRAND", HELLO, key="k")


async def test_what_only_reads_may_be_asked_again(sandbox: Sandbox, slack: Slack) -> None:
    sandbox.fail("users.info", status=500)
    with pytest.raises(SlackUnavailable):
        await slack.person("U0ANN")
    assert (await slack.person("U0ANN")) is not None


@pytest.mark.parametrize("word", ["internal_error", "fatal_error", "service_unavailable", "request_timeout"])
async def test_slacks_words_for_its_own_trouble_leave_open_what_was_done(word: str) -> None:
    async with slack_that_says(word) as slack:
        with pytest.raises(SlackOutcomeUnknown):
            await slack.post("C0BRAND", HELLO, key="k")
        for reads in (slack.person("U0ANN"), slack.room("C0BRAND"), slack.find("C0BRAND", key="k", since=utc_now())):
            with pytest.raises(SlackUnavailable):
                await reads


@pytest.mark.parametrize("word", ["ratelimited", "message_limit_exceeded", "team_added_to_org"])
async def test_where_slack_did_nothing_it_says_so_and_there_is_nothing_to_look_for(word: str) -> None:
    async with slack_that_says(word) as slack:
        with pytest.raises(SlackUnavailable):
            await slack.post("C0BRAND", HELLO, key="k")


async def test_a_slack_that_is_not_there_took_nothing() -> None:
    async with slack_at("http://127.0.0.1:9/api/") as slack:
        with pytest.raises(SlackUnavailable):
            await slack.post("C0BRAND", HELLO, key="k")


async def test_a_message_is_found_again_by_its_key(slack: Slack) -> None:
    before = utc_now()
    posted = await slack.post("C0BRAND", HELLO, key="batch-1")
    await slack.post("C0BRAND", HELLO, key="batch-2")
    assert await slack.find("C0BRAND", key="batch-1", since=before) == posted
    assert await slack.find("C0BRAND", key="batch-9", since=before) is None
    reply = await slack.post("C0BRAND", HELLO, key="reply-1", thread_ts=posted.ts)
    assert await slack.find("C0BRAND", key="reply-1", since=before, thread_ts=posted.ts) == reply


@pytest.mark.parametrize(("user", "event_type"), [("U0FEED", EVENT_TYPE), ("U0BOT", "weather_report")])
async def test_our_key_on_a_message_that_is_not_ours_is_not_taken_for_it(
    sandbox: Sandbox, slack: Slack, user: str, event_type: str
) -> None:
    before = utc_now()
    metadata = {"event_type": event_type, "event_payload": {"key": "mine"}}
    room = sandbox.channel("brand-protection")
    sandbox.workspace.post(room, user, text="Hello.", metadata=metadata)
    assert await slack.find("C0BRAND", key="mine", since=before) is None
    posted = await slack.post("C0BRAND", HELLO, key="mine")
    sandbox.workspace.post(room, user, text="Hello.", metadata=metadata)
    assert await slack.find("C0BRAND", key="mine", since=before) == posted


async def test_a_message_is_looked_for_in_the_time_it_was_tried_and_no_longer(slack: Slack) -> None:
    posted = await slack.post("C0BRAND", HELLO, key="mine")
    now = utc_now()
    assert await slack.find("C0BRAND", key="mine", since=now - 2 * HOUR, until=now - HOUR) is None
    assert await slack.find("C0BRAND", key="mine", since=now + HOUR, until=now + 2 * HOUR) is None
    assert await slack.find("C0BRAND", key="mine", since=now - HOUR, until=now - timedelta(minutes=10)) == posted, (
        "clocks may differ by minutes"
    )


async def test_people_are_known_as_slack_knows_them(slack: Slack) -> None:
    ann, gil, otto = [await slack.person(who) for who in ("U0ANN", "U0GIL", "U0OTTO")]
    assert ann is not None
    assert (ann.name, ann.guest, ann.team_id) == ("Ann Winter", False, await slack.own_team())
    assert gil is not None
    assert gil.guest
    assert otto is not None
    assert otto.team_id != await slack.own_team()
    assert await slack.person("U0NOBODY") is None


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/respond/x",
        "https://hooks.slack.com.evil.example/x",
        "file:///etc/passwd",
        "",
        "//evil.example",
    ],
)
async def test_answers_go_to_slack_alone(slack: Slack, address: str) -> None:
    assert not await slack.respond(address, HELLO, replace=False)


async def test_a_message_of_ours_is_found_behind_pages_of_others(sandbox: Sandbox, slack: Slack) -> None:
    started = utc_now()
    posted = await slack.post("C0BRAND", HELLO, key="mine")
    for number in range(450):
        sandbox.workspace.post(sandbox.channel("brand-protection"), "U0ANN", text=f"chat {number}")
    assert await slack.find("C0BRAND", key="mine", since=started) == posted
    assert await slack.find("C0BRAND", key="another", since=started) is None


async def test_clocks_may_differ_by_minutes_when_a_message_is_looked_for(slack: Slack) -> None:
    posted = await slack.post("C0BRAND", HELLO, key="mine")
    assert await slack.find("C0BRAND", key="mine", since=utc_now() + timedelta(minutes=10)) == posted


async def test_a_channel_tells_whether_we_are_in_it(sandbox: Sandbox, slack: Slack) -> None:
    room = await slack.room("C0BRAND")
    assert room == Room(id="C0BRAND", name="brand-protection", member=True, archived=False)
    sandbox.remove_bot("brand-protection")
    sandbox.archive("brand-protection")
    room = await slack.room("C0BRAND")
    assert room == Room(id="C0BRAND", name="brand-protection", member=False, archived=True)
    assert await slack.room("C0LEGAL") is None, "a private channel without us"
    sandbox.fail("conversations.info", status=503)
    with pytest.raises(SlackUnavailable):
        await slack.room("C0BRAND")


async def test_we_know_what_people_type_to_name_us(slack: Slack) -> None:
    assert await slack.own_name() == "takedown-desk"


async def test_a_file_goes_to_a_persons_direct_messages(sandbox: Sandbox, slack: Slack) -> None:
    await slack.send_file("U0ANN", "list.csv", b"a,b", title="The list", words="Here it is.")
    (message,) = sandbox.person("ann").direct.messages
    (file,) = message.files
    assert (file.name, file.content) == ("list.csv", b"a,b")


@pytest.mark.parametrize("method", ["conversations.open", "files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_file_that_slack_does_not_take_is_an_error_of_ours(sandbox: Sandbox, slack: Slack, method: str) -> None:
    sandbox.fail(method, status=503)
    with pytest.raises(SlackError):
        await slack.send_file("U0ANN", "list.csv", b"a,b", title="The list", words="Here it is.")


async def test_an_upload_that_breaks_is_an_error_of_ours(sandbox: Sandbox, slack: Slack) -> None:
    sandbox.fail("upload", status=500)
    with pytest.raises(SlackError):
        await slack.send_file("U0ANN", "list.csv", b"a,b", title="The list", words="Here it is.")
