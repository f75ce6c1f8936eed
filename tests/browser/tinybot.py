"""A bot of a few lines that shows, asks and answers everything the page must be able to handle."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.driver import Sandbox
from tests.browser.kitchen import FORM, HOME, SECOND_FORM, button, kitchen, mrkdwn

COMMANDS = [
    {
        "command": "/takedown",
        "description": "Show, ask and answer",
        "usage_hint": "[texts|table|charts|digest|file|preview|slow]",
    }
]
INJECTION = "<script>document.title='taken'</script><img src=x onerror=alert(1)> <!channel> <@U0BO>"
"""What a hostile title might hold, unescaped."""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


async def _command(ack: Any, command: dict[str, Any], client: AsyncWebClient, say: Any, respond: Any) -> None:
    word = command["text"].strip()
    if word == "slow":
        await asyncio.sleep(3.5)
    elif word == "":
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=FORM)
    elif word == "preview":
        preview = [
            {"type": "section", "text": mrkdwn("*Please check*, <@U0ANN>")},
            {"type": "actions", "block_id": "choose", "elements": [button("file", "File", style="primary")]},
        ]
        await ack(text="Please check", blocks=preview)
    elif word.startswith("inject"):
        await ack()
        text = INJECTION if word == "inject live" else _escaped(INJECTION)
        await say(text=text, blocks=[{"type": "section", "text": mrkdwn(text)}])
    elif word == "file":
        await ack()
        await client.files_upload_v2(
            channel=command["channel_id"],
            filename="offenders-2026-W47.csv",
            content="seller,upheld\nlamp-outlet-2,34\n",
            title="Repeat offenders, week 47",
            initial_comment="Here is the full list.",
        )
    else:
        await ack()
        for blocks in kitchen(word):
            await say(text=f"Everything about {word}", blocks=blocks)


async def _file(ack: Any, respond: Any, say: Any) -> None:
    await ack()
    await respond(text="Filed as TD-1", replace_original=True)
    card = await say(text="TD-1 is queued", unfurl_links=False)
    await say(text="It has been sent", thread_ts=card["ts"])


async def _withdraw(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
    await ack()
    await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="Withdrawn", blocks=[])


async def _submit(ack: Any, view: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
    values = view["state"]["values"]
    if values["violation"]["v"]["selected_option"]["value"] == "copyright":
        await ack(response_action="errors", errors={"violation": "No copyright is on file."})
        return
    await ack(response_action="push", view=SECOND_FORM)
    await client.chat_postMessage(channel="C0BRAND", text=_escaped(repr(values)))


async def _shift(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
    """Changes the top of the form while the person types below it."""
    await ack()
    view = {
        **FORM,
        "blocks": [{"type": "section", "block_id": "new", "text": mrkdwn("One more line")}, *FORM["blocks"]],
    }
    await client.views_update(view_id=body["view"]["id"], view=view)


async def _ack(ack: Any) -> None:
    await ack()


async def _home(event: dict[str, Any], client: AsyncWebClient) -> None:
    await client.views_publish(user_id=event["user"], view=HOME)


@contextlib.asynccontextmanager
async def tinybot(sandbox: Sandbox) -> AsyncIterator[None]:
    """The bot, connected to `sandbox` for the length of the block."""
    app = AsyncApp(client=AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url))
    app.command("/takedown")(_command)
    app.action("file")(_file)
    app.action("withdraw")(_withdraw)
    app.action("shift")(_shift)
    for quiet in ("more", "choose", "seen", "hand_over", "offender", "open_full", "settings"):
        app.action(quiet)(_ack)
    app.view("form")(_submit)
    app.view("second")(_ack)
    app.view_closed("form")(_ack)
    app.event("app_home_opened")(_home)
    handler = AsyncSocketModeHandler(app, sandbox.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
