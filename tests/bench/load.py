"""A light HTTP load: signed requests over kept-open connections, each timed. Raw streams, so that it costs little."""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from slack_sdk.signature import SignatureVerifier

SECRET = "b" * 32
TEAM, USER, CHANNEL = "T0BENCH", "U0BENCH", "C0BENCH"
_trigger = itertools.count()


@dataclass(frozen=True, slots=True)
class Timings:
    """What a run of requests took; seconds, sorted."""

    wall: float
    each: Sequence[float]

    @property
    def per_second(self) -> float:
        return len(self.each) / self.wall

    def percentile(self, share: float) -> float:
        return self.each[min(len(self.each) - 1, int(len(self.each) * share))]

    @property
    def median(self) -> float:
        return statistics.median(self.each)


def command(name: str, text: str) -> bytes:
    """A signed slash command, as Slack sends it."""
    return _signed(
        "&".join(
            f"{key}={quote_plus(value)}"
            for key, value in {
                "team_id": TEAM,
                "channel_id": CHANNEL,
                "user_id": USER,
                "command": name,
                "text": text,
                "response_url": f"http://127.0.0.1:{RESPOND_PORT}/respond/1",
                "trigger_id": f"{next(_trigger)}.bench",
            }.items()
        )
    )


def press(action_id: str, value: str) -> bytes:
    """A signed press of a button on an ephemeral message."""
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": USER, "team_id": TEAM},
        "channel": {"id": CHANNEL},
        "container": {"type": "message", "message_ts": "1.1", "channel_id": CHANNEL, "is_ephemeral": True},
        "response_url": f"http://127.0.0.1:{RESPOND_PORT}/respond/1",
        "trigger_id": f"{next(_trigger)}.bench",
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value}],
    }
    return _signed(f"payload={quote_plus(json.dumps(payload))}")


RESPOND_PORT = 0


async def run(
    port: int, requests: Sequence[bytes], *, at_once: int, seen: Callable[[bytes], None] | None = None
) -> Timings:
    """Send every request once, `at_once` at a time. Raises RuntimeError for an answer other than 200."""
    queue = iter(requests)
    times: list[float] = []

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in queue:
            started = time.perf_counter()
            writer.write(request)
            body = await _answer(reader)
            times.append(time.perf_counter() - started)
            if seen is not None:
                seen(body)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return Timings(wall=time.perf_counter() - started, each=sorted(times))


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    status = head.split(b" ", 2)[1]
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    )
    body = await reader.readexactly(length)
    if status != b"200":
        raise RuntimeError(f"HTTP {status.decode()}: {body[:300]!r}")
    return body


def _signed(body: str) -> bytes:
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    raw = body.encode()
    return (
        f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: {signature}\r\nContent-Length: {len(raw)}\r\n\r\n"
    ).encode() + raw
