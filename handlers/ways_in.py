"""Other ways to file than the command: a shortcut on a message, a global one, and a mention, which works in threads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot import grammar
from bot.blocks import Json, refusal
from bot.blocks import filing as drawn
from bot.desk import filing as desk_filing
from bot.errors import Invalid, NotFound
from bot.grammar import File
from bot.listings import find_addresses, unwrapped
from handlers import bulk, filing
from handlers.requests import Request, readable, with_help
from handlers.takedown import answer

_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_LINK = re.compile(r"<(https?:[^<>|]+)(?:\|[^<>]*)?>")


async def report(request: Request) -> None:
    """*Report this listing*: the form, filled with every listing address in the message."""
    found = tuple(dict.fromkeys(map(readable, addresses_in(request.body.get("message") or {}))))
    known = desk_filing.listings_among(request.desk, found)
    if not known:
        raise NotFound(_nothing(found))
    await filing.ask_form(request, File(addresses=known, violation=None, right=None, seller=None, statement=""))


async def open_anywhere(request: Request) -> None:
    """The global shortcut: the empty form. Its card goes to the direct messages."""
    await filing.open_empty(request)


async def mentioned(request: Request) -> None:
    """`@takedown-desk https://… counterfeit`, or any other command: answered for the person alone, where they asked."""
    await request.done()
    event = request.body["event"]
    if event.get("bot_id") or event.get("edited") or not await request.first_time():
        return
    said = readable(_without_us(str(event.get("text") or ""), request.body)).strip()
    try:
        command = grammar.parse(said)
    except Invalid as wrong:
        await request.answer(refusal(with_help(str(wrong), "/takedown help")))
        return
    incomplete = isinstance(command, File) and not await desk_filing.complete(request.desk, command)
    if isinstance(command, grammar.InBulk):
        incomplete = not await bulk.checks_at_once(request, command)
    if isinstance(command, grammar.Empty | grammar.Amend) or incomplete:
        # A form opens only from a click.
        await request.answer(drawn.open_the_form(said))
        return
    await answer(request, command)


def _without_us(text: str, body: Json) -> str:
    """What was said, without the mention of this app; people's stay."""
    ours = next((one.get("user_id") for one in body.get("authorizations") or () if one.get("is_bot")), None)
    mention = re.compile(rf"<@{re.escape(str(ours))}(?:\|[^>]*)?>") if ours else _MENTION
    return mention.sub(" ", text, count=1)


async def open_typed(request: Request) -> None:
    """The button below a mention that needs the form."""
    await answer(request, grammar.parse(request.value))


def addresses_in(message: Json) -> Iterator[str]:
    """Every address in a message: in its text, its blocks, and what it quotes or unfurls."""
    for text in _texts(message):
        yield from (unwrapped(link[0]) for link in _LINK.finditer(text))
        yield from (unwrapped(address) for address in find_addresses(_LINK.sub(" ", text)))


def _texts(value: object) -> Iterator[str]:
    """Every text anywhere inside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in _NOT_SAID:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


_NOT_SAID = frozenset(
    {"files", "metadata", "icons", "image_url", "thumb_url", "author_icon", "service_icon", "footer_icon", "permalink"}
)
"""Parts of a message that hold addresses of Slack's own."""


def _nothing(found: tuple[str, ...]) -> str:
    if not found:
        return "There is no address in this message."
    if len(found) == 1:
        return "I find no listing in this message: its address is of no marketplace I know."
    return f"I find no listing in this message: none of its {len(found)} addresses is of a marketplace I know."
