"""What the page in the browser asks of the sandbox."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.sandbox.driver import Sandbox
from bot.sandbox.marketplace import Mood, PretendMarketplace
from tests.bot.sandbox.conftest import COMMANDS, SHORTCUTS, HandClock, connected
from tests.browser.kitchen import FORM, HOME, button

Json = dict[str, Any]


def listens(app: AsyncApp) -> None:
    async def command(ack: AsyncAck, body: Json, client: Any) -> None:
        if body["text"] == "form":
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)
            await ack()
        else:
            await ack(text="Ready?", blocks=[{"type": "actions", "elements": [button("go", "Go")]}])

    async def go(ack: AsyncAck, respond: Any) -> None:
        await ack()
        await respond(text="Gone", replace_original=True)

    async def submitted(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"violation": "No."})

    async def home(event: Json, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view=HOME)

    async def quiet(ack: AsyncAck) -> None:
        await ack()

    app.command("/desk")(command)
    app.action("go")(go)
    app.view("form")(submitted)
    app.view_closed("form")(quiet)
    app.event("app_home_opened")(home)
    app.event("message")(quiet)
    app.shortcut("report")(quiet)


class Page:
    """Asks as the page does."""

    def __init__(self, sandbox: Sandbox, http: httpx.AsyncClient, market: PretendMarketplace) -> None:
        self.sandbox = sandbox
        self.http = http
        self.market = market
        self.url = sandbox.api_url.removesuffix("/api/")

    async def state(self, person: str = "U0ANN") -> Json:
        state: Json = (await self.http.get(f"{self.url}/page/state", params={"as": person})).json()
        return state

    async def post(self, act: str, **body: Any) -> Json:
        answer: Json = (await self.http.post(f"{self.url}/page/{act}", json={"as": "U0ANN", **body})).json()
        return answer


@pytest.fixture
async def page(clock: HandClock, http: httpx.AsyncClient) -> AsyncIterator[Page]:
    market = PretendMarketplace(key="acme", name="Acme Market", token="t", clock=clock)
    async with (
        Sandbox(clock=clock, commands=COMMANDS, shortcuts=SHORTCUTS, marketplaces=[market]) as sandbox,
        connected(sandbox, listens),
    ):
        await sandbox.bot_connected()
        yield Page(sandbox, http, market)


async def test_the_state_is_what_one_person_sees(page: Page) -> None:
    state = await page.state()
    assert state["team"] == {"id": "T0DESK", "name": "Nordlicht"}
    assert state["bot"] == {"connected": True, "mode": "socket", "name": "Takedown Desk"}
    assert state["me"]["id"] == "U0ANN"
    assert [person["id"] for person in state["people"]] == ["U0ANN", "U0BO", "U0ADA", "U0MIA", "U0GIL", "U0OTTO"]
    assert [channel["name"] for channel in state["channels"]] == ["brand-protection", "general", "legal", "ann"]
    assert state["commands"][:-1] == [{name: COMMANDS[0][name] for name in ("command", "description", "usage_hint")}]
    assert state["commands"][-1]["command"] == "/invite"
    assert state["marketplaces"][0]["mood"] == "calm"
    assert [channel["name"] for channel in (await page.state("U0OTTO"))["channels"]] == ["brand-protection", "otto"]
    assert [channel["name"] for channel in (await page.state("U0MIA"))["channels"]] == [
        "brand-protection",
        "general",
        "mia",
    ]


async def test_a_command_a_press_and_what_comes_of_it(page: Page) -> None:
    assert await page.post("say", channel="C0BRAND", text="/desk") == {"ok": True}
    (message,) = (await page.state())["messages"]["C0BRAND"]
    assert (message["ephemeral"], message["user_name"], message["edited"]) == (True, "Takedown Desk", False)
    assert (await page.state("U0BO"))["messages"]["C0BRAND"] == []
    block = message["blocks"][0]
    pressed = {
        "container": {"channel": "C0BRAND", "ts": message["ts"]},
        "block_id": block["block_id"],
        "action_id": block["elements"][0]["action_id"],
    }
    assert await page.post("click", **{**pressed, "as": "U0BO"}) == {"ok": False, "error": "message_not_found"}
    assert await page.post("click", **{**pressed, "action_id": "other"}) == {"ok": False, "error": "action_not_found"}
    assert await page.post("click", **pressed) == {"ok": True}
    ann = page.sandbox.person("ann")
    await page.sandbox.until(lambda: ann.ephemerals("brand-protection")[0].text == "Gone")


async def test_threads_are_counted(page: Page) -> None:
    await page.post("say", channel="C0BRAND", text="hello")
    root = (await page.state())["messages"]["C0BRAND"][0]
    await page.post("say", channel="C0BRAND", text="well", thread_ts=root["ts"])
    first, second = (await page.state("U0BO"))["messages"]["C0BRAND"]
    assert (first["reply_count"], second["thread_ts"]) == (1, root["ts"])


async def test_a_form_is_shown_refused_and_closed(page: Page) -> None:
    await page.post("say", channel="C0BRAND", text="/desk form")
    (form,) = (await page.state())["views"]
    assert form["view"]["title"]["text"] == "File a takedown"
    empty = await page.post("submit", view_id=form["id"], values={})
    assert set(empty["errors"]) == {"listings", "violation", "faith"}
    violation, faith = (block["element"]["options"][0] for block in (FORM["blocks"][2], FORM["blocks"][4]))
    values = {
        "listings": {"v": {"type": "plain_text_input", "value": "x"}},
        "violation": {"v": {"type": "static_select", "selected_option": violation}},
        "faith": {"v": {"type": "checkboxes", "selected_options": [faith]}},
    }
    assert await page.post("submit", view_id=form["id"], values=values) == {"ok": False, "errors": {"violation": "No."}}
    assert (await page.state())["views"][0]["errors"] == {"violation": "No."}
    assert await page.post("close", view_id=form["id"]) == {"ok": True}
    assert (await page.state())["views"] == []
    assert await page.post("close", view_id=form["id"]) == {"ok": False, "error": "view_not_found"}


async def test_the_home_is_drawn_when_it_is_opened(page: Page) -> None:
    assert (await page.state())["home"] is None
    assert await page.post("home") == {"ok": True}
    await page.sandbox.until(lambda: page.sandbox.person("ann").home is not None)
    assert (await page.state())["home"]["blocks"][0]["text"]["text"] == "Your desk"


async def test_a_shortcut_of_a_message_is_run(page: Page) -> None:
    await page.post("say", channel="C0BRAND", text="look")
    ts = (await page.state())["messages"]["C0BRAND"][0]["ts"]
    answer = await page.post("shortcut", callback_id="report", message={"channel": "C0BRAND", "ts": ts})
    assert answer == {"ok": True}


async def test_the_mood_of_a_marketplace_is_set(page: Page) -> None:
    assert await page.post("mood", marketplace="acme", mood="down") == {"ok": True}
    assert page.market.mood is Mood.DOWN
    assert (await page.post("mood", marketplace="acme", mood="jolly"))["error"] == "mood_not_found"
    assert (await page.post("mood", marketplace="none", mood="down"))["error"] == "marketplace_not_found"


async def test_troubles_are_made_and_undone(page: Page) -> None:
    for trouble in ("archived", "restricted", "bot_gone"):
        for on in (True, False):
            assert await page.post("trouble", trouble=trouble, on=on, channel="C0BRAND") == {"ok": True}
            assert (await page.state())["channels"][0][trouble] is on
    await page.post("trouble", trouble="deactivated", on=True)
    assert (await page.state())["me"]["deactivated"]
    assert (await page.post("say", channel="C0BRAND", text="hello"))["error"] == "account_inactive"
    await page.post("trouble", trouble="old_slack", on=True)
    assert (await page.state())["old_slack"]
    assert (await page.post("trouble", trouble="flood", on=True))["error"] == "trouble_not_found"
    assert (await page.post("trouble", trouble="archived", on=True, channel="C0NO"))["error"] == "channel_not_found"


async def test_every_change_is_told_at_once(page: Page) -> None:
    async with page.http.stream("GET", f"{page.url}/page/events") as stream:
        lines = (line async for line in stream.aiter_lines() if line)
        first = json.loads((await anext(lines)).removeprefix("data: "))
        await page.post("say", channel="C0BRAND", text="hello")
        second = json.loads((await asyncio.wait_for(anext(lines), 2)).removeprefix("data: "))
    assert second["version"] > first["version"]


async def test_the_traffic_is_shown_from_where_it_was_left_and_holds_no_secret(page: Page) -> None:
    await page.post("say", channel="C0BRAND", text="/desk")
    calls = (await page.http.get(f"{page.url}/page/traffic", params={"after": 0})).json()
    assert [call["n"] for call in calls] == list(range(1, len(calls) + 1))
    command = next(call for call in calls if call["kind"] == "/desk")
    assert (command["from"], command["to"], command["status"]) == ("slack", "bot", "ack")
    rest = (await page.http.get(f"{page.url}/page/traffic", params={"after": command["n"]})).json()
    assert all(call["n"] > command["n"] for call in rest)
    app = page.sandbox.app
    for secret in (app.bot_token, app.app_token, app.signing_secret, "/respond/" + "A"):
        assert secret not in json.dumps(calls)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "sandbox.evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_another_site_can_neither_read_nor_act(page: Page, headers: dict[str, str]) -> None:
    for path in ("/", "/page/state", "/page/traffic", "/page/events", "/page/static/js/main.js"):
        assert (await page.http.get(f"{page.url}{path}", headers=headers)).status_code == 403
    body = {"as": "U0ANN", "channel": "C0BRAND", "text": "hello"}
    assert (await page.http.post(f"{page.url}/page/say", json=body, headers=headers)).status_code == 403
    assert page.sandbox.channel("brand-protection").messages == []


async def test_a_form_of_another_site_is_not_read(page: Page) -> None:
    body = json.dumps({"as": "U0ANN", "channel": "C0BRAND", "text": "hello"})
    answer = await page.http.post(f"{page.url}/page/say", content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


async def test_our_own_page_is_let_in(page: Page) -> None:
    headers = {"Origin": page.url, "Sec-Fetch-Site": "same-origin"}
    answer = await page.http.get(page.url, headers=headers)
    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert (await page.http.get(f"{page.url}/page/static/styles.css", headers=headers)).status_code == 200


async def test_a_file_goes_up_from_the_page_for_the_person_who_chose_it(page: Page) -> None:
    address, chosen = f"{page.url}/page/attach", {"as": "U0BO", "name": "a b.png"}
    as_bytes = {"Content-Type": "application/octet-stream"}
    sent = (await page.http.post(address, params=chosen, content=b"\x89PNG", headers=as_bytes)).json()
    assert (sent["file"]["name"], sent["file"]["user"], sent["file"]["size"]) == ("a b.png", "U0BO", 4)
    plain = await page.http.post(address, params=chosen, content=b"x", headers={"Content-Type": "text/plain"})
    assert plain.status_code == 415
    strange = await page.http.post(address, params=chosen, content=b"x", headers={**as_bytes, "Origin": "https://e.x"})
    assert strange.status_code == 403
    large = await page.http.post(address, params=chosen, content=bytes(10_000_001), headers=as_bytes)
    assert large.json()["error"] == "file_too_large"
    nobody = await page.http.post(address, params={**chosen, "as": "U0NO"}, content=b"x", headers=as_bytes)
    assert nobody.json() == {"ok": False, "error": "user_not_found"}
