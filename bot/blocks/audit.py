"""How custody looks: whether a chain is whole, and its lines, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks import Message, as_written, buttons, ours, small, when_plain
from bot.blocks.register import turns
from bot.blocks.tables import header, one_line, whole_lines
from bot.custody import Checked
from bot.model import PAGE, Change, Event, Notice

Line = Event | Change
_OF_HASH = 12
_FAULTS = 10
_WORDS_LIMIT = 1500


def chain(
    checked: Checked,
    lines: Sequence[Line],
    *,
    page: int,
    hashes: Mapping[int, str],
    retracted: Mapping[int, Line],
    names: Mapping[str, str],
) -> Message:
    """First of all whether it is whole; then a page of its lines, and buttons to the others."""
    of, total = _called(checked.of), checked.lines
    start = (page - 1) * PAGE
    span = f"{start + 1}–{start + len(lines)} of {total}" if lines else f"there is no page {page}; {total} in all"
    title = f"Custody of {of}: {span}"
    verdict = _verdict(checked)
    faults = [one_line(str(fault), _WORDS_LIMIT) for fault in checked.faults[:_FAULTS]]
    if len(checked.faults) > _FAULTS:
        faults.append(f"and {len(checked.faults) - _FAULTS} more like that")
    rows = [_row(line, hashes=hashes, retracted=retracted, names=names) for line in lines]
    text = whole_lines([title, verdict, *faults], rows, [], more=lambda count: f"and {count} more." if count else "")
    sign = ":white_check_mark:" if checked.whole else ":rotating_light:"
    shown = [
        header(title),
        ours(f"{sign} *{verdict}*"),
        *map(as_written, faults),
        *map(as_written, rows),
        *buttons(turns(f"audit {checked.of}", page, total)),
        small("docs/custody.md says how the hashes are made, and what they prove."),
    ]
    return Message(text=text, blocks=tuple(shown))


def retracted(notice: Notice, entry: int) -> str:
    """What whoever retracted a line is told."""
    return (
        f"Line {entry} of {notice.id} is retracted, in line {notice.version}; both stay in its history. How the notice "
        f"stands has not changed: `/takedown outcome {notice.id} …` corrects that."
    ).replace("`", "")


def marked(line: Line, retracted: Mapping[int, Line], names: Mapping[str, str]) -> str:
    """`(retracted by Ann Winter, in line 7) `, before the words of a line that was taken back."""
    by = retracted.get(line.number)
    return f"(retracted by {one_line(_who(by, names))}, in line {by.number}) " if by else ""


def _called(of: str) -> str:
    """`RF-1` for `referral:RF-1`: an id of ours says what it is."""
    kind, _, key = of.partition(":")
    return one_line(key if kind in ("referral", "purchase") else of)


def _verdict(checked: Checked) -> str:
    if not checked.whole:
        many = len(checked.faults)
        return f"This chain is broken: {'1 fault' if many == 1 else f'{many} faults'}."
    old = f" {checked.before} of them from before there was custody." if checked.before else ""
    lines = "its 1 line is" if checked.lines == 1 else f"its {checked.lines} lines are"
    return f"This chain is whole: {lines} as they were written.{old}"


def _row(line: Line, *, hashes: Mapping[int, str], retracted: Mapping[int, Line], names: Mapping[str, str]) -> str:
    gone = line.erased.commitments if line.erased else {}
    parts = [
        f"{line.number}",
        when_plain(line.at),
        "erased" if "who" in gone else _who(line, names),
        "erased" if "where" in gone else line.where,
        line.kind.replace("_", " "),
        marked(line, retracted, names) + ("erased" if "words" in gone else line.words),
        f"hash {hashes[line.number][:_OF_HASH]}…" if hashes.get(line.number) else "not chained",
    ]
    return " · ".join(one_line(part, _WORDS_LIMIT) for part in parts if part)


def _who(line: Line, names: Mapping[str, str]) -> str:
    return names.get(line.actor.user_id, line.actor.user_id) or "somebody"
