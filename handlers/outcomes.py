"""Listens for what people enter where a marketplace tells us nothing itself: its reference, and what it decided."""

from __future__ import annotations

from collections.abc import Sequence

from bot import grammar
from bot.blocks import Json
from bot.blocks import outcomes as drawn
from bot.blocks import tracking as tracking_drawn
from bot.desk import outcomes
from bot.errors import Invalid
from bot.model import ComeBack, Notice, Status, spanned
from handlers.requests import Request, readable


async def reference(request: Request, asked: grammar.Ref) -> None:
    notices = await outcomes.reference(request.desk, asked.of, asked.reference, by=request.actor)
    await request.answer(tracking_drawn.changed(notices[0], _entered(notices)))


async def record(request: Request, asked: grammar.Outcome) -> None:
    notices = await outcomes.outcome(
        request.desk, asked.of, asked.decided, why=asked.why, came_back=asked.came_back, by=request.actor
    )
    await request.answer(tracking_drawn.changed(notices[0], _recorded(notices)))


async def ask_reference(request: Request) -> None:
    """The button *Enter reference*, of a pack or a notice."""
    notices = await outcomes.asked(request.desk, request.value, by=request.actor)
    await request.open(drawn.reference_form(request.value, notices))


async def submit_reference(request: Request) -> None:
    values = request.view["state"]["values"]
    said = readable(str(values.get("reference", {}).get("reference", {}).get("value") or ""))
    notices = await outcomes.reference(request.desk, _of(request), said, only=_only(values), by=request.actor)
    await request.show(tracking_drawn.changed_view(notices[0], _entered(notices)))


async def ask_outcome(request: Request) -> None:
    """The button *Record outcome*, of a pack or a notice."""
    notices = await outcomes.asked(request.desk, request.value, by=request.actor)
    await request.open(drawn.outcome_form(request.value, notices))


async def submit_outcome(request: Request) -> None:
    values = request.view["state"]["values"]
    decided, came_back = _chosen(values, "outcome"), _chosen(values, "came_back")
    if decided not in set(Status):
        raise Invalid("Please choose what they decided.", field="outcome")
    notices = await outcomes.outcome(
        request.desk,
        _of(request),
        Status(decided),
        why=readable(str(values.get("why", {}).get("why", {}).get("value") or "")),
        came_back=ComeBack(came_back) if came_back in set(ComeBack) else None,
        only=_only(values),
        by=request.actor,
    )
    await request.show(tracking_drawn.changed_view(notices[0], _recorded(notices)))


def _of(request: Request) -> str:
    return str(request.view.get("private_metadata") or "")


def _chosen(values: Json, block: str) -> str:
    return str((values.get(block, {}).get(block, {}).get("selected_option") or {}).get("value") or "")


def _only(values: Json) -> tuple[str, ...]:
    return tuple(str(one["value"]) for one in values.get("only", {}).get("only", {}).get("selected_options") or ())


def _entered(notices: Sequence[Notice]) -> str:
    first = notices[0]
    have = "has" if len(notices) == 1 else "have"
    then = f" You are reminded to look by {first.deadline.at:%d %b %Y}." if first.deadline else ""
    return f"{spanned(notices)} {have} the reference {first.reference} now.{then}"


def _recorded(notices: Sequence[Notice]) -> str:
    first = notices[0]
    are = "is" if len(notices) == 1 else "are"
    then = f" It waits for us until {first.deadline.at:%d %b %Y}." if first.deadline else ""
    return f"{spanned(notices)} {are} at “{first.status.words}” now.{then}"
