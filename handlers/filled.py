"""What a filled-in form holds."""

from __future__ import annotations

from bot.blocks import Json
from handlers.requests import readable


def typed(values: Json, block: str) -> str:
    """What was typed into the field of this name."""
    return readable(str(values.get(block, {}).get(block, {}).get("value") or "")).strip()


def chosen(values: Json, block: str) -> str | None:
    """The value of what was chosen there; None when nothing was."""
    option = values.get(block, {}).get(block, {}).get("selected_option")
    return str(option["value"]) if option else None


def attached(values: Json, block: str) -> list[Json]:
    """The files that were put in there, as Slack tells of them."""
    return list(values.get(block, {}).get(block, {}).get("files") or [])
