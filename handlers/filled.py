"""What a filled-in form holds."""

from __future__ import annotations

from datetime import date

from bot.blocks import Json
from bot.errors import Invalid
from handlers.requests import readable


def typed(values: Json, block: str) -> str:
    """What was typed into the field of this name."""
    return readable(str(values.get(block, {}).get(block, {}).get("value") or "")).strip()


def chosen(values: Json, block: str) -> str | None:
    """The value of what was chosen there; None when nothing was."""
    option = values.get(block, {}).get(block, {}).get("selected_option")
    return str(option["value"]) if option else None


def person(values: Json, block: str) -> str:
    """The user id of whoever was chosen there; empty when nobody was."""
    return str(values.get(block, {}).get(block, {}).get("selected_user") or "")


def day(values: Json, block: str) -> date | None:
    """The day chosen there. Raises: Invalid: no client of Slack's sends that."""
    said = str(values.get(block, {}).get(block, {}).get("selected_date") or "")
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Invalid("Please choose a day.", field=block) from None


def attached(values: Json, block: str) -> list[Json]:
    """The files that were put in there, as Slack tells of them."""
    return list(values.get(block, {}).get(block, {}).get("files") or [])
