"""People who file while a desk is killed, and what they were told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from bot.sandbox.driver import Sandbox


async def file_all(
    slack: Sandbox, told: set[str], count: int, channels: Sequence[str] = ("brand-protection",), patience: int = 3
) -> frozenset[int]:
    """Three people file as fast as they read, in one channel after the other; whoever gets no answer asks again, as
    people do. `told` are the ids that they were told of. Gives the listings that they gave up."""
    numbers = iter(range(1, count + 1))
    given_up: set[int] = set()

    async def person(name: str) -> None:
        for number in numbers:
            for _ in range(patience):
                if await file_one(slack, name, number, told, channels[number % len(channels)]):
                    break
                await asyncio.sleep(0.3)
            else:
                given_up.add(number)

    await asyncio.gather(*(person(name) for name in ("ann", "bo", "ada")))
    return frozenset(given_up)


async def file_one(slack: Sandbox, name: str, number: int, told: set[str], channel: str) -> bool:
    """True once the person read *filed*, or that it is on the desk already."""
    person = slack.person(name)
    seen = await person.types(f"/takedown https://acme.example/item/{number} counterfeit", channel=channel)
    if seen.error is not None or seen.reply is None:
        return False
    if "filing.file" not in str(seen.reply.blocks):
        return "already on the desk" in seen.reply.words or "a moment ago" in seen.reply.words
    pressed = await person.presses("File", on=seen.reply)
    if pressed.error is not None:
        return False
    for _ in range(40):
        for message in person.ephemerals(channel):
            found = re.search(r"[Ff]iled (?:as )?(TD-[0-9]+)", message.words)
            if found and message.ts == seen.reply.ts:
                told.add(found[1])
                return True
        await asyncio.sleep(0.05)
    return False
