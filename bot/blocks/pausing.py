"""How marketplaces look to an admin: paused or not, how they do, today's figures; and the question why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.blocks import Json, Message, as_written, button, buttons, cut, message, small, when_plain
from bot.blocks.forms import asking_why
from bot.blocks.register import turns
from bot.blocks.tables import header, one_line
from bot.model import PAGE, WHY_LIMIT, Circuit, Pause

_LABEL_LIMIT = 70


def row(
    key: str,
    name: str,
    *,
    pause: Pause | None,
    by: str,
    circuit: Circuit | None,
    now: datetime,
    today: tuple[int, int, int],
    waiting: int,
    requests_per_second: float,
) -> tuple[str, Json]:
    """What is said of a marketplace, and the button beside it. `today`: filed, of them sent, decided."""
    filed, sent, decided = today
    paused = (
        f"PAUSED by {one_line(by)} on {when_plain(pause.at)}: {one_line(pause.why, WHY_LIMIT)}"
        if pause
        else "Sends as usual."
    )
    rate = f"{requests_per_second:g}"
    lines = [
        f"{one_line(name)} ({one_line(key)})",
        paused,
        _health(circuit, now),
        f"Today: {filed} filed, {sent} of them sent; {decided} decided. {waiting} to be sent. "
        f"At most {rate} request{'' if rate == '1' else 's'} a second.",
    ]
    verb = (
        button(cut(f"Resume {one_line(name)}", _LABEL_LIMIT), "pausing.resume", key, primary=True)
        if pause
        else button(cut(f"Pause {one_line(name)}…", _LABEL_LIMIT), "pausing.ask", key)
    )
    return "\n".join(lines), verb


def listed(rows: Sequence[tuple[str, Json]], *, total: int, page: int) -> Message:
    """A page of marketplaces."""
    start = (page - 1) * PAGE
    span = f"{start + 1}–{start + len(rows)} of {total}" if rows else f"there is no page {page}; {total} in all"
    title = f"Marketplaces: {span}" if total else "This desk is not connected to any marketplace yet."
    note = "Today is a day of UTC. Paused: nothing is sent; what was sent before is still asked after."
    return message(
        [title, *(line for line, _ in rows), note],
        [
            header(title),
            *(as_written(line, verb) for line, verb in rows),
            *buttons(turns("marketplaces", page, total)),
            small(note),
        ],
    )


def why_form(key: str, name: str) -> Json:
    """Asks why a marketplace is paused. Metadata: its key."""
    hint = "Whoever files there meanwhile is told, with your name."
    title = f"Pause {one_line(name)}"
    return asking_why(title, hint, submit="Pause", close="Cancel", callback_id="pausing.pause", about=key)


def _health(circuit: Circuit | None, now: datetime) -> str:
    if circuit is None or (not circuit.failures and circuit.closed_at(now)):
        return "Answers, as far as we know."
    last = f" Last: {one_line(circuit.because, 300)}" if circuit.because else ""
    since = f" since {when_plain(circuit.told_at)}" if circuit.told_at else ""
    times = f"Failed {circuit.failures} time{'' if circuit.failures == 1 else 's'} in a row{since}."
    if circuit.open_until is not None and not circuit.closed_at(now):
        times += f" Left alone until {when_plain(circuit.open_until)}."
    return times + last
