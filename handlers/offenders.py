"""Listens for offenders: `/offenders`, the page of one, links between sellers, watching and muting."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.blocks import offenders as drawn
from bot.blocks import refusal
from bot.blocks.cases import on_offender, opens_for
from bot.blocks.charts import Charts
from bot.desk import cases as case_desk
from bot.desk import holds, linking, offenders, referral_tracking
from bot.errors import Invalid
from bot.grammar import offenders as grammar
from bot.grammar.referrals import ReferOffender
from bot.model import IdentifierKind, Link
from bot.offenders import token
from handlers import cases, purchases, referrals
from handlers.requests import Request, readable, with_help

MOST_DAYS = 366
_HELD = re.compile(r"([0-9]{1,3})d (.+)", re.ASCII | re.DOTALL)
"""What opens a page holds a seller, and before it the days that a list counts."""


async def command(request: Request) -> None:
    """Whatever is not understood is answered with usage."""
    try:
        asked = grammar.parse_offenders(request.text)
    except Invalid as wrong:
        await request.answer(refusal(with_help(str(wrong), "/offenders help")))
        return
    await LISTENERS[type(asked)](request, asked)


async def turn(request: Request) -> None:
    """Another page of the list. The button holds the command, which is read and checked like a typed one."""
    asked = grammar.parse_offenders(request.value)
    if isinstance(asked, grammar.ListOffenders):
        await _list(request, asked, again=True)


async def pick(request: Request) -> None:
    """The menu *Show offender…* on a list or a digest, whose days the page counts."""
    await _opened(request, request.chosen)


async def show(request: Request) -> None:
    await _opened(request, request.value)


async def watch(request: Request) -> None:
    await _follow(request, request.value, watching=True, muted=None)


async def unwatch(request: Request) -> None:
    await _follow(request, request.value, watching=False, muted=None)


async def mute(request: Request) -> None:
    await _follow(request, request.value, watching=None, muted=True)


async def unmute(request: Request) -> None:
    await _follow(request, request.value, watching=None, muted=False)


async def ask_link(request: Request) -> None:
    """Asks why two sellers are one: those of a suggestion, or a seller and one still to be named."""
    a, _, b = request.value.partition("|")
    titles = await linking.asked_link(request.desk, a, b, by=request.actor)
    await request.open(drawn.link_form(a, b, titles=titles))


async def submit_link(request: Request) -> None:
    a, b = _pair(request)
    values = request.view["state"]["values"]
    done = await linking.link(request.desk, a, b or _typed(values, "other"), _typed(values, "reason"), by=request.actor)
    await request.show_message("Linked", drawn.told(await _now_one(request, done)))


async def ask_unlink(request: Request) -> None:
    link = await linking.asked_unlink(request.desk, request.value, by=request.actor)
    await request.open(drawn.unlink_form(link))


async def submit_unlink(request: Request) -> None:
    a, b = _pair(request)
    reason = _typed(request.view["state"]["values"], "reason")
    link = await linking.unlink(request.desk, a, b, reason, by=request.actor)
    await request.show_message("Unlinked", drawn.told(_now_two(link)))


async def dismiss(request: Request) -> None:
    """*Not the same* on a suggestion."""
    a, _, b = request.value.partition("|")
    await linking.dismiss(request.desk, a, b, by=request.actor)
    await request.answer(drawn.told(f"Noted: {a} and {b} are not the same. It will not be suggested again."))


async def ask_identifier(request: Request) -> None:
    key, title = await linking.asked_identifier(request.desk, request.value, by=request.actor)
    await request.open(drawn.identify_form(key, title))


async def submit_identifier(request: Request) -> None:
    values = request.view["state"]["values"]
    kind = values.get("kind", {}).get("kind", {}).get("selected_option") or {}
    if kind.get("value") not in set(IdentifierKind):
        raise Invalid("Please choose what it is.", field="kind")
    seller = str(request.view.get("private_metadata") or "")
    made = await linking.identify(
        request.desk, seller, IdentifierKind(kind["value"]), _typed(values, "value"), by=request.actor
    )
    await request.show_message("On file", drawn.told(f"The {made.kind.words} is on file for {made.seller}."))


async def _help(request: Request, asked: grammar.OffenderHelp) -> None:
    await request.answer(drawn.help_text(asked.word))


async def _list(request: Request, asked: grammar.ListOffenders, *, again: bool = False) -> None:
    found = await offenders.listed(request.desk, asked, by=request.actor)
    message = drawn.listed(
        found.offenders,
        total=found.total,
        hidden=found.hidden,
        asked=asked,
        window_days=found.window_days,
        name=request.desk.marketplace_name,
        threshold=found.threshold,
    )
    await request.answer(message, replace=again)


async def _opened(request: Request, value: str) -> None:
    held = _HELD.fullmatch(value)
    days = int(held[1]) if held else 0
    await _show(request, held[2] if held else value, window_days=days if 1 <= days <= MOST_DAYS else None)


async def _show_named(request: Request, asked: grammar.ShowOffender) -> None:
    await _show(request, await offenders.named(request.desk, asked.seller, by=request.actor))


async def _show(request: Request, asked: str, *, window_days: int | None = None) -> None:
    record = await offenders.record(request.desk, asked, by=request.actor, window_days=window_days)
    titles = await linking.titles(
        request.desk,
        *{key for link in record.links for key in (link.a, link.b)},
        *{key for one in record.suggestions for key in (one.a, one.b)},
    )
    sellers = [identity.key for identity in record.offender.identities]
    seen = await case_desk.glimpse(request.desk, sellers, by=request.actor)
    held = await holds.said(request.desk, sellers, by=request.actor)
    referred = await referral_tracking.of_offender(request.desk, sellers, by=request.actor)
    drawings = [
        drawn.shown(
            record.offender,
            asked=record.seller,
            briefs=record.briefs,
            links=record.links,
            identifiers=record.identifiers,
            stance=record.stance,
            names={**record.names, **titles},
            series=record.series,
            suggestions=record.suggestions,
            hubs=record.hubs,
            leaves=record.leaves,
            held=held,
            referred=referred,
            name=request.desk.marketplace_name,
            charts=charts,
            case=_case(seen),
            verbs=[opens_for(token(record.seller), seen.case)] if seen else [],
        )
        for charts in Charts
    ]
    await request.answer(*drawings)


def _case(seen: case_desk.Glimpse | None) -> str:
    return on_offender(seen.case, seen.owner, seen.others) if seen and seen.case else ""


async def _why(request: Request, asked: grammar.WhyOffender) -> None:
    key = await offenders.named(request.desk, asked.seller, by=request.actor)
    found = await offenders.why(request.desk, key, by=request.actor)
    await request.answer(drawn.why(found, name=request.desk.marketplace_name))


async def _suggest(request: Request, _: grammar.Suggestions) -> None:
    found = await linking.suggestions(request.desk, by=request.actor)
    message = drawn.suggested(found.suggestions, found.hubs, titles=found.titles, name=request.desk.marketplace_name)
    await request.answer(message)


async def _forget(request: Request, asked: grammar.Forget) -> None:
    gone = await linking.forget(request.desk, asked.seller, asked.kind, asked.value, by=request.actor)
    words = f"The {gone.kind.words} is off file for {gone.seller}, and erased; that there was one stays on record."
    await request.answer(drawn.told(words, offender_token=token(gone.seller)))


async def _take_stance(request: Request, asked: grammar.Follow) -> None:
    await _follow(request, asked.seller, watching=asked.watching, muted=asked.muted)


async def _follow(request: Request, asked: str, *, watching: bool | None, muted: bool | None) -> None:
    record = await offenders.follow(request.desk, asked, watching=watching, muted=muted, by=request.actor)
    found = record.offender
    words = {
        (True, None): f"You watch {found.title}: I write to you whenever another notice is upheld.",
        (False, None): f"You no longer watch {found.title}.",
        (None, True): f"{found.title} is muted for you: lists leave them out, unless you ask for all.",
        (None, False): f"{found.title} is back in your lists.",
    }[watching, muted]
    await request.answer(drawn.told(words, offender_token=token(record.seller)))


async def _link(request: Request, asked: grammar.LinkSellers) -> None:
    done = await linking.link(request.desk, asked.a, asked.b, asked.reason, by=request.actor)
    await request.answer(drawn.told(await _now_one(request, done), offender_token=token(done.link.a)))


async def _unlink(request: Request, asked: grammar.UnlinkSellers) -> None:
    link = await linking.unlink(request.desk, asked.a, asked.b, asked.reason, by=request.actor)
    await request.answer(drawn.told(_now_two(link), offender_token=token(link.a)))


async def _identify(request: Request, asked: grammar.Identify) -> None:
    made = await linking.identify(request.desk, asked.seller, asked.kind, asked.value, by=request.actor)
    words = f"The {made.kind.words} is on file for {made.seller}. `/offenders suggestions` shows who shares it."
    await request.answer(drawn.told(words, offender_token=token(made.seller)))


async def _now_one(request: Request, done: linking.Linked) -> str:
    upheld = f"{done.upheld} upheld notice{'' if done.upheld == 1 else 's'}"
    told = (
        "which makes them a repeat offender: the channel is told, with your reason" if done.told else "no alert is due"
    )
    both = await case_desk.linked(request.desk, done.link.a, by=request.actor)
    return (
        f"{done.link.a} and {done.link.b} are one offender now, and are counted together from this moment. "
        f"Together they have {upheld}; {told}.{f' {both}' if both else ''}"
    )


def _now_two(link: Link) -> str:
    return (
        f"{link.a} and {link.b} are counted apart again, and will not be suggested again. "
        "What was said stays on record."
    )


def _pair(request: Request) -> tuple[str, str]:
    """The two sellers the form was opened for; who may link them is for the desk to say."""
    try:
        held = json.loads(str(request.view.get("private_metadata") or "{}"))
    except ValueError:
        held = {}
    a, b = (str(held.get(name) or "") for name in ("a", "b")) if isinstance(held, dict) else ("", "")
    if not a:
        raise Invalid("This form is broken. Please close it and open it again.")
    return a, b


def _typed(values: dict[str, dict[str, dict[str, object]]], block: str) -> str:
    return readable(str(values.get(block, {}).get(block, {}).get("value") or "")).strip()


LISTENERS: Mapping[type[Any], Callable[[Request, Any], Awaitable[None]]] = {
    grammar.ListOffenders: _list,
    grammar.ShowOffender: _show_named,
    grammar.WhyOffender: _why,
    grammar.LinkSellers: _link,
    grammar.UnlinkSellers: _unlink,
    grammar.Identify: _identify,
    grammar.Forget: _forget,
    grammar.Follow: _take_stance,
    grammar.Suggestions: _suggest,
    ReferOffender: referrals.refer,
    grammar.OffenderHelp: _help,
    **cases.LISTENERS,
    **purchases.LISTENERS,
}
