"""Listens for the rules of filing: in words, and their form."""

from __future__ import annotations

from bot.blocks import Json
from bot.blocks import rules as drawn
from bot.desk import rules
from bot.grammar import register as grammar
from handlers.requests import Request, readable


async def shown(request: Request, _: grammar.ShowPolicy) -> None:
    found = await rules.of(request.desk, by=request.actor)
    await request.answer(drawn.shown(found.policy, found.lines, by=found.by, warnings=found.warnings))


async def change(request: Request) -> None:
    """Opens the form."""
    desk = request.desk
    found = await rules.of(desk, by=request.actor)
    view = drawn.form(
        found.policy,
        marketplaces=sorted(desk.marketplaces),
        name=desk.marketplace_name,
        undo_seconds=round(desk.undo.total_seconds()),
    )
    await request.open(view)


async def submit(request: Request) -> None:
    version = str(request.view.get("private_metadata") or "")
    done = await rules.save(
        request.desk,
        _read(request.view["state"]["values"]),
        version=int(version) if version.isdecimal() else -1,
        by=request.actor,
    )
    await request.show(drawn.saved_view(done.policy, done.lines, by=done.by, warnings=done.warnings, done=done.done))


def _read(values: Json) -> rules.Wished:
    return rules.Wished(
        violations=_chosen(values, "violations"),
        marketplaces=_chosen(values, "marketplaces"),
        batch_over=_typed(values, "batch_over"),
        daily_quota=_typed(values, "daily_quota"),
        undo_seconds=_typed(values, "undo_seconds"),
        approvers_channel=str(values.get("channel", {}).get("channel", {}).get("selected_conversation") or ""),
    )


def _chosen(values: Json, block: str) -> tuple[str, ...]:
    options = values.get(block, {}).get(block, {}).get("selected_options") or []
    return tuple(str(option.get("value") or "") for option in options)


def _typed(values: Json, block: str) -> str:
    return readable(str(values.get(block, {}).get(block, {}).get("value") or ""))
