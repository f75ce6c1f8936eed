"""custody.jsonl: every line of every chain, with what of it is shown and what is only committed to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import orjson

from bot import custody
from bot.model import Change, Event, Material


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """A chain as it stands in a dossier. `unchained` counts its lines from before there was custody."""

    of: str
    lines: int
    unchained: int
    head: str


def chains(material: Material) -> Iterator[tuple[Chain, Sequence[Event | Change]]]:
    """Those of the notices, in their order, and then of the referral."""
    for notice in material.notices:
        yield _chain(notice.id, material.events.get(notice.id, ()))
    if material.changes:
        yield _chain(material.changes[0].of, material.changes)


def written(lines: Iterable[Event | Change]) -> Iterator[bytes]:
    """A line of the file for each, with its newline."""
    for line in lines:
        yield orjson.dumps(_written(line), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _chain(of: str, lines: Iterable[Event | Change]) -> tuple[Chain, Sequence[Event | Change]]:
    ordered = sorted(lines, key=lambda line: line.number)
    chained = [line for line in ordered if custody.chained(line)]
    return (
        Chain(
            of=of,
            lines=len(ordered),
            unchained=len(ordered) - len(chained),
            head=custody.digest(chained[-1]) if chained else "",
        ),
        ordered,
    )


def _written(line: Event | Change) -> dict[str, Any]:
    about: dict[str, Any] = {"of": line.of, "number": line.number}
    if custody.chained(line):
        return about | {"entry": custody.entry(line), "opened": custody.opened(line), "hash": custody.digest(line)}
    plain: dict[str, Any] = {
        "at": line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": line.kind,
        "who": line.actor.user_id,
        "where": line.where,
        "words": line.words,
        "raw": line.raw,
    }
    if isinstance(line, Event):
        plain["status"] = line.status.value
    return about | {"unchained": plain}
