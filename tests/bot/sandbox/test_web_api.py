"""The Web API, over HTTP: strict where Slack is."""

from __future__ import annotations

import json

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.driver import Sandbox
from tests.bot.sandbox.conftest import Api, HandClock

BRAND = "C0BRAND"
SECTION = {"type": "section", "text": {"type": "plain_text", "text": "words"}}


async def test_the_real_client_is_told_who_it_is_and_what_it_may_do(sandbox: Sandbox) -> None:
    answer = await AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url).auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T0DESK", "U0BOT", "B0BOT")
    assert "chat:write" in str(answer.headers["X-OAuth-Scopes"]).split(",")


async def test_a_method_nobody_knows_is_refused(api: Api) -> None:
    assert await api.error("chat.shout", channel=BRAND) == "unknown_method"


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", "", "not_authed"),
        ("auth.test", "xoxb-somebody-else", "invalid_auth"),
        ("apps.connections.open", "xapp-somebody-else", "invalid_auth"),
    ],
)
async def test_a_token_that_is_missing_or_wrong_is_refused(api: Api, method: str, token: str, error: str) -> None:
    assert (await api.call(method, token))["error"] == error


async def test_each_token_opens_its_own_methods(api: Api, sandbox: Sandbox) -> None:
    assert (await api.call("auth.test", sandbox.app_token))["error"] == "not_allowed_token_type"
    assert (await api.call("apps.connections.open", sandbox.bot_token))["error"] == "not_allowed_token_type"
    assert (await api.call("apps.connections.open", sandbox.app_token))["ok"]


