"""The people of the stories, and waiting for what they do."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from bot.sandbox.driver import Sandbox
from bot.sandbox.traffic import redacted
from tests.bot.sandbox.conftest import Api, HandClock
from tests.browser.kitchen import TEXTS, button


async def test_what_does_not_happen_is_told_with_what_did(api: Api) -> None:
    await api.call("chat.postMessage", channel="C0BRAND", text="The card")
    with pytest.raises(AssertionError, match="brand-protection U0BOT: The card") as told:
        await api.sandbox.until(lambda: False, seconds=0.05)
    assert "chat.postMessage: ok" in str(told.value)


async def test_what_happens_later_is_waited_for(api: Api) -> None:
    asyncio.get_running_loop().call_later(0.1, lambda: asyncio.create_task(post(api)))
    await api.sandbox.until(lambda: bool(api.sandbox.channel("brand-protection").messages))
    assert api.sandbox.channel("brand-protection").messages[0].text == "later"


async def post(api: Api) -> None:
    await api.call("chat.postMessage", channel="C0BRAND", text="later")


async def test_a_button_that_is_not_there_is_named_with_those_that_are(api: Api) -> None:
    blocks = [{"type": "actions", "elements": [button("a", "Undo TD-1"), button("b", "Details of TD-1")]}]
    await api.call("chat.postMessage", channel="C0BRAND", text="x", blocks=blocks)
    (card,) = api.sandbox.channel("brand-protection").messages
    assert card.buttons == ["Undo TD-1", "Details of TD-1"]
    with pytest.raises(LookupError, match="'Undo TD-1', 'Details of TD-1'"):
        await api.sandbox.person("ann").presses("File", on=card)


def test_nobody_else_is_here() -> None:
    sandbox = Sandbox()
    with pytest.raises(LookupError, match="ann, bo, ada, mia, gil, otto"):
        sandbox.person("zoe")
    with pytest.raises(LookupError, match="brand-protection"):
        sandbox.channel("nowhere")


async def test_a_message_reads_as_a_person_reads_it(api: Api) -> None:
    await api.call("chat.postMessage", channel="C0BRAND", text="short", blocks=TEXTS)
    words = api.sandbox.channel("brand-protection").messages[0].words
    for part in (
        "TD-1 at Acme Market",
        "a label",
        "14 November 2023 UTC",
        "*Status*\nIn review",
        "one point",
        "rich link",
    ):
        assert part in words
    assert "https://acme.example/a" not in words


async def test_the_desks_own_app_is_installed_unless_told_otherwise(clock: HandClock, http: httpx.AsyncClient) -> None:
    async with Sandbox(clock=clock) as sandbox:
        assert "/takedown" in [command["command"] for command in sandbox.app.commands]
        answer = await Api(sandbox, http).raw("auth.test")
    assert "chat:write.public" in answer.headers["X-OAuth-Scopes"].split(",")


async def test_an_event_the_manifest_does_not_ask_for_is_not_sent(clock: HandClock) -> None:
    async with Sandbox(clock=clock) as sandbox:
        await sandbox.person("ann").types("<@U0BOT> hello", channel="brand-protection")
        assert sandbox.traffic.after(0) == []
        await sandbox.person("ann").opens_home()
        assert [call.kind for call in sandbox.traffic.after(0)][:1] == ["app_home_opened"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"token": "anything", "text": "kept"}, {"token": "•••", "text": "kept"}),
        ({"url": "ws://127.0.0.1/socket?ticket=a-secret_1"}, {"url": "ws://127.0.0.1/socket?ticket=•••"}),
        (["xoxb-1-abc", {"x": "Bearer xapp-2-def"}], ["•••", {"x": "Bearer •••"}]),
        ("http://127.0.0.1/respond/a-secret_1 next", "http://127.0.0.1/respond/••• next"),
    ],
)
def test_secrets_are_blacked_out_of_the_log(value: object, shown: object) -> None:
    assert redacted(value) == shown


def test_a_very_long_body_is_cut_in_the_log() -> None:
    assert len(redacted({"text": "x" * 100_000})) < 21_000
