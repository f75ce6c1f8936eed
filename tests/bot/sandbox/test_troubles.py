"""What happens to channels and people behind the bot's back, and a Slack that knows fewer blocks."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.sandbox.driver import Sandbox
from tests.bot.sandbox.conftest import Api, HandClock, connected, on_command
from tests.browser.kitchen import CHARTS

BRAND = "C0BRAND"
Json = dict[str, Any]


async def post(api: Api, channel: str = BRAND, **more: Any) -> str:
    return await api.error("chat.postMessage", channel=channel, **{"text": "x", **more})


async def info(api: Api, channel: str) -> Json:
    return dict((await api.call("conversations.info", channel=channel))["channel"])


async def test_an_archived_channel_takes_nothing_from_anybody_until_it_is_opened_again(api: Api) -> None:
    api.sandbox.archive("brand-protection")
    assert await post(api) == "is_archived"
    assert (await info(api, BRAND))["is_archived"]
    assert (await api.sandbox.person("ann").types("hello", channel="brand-protection")).error == "is_archived"
    api.sandbox.unarchive("brand-protection")
    assert await post(api) == "none"


async def test_a_restricted_channel_takes_nothing_from_the_bot(api: Api) -> None:
    api.sandbox.restrict("brand-protection")
    assert await post(api) == "restricted_action"
    assert (await api.sandbox.person("ann").types("hello", channel="brand-protection")).error is None
    api.sandbox.unrestrict("brand-protection")
    assert await post(api) == "none"


async def test_a_private_channel_without_the_bot_is_not_there_for_it(api: Api) -> None:
    assert await post(api, "C0LEGAL") == "channel_not_found"
    api.sandbox.invite_bot("legal")
    assert await post(api, "C0LEGAL") == "none"
    told = await info(api, "C0LEGAL")
    assert (told["name"], told["is_member"], told["is_private"], told["is_archived"]) == ("legal", True, True, False)
    api.sandbox.remove_bot("legal")
    assert await post(api, "C0LEGAL") == "channel_not_found"
    assert await api.error("conversations.info", channel="C0LEGAL") == "channel_not_found"


async def test_a_public_channel_without_the_bot_is_posted_to_with_the_scope_for_it_alone(
    api: Api, clock: HandClock, http: httpx.AsyncClient
) -> None:
    api.sandbox.remove_bot("brand-protection")
    assert await post(api) == "none"
    assert not (await info(api, BRAND))["is_member"]
    assert await api.error("conversations.history", channel=BRAND) == "not_in_channel"
    manifest = {"display_information": {"name": "Desk"}, "oauth_config": {"scopes": {"bot": ["chat:write"]}}}
    async with Sandbox(clock=clock, manifest=manifest) as closed:
        closed.remove_bot("brand-protection")
        assert await post(Api(closed, http)) == "not_in_channel"
        assert (await Api(closed, http).call("conversations.info", channel=BRAND))["needed"] == "channels:read"


async def test_a_deactivated_person_is_told_as_such_and_can_do_nothing(api: Api) -> None:
    ann = api.sandbox.person("ann")
    api.sandbox.deactivate("ann")
    user = (await api.call("users.info", user=ann.id))["user"]
    assert user["deleted"]
    assert not {"tz", "real_name", "is_admin"} & set(user)
    assert (await ann.types("hello", channel="brand-protection")).error == "account_inactive"
    assert await api.error("conversations.open", users=ann.id) == "user_disabled"
    assert await post(api, ann.id) == "none"  # Source: github.com/slackapi/python-slack-sdk/issues/1156
    api.sandbox.reactivate("ann")
    assert (await api.call("users.info", user=ann.id))["user"]["tz"] == "Europe/Berlin"
    assert (await ann.types("hello", channel="brand-protection")).error is None


async def test_direct_messages_are_opened_with_people_and_not_with_bots(api: Api) -> None:
    assert (await api.call("conversations.open", users="U0MIA"))["channel"]["id"] == "D0MIA"
    for nobody in ("U0BOT", "U0FEED", "U0NOBODY"):
        assert await api.error("conversations.open", users=nobody) == "user_not_found"
    assert await api.error("conversations.open") == "users_list_not_supplied"


@pytest.mark.parametrize("typed", ["/invite @takedown-desk", "/invite @Takedown Desk", "/invite <@U0BOT>"])
async def test_a_person_invites_the_bot_and_the_bot_hears_nothing_of_it(api: Api, typed: str) -> None:
    seen = await api.sandbox.person("ann").types(typed, channel="legal")
    assert seen.reply is not None
    assert "was added" in seen.reply.text
    assert await post(api, "C0LEGAL") == "none"
    assert api.sandbox.traffic.of("/invite") == []
    again = await api.sandbox.person("ann").types(typed, channel="legal")
    assert again.reply is not None
    assert "already" in again.reply.text


async def test_an_invitation_of_nobody_says_whom_to_invite(api: Api) -> None:
    seen = await api.sandbox.person("ann").types("/invite @nobody", channel="legal")
    assert seen.reply is not None
    assert seen.reply.text == "Nobody here is called @nobody. Try /invite @takedown-desk"
    assert (
        await api.sandbox.person("mia").types("/invite @takedown-desk", channel="legal")
    ).error == "channel_not_found"
    ann = await api.sandbox.person("ann").types("/invite @takedown-desk", channel="ann")
    assert ann.error == "method_not_supported_for_channel_type"


async def test_an_older_slack_refuses_native_charts_so_often_or_for_ever(api: Api) -> None:
    api.sandbox.refuse_blocks("data_visualization", times=1)
    answer = await api.call("chat.postMessage", channel=BRAND, text="x", blocks=CHARTS)
    assert answer["error"] == "invalid_blocks"
    assert "unsupported type: data_visualization" in answer["response_metadata"]["messages"][0]
    assert await post(api, blocks=CHARTS) == "none"
    api.sandbox.refuse_blocks("data_visualization")
    for _ in range(3):
        assert await post(api, blocks=CHARTS) == "invalid_blocks"
    assert await post(api) == "none"
    api.sandbox.faults.clear()
    assert await post(api, blocks=CHARTS) == "none"


async def test_trouble_with_the_channel_comes_before_trouble_with_the_blocks(api: Api) -> None:
    api.sandbox.refuse_blocks("data_visualization", times=1)
    api.sandbox.archive("brand-protection")
    assert await post(api, blocks=CHARTS) == "is_archived"
    api.sandbox.unarchive("brand-protection")
    assert await post(api, blocks=CHARTS) == "invalid_blocks"


async def test_an_answer_to_a_command_with_charts_is_refused_by_an_older_slack_too(sandbox: Sandbox) -> None:
    async def answer(ack: AsyncAck) -> None:
        await ack(text="x", blocks=CHARTS)

    async with connected(sandbox, on_command(answer)):
        await sandbox.bot_connected()
        sandbox.refuse_blocks("data_visualization", times=1)
        ann = sandbox.person("ann")
        assert (await ann.types("/desk", channel="brand-protection")).error == "invalid_command_response"
        assert (await ann.types("/desk", channel="brand-protection")).reply is not None


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("to #brand-protection please", "to <#C0BRAND|brand-protection> please"),
        ("from @ann to #legal.", "from <@U0ANN|ann> to <#C0LEGAL|>."),
        ("@takedown-desk", "<@U0BOT|takedown-desk>"),
        ("@ann, #nowhere a@ann", "<@U0ANN|ann>, #nowhere a@ann"),
        ("shop https://acme.example/#general & co", "shop <https://acme.example/#general> &amp; co"),
    ],
)
async def test_people_and_channels_in_a_command_come_as_ids(sandbox: Sandbox, typed: str, sent: str) -> None:
    heard = await said(sandbox, "ann", typed)
    assert heard == sent


async def test_nobody_can_name_a_private_channel_they_do_not_see(sandbox: Sandbox) -> None:
    assert await said(sandbox, "mia", "#legal #general") == "#legal <#C0GENERAL|general>"


async def said(sandbox: Sandbox, who: str, typed: str) -> str:
    """The text of a command as the bot hears it."""
    heard: list[str] = []

    def listens(app: AsyncApp) -> None:
        async def hear(ack: AsyncAck, command: Json) -> None:
            heard.append(command["text"])
            await ack()

        app.command("/desk")(hear)

    async with connected(sandbox, listens):
        await sandbox.bot_connected()
        await sandbox.person(who).types(f"/desk {typed}", channel="brand-protection")
    return heard[0]
