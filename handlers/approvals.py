"""Listens for approvals: the queue, Approve, Refuse… and Choose…"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot import grammar
from bot.blocks import Json
from bot.blocks import approvals as drawn
from bot.blocks import tracking as tracking_drawn
from bot.desk import approvals
from bot.grammar.approvals import read_ids
from handlers.requests import Request, readable


async def approve(request: Request, asked: grammar.Approve) -> None:
    notices = await approvals.approve(request.desk, by=request.actor, only=asked.notice_ids)
    await request.answer(tracking_drawn.changed(notices[0], drawn.decided(notices)))


async def refuse(request: Request, asked: grammar.Refuse) -> None:
    notices = await approvals.refuse(request.desk, why=asked.why, by=request.actor, only=asked.notice_ids)
    await request.answer(tracking_drawn.changed(notices[0], drawn.decided(notices)))


async def queue(request: Request, asked: grammar.Approvals) -> None:
    batches, total = await approvals.queue(request.desk, asked.page, by=request.actor)
    await request.answer(drawn.queue(batches, total, asked.page, name=request.desk.marketplace_name))


async def turn(request: Request) -> None:
    """Another page of the queue. The button holds the command, which is read and checked like a typed one."""
    asked = grammar.parse(request.value)
    if isinstance(asked, grammar.Approvals):
        batches, total = await approvals.queue(request.desk, asked.page, by=request.actor)
        shown = drawn.queue(batches, total, asked.page, name=request.desk.marketplace_name)
        await request.answer(shown, replace=True)


async def show(request: Request) -> None:
    """The card of a batch, or of what is alike in it, for the approver alone."""
    batch_id, _, like = request.value.partition(" ")
    notices = await approvals.asked(request.desk, batch_id, by=request.actor, like=like)
    names = await approvals.deciders(request.desk, notices)
    gauges = await approvals.gauges(request.desk, notices)
    shown = drawn.asked(notices, name=request.desk.marketplace_name, names=names, gauges=gauges, like=like)
    await request.answer(shown)


async def press_approve(request: Request) -> None:
    batch_id, seen, like = _shown(request.value)
    notices = await approvals.approve(request.desk, batch_id, by=request.actor, seen=seen, like=like)
    await request.answer(tracking_drawn.changed(notices[0], drawn.decided(notices)), replace=True)


async def ask_why(request: Request) -> None:
    """The button *Refuse…*: asks for the reason."""
    batch_id, _, like = _shown(request.value)
    waiting = await approvals.to_decide(request.desk, batch_id, by=request.actor, like=like, refusing=True)
    await request.open(drawn.refusal_form(waiting, like))


async def submit_refusal(request: Request) -> None:
    values = request.view["state"]["values"]
    batch_id, _, like = _shown(str(request.view.get("private_metadata") or ""))
    notices = await approvals.refuse(request.desk, batch_id, _typed(values, "why"), by=request.actor, like=like)
    await request.show(tracking_drawn.changed_view(notices[0], drawn.decided(notices)))


async def ask_which(request: Request) -> None:
    """The button *Choose…*: asks which of a batch are approved, and what of the rest."""
    batch_id, _, like = _shown(request.value)
    waiting = await approvals.to_decide(request.desk, batch_id, by=request.actor, like=like)
    await request.open(drawn.choice_form(waiting, like, name=request.desk.marketplace_name))


async def submit_choice(request: Request) -> None:
    values = request.view["state"]["values"]
    rest = values.get("rest", {}).get("rest", {}).get("selected_option") or {}
    batch_id, seen, like = _shown(str(request.view.get("private_metadata") or ""))
    notices = await approvals.choose(
        request.desk,
        batch_id,
        _only(values),
        refuse_rest=rest.get("value") == "refuse",
        why=_typed(values, "why"),
        by=request.actor,
        seen=seen,
        like=like,
    )
    await request.show(tracking_drawn.changed_view(notices[0], drawn.decided(notices)))


def _shown(value: str) -> tuple[str, datetime, str]:
    """The batch, when what is decided on was asked, and the notice to which all of it is alike, if it is a part.

    It travelled through the client: without a time, nothing was seen.
    """
    batch_id, seen, like = (*value.split(" ", 2), "", "")[:3]
    try:
        return batch_id, datetime.fromisoformat(seen).astimezone(UTC), like
    except (ValueError, OverflowError):
        return batch_id, datetime.min.replace(tzinfo=UTC), like


def _only(values: Json) -> Sequence[str]:
    """What was chosen in the menu, or typed where there are too many for one."""
    given = values.get("only", {}).get("only", {})
    if "selected_options" in given:
        return tuple(str(one["value"]) for one in given["selected_options"] or ())
    return read_ids(_typed(values, "only"))


def _typed(values: Json, block: str) -> str:
    return readable(str(values.get(block, {}).get(block, {}).get("value") or ""))
