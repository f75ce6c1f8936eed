"""How a bulk looks: the form, and its lines typed back as a table, with the declaration below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import slackblocks as sb

from bot import declarations
from bot.blocks import (
    FALLBACK_LIMIT,
    Json,
    Message,
    Name,
    as_written,
    button,
    buttons,
    cut,
    facts,
    ours,
    safe,
    small,
    theirs,
    violation_title,
)
from bot.blocks.forms import (
    ADDRESSES_LIMIT,
    modal,
    notice_view,
    particulars,
    plain_text,
    rights_menu,
    violations,
    who_can_act,
)
from bot.blocks.tables import one_line, small_as_written, whole_lines
from bot.blocks.tables import table as as_table
from bot.grammar import File
from bot.listings import defang
from bot.model import Bulk, BulkLine, BulkState, LineVerdict, Right, Violation, second_person

BOXES = 5
"""Boxes for addresses: Slack takes 3,000 characters in each."""
PER_PAGE = 25
"""Lines of a table: Slack takes 10,000 characters in one."""
_LIMITS = (6, 10, 90, 220)
_SHOWN = 5
_STATEMENTS = 2
_QUOTED = 1000
_NOTES = 8
_HEARD = 300
"""Characters of what is long in the words alone, where every line and the declaration come first."""
_WORDS: Mapping[LineVerdict, tuple[str, str]] = {
    LineVerdict.FINE: ("fine", "fine"),
    LineVerdict.FILED: ("filed", "filed"),
    LineVerdict.DUPLICATE: ("duplicate", "duplicates"),
    LineVerdict.UNKNOWN: ("unknown", "unknown"),
    LineVerdict.REFUSED: ("refused", "refused"),
}
_GOOD = frozenset({LineVerdict.FINE, LineVerdict.FILED})


def form(
    given: File,
    rights: Iterable[Right],
    *,
    today: date,
    channel: str,
    name: Name,
    most: int,
    via: Sequence[str] = (),
) -> Json:
    """The form for many. Nothing is declared in it: that comes below the table."""
    boxes = _boxes(given.addresses)
    fits = (
        f"Up to {most} listings: paste addresses, about {ADDRESSES_LIMIT // 60} to a box, or attach one file. "
        "You see line by line what would be filed before you declare and file anything."
    )
    return modal(
        "Takedowns in bulk",
        [
            sb.SectionBlock(text=plain_text(fits)),
            *(_box(number, text) for number, text in enumerate(boxes, 1)),
            sb.InputBlock(
                plain_text("Or a file"),
                sb.FileInput("file", filetypes=["csv", "xlsx", "txt"], max_files=1),
                block_id="file",
                optional=True,
                hint=plain_text(
                    "CSV or XLSX with a column Address, and if you like Violation, Right, Seller, Statement, "
                    "Message to seller, Via, in any order. Or a text file of addresses."
                ),
            ),
            sb.ActionsBlock(
                [
                    sb.Button("Send me a CSV template", action_id="bulk.csv", value="csv"),
                    sb.Button("Send me an XLSX template", action_id="bulk.xlsx", value="xlsx"),
                ]
            ),
            sb.SectionBlock(text=plain_text("For every line that does not say otherwise:")),
            *who_can_act(given, via, name),
            _optional(sb.InputBlock(plain_text("What is wrong"), violations(given.violation), block_id="violation")),
            *map(_optional, rights_menu(rights, given.right, today)),
            *particulars(given),
        ],
        submit="Check",
        close="Cancel",
        callback_id="bulk.form",
        private_metadata=channel,
    )


def checking(bulk: Bulk) -> Message:
    """What is said once the lines are kept."""
    many = _lines(bulk.lines)
    words = f"Checking {many}. The table comes to our direct messages; nothing is filed before you press File below it."
    return Message(text=words, blocks=(ours(words),))


def checking_view(bulk: Bulk) -> Json:
    return notice_view("Checking", checking(bulk))


def reading_view() -> Json:
    """While a file takes its time."""
    words = "Reading your file. What is in it comes to our direct messages as a table; you may close this."
    return notice_view("Reading", Message(text=words, blocks=(ours(words),)))


def table(
    bulk: Bulk,
    lines: Sequence[BulkLine],
    *,
    name: Name,
    page: int = 1,
    problems: bool | None = None,
    waiting: int = 0,
    because: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Message:
    """The lines as they stand, a page of them, and what can be done now. `waiting` can still be undone.

    `because` says why a second person has to approve what is filed; `notes` are what one should know before.

    `problems` shows those alone that are not fine; by default once it was filed.
    """
    if bulk.state.at_work:
        return _at_work(bulk)
    left = [line for line in lines if line.verdict not in _GOOD]
    only = bool(left) and (bulk.run > 0 if problems is None else problems)
    shown = left if only else list(lines)
    last = max(1, -(-len(shown) // PER_PAGE))
    page = min(max(1, page), last)
    on_page = shown[(page - 1) * PER_PAGE : page * PER_PAGE]
    head = _head(bulk, lines)
    fileable = _fileable(bulk, lines)
    asks, second = _asks(fileable), cut(second_person(because), 2 * _HEARD)
    statements = list(dict.fromkeys(line.statement for line in fileable if line.statement))
    pages = f"Lines {on_page[0].number} to {on_page[-1].number} of the {'problems' if only else 'table'}" * (last > 1)
    blocks = [
        ours(f"*{safe(head)}*"),
        *([theirs(bulk.why)] if bulk.why else []),
        *map(small_as_written, bulk.notes),
        *(_table_of(on_page, name) if not (bulk.run and not left) else []),
        *([small(f"{pages}, page {page} of {last}.")] if pages else []),
        *buttons(_looks(bulk, page, last, only=only, left=len(left), all_of=len(lines))),
        *facts(asks),
        *(as_written(cut(note, _HEARD)) for note in notes[:_NOTES]),
        *([as_written(second)] if second else []),
        *_told(statements),
        *_declaring(bulk, fileable),
        *buttons(_verbs(bulk, fileable, lines, waiting)),
    ]
    text = whole_lines(
        [head, cut(bulk.why, _HEARD)],
        [_in_words(line, name) for line in on_page],
        [
            *_declaration(bulk, fileable),
            second,
            *(cut(note, _HEARD) for note in notes[:_NOTES]),
            *(f"{label}: {value}" for label, value in asks),
            *(cut(note, _HEARD) for note in bulk.notes),
            *(f"What they will be told: {cut(text, _HEARD)}" for text in statements[:_STATEMENTS]),
        ],
        more=lambda left_out: f"And {left_out} more lines; the file has all of them." if left_out else "",
    )
    return Message(text=cut(text, FALLBACK_LIMIT), blocks=tuple(blocks))


def _at_work(bulk: Bulk) -> Message:
    if bulk.state is BulkState.CHECKING:
        return checking(bulk)
    words = f"Filing: {bulk.done} of {bulk.to_do}."
    more = "What is filed stays filed, whatever happens; you need not wait here."
    return Message(text=f"{words} {more}", blocks=(ours(f":outbox_tray: *{words}*"), small(more)))


def _head(bulk: Bulk, lines: Sequence[BulkLine]) -> str:
    counted = Counter(line.verdict for line in lines)
    parts = [
        f"{counted[verdict]} {_WORDS[verdict][counted[verdict] != 1]}" for verdict in LineVerdict if counted[verdict]
    ]
    filed = [line.notice_id for line in lines if line.notice_id]
    if not bulk.run:
        return f"In bulk: {_lines(len(lines))}, {', '.join(parts)}. Nothing has been filed yet."
    ended = "Stopped" if bulk.state is BulkState.STOPPED else "Done"
    which = f" Filed as {filed[0]}" + (f" to {filed[-1]}." if len(filed) > 1 else ".") if filed else ""
    return f"{ended}: of {_lines(len(lines))} {', '.join(parts)}.{which}"


def _fileable(bulk: Bulk, lines: Sequence[BulkLine]) -> list[BulkLine]:
    """What the next press would file, as far as can be told: after the first it tries all that was not filed."""
    return [line for line in lines if line.open_in(bulk.run + 1, again=bulk.run > 0)]


def _table_of(lines: Sequence[BulkLine], name: Name) -> list[Json]:
    rows = [
        (str(line.number), _WORDS[line.verdict][0], _where(line, name), line.notice_id or _plainly(line.why) or "–")
        for line in lines
    ]
    return [as_table(("Line", "Verdict", "Listing", "Why"), rows, right=frozenset({0}), limits=_LIMITS)]


def _in_words(line: BulkLine, name: Name) -> str:
    what = line.notice_id or (one_line(_plainly(line.why), _LIMITS[3]) if line.why else "")
    told = f"Line {line.number}: {_WORDS[line.verdict][0]}, {one_line(_where(line, name), _LIMITS[2])}"
    return f"{told}. {what}" if what else f"{told}."


def _where(line: BulkLine, name: Name) -> str:
    listing = line.listing
    return f"{name(listing.marketplace)} {listing.listing_id}" if listing else defang(line.address) or "no address"


def _plainly(words: str) -> str:
    return words.replace("`", "")


def _looks(bulk: Bulk, page: int, last: int, *, only: bool, left: int, all_of: int) -> list[Json]:
    which = "problems" if only else "all"
    drawn = []
    if page > 1:
        drawn.append(button("◀ Back", "bulk.newer", f"{bulk.id} {page - 1} {which}"))
    if page < last:
        drawn.append(button("More ▶", "bulk.older", f"{bulk.id} {page + 1} {which}"))
    if only:
        drawn.append(button(f"All {_lines(all_of)}", "bulk.which", f"{bulk.id} 1 all"))
    elif 0 < left < all_of:
        drawn.append(button(f"Only problems ({left})", "bulk.which", f"{bulk.id} 1 problems"))
    return [*drawn, button("Send me the table", "bulk.send", bulk.id)]


def _asks(fileable: Sequence[BulkLine]) -> list[tuple[str, str]]:
    """What is asked for, where a table of it would not fit: how often which violation of which right."""
    counted = Counter((line.violation, line.right) for line in fileable if line.verdict is LineVerdict.FINE)
    said = [
        f"{one_line(_title(violation))} under {one_line(right)}: {many}"
        for (violation, right), many in counted.most_common(_SHOWN)
    ]
    more = len(counted) - _SHOWN
    return [("To be filed", "\n".join([*said, *([f"and {more} more kinds"] if more > 0 else [])]))] if said else []


def _title(violation: str) -> str:
    return violation_title(Violation(violation)) if violation in set(Violation) else violation


def _told(statements: Sequence[str]) -> list[Json]:
    if not statements:
        return []
    if len(statements) > _STATEMENTS:
        return [small(f"They will be told {len(statements)} different statements; the file has each.")]
    return [ours("What they will be told:"), *(theirs(cut(text, _QUOTED)) for text in statements)]


def _declaring(bulk: Bulk, fileable: Sequence[BulkLine]) -> list[Json]:
    return [ours(part if at == 0 else f"• {part}") for at, part in enumerate(_declaration(bulk, fileable))]


def _declaration(bulk: Bulk, fileable: Sequence[BulkLine]) -> list[str]:
    if not fileable:
        return []
    press = "Try the rest again" if bulk.run else "File"
    of_what = "for each listing that it files" if bulk.run else "for each of the listings that are fine"
    return [f"By pressing {press} you declare, {of_what}:", *declarations.TEXTS[bulk.text_version]]


def _verbs(bulk: Bulk, fileable: Sequence[BulkLine], lines: Sequence[BulkLine], waiting: int) -> list[Json]:
    drawn = []
    if bulk.run == 0:
        if fileable:
            label = f"File {len(fileable)} of {len(lines)}"
            drawn.append(button(label, "bulk.file", f"{bulk.id} {bulk.round}", primary=True))
        if len(fileable) < len(lines):
            drawn.append(button("Check again", "bulk.check", bulk.id))
    elif fileable:
        drawn.append(button("Try the rest again", "bulk.again", f"{bulk.id} {bulk.run}"))
    if waiting:
        drawn.append(button(f"Undo all {waiting}", "filing.undo", bulk.batch_id))
    return drawn


def _lines(many: int) -> str:
    return "1 line" if many == 1 else f"{many} lines"


def _box(number: int, text: str) -> sb.InputBlock:
    typed = sb.PlainTextInput(
        f"addresses{number}",
        initial_value=text or None,
        multiline=True,
        max_length=ADDRESSES_LIMIT,
        placeholder=plain_text("https://… one a line") if number == 1 else None,
    )
    label = "Listing addresses" if number == 1 else f"More addresses ({number})"
    return sb.InputBlock(plain_text(label), typed, block_id=f"addresses{number}", optional=True)


def _boxes(addresses: Sequence[str]) -> list[str]:
    """The addresses, as many to a box as fit; what fits into none is left out, and was refused before."""
    boxes = [""]
    for address in addresses:
        longer = f"{boxes[-1]}\n{address}".strip()
        if len(longer) > ADDRESSES_LIMIT:
            boxes.append(address)
        else:
            boxes[-1] = longer
    return [*boxes, *[""] * BOXES][:BOXES]


def fits(addresses: Sequence[str]) -> bool:
    """Whether the form holds these addresses."""
    packed = [""]
    for address in addresses:
        longer = f"{packed[-1]}\n{address}".strip()
        packed = [*packed, address] if len(longer) > ADDRESSES_LIMIT else [*packed[:-1], longer]
    return len(packed) <= BOXES and all(len(text) <= ADDRESSES_LIMIT for text in packed)


def _optional(block: sb.Block) -> sb.Block:
    if isinstance(block, sb.InputBlock):
        block.optional = True
    return block
