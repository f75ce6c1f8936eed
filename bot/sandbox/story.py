"""The main jobs as a story: played headless, printed as a transcript, and false when a step does not come true."""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
import textwrap
import time
import zipfile
from collections.abc import Sequence

from bot.sandbox.driver import Message, Persona, Sandbox, Seen
from bot.sandbox.marketplace import PretendMarketplace

CHANNEL, APPROVERS = "brand-protection", "legal"
COMMAND = "/takedown https://acme.example/item/4711 counterfeit"
MANY = """\
https://acme.example/item/4712
https://acme.example/item/4713
https://acme.example/item/4712
https://shop-of-its-own.example/bag
https://acme.example/item/4714"""
"""Five addresses: one stands there twice, one is of no marketplace we know."""
DIGEST = f"/digest add #{CHANNEL} weekly mon 09:00 Europe/Berlin threshold:1"
AGENCY = "pipcu"
SUMMARY = "Sells jackets that bear our mark and are not ours, and comes back with new listings."
PATIENCE = 20
"""Seconds any one step may take."""


async def play(slack: Sandbox, market: PretendMarketplace) -> int:
    """Ann files a takedown and watches the listing go, then several, which Bo approves. Ada sets up a digest. Ann
    refers the worst of their sellers to an agency, and the dossier proves itself.

    0 when all of it happened, 1 otherwise.
    """
    started = time.monotonic()
    try:
        await _file_and_watch(slack, market)
        gone = time.monotonic() - started
        await _ask_for_a_second_person(slack)
        await _file_in_bulk(slack)
        await _approve(slack, market)
        await _look_back(slack)
        worst = await _set_up_a_digest(slack)
        await _refer(slack, worst)
    except (AssertionError, TimeoutError, LookupError) as broken:
        _tell("The story broke", str(broken) or type(broken).__name__)
        return 1
    sys.stdout.write(
        f"The listing is gone, {gone:.0f} seconds after the command, three more once Bo had approved them, "
        "the channel knows of their sellers, and the dossier of the worst is with who asked for it.\n"
    )
    return 0


async def _file_and_watch(slack: Sandbox, market: PretendMarketplace) -> None:
    ann = slack.person("ann")
    await _asks(ann, "/takedown whoami")
    preview = await _asks(ann, COMMAND)
    await _presses(ann, "File", preview)
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


async def _ask_for_a_second_person(slack: Sandbox) -> None:
    """Ada has somebody else look at whatever is filed three at once, or more."""
    ada = slack.person("ada")
    rules = await _asks(ada, "/takedown-admin policy")
    form = await _presses(ada, "Change the rules…", rules)
    _tell("Ada writes, at “Second person for batches of more than”", "2")
    saved = await ada.submits(form.view, {"Second person for batches of more than": "2"})
    if saved.view is None:
        raise LookupError(f"the rules were not saved: {saved.error or saved.errors}")
    _tell("The form says", saved.view.words)


async def _file_in_bulk(slack: Sandbox) -> None:
    ann = slack.person("ann")
    _tell(f"Ann types in #{CHANNEL}", "/takedown bulk")
    opened = await ann.types("/takedown bulk", channel=CHANNEL)
    _tell("Ann pastes into the form that opens", MANY)
    sent = await ann.submits(opened.view, {"addresses1": MANY, "violation": "counterfeit"})
    if sent.errors:
        raise LookupError(f"the addresses were not taken: {sent.errors}")
    table = await _direct(slack, "ann", "Nothing has been filed yet")
    _tell("In her direct messages", table.text, table.buttons)
    _tell("Ann presses", "File 3 of 5")
    await ann.presses("File 3 of 5", on=table)
    done = await _direct(slack, "ann", "Done: of 5 lines")
    _tell("In her direct messages", done.text, done.buttons)


async def _approve(slack: Sandbox, market: PretendMarketplace) -> None:
    bo = slack.person("bo")
    asked = await _message(slack, APPROVERS, "who cannot approve it")
    _tell(f"The approvers in #{APPROVERS} are asked", asked.text, asked.buttons)
    if market.filed("TD-2"):
        raise AssertionError("it was sent before anybody approved it")
    button = next(label for label in asked.buttons if label.startswith("Approve"))
    await _presses(bo, button, asked)
    approved = await _message(slack, APPROVERS, "Approved by Bo")
    _tell("The card says from now on", approved.text, approved.buttons)
    removed = await _posted(slack, "3 removed")
    _tell(f"And everyone in #{CHANNEL}, once they are gone", removed.text, removed.buttons)


async def _look_back(slack: Sandbox) -> None:
    """Ann writes something down, looks at it again, and takes the whole as a file."""
    ann = slack.person("ann")
    await _asks(ann, "/takedown note TD-1 test purchase 77 is in the cupboard")
    await _asks(ann, "/takedown status TD-1")
    await _asks(ann, "/takedown export csv removed")
    await slack.until(lambda: bool(_files(slack, "ann")), seconds=PATIENCE)
    _tell("In her direct messages, as a file", "\n".join(_files(slack, "ann")))


