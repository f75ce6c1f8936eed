"""Slack over signed HTTP: what is not signed, too old or seen before gets 401 and leaves no trace."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier

from bot.web import WINDOW
from tests.stories.world import ITEM, World

BODY = urlencode(
    {
        "team_id": "T0DESK",
        "channel_id": "C0BRAND",
        "user_id": "U0ANN",
        "command": "/takedown",
        "text": f"{ITEM} counterfeit",
        "trigger_id": "1.2.3",
        "response_url": "http://127.0.0.1:1/respond/x",
    }
)


def signed(world: World, *, age: int = 0, secret: str | None = None) -> dict[str, str]:
    stamp = str(int(world.clock().timestamp()) - age)
    signature = SignatureVerifier(secret or world.sandbox.signing_secret).generate_signature(timestamp=stamp, body=BODY)
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature or "",
    }


async def post(world: World, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(
            f"http://127.0.0.1:{world.app.port}/slack/events",
            content=BODY,
            headers=[(name.encode(), value.encode()) for name, value in headers.items()],
        )


@pytest.mark.parametrize(
    "spoil",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=ümlaut"},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "١٧٠٠٠٠٠٠٠٠"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": ""},
    ],
)
async def test_a_bad_signature_or_timestamp_gets_401_and_leaves_no_trace(
    http_world: World, spoil: dict[str, str]
) -> None:
    before = http_world.files_on_disk()
    answer = await post(http_world, {**signed(http_world), **spoil})
    assert answer.status_code == 401
    assert http_world.files_on_disk() == before


async def test_no_headers_at_all_get_401(http_world: World) -> None:
    before = http_world.files_on_disk()
    answer = await post(http_world, {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 401
    assert http_world.files_on_disk() == before


async def test_a_stale_request_gets_401(http_world: World) -> None:
    assert (await post(http_world, signed(http_world, age=301))).status_code == 401
    # Far beyond the edge: the clock goes on until the request is looked at.
    assert (await post(http_world, signed(http_world, age=-2 * WINDOW))).status_code == 401


async def test_somebody_elses_secret_gets_401(http_world: World) -> None:
    assert (await post(http_world, signed(http_world, secret="x" * 32))).status_code == 401


async def test_a_request_is_admitted_once(http_world: World) -> None:
    headers = signed(http_world)
    first = await post(http_world, headers)
    assert first.status_code == 200
    assert "Nothing has been sent yet" in first.text
    kept = http_world.files_on_disk()
    assert (await post(http_world, headers)).status_code == 401
    assert http_world.files_on_disk() == kept


async def test_slacks_look_at_our_certificate_is_answered(http_world: World) -> None:
    async with httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{http_world.app.port}/slack/events"
        assert (await client.post(url, data={"ssl_check": "1", "token": "x"})).status_code == 200
        assert (await client.post(url, content=b"x" * 2_000_000)).status_code == 413


async def test_the_main_job_works_over_signed_http_too(http_world: World) -> None:
    await http_world.files(http_world.ann, ITEM)
    await http_world.passes(31)
    await http_world.passes_until("TD-1 · removed")


async def test_health_readiness_and_metrics_are_there(http_world: World) -> None:
    await http_world.files(http_world.ann, ITEM)
    base = f"http://127.0.0.1:{http_world.app.port}"
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{base}/healthz")).status_code == 200
        ready = await client.get(f"{base}/readyz")
        assert (ready.status_code, ready.json()) == (200, {"slack": True, "store": True, "outbox": True})
        metrics = (await client.get(f"{base}/metrics")).text
    assert 'takedown_notices{status="queued"} 1.0' in metrics
    assert "takedown_answer_seconds_bucket" in metrics


async def test_a_body_that_is_no_text_gets_401(http_world: World) -> None:
    headers = {**signed(http_world), "Content-Type": "application/x-www-form-urlencoded"}
    async with httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{http_world.app.port}/slack/events"
        assert (await client.post(url, content=b"\xff\xfe", headers=headers)).status_code == 401
