"""Slack's failures become ours, and answers go to Slack alone."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.app import hosts_of
from bot.blocks import Json, Message
from bot.downloads import download
from bot.errors import Invalid, SlackDeclined, SlackError, SlackOutcomeUnknown, SlackUnavailable
from bot.model import Fetched, Room, utc_now
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
async def slack_at(
    api_url: str, token: str = "xoxb-x", clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Slack]:
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1))
    client = AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[])
    slack = Slack(client, answers_to=api_url, files_from=api_url, clock=clock)
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
    ("api", "hosts"),
    [
        ("https://slack.com/api/", ("https://hooks.slack.com/", "https://files.slack.com/")),
        ("https://slack-gov.com/api/", ("https://hooks.slack-gov.com/", "https://files.slack-gov.com/")),
        ("https://slack.com.evil.example/api/", ("https://slack.com.evil.example/api/",) * 2),
        ("http://127.0.0.1:9/api/", ("http://127.0.0.1:9/api/",) * 2),
    ],
)
def test_answers_and_files_have_hosts_of_their_own_with_each_slack(api: str, hosts: tuple[str, str]) -> None:
    assert hosts_of(api) == hosts


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


async def test_a_large_file_goes_from_the_disk_to_a_persons_direct_messages(
    sandbox: Sandbox, slack: Slack, tmp_path: Path
) -> None:
    path, content = tmp_path / "RF-1.zip", bytes(range(256)) * 20_000
    path.write_bytes(content)
    channel = await slack.direct("U0ANN")
    await slack.send_path(channel, path, len(content), title="RF-1.zip", words="Here it is.")
    (message,) = sandbox.person("ann").direct.messages
    (file,) = message.files
    assert (file.name, file.content) == ("RF-1.zip", content)
    assert await slack.find_file(channel, "RF-1.zip", since=utc_now() - HOUR)


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
async def test_a_large_file_that_slack_does_not_take_is_an_error_of_ours(
    sandbox: Sandbox, slack: Slack, tmp_path: Path, method: str
) -> None:
    path = tmp_path / "RF-1.zip"
    path.write_bytes(b"PK")
    channel = await slack.direct("U0ANN")
    sandbox.fail(method, status=503)
    with pytest.raises((SlackUnavailable, SlackOutcomeUnknown)):
        await slack.send_path(channel, path, 2, title="RF-1.zip", words="Here it is.")
    assert not sandbox.person("ann").direct.messages


def uploaded(sandbox: Sandbox, content: bytes = b"\x89PNG", name: str = "shop.png") -> str:
    """The id of a file Ann has put into a form."""
    return str(sandbox.acts.attach(sandbox.workspace.person("U0ANN"), name, content)["id"])


async def test_a_file_is_fetched_with_its_uploader(sandbox: Sandbox, slack: Slack) -> None:
    fetched = await slack.fetch_file(uploaded(sandbox), limit=4)
    assert fetched == Fetched(name="shop.png", mimetype="image/png", content=b"\x89PNG", user_id="U0ANN")


async def test_a_file_over_the_limit_is_not_even_asked_for(sandbox: Sandbox, slack: Slack) -> None:
    file_id = uploaded(sandbox, bytes(1_000_001))
    with pytest.raises(Invalid, match="larger than 1 MB"):
        await slack.fetch_file(file_id, limit=1_000_000)
    assert sandbox.traffic.of("download") == []


async def test_a_file_that_was_deleted_is_said_to_be_gone(sandbox: Sandbox, slack: Slack) -> None:
    file_id = uploaded(sandbox)
    sandbox.delete_file(file_id)
    for gone in (file_id, "F0NOWHERE"):
        with pytest.raises(Invalid, match="does not have that file any more"):
            await slack.fetch_file(gone, limit=10)


@pytest.mark.parametrize("method", ["files.info", "download"])
async def test_a_file_that_does_not_come_can_be_asked_for_again(sandbox: Sandbox, slack: Slack, method: str) -> None:
    file_id = uploaded(sandbox)
    sandbox.fail(method, status=503)
    with pytest.raises(SlackUnavailable):
        await slack.fetch_file(file_id, limit=10)
    sandbox.lose_reply(method)  # which aiohttp itself asks for again: it only reads
    assert (await slack.fetch_file(file_id, limit=10)).content == b"\x89PNG"


async def test_a_file_that_takes_too_long_is_given_up(sandbox: Sandbox, slack: Slack) -> None:
    file_id = uploaded(sandbox)
    address = sandbox.workspace.files.get(file_id).url
    sandbox.hang(3, "download")
    assert slack.client.session is not None
    with pytest.raises(SlackUnavailable, match="TimeoutError"):
        await download(
            slack.client.session, address, sandbox.bot_token, host=address, limit=10, mimetype="image/png", takes=0.2
        )


async def test_without_the_scope_no_file_is_read() -> None:
    manifest = {"display_information": {"name": "Desk"}, "oauth_config": {"scopes": {"bot": ["chat:write"]}}}
    async with Sandbox(manifest=manifest) as sandbox, slack_at(sandbox.api_url, sandbox.bot_token) as slack:
        with pytest.raises(SlackDeclined, match="missing_scope"):
            await slack.fetch_file(uploaded(sandbox), limit=10)


class FileHost:
    """A Slack that tells of one file and gives it as the test likes. `shown` is what was shown as proof, by host."""

    def __init__(self, answer: Response, **told: Any) -> None:
        self.answer = answer
        self.told = told
        self.shown: list[str] = []

    async def info(self, request: Request) -> Response:
        address = f"{request.url.scheme}://{request.url.netloc}/files/F1"
        file = {"id": "F1", "name": "shop.png", "mimetype": "image/png", "size": 4, "user": "U0ANN", "mode": "hosted"}
        return JSONResponse({"ok": True, "file": {**file, "url_private_download": address, **self.told}})

    async def give(self, request: Request) -> Response:
        self.shown.append(request.headers.get("authorization", ""))
        return self.answer if request.path_params["id"] == "F1" else Response(b"there")

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Slack]:
        site = Starlette(
            routes=[Route("/api/files.info", self.info, methods=["GET", "POST"]), Route("/files/{id}", self.give)]
        )
        async with running(site) as url, slack_at(f"{url}/api/") as slack:
            yield slack


async def more_and_more() -> AsyncIterator[bytes]:
    for _ in range(5000):
        yield bytes(1000)
        await asyncio.sleep(0)


async def test_a_file_that_is_larger_than_slack_says_is_cut_off() -> None:
    host = FileHost(StreamingResponse(more_and_more(), media_type="image/png"))
    async with host.open() as slack:
        with pytest.raises(Invalid, match=r"larger than 0\.05 MB"):
            await slack.fetch_file("F1", limit=50_000)


@pytest.mark.parametrize(
    "told",
    [
        {"mode": "tombstone"},
        {"mode": "external", "is_external": True, "url_private_download": "https://drive.example/x"},
        {"file_access": "check_file_info"},
        {"file_access": "access_denied"},
    ],
)
async def test_a_file_slack_does_not_keep_for_us_is_refused_in_a_sentence(told: Json) -> None:
    host = FileHost(Response(b"data"), **told)
    async with host.open() as slack:
        with pytest.raises(Invalid, match="Please"):
            await slack.fetch_file("F1", limit=10)
    assert host.shown == []


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/files/F1",
        "http://127.0.0.1:9/files/F1",
        "https://files.slack.com@evil.example/F1",
        "https://files.slack.com.evil.example/F1",
        "http://files.slack.com/F1",
        "//evil.example/F1",
        "file:///etc/passwd",
        "http://[broken",
    ],
)
async def test_the_token_is_shown_to_no_other_host(address: str) -> None:
    told, redirected = FileHost(Response(b"data"), url_private_download=address), FileHost(RedirectResponse(address))
    async with told.open() as slack:
        with pytest.raises(SlackError):
            await slack.fetch_file("F1", limit=10)
    assert told.shown == []
    if not address.startswith("file:"):  # which no redirect of Starlette's spells
        async with redirected.open() as slack:
            with pytest.raises(SlackError):
                await slack.fetch_file("F1", limit=10)
        assert redirected.shown == ["Bearer xoxb-x"]


async def test_a_redirect_on_the_same_host_is_followed_and_no_circle() -> None:
    async with FileHost(RedirectResponse("/files/F2")).open() as slack:
        assert (await slack.fetch_file("F1", limit=10)).content == b"there"
    async with FileHost(RedirectResponse("/files/F1")).open() as slack:
        with pytest.raises(SlackDeclined, match="too_many_redirects"):
            await slack.fetch_file("F1", limit=10)


async def test_a_page_to_sign_in_is_not_taken_for_the_file() -> None:
    async with FileHost(HTMLResponse("<!DOCTYPE html><title>Sign in</title>")).open() as slack:
        with pytest.raises(SlackDeclined, match="sign_in_page"):
            await slack.fetch_file("F1", limit=1000)


async def test_slack_itself_is_asked_for_files_where_nothing_else_is_set(sandbox: Sandbox) -> None:
    """So a file of the test server is on another host."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        with pytest.raises(SlackDeclined, match="file_on_another_host"):
            await Slack(client).fetch_file(uploaded(sandbox), limit=10)
    assert sandbox.traffic.of("download") == []


