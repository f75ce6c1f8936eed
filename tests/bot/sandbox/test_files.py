"""Files, sent up in Slack's three steps."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.driver import Message, Sandbox
from tests.bot.sandbox.conftest import Api, HandClock
from tests.browser.kitchen import MARKDOWN, button

CSV = b"seller,upheld\nlamp-outlet,34\n"
Json = dict[str, Any]


def client(sandbox: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, timeout=2)


def last(sandbox: Sandbox, channel: str = "brand-protection") -> Message:
    return sandbox.channel(channel).messages[-1]


async def announced(api: Api, length: int = len(CSV), **more: Any) -> Json:
    """What an app is told when it announces a file; this method reads no JSON."""
    form = {"token": api.sandbox.bot_token, "filename": "week 47.csv", "length": length, **more}
    answer = await api.http.post(f"{api.sandbox.api_url}files.getUploadURLExternal", data=form)
    return dict(answer.json())


async def sent(api: Api) -> str:
    """The id of a file that was sent up and not yet finished."""
    told = await announced(api)
    assert (await api.http.post(told["upload_url"], content=CSV)).status_code == 200
    return str(told["file_id"])


async def test_the_real_client_puts_a_file_into_a_channel_and_everybody_can_read_it(sandbox: Sandbox) -> None:
    answer = await client(sandbox).files_upload_v2(
        channel="C0BRAND", filename="week-47.csv", content=CSV, title="Week 47", initial_comment="The full list"
    )
    message = last(sandbox)
    (file,) = message.files
    assert (file.name, file.title, file.mimetype, file.size) == ("week-47.csv", "Week 47", "text/csv", len(CSV))
    assert (file.content, file.id) == (CSV, answer["file"]["id"])
    assert (message.text, message.words) == ("The full list", "The full list\nWeek 47")
    assert "ts" not in answer.data


async def test_several_files_come_in_one_message_in_a_thread_of_direct_messages(sandbox: Sandbox) -> None:
    slack = client(sandbox)
    channel = (await slack.conversations_open(users="U0ANN"))["channel"]["id"]
    root = await slack.chat_postMessage(channel=channel, text="Your export")
    uploads: list[Json] = [{"filename": "a.xlsx", "content": b"PK"}, {"filename": "b.txt", "content": "words"}]
    await slack.files_upload_v2(channel=channel, file_uploads=uploads, thread_ts=root["ts"])
    (reply,) = sandbox.person("ann").direct.thread(root["ts"])
    assert [file.name for file in reply.files] == ["a.xlsx", "b.txt"]
    assert reply.files[0].mimetype.endswith("spreadsheetml.sheet")


async def test_blocks_stand_above_a_file_unless_there_is_a_comment(sandbox: Sandbox) -> None:
    blocks = json.dumps([{"type": "actions", "elements": [button("go", "Go")]}])
    await client(sandbox).files_upload_v2(channel="C0BRAND", filename="a.csv", content=CSV, blocks=blocks)
    assert last(sandbox).buttons == ["Go"]
    await client(sandbox).files_upload_v2(
        channel="C0BRAND", filename="a.csv", content=CSV, blocks=blocks, initial_comment="No button"
    )
    assert last(sandbox).buttons == []


async def test_a_file_that_is_shared_nowhere_is_seen_by_the_bot_alone(sandbox: Sandbox) -> None:
    answer = await client(sandbox).files_upload_v2(filename="a.csv", content=CSV)
    assert all(not channel.all_messages for channel in sandbox.workspace.channels.values())
    info = await client(sandbox).files_info(file=answer["file"]["id"])
    assert (info["file"]["mimetype"], info["file"]["shares"], info["file"]["channels"]) == ("text/csv", {}, [])


async def test_where_a_file_stands_is_told_by_looking_at_it(sandbox: Sandbox) -> None:
    answer = await client(sandbox).files_upload_v2(channel="C0BRAND", filename="a.csv", content=CSV)
    info = await client(sandbox).files_info(file=answer["file"]["id"])
    (share,) = info["file"]["shares"]["public"]["C0BRAND"]
    assert (share["ts"], info["file"]["channels"]) == (last(sandbox).ts, ["C0BRAND"])


async def test_the_bot_alone_can_fetch_a_file_at_its_address(api: Api) -> None:
    answer = await client(api.sandbox).files_upload_v2(channel="C0BRAND", filename="week 47.csv", content=CSV)
    info = await client(api.sandbox).files_info(file=answer["file"]["id"])
    url = info["file"]["url_private"]
    stranger = await api.http.get(url)
    assert (stranger.status_code, stranger.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert CSV not in stranger.content
    fetched = await api.http.get(url, headers={"Authorization": f"Bearer {api.sandbox.bot_token}"})
    assert (fetched.content, fetched.headers["Content-Disposition"]) == (CSV, 'attachment; filename="week 47.csv"')


async def test_a_deleted_file_is_gone_for_everybody(api: Api) -> None:
    answer = await client(api.sandbox).files_upload_v2(filename="a.csv", content=CSV)
    file_id = answer["file"]["id"]
    url = (await client(api.sandbox).files_info(file=file_id))["file"]["url_private_download"]
    api.sandbox.delete_file(file_id)
    with pytest.raises(SlackApiError, match="file_deleted"):
        await client(api.sandbox).files_info(file=file_id)
    gone = await api.http.get(url, headers={"Authorization": f"Bearer {api.sandbox.bot_token}"})
    assert gone.status_code == 404


async def test_an_upload_address_is_good_for_one_file_of_the_announced_length(api: Api) -> None:
    told = await announced(api)
    short = await api.http.post(told["upload_url"], content=CSV[:-1])
    assert (short.status_code, short.text.partition(";")[0]) == (400, "wrong_length")
    assert (await api.http.post(told["upload_url"], content=CSV)).status_code == 200
    assert (await api.http.post(told["upload_url"], content=CSV)).text == "upload_already_used"
    assert (await api.http.post(told["upload_url"] + "x", content=CSV)).status_code == 404


async def test_a_file_may_come_as_a_form(api: Api) -> None:
    told = await announced(api)
    answer = await api.http.post(told["upload_url"], files={"filename": ("week 47.csv", CSV)})
    assert (answer.status_code, answer.text) == (200, f"OK - {len(CSV)}")


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"length": 0}, "missing_argument"),
        ({"alt_txt": "x" * 1001}, "alt_txt_too_large"),
        ({"length": 1_000_001, "snippet_type": "python"}, "snippet_too_large"),
        ({"colour": "red"}, "invalid_arguments"),
    ],
)
async def test_a_file_slack_would_not_take_is_refused_when_it_is_announced(api: Api, more: Json, error: str) -> None:
    assert (await announced(api, **more))["error"] == error


async def test_announcing_a_file_reads_no_json(api: Api) -> None:
    assert await api.error("files.getUploadURLExternal", filename="a.csv", length=3) == "invalid_arguments"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("C0LEGAL", "channel_not_found"),
        ("C0GENERAL", "not_in_channel"),
        ("U0ANN", "invalid_arguments"),
        ("#brand-protection", "invalid_arguments"),
    ],
)
async def test_a_file_needs_the_bot_in_the_channel_and_its_id(api: Api, channel: str, error: str) -> None:
    file_id = await sent(api)
    finish = {"files": [{"id": file_id}], "channel_id": channel}
    assert await api.error("files.completeUploadExternal", **finish) == error
    assert await api.error("files.completeUploadExternal", **{**finish, "channel_id": "C0BRAND"}) == "none"


async def test_a_closed_channel_takes_no_file(api: Api) -> None:
    finish = {"files": [{"id": await sent(api)}], "channel_id": "C0BRAND"}
    api.sandbox.archive("brand-protection")
    assert await api.error("files.completeUploadExternal", **finish) == "posting_to_channel_denied"
    api.sandbox.unarchive("brand-protection")
    api.sandbox.restrict("brand-protection")
    assert await api.error("files.completeUploadExternal", **finish) == "posting_to_channel_denied"
    assert api.sandbox.channel("brand-protection").messages == []


async def test_a_file_is_finished_once_and_only_after_it_was_sent(api: Api) -> None:
    told = await announced(api)
    finish = {"files": [{"id": told["file_id"]}], "channel_id": "C0BRAND"}
    assert await api.error("files.completeUploadExternal", **finish) == "file_not_found"
    await api.http.post(told["upload_url"], content=CSV)
    assert await api.error("files.completeUploadExternal", **finish) == "none"
    assert await api.error("files.completeUploadExternal", **finish) == "file_not_found"
    assert await api.error("files.completeUploadExternal", files=[{"title": "no id"}]) == "invalid_arguments"


async def test_blocks_that_slack_would_not_take_beside_a_file_are_refused(api: Api) -> None:
    finish = {"files": [{"id": await sent(api)}], "channel_id": "C0BRAND"}
    assert await api.error("files.completeUploadExternal", **finish, blocks=[{"type": "section"}]) == "invalid_blocks"
    assert await api.error("files.completeUploadExternal", **finish, blocks=MARKDOWN) == "internal_error"


async def test_files_need_their_scopes(clock: HandClock, http: httpx.AsyncClient) -> None:
    manifest = {"display_information": {"name": "Desk"}, "oauth_config": {"scopes": {"bot": ["files:write"]}}}
    async with Sandbox(clock=clock, manifest=manifest) as sandbox:
        answer = await client(sandbox).files_upload_v2(channel="C0BRAND", filename="a.csv", content=CSV)
        assert last(sandbox).files[0].content == CSV
        with pytest.raises(SlackApiError, match="files:read"):
            await client(sandbox).files_info(file=answer["file"]["id"])
        assert (await Api(sandbox, http).call("chat.postMessage", channel="C0BRAND", text="x"))[
            "needed"
        ] == "chat:write"


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
async def test_each_step_can_fail_and_leaves_nothing_in_the_channel(sandbox: Sandbox, step: str) -> None:
    sandbox.fail(step)
    with pytest.raises((SlackApiError, SlackRequestError)):
        await client(sandbox).files_upload_v2(channel="C0BRAND", filename="a.csv", content=CSV)
    sandbox.rate_limit(step, retry_after=7)
    with pytest.raises((SlackApiError, SlackRequestError), match=r"ratelimited|429"):
        await client(sandbox).files_upload_v2(channel="C0BRAND", filename="a.csv", content=CSV)
    assert sandbox.channel("brand-protection").messages == []
    assert [call.status for call in sandbox.traffic.of(step)] == ["500", "429"]


async def test_a_lost_reply_to_the_last_step_leaves_the_file_in_the_channel(api: Api) -> None:
    file_id = await sent(api)
    api.sandbox.lose_reply("files.completeUploadExternal")
    with pytest.raises(httpx.TransportError):
        await api.call("files.completeUploadExternal", files=[{"id": file_id}], channel_id="C0BRAND")
    assert [file.id for file in last(api.sandbox).files] == [file_id]


async def test_an_upload_can_hang(api: Api) -> None:
    told = await announced(api)
    api.sandbox.hang(5, "upload")
    with pytest.raises(httpx.TimeoutException):
        await api.http.post(told["upload_url"], content=CSV, timeout=0.1)


async def test_the_history_tells_of_files(api: Api) -> None:
    await client(api.sandbox).files_upload_v2(channel="C0BRAND", filename="a.csv", content=CSV)
    (message,) = (await api.call("conversations.history", channel="C0BRAND"))["messages"]
    assert (message["files"][0]["name"], message["files"][0]["size"]) == ("a.csv", len(CSV))


async def test_a_person_downloads_what_they_can_see_and_nothing_else(api: Api) -> None:
    api.sandbox.invite_bot("legal")
    answer = await client(api.sandbox).files_upload_v2(
        channel="C0LEGAL", filename="pag\u00e9.html", content=b"<script>"
    )
    address = f"{api.sandbox.api_url.removesuffix('api/')}page/files/{answer['file']['id']}"
    got = await api.http.get(address, params={"as": "U0ANN"})
    assert (got.content, got.headers["Content-Security-Policy"]) == (b"<script>", "sandbox")
    assert got.headers["Content-Disposition"] == 'attachment; filename="pag_.html"'
    assert (await api.http.get(address, params={"as": "U0MIA"})).status_code == 404
    assert (await api.http.get(address, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