async def _set_up_a_digest(slack: Sandbox) -> str:
    """Ada has the channel told every week who keeps coming back, and posts one at once; the worst of them, by key."""
    ada = slack.person("ada")
    await _asks(ada, DIGEST)
    offenders = await _asks(ada, "/offenders")
    worst = re.search(r"^1\. .* · (\S+)$", offenders.text, re.MULTILINE)
    if worst is None:
        raise LookupError("nobody is on the list of offenders")
    _tell("Ada types", "/digest run DG-1")
    await ada.types("/digest run DG-1", channel=CHANNEL)
    digest = await _posted(slack, "DG-1")
    _tell(f"Everyone in #{CHANNEL} sees the digest", digest.text, digest.buttons)
    return worst.group(1)


async def _refer(slack: Sandbox, seller: str) -> None:
    """Ada turns an agency on, Ann drafts a referral to it, Bo approves it, and Ann has the dossier."""
    ada, ann, bo = (slack.person(name) for name in ("ada", "ann", "bo"))
    await _asks(ada, f"/takedown-admin agency on {AGENCY}")
    command = f"/offenders refer {seller} {AGENCY}"
    _tell(f"Ann types in #{CHANNEL}", command)
    form = await ann.types(command, channel=CHANNEL)
    _tell("Ann writes, at “Summary for the agency”", SUMMARY)
    drafted = await ann.submits(form.view, {"Summary for the agency": SUMMARY})
    if drafted.view is None or drafted.errors:
        raise LookupError(f"the referral was not drafted: {drafted.error or drafted.errors}")
    _tell("The form says", drafted.view.words)
    asked = await _message(slack, APPROVERS, "A referral waits for a second person")
    _tell(f"The approvers in #{APPROVERS} are asked, without a name", asked.text, asked.buttons)
    looked = await _presses(bo, "Look", asked)
    if looked.reply is None:
        raise LookupError(f"Bo was not shown what would go: {looked.error}")
    await _presses(bo, next(label for label in looked.reply.buttons if label.startswith("Approve")), looked.reply)
    dossier = await _direct(slack, "ann", "The dossier of RF-1")
    _tell("In her direct messages, as a file", f"{dossier.text}\n{dossier.files[0].name}")
    _tell("Whoever opens it runs verify.py, which says", await _verified(dossier.files[0].content))


async def _verified(dossier: bytes) -> str:
    """What the program that is in a dossier says of it."""
    with tempfile.TemporaryDirectory(prefix="takedown-dossier-") as folder:
        with zipfile.ZipFile(io.BytesIO(dossier)) as opened:
            opened.extractall(folder)
        checking = await asyncio.create_subprocess_exec(
            sys.executable, "verify.py", cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await asyncio.wait_for(checking.communicate(), PATIENCE)
    if checking.returncode != 0:
        raise AssertionError(f"the dossier does not prove itself: {said.decode()}")
    return said.decode()


async def _asks(who: Persona, command: str) -> Message:
    """Somebody types a command and reads the answer."""
    first = who.name.split()[0]
    _tell(f"{first} types in #{CHANNEL}", command)
    seen = await who.types(command, channel=CHANNEL)
    if seen.reply is None:
        raise LookupError(f"no answer came: {seen.error or 'a form opened instead'}")
    _tell(f"Only {first} sees", seen.reply.text, seen.reply.buttons)
    return seen.reply


async def _presses(who: Persona, label: str, on: Message) -> Seen:
    first = who.name.split()[0]
    _tell(f"{first} presses", label)
    seen = await who.presses(label, on=on)
    if seen.reply is not None:
        _tell(f"Only {first} sees", seen.reply.text, seen.reply.buttons)
    return seen


async def _card(slack: Sandbox, words: str, *, or_later: bool = False) -> Message | None:
    """The card once it says so. A step in between may pass unseen, when the next has come already."""

    def found(wanted: str) -> Message | None:
        return next((one for one in slack.channel(CHANNEL).messages if wanted in one.words), None)

    await slack.until(lambda: bool(found(words) or (or_later and found("TD-1 · removed"))), seconds=PATIENCE)
    return found(words)


async def _posted(slack: Sandbox, words: str) -> Message:
    return await _message(slack, CHANNEL, words)


async def _direct(slack: Sandbox, person: str, words: str) -> Message:
    return await _message(slack, slack.person(person).direct.id, words)


async def _message(slack: Sandbox, channel: str, words: str) -> Message:
    """The newest message that says so, waited for."""

    def found() -> Message | None:
        messages = reversed(slack.channel(channel).messages)
        return next((one for one in messages if words in one.words or words in one.text), None)

    await slack.until(lambda: found() is not None, seconds=PATIENCE)
    message = found()
    assert message is not None
    return message


def _files(slack: Sandbox, person: str) -> list[str]:
    return [one.words for one in slack.person(person).direct.messages if one.files]


def _tell(who: str, words: str, buttons: Sequence[str] = ()) -> None:
    """One scene of the transcript; the buttons, which `words` ends with, on a line of their own."""
    said = words.strip().removesuffix("\n".join(buttons)).rstrip()
    sys.stdout.write(f"{who}:\n{textwrap.indent(said, '    ')}\n")
    if buttons:
        sys.stdout.write(f"    [{'] ['.join(buttons)}]\n")
    sys.stdout.write("\n")
    sys.stdout.flush()