async def test_a_group_is_who_slack_says_and_remembered_for_a_minute_at_most(sandbox: Sandbox) -> None:
    seconds = [1000.0]
    async with slack_at(sandbox.api_url, sandbox.bot_token, clock=lambda: seconds[0]) as slack:
        assert await slack.group("S0BRAND") == {"U0ANN", "U0BO"}
        sandbox.set_group("brand-team", "ann", "mia")
        seconds[0] += 59.9
        assert await slack.group("S0BRAND") == {"U0ANN", "U0BO"}
        seconds[0] += 0.1
        assert await slack.group("S0BRAND") == {"U0ANN", "U0MIA"}
        sandbox.disable_group("brand-team")
        seconds[0] += 60
        assert await slack.group("S0BRAND") == frozenset()
        assert await slack.group("S0NONE") == frozenset()


async def test_who_asks_for_a_group_at_once_shares_one_call(sandbox: Sandbox, slack: Slack) -> None:
    sandbox.hang(0.2, "usergroups.users.list")
    first = asyncio.create_task(slack.group("S0BRAND"))
    others = [asyncio.create_task(slack.group("S0BRAND")) for _ in range(5)]
    await asyncio.sleep(0.05)
    first.cancel()
    assert await asyncio.gather(*others) == [{"U0ANN", "U0BO"}] * 5
    assert len(sandbox.traffic.of("usergroups.users.list")) == 1


