"""The main job as a story: played headless, printed as a transcript, and false when a step does not come true."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Sequence

from bot.sandbox.driver import Message, Sandbox
from bot.sandbox.marketplace import PretendMarketplace

CHANNEL = "brand-protection"
COMMAND = "/takedown https://acme.example/item/4711 counterfeit"
DIGEST = f"/digest add #{CHANNEL} weekly mon 09:00 Europe/Berlin threshold:1"
PATIENCE = 20
"""Seconds any one step may take."""


async def play(slack: Sandbox, market: PretendMarketplace) -> int:
    """Ann files a takedown and watches the listing go. Ada sets up a digest. 0 when all of it happened, 1 otherwise."""
    started = time.monotonic()
    try:
        await _file_and_watch(slack, market)
        gone = time.monotonic() - started
        await _set_up_a_digest(slack)
    except (AssertionError, TimeoutError, LookupError) as broken:
        _tell("The story broke", str(broken) or type(broken).__name__)
        return 1
    sys.stdout.write(
        f"The listing is gone, {gone:.0f} seconds after the command, and the channel knows of its seller.\n"
    )
    return 0


async def _file_and_watch(slack: Sandbox, market: PretendMarketplace) -> None:
    ann = slack.person("ann")
    _tell(f"Ann types in #{CHANNEL}", COMMAND)
    seen = await ann.types(COMMAND, channel=CHANNEL)
    if seen.reply is None:
        raise LookupError(f"no preview came: {seen.error or 'a form opened instead'}")
    _tell("Only Ann sees", seen.reply.text, seen.reply.buttons)

    _tell("Ann presses", "File")
    filed = await ann.presses("File", on=seen.reply)
    if filed.reply is not None:
        _tell("Only Ann sees", filed.reply.text, filed.reply.buttons)
    for status in ("queued", "submitted", "in review", "removed"):
        card = await _card(slack, f"TD-1 · {status}", or_later=status != "removed")
        if card is not None:
            _tell(f"Everyone in #{CHANNEL} sees the card", card.text, card.buttons)
    if market.filed("TD-1") != 1:
        raise AssertionError(f"Acme Market has the notice {market.filed('TD-1')} times")
    card = await _card(slack, "TD-1 · removed")
    assert card is not None
    await slack.until(lambda: bool(slack.channel(CHANNEL).thread(card.ts)), seconds=PATIENCE)
    for reply in slack.channel(CHANNEL).thread(card.ts):
        _tell("In its thread", reply.text)


async def _set_up_a_digest(slack: Sandbox) -> None:
    """Ada has the channel told every week who keeps coming back, and posts one at once."""
    ada = slack.person("ada")
    for command in (DIGEST, "/offenders"):
        _tell(f"Ada types in #{CHANNEL}", command)
        seen = await ada.types(command, channel=CHANNEL)
        if seen.reply is None:
            raise LookupError(f"no answer came: {seen.error}")
        _tell("Only Ada sees", seen.reply.text, seen.reply.buttons)
    _tell("Ada types", "/digest run DG-1")
    await ada.types("/digest run DG-1", channel=CHANNEL)

    def found() -> Message | None:
        return next((one for one in slack.channel(CHANNEL).messages if "DG-1" in one.text), None)

    await slack.until(lambda: found() is not None, seconds=PATIENCE)
    digest = found()
    assert digest is not None
    _tell(f"Everyone in #{CHANNEL} sees the digest", digest.text, digest.buttons)


async def _card(slack: Sandbox, words: str, *, or_later: bool = False) -> Message | None:
    """The card once it says so. A step in between may pass unseen, when the next has come already."""

    def found(wanted: str) -> Message | None:
        return next((one for one in slack.channel(CHANNEL).messages if wanted in one.words), None)

    await slack.until(lambda: bool(found(words) or (or_later and found("TD-1 · removed"))), seconds=PATIENCE)
    return found(words)


def _tell(who: str, words: str, buttons: Sequence[str] = ()) -> None:
    """One scene of the transcript; the buttons, which `words` ends with, on a line of their own."""
    said = words.strip().removesuffix("\n".join(buttons)).rstrip()
    sys.stdout.write(f"{who}:\n{textwrap.indent(said, '    ')}\n")
    if buttons:
        sys.stdout.write(f"    [{'] ['.join(buttons)}]\n")
    sys.stdout.write("\n")
    sys.stdout.flush()
