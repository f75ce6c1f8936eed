"""How a pack looks: all that a person needs to file a lot in a portal, to be copied box by box."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import (
    SIGNS,
    Json,
    Message,
    Name,
    button,
    buttons,
    copyable,
    facts,
    message,
    ours,
    right_title,
    safe,
    small,
    theirs,
    violation_title,
)
from bot.blocks.outcomes import OUTCOME, REFERENCE
from bot.listings import defang
from bot.model import Lists, Pack, Status, spanned

PIECE = 2900
"""Characters of addresses in one block."""
PIECES = 2
"""Blocks of addresses in a message: with a statement of 3,000 characters it stays below the 13,000 Slack takes."""


def pack(shown: Pack, *, name: Name, filed: bool, why_not: str = "") -> Message:
    """The pack of a lot. `filed`: its lines are in a file beside it; where not, `why_not`, and as many as fit."""
    first, market = shown.notices[0], name(shown.notices[0].listing.marketplace)
    head = f"{shown.lot} · to be filed by hand at {market}"
    rows = [
        ("Notices", spanned(shown.notices)),
        ("Right", right_title(first.right)),
        ("Violation", violation_title(first.violation)),
        ("Evidence", "\n".join(one.title for one in shown.evidence)),
        ("They decide within", shown.portal.clocks.decision.words if shown.portal.clocks.decision else ""),
    ]
    link = shown.portal.url.replace("&", "&amp;")
    blocks = [
        ours(f"{SIGNS[Status.BY_HAND]} *{safe(head)}* · {_counted(shown)}"),
        ours(f"<{link}|Open the portal>, and copy each box as it stands:"),
        *(copyable(label, content) for label, content in shown.boxes),
        *_lines(shown, filed, why_not),
        *facts(rows),
        *([theirs(shown.portal.advice)] if shown.portal.advice else []),
        *buttons(
            [
                button(f"Enter reference for {shown.lot}", REFERENCE, shown.lot, primary=True),
                button(f"Record outcome of {shown.lot}", OUTCOME, shown.lot),
                *([button("Send me the evidence", "evidence.send", shown.lot)] if shown.evidence else []),
            ]
        ),
    ]
    where = f"{_counted(shown)}, in the file {shown.file_name}" if filed else f"{_counted(shown)}. {why_not}"
    lines = [
        f"{head}: {where}",
        f"Portal: {shown.portal.url}",
        *(f"{label}: {value}" for label, value in (*rows, *shown.boxes) if value),
        shown.portal.advice,
        *([] if filed else map(defang, shown.lines)),
    ]
    return message(lines, blocks)


def _lines(shown: Pack, filed: bool, why_not: str) -> list[Json]:
    if filed:
        return [small(f"{_counted(shown)}, one a line, in the file {shown.file_name} just above.")]
    pieces, left = _pieces(shown.lines)
    what = _counted(shown)
    drawn = [copyable(what if at == 0 else "…", piece) for at, piece in enumerate(pieces)]
    missing = f" {left} of them do not fit here: press Retry on a notice once that is put right." if left else ""
    return [*drawn, theirs(f"{why_not}{missing}")]


def _pieces(lines: Sequence[str]) -> tuple[list[str], int]:
    """The lines in pieces that fit a block each, and how many did not fit at all. No line is cut."""
    pieces: list[str] = []
    for at, line in enumerate(lines):
        if pieces and len(pieces[-1]) + 1 + len(line) <= PIECE:
            pieces[-1] += f"\n{line}"
        elif len(pieces) < PIECES and len(line) <= PIECE:
            pieces.append(line)
        else:
            return pieces, len(lines) - at
    return pieces, 0


def _counted(shown: Pack) -> str:
    one, many = ("listing id", "listing ids") if shown.portal.lists is Lists.LISTING_IDS else ("address", "addresses")
    return f"{len(shown.lines)} {one if len(shown.lines) == 1 else many}"