async def test_a_group_slack_does_not_tell_of_has_nobody_let_in_and_is_asked_for_again(
    sandbox: Sandbox, slack: Slack
) -> None:
    sandbox.fail("usergroups.users.list", status=503)
    both = await asyncio.gather(slack.group("S0BRAND"), slack.group("S0BRAND"), return_exceptions=True)
    assert [type(one) for one in both] == [SlackUnavailable, SlackUnavailable]
    assert await slack.group("S0BRAND") == {"U0ANN", "U0BO"}


async def test_a_group_is_called_what_people_type(sandbox: Sandbox, slack: Slack) -> None:
    sandbox.disable_group("legal-team")
    assert await slack.group_name("S0BRAND") == "brand-team"
    assert await slack.group_name("S0LEGAL") == "legal-team", "which is still the holder of a role"
    assert await slack.group_name("S0NONE") == "S0NONE"
    assert len(sandbox.traffic.of("usergroups.list")) == 1


@pytest.mark.parametrize("word", ["expired_trigger_id", "exchanged_trigger_id"])
async def test_a_form_that_comes_too_late_is_said_to(word: str) -> None:
    async with slack_that_says(word) as slack:
        for opening in (slack.open_view("1.2.3", {}), slack.push_view("1.2.3", {}, instead_of="V1")):
            with pytest.raises(Invalid, match="Please press or type it again"):
                await opening