async def test_a_scope_that_was_not_asked_for_is_missing(clock: HandClock, http: httpx.AsyncClient) -> None:
    manifest = {"display_information": {"name": "Desk"}, "oauth_config": {"scopes": {"bot": ["commands"]}}}
    async with Sandbox(clock=clock, manifest=manifest) as sandbox:
        answer = await Api(sandbox, http).call("chat.postMessage", channel=BRAND, text="x")
        assert answer == {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands"}
        answer = await Api(sandbox, http).call("conversations.history", channel=BRAND)
        assert answer["needed"] == "channels:history"


async def test_arguments_that_are_missing_unknown_or_of_the_wrong_kind_are_named(api: Api) -> None:
    answer = await api.call("chat.postMessage", text="x", colour="red", unfurl_links="perhaps")
    assert answer["error"] == "invalid_arguments"
    said = " ".join(answer["response_metadata"]["messages"])
    for word in ("missing required field: channel", "unknown argument: colour", "/unfurl_links"):
        assert word in said


async def test_a_form_is_read_like_json(api: Api, sandbox: Sandbox) -> None:
    form = {"token": sandbox.bot_token, "channel": BRAND, "blocks": json.dumps([SECTION]), "unfurl_links": "false"}
    answer = (await api.http.post(f"{sandbox.api_url}chat.postMessage", data=form)).json()
    assert answer["ok"], answer
    assert sandbox.channel("brand-protection").messages[0].words == "words"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": BRAND}, "no_text"),
        ({"channel": BRAND, "blocks": "words"}, "invalid_arguments"),
        ({"channel": BRAND, "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"channel": BRAND, "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"channel": BRAND, "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"channel": BRAND, "text": "x", "metadata": {"event_type": "filed"}}, "invalid_metadata_schema"),
        ({"channel": BRAND, "text": "x", "markdown_text": "x"}, "markdown_text_conflict"),
        ({"channel": BRAND, "text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"channel": BRAND, "text": "x", "thread_ts": "1700000000.000001"}, "thread_not_found"),
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0LEGAL", "text": "x"}, "channel_not_found"),
    ],
)
async def test_a_message_that_slack_would_not_take_is_refused(
    api: Api, arguments: dict[str, object], error: str
) -> None:
    assert await api.error("chat.postMessage", **arguments) == error
    assert api.sandbox.channel("brand-protection").messages == []


async def test_an_archived_channel_takes_nothing(api: Api) -> None:
    api.sandbox.channel("brand-protection").archived = True
    assert await api.error("chat.postMessage", channel=BRAND, text="x") == "is_archived"


async def test_a_public_channel_without_the_bot_needs_its_own_scope(clock: HandClock, http: httpx.AsyncClient) -> None:
    def manifest(*scopes: str) -> dict[str, object]:
        return {"display_information": {"name": "Desk"}, "oauth_config": {"scopes": {"bot": list(scopes)}}}

    async with Sandbox(clock=clock, manifest=manifest("chat:write")) as closed:
        assert await Api(closed, http).error("chat.postMessage", channel="#general", text="x") == "not_in_channel"
    async with Sandbox(clock=clock, manifest=manifest("chat:write", "chat:write.public")) as open_to_us:
        assert (await Api(open_to_us, http).call("chat.postMessage", channel="#general", text="x"))["ok"]


async def test_long_text_is_cut_and_timestamps_are_never_the_same(api: Api) -> None:
    first = await api.call("chat.postMessage", channel=BRAND, text="x" * 40_001)
    second = await api.call("chat.postMessage", channel=BRAND, text="y")
    assert len(first["message"]["text"]) == 40_000
    assert first["ts"] < second["ts"]
    assert first["ts"] == "1795514400.000000"


async def test_posting_to_a_person_opens_their_direct_messages(api: Api) -> None:
    answer = await api.call("chat.postMessage", channel="U0MIA", text="for you")
    assert answer["channel"] == "D0MIA"
    assert [message.text for message in api.sandbox.person("mia").direct.messages] == ["for you"]


async def test_addresses_are_previewed_unless_both_ways_are_off(api: Api) -> None:
    text = "look: https://acme.example/item/1"
    await api.call("chat.postMessage", channel=BRAND, text=text)
    await api.call("chat.postMessage", channel=BRAND, text=text, unfurl_links=False, unfurl_media=False)
    shown = [message.previews for message in api.sandbox.channel("brand-protection").messages]
    assert shown == [("https://acme.example/item/1",), ()]


async def test_an_update_of_the_text_alone_takes_the_blocks_away(api: Api) -> None:
    posted = await api.call("chat.postMessage", channel=BRAND, text="a", blocks=[SECTION], metadata=META)
    place = {"channel": BRAND, "ts": posted["ts"]}
    await api.call("chat.update", **place, blocks=[SECTION, {"type": "divider"}])
    (message,) = api.sandbox.channel("brand-protection").messages
    assert (message.text, len(message.blocks), message.edited) == ("a", 2, True)
    await api.call("chat.update", **place, text="b")
    (message,) = api.sandbox.channel("brand-protection").messages
    assert (message.text, message.blocks, message.metadata) == ("b", (), META)


META = {"event_type": "filed", "event_payload": {"key": "TD-1"}}


async def test_what_cannot_be_updated_is_said(api: Api) -> None:
    posted = await api.call("chat.postMessage", channel=BRAND, text="a")
    assert await api.error("chat.update", channel=BRAND, ts=posted["ts"], text="x" * 4001) == "msg_too_long"
    assert await api.error("chat.update", channel=BRAND, ts="1700000000.000001", text="x") == "message_not_found"
    whispered = await api.call("chat.postEphemeral", channel=BRAND, user="U0ANN", text="psst")
    ts = whispered["message_ts"]
    assert await api.error("chat.update", channel=BRAND, ts=ts, text="x") == "message_not_found"
    await api.sandbox.person("ann").types("hello", channel="brand-protection")
    theirs = api.sandbox.channel("brand-protection").messages[-1]
    assert await api.error("chat.update", channel=BRAND, ts=theirs.ts, text="x") == "cant_update_message"
    assert await api.error("chat.delete", channel=BRAND, ts=theirs.ts) == "cant_delete_message"


async def test_a_deleted_message_is_gone(api: Api) -> None:
    posted = await api.call("chat.postMessage", channel=BRAND, text="a")
    assert (await api.call("chat.delete", channel=BRAND, ts=posted["ts"]))["ok"]
    assert api.sandbox.channel("brand-protection").messages == []
    assert await api.error("chat.delete", channel=BRAND, ts=posted["ts"]) == "message_not_found"


async def test_an_ephemeral_message_is_seen_by_one_person(api: Api) -> None:
    await api.call("chat.postEphemeral", channel=BRAND, user="U0ANN", text="psst")
    assert [message.text for message in api.sandbox.person("ann").ephemerals("brand-protection")] == ["psst"]
    assert api.sandbox.person("bo").ephemerals("brand-protection") == []
    assert api.sandbox.channel("brand-protection").messages == []
    assert await api.error("chat.postEphemeral", channel="C0GENERAL", user="U0GIL", text="x") == "user_not_in_channel"
    assert await api.error("chat.postEphemeral", channel=BRAND, user="U0NOBODY", text="x") == "user_not_found"


async def test_history_is_newest_first_in_pages_with_metadata_on_request(api: Api, clock: HandClock) -> None:
    stamps = []
    for number in range(3):
        posted = await api.call("chat.postMessage", channel=BRAND, text=str(number), metadata=META)
        stamps.append(posted["ts"])
        clock.forward(seconds=1)
    await api.call("chat.postMessage", channel=BRAND, text="in the thread", thread_ts=stamps[0])
    page = await api.call("conversations.history", channel=BRAND, limit=2)
    assert ([one["text"] for one in page["messages"]], page["has_more"]) == (["2", "1"], True)
    assert "metadata" not in page["messages"][0]
    rest = await api.call(
        "conversations.history",
        channel=BRAND,
        limit=2,
        cursor=page["response_metadata"]["next_cursor"],
        include_all_metadata=True,
    )
    assert ([one["text"] for one in rest["messages"]], rest["has_more"]) == (["0"], False)
    assert rest["messages"][0]["metadata"] == META
    newer = await api.call("conversations.history", channel=BRAND, oldest=stamps[1])
    assert [one["text"] for one in newer["messages"]] == ["2"]
    replies = await api.call("conversations.replies", channel=BRAND, ts=stamps[0])
    assert [one["text"] for one in replies["messages"]] == ["0", "in the thread"]
    assert await api.error("conversations.history", channel="C0GENERAL") == "not_in_channel"


async def test_people_and_channels_can_be_looked_up(api: Api) -> None:
    ann = (await api.call("users.info", user="U0ANN"))["user"]
    assert (ann["tz"], ann["tz_offset"], ann["is_admin"], ann["team_id"]) == ("Europe/Berlin", 3600, False, "T0DESK")
    assert (await api.call("users.info", user="U0GIL"))["user"]["is_restricted"]
    assert (await api.call("users.info", user="U0ADA"))["user"]["is_admin"]
    otto = (await api.call("users.info", user="U0OTTO"))["user"]
    assert (otto["is_stranger"], otto["team_id"]) == (True, "T0OTHER")
    assert await api.error("users.info", user="U0NOBODY") == "user_not_found"
    brand = (await api.call("conversations.info", channel=BRAND))["channel"]
    assert (brand["name"], brand["is_member"], brand["is_ext_shared"]) == ("brand-protection", True, True)
    assert "U0OTTO" in (await api.call("conversations.members", channel=BRAND))["members"]
    assert (await api.call("conversations.open", users="U0ANN"))["channel"]["id"] == "D0ANN"
    assert await api.error("conversations.info", channel="C0LEGAL") == "channel_not_found"


async def test_a_permalink_leads_to_a_message_that_is_there(api: Api) -> None:
    posted = await api.call("chat.postMessage", channel=BRAND, text="a")
    answer = await api.call("chat.getPermalink", channel=BRAND, message_ts=posted["ts"])
    assert answer["permalink"].endswith(f"/archives/C0BRAND/p{posted['ts'].replace('.', '')}")
    assert await api.error("chat.getPermalink", channel=BRAND, message_ts="1.000001") == "message_not_found"


async def test_a_limited_method_says_when_to_come_back_and_then_works(api: Api) -> None:
    api.sandbox.rate_limit("chat.postMessage", 2, retry_after=7)
    for _ in range(2):
        answer = await api.raw("chat.postMessage", channel=BRAND, text="x")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert (await api.call("auth.test"))["ok"]
    assert (await api.call("chat.postMessage", channel=BRAND, text="x"))["ok"]
    assert len(api.sandbox.channel("brand-protection").messages) == 1


async def test_a_broken_method_does_nothing_and_answers_no_json(api: Api) -> None:
    api.sandbox.fail("chat.postMessage", 1, status=503)
    answer = await api.raw("chat.postMessage", channel=BRAND, text="x")
    assert answer.status_code == 503
    assert api.sandbox.channel("brand-protection").messages == []


async def test_a_lost_reply_has_done_its_work(api: Api) -> None:
    api.sandbox.lose_reply("chat.postMessage", 1)
    with pytest.raises(httpx.TransportError):
        await api.call("chat.postMessage", channel=BRAND, text="x")
    assert [message.text for message in api.sandbox.channel("brand-protection").messages] == ["x"]
    assert (await api.call("chat.postMessage", channel=BRAND, text="y"))["ok"]


async def test_a_hanging_method_answers_late(api: Api) -> None:
    api.sandbox.hang(5)
    with pytest.raises(httpx.ReadTimeout):
        await api.http.post(f"{api.sandbox.api_url}api.test", timeout=0.1)
    assert (await api.call("api.test"))["ok"]


async def test_user_groups_tell_who_is_in_them(clock: HandClock, http: httpx.AsyncClient) -> None:
    manifest = {"display_information": {"name": "Desk"}, "oauth_config": {"scopes": {"bot": ["usergroups:read"]}}}
    async with Sandbox(clock=clock, manifest=manifest) as sandbox:
        slack = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        assert (await slack.usergroups_users_list(usergroup="S0BRAND"))["users"] == ["U0ANN", "U0BO"]
        groups = (await slack.usergroups_list(include_users=True, include_count=True))["usergroups"]
        assert [(one["handle"], one["users"], one["user_count"]) for one in groups] == [
            ("brand-team", ["U0ANN", "U0BO"], 2),
            ("legal-team", ["U0ADA"], 1),
        ]
        sandbox.disable_group("@legal-team")
        assert [one["id"] for one in (await slack.usergroups_list())["usergroups"]] == ["S0BRAND"]
        both = (await slack.usergroups_list(include_disabled=True))["usergroups"]
        assert [bool(one["date_delete"]) for one in both] == [False, True]
        for none in ("S0LEGAL", "S0NONE"):
            with pytest.raises(SlackApiError, match="no_such_subteam"):
                await slack.usergroups_users_list(usergroup=none)
        assert (await slack.usergroups_users_list(usergroup="S0LEGAL", include_disabled=True))["users"] == ["U0ADA"]
    async with Sandbox(clock=clock, manifest={"display_information": {"name": "Desk"}}) as closed:
        assert (await Api(closed, http).call("usergroups.list"))["needed"] == "usergroups:read"
