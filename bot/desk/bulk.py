"""Filing in bulk: every line goes through the checks of a single filing, twice: for the table, and as it is filed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import structlog

from bot import declarations
from bot.accuracy import accuracy_lines
from bot.desk import Desk, accuracy, authority, coverage, filing, pausing, policy
from bot.desk.batches import carrying
from bot.desk.steps import unique
from bot.errors import Conflict, Duplicate, Invalid, NotAllowed, NotFound, Refused, WrongStatus
from bot.grammar import VIOLATION_TITLES, File
from bot.grammar.filing import read_violation
from bot.model import (
    MESSAGE_LIMIT,
    Actor,
    Approval,
    Bulk,
    BulkLine,
    BulkLines,
    BulkState,
    Declaration,
    Draft,
    FilingPolicy,
    LineVerdict,
    Listing,
    May,
    Person,
    Record,
    Status,
    Violation,
    lines_key,
)
from bot.sheets import MOST_ROWS, Table

log = structlog.get_logger(__name__)

MOST_LINES = MOST_ROWS
"""Lines of a bulk."""
AT_A_TIME = 25
"""Lines that are saved, and filed, in one step."""
_A_HANDFUL = 5
"""Lines looked at before others get their turn."""
_TITLES = {title.casefold(): violation for violation, title in VIOLATION_TITLES.items()}
_PRESSES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """A bulk with all its lines; `waiting` of what was filed can still be undone.

    `because` is why a second person has to approve it, in clauses; empty when nobody has to. `notes` are what one
    should know before one files.
    """

    bulk: Bulk
    lines: tuple[BulkLine, ...]
    waiting: int = 0
    because: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def from_addresses(desk: Desk, addresses: Iterable[str], given: File) -> tuple[BulkLine, ...]:
    """A line an address, in order and numbered from 1, as often as it stands there; the rest is what was `given`."""
    return tuple(
        _with(desk, BulkLine(number=number, address=address), given) for number, address in enumerate(addresses, 1)
    )


def from_table(desk: Desk, table: Table, given: File) -> tuple[tuple[BulkLine, ...], tuple[str, ...]]:
    """A line a row, and what is to be said of the table as a whole. What a row leaves out is as `given`."""
    lines = [
        _with(
            desk,
            BulkLine(
                number=row.number,
                address=row.values["address"],
                violation=row.values["violation"],
                right=row.values["right"],
                seller=row.values["seller"],
                statement=row.values["statement"],
                message=row.values["message"],
                via=row.values["via"].casefold(),
                wrong=row.wrong,
            ),
            given,
        )
        for row in table.rows
    ]
    return tuple(lines), tuple(_of_the_table(table))


async def start(
    desk: Desk, lines: Sequence[BulkLine], *, by: Actor, channel: str, key: str, notes: Sequence[str] = ()
) -> Bulk:
    """Keep the lines, to be checked at once. `key` is unique to what was sent, so that the same twice is one bulk.

    Raises:
        Invalid: no line, or too many; beside the field `addresses`.
    """
    await authority.allowed(desk, by, May.FILE)
    if not lines:
        raise Invalid("Please give the addresses of the listings, or a file that has them.", field="addresses")
    if len(lines) > MOST_LINES:
        words = f"{MOST_LINES} listings in one bulk is the most; these are {len(lines):,}. Please split them."
        raise Invalid(words, field="addresses")
    bulk_id = hashlib.sha256("\x1f".join(("bulk", by.team_id, by.user_id, key)).encode()).hexdigest()[:32]
    parts = [tuple(lines[at : at + AT_A_TIME]) for at in range(0, len(lines), AT_A_TIME)]
    bulk = Bulk(
        id=bulk_id,
        version=1,
        submitter=by,
        filed_in=channel,
        created_at=desk.now(),
        lines=len(lines),
        parts=len(parts),
        notes=tuple(notes),
    )
    kept = [BulkLines(bulk_id=bulk_id, number=at, version=1, lines=part) for at, part in enumerate(parts)]
    try:
        await desk.store.save(bulk, *kept, carrying(bulk, desk.now()))
    except Conflict:
        there = await desk.store.entry(Bulk, bulk_id)
        if there is None:
            raise
        return there
    return bulk


async def check(desk: Desk, bulk: Bulk, person: Person) -> Bulk:
    """Look at every line, and let the table be shown. Whether the person may file is for the caller to see."""
    first: dict[str, int] = {}
    parts: list[BulkLines] = []
    for part in await _parts(desk, bulk):
        lines = []
        for at, line in enumerate(part.lines):
            if at % _A_HANDFUL == 0:
                await asyncio.sleep(0)
            looked, draft = await _looked_at(desk, bulk, replace(line, same_as=0), person)
            lines.append(_once(looked, draft, first))
        parts.append(replace(part, version=part.version + 1, lines=tuple(lines)))
    after = replace(
        bulk,
        version=bulk.version + 1,
        state=BulkState.CHECKED,
        round=bulk.round + 1,
        text_version=declarations.CURRENT,
    )
    await desk.store.save(after, *parts)
    return after


async def file(desk: Desk, bulk_id: str, shown: int, *, by: Actor) -> Bulk:
    """The press of *File* below the table of round `shown`: it affirms the declaration. Safe to repeat.

    Raises:
        Refused: not theirs, too old, nothing to file, or the table was made anew since.
    """
    person = await authority.allowed(desk, by, May.FILE)
    for _ in range(_PRESSES):
        bulk = await of(desk, bulk_id, by=by)
        if bulk.run:
            return bulk
        if bulk.state is not BulkState.CHECKED or bulk.round != shown:
            raise WrongStatus("This table is being made anew. Please look at it, and press the button below it.")
        if desk.now() - bulk.created_at > filing.DRAFT_LASTS:
            raise NotFound("This table is more than a day old. Please start the bulk again.")
        try:
            return await _begin(desk, bulk, person, by, again=False)
        except Conflict:
            continue
    raise Conflict("This was changed at the same moment. Please try again.")


async def try_again(desk: Desk, bulk_id: str, run: int, *, by: Actor) -> Bulk:
    """Check what was not filed in run `run` once more, and file what is fine now. Affirms the declaration again.

    Safe to repeat.

    Raises:
        Refused: not theirs, or nothing is left.
    """
    person = await authority.allowed(desk, by, May.FILE)
    for _ in range(_PRESSES):
        bulk = await of(desk, bulk_id, by=by)
        if bulk.run != run or bulk.state.at_work:
            return bulk
        try:
            return await _begin(desk, bulk, person, by, again=True)
        except Conflict:
            continue
    raise Conflict("This was changed at the same moment. Please try again.")


async def check_again(desk: Desk, bulk_id: str, *, by: Actor) -> Bulk:
    """Have the table made anew, while nothing of it was filed. Safe to repeat."""
    await authority.allowed(desk, by, May.FILE)
    bulk = await of(desk, bulk_id, by=by)
    if bulk.state is not BulkState.CHECKED:
        return bulk
    after = replace(bulk, version=bulk.version + 1, state=BulkState.CHECKING)
    await desk.store.save(after, carrying(after, desk.now()))
    return after


async def go_on(desk: Desk, bulk: Bulk, person: Person) -> Bulk:
    """File the next handful of lines in one step, with the place where it goes on from. Nothing is filed twice.

    Raises:
        Conflict: something changed meanwhile, such as that it was undone; look at it anew.
    """
    part = await _next(desk, bulk)
    if part is None:
        over = replace(bulk, version=bulk.version + 1, state=BulkState.DONE, cursor=bulk.parts)
        await desk.store.save(over)
        log.info("bulk.filed", batch=bulk.batch_id, lines=bulk.done, by=person.user_id)
        return over
    lines, records, batch_id = await _filed(desk, bulk, part, person)
    through = not any(line.open_in(bulk.run, again=bulk.again) for line in lines)
    after = replace(
        bulk,
        version=bulk.version + 1,
        cursor=part.number + 1 if through else part.number,
        done=bulk.done + sum(now is not before for now, before in zip(lines, part.lines, strict=True)),
        batch_id=batch_id,
    )
    await desk.store.save(after, *unique(records), replace(part, version=part.version + 1, lines=tuple(lines)))
    log.debug("bulk.on", batch=batch_id, done=after.done, of=after.to_do)
    return after


async def stop(desk: Desk, bulk: Bulk, why: str) -> Bulk:
    """Go no further, and say why."""
    after = replace(bulk, version=bulk.version + 1, state=BulkState.STOPPED, why=why)
    await desk.store.save(after)
    return after


async def of(desk: Desk, bulk_id: str, *, by: Actor) -> Bulk:
    """Raises: NotFound, NotAllowed: somebody else's."""
    bulk = await desk.store.entry(Bulk, bulk_id)
    if bulk is None:
        raise NotFound("This bulk is no longer on the desk. Please paste or upload it again.")
    if bulk.submitter.user_id != by.user_id:
        raise NotAllowed("Only the person who put this bulk together can file it: the declaration is theirs to make.")
    return bulk


async def laid_out(desk: Desk, bulk: Bulk) -> Laid:
    """The bulk with its lines, as it is to be shown."""
    lines = tuple(line for part in await _parts(desk, bulk) for line in part.lines)
    batch = await desk.store.batch(bulk.batch_id) if bulk.batch_id and not bulk.state.at_work else ()
    waiting = sum(
        notice.status is Status.AWAITING_APPROVAL
        or (notice.status is Status.QUEUED and notice.sends_at > notice.filed_at)
        for notice in batch
    )
    rules = await policy.of(desk)
    return Laid(
        bulk=bulk,
        lines=lines,
        waiting=waiting,
        because=_because(desk, rules, bulk, lines),
        notes=await _notes(desk, lines) if bulk.state is BulkState.CHECKED else (),
    )


async def seen(desk: Desk, bulk_id: str, *, by: Actor) -> Laid:
    """The same for the person who asks. Raises: Refused: no role, not theirs, or no longer there."""
    await authority.allowed(desk, by, May.FILE)
    return await laid_out(desk, await of(desk, bulk_id, by=by))


async def _begin(desk: Desk, bulk: Bulk, person: Person, by: Actor, *, again: bool) -> Bulk:
    now = desk.now()
    lines = [line for part in await _parts(desk, bulk) for line in part.lines]
    to_do = sum(line.open_in(bulk.run + 1, again=again) for line in lines)
    if not to_do:
        raise WrongStatus("There is nothing here that could be filed.")
    if not again:
        await policy.check_quota(desk, await policy.of(desk), bulk.submitter, to_do)
    after = replace(
        bulk,
        version=bulk.version + 1,
        submitter=replace(bulk.submitter, where=by.where),
        state=BulkState.FILING,
        run=bulk.run + 1,
        again=again,
        cursor=0,
        done=0,
        to_do=to_do,
        why="",
        declaration=Declaration(
            text_version=bulk.text_version, signature=person.name, affirmed_by=person.user_id, affirmed_at=now
        ),
    )
    await desk.store.save(after, carrying(after, now))
    return after


async def _filed(desk: Desk, bulk: Bulk, part: BulkLines, person: Person) -> tuple[list[BulkLine], list[Record], str]:
    """The lines of a part after this step, what is to be saved for them, and the batch they are in.

    A listing that stands there again, for another right, is left for the next step: both would tell the same earlier
    notices who the seller is.
    """
    assert bulk.declaration is not None, "nothing is filed before it was affirmed"
    now, batch_id, rules = desk.now(), bulk.batch_id, await policy.of(desk)
    asked = await _asked(desk, bulk, rules)
    lines, records = list(part.lines), list[Record]()
    day = await policy.day_of_filing(desk, rules, bulk.submitter)
    listings, new = set[tuple[str, str]](), 0
    for at, line in enumerate(part.lines):
        if not line.open_in(bulk.run, again=bulk.again):
            continue
        await asyncio.sleep(0)
        looked, draft = await _looked_at(desk, bulk, line, person)
        if draft is not None and _same(draft) in listings:
            break
        lines[at] = replace(looked, tried=bulk.run)
        if draft is None:
            continue
        listings.add(_same(draft))
        ids = await desk.store.next_ids(1)
        try:
            await policy.check_quota(desk, rules, bulk.submitter, new + 1)
            _, added = await filing.drawn_up(
                desk,
                replace(draft, text_version=bulk.declaration.text_version),
                person,
                ids=ids,
                batch_id=batch_id or ids[0],
                at=now,
                asked=asked,
                sends_at=now + policy.undo_window(desk, rules),
                affirmed_at=bulk.declaration.affirmed_at,
            )
        except Refused as refused:
            lines[at] = replace(lines[at], verdict=LineVerdict.REFUSED, why=str(refused))
            continue
        batch_id, new = batch_id or ids[0], new + 1
        records += added
        lines[at] = replace(lines[at], verdict=LineVerdict.FILED, notice_id=ids[0])
    return lines, [*records, *(day if new else ())], batch_id


async def _asked(desk: Desk, bulk: Bulk, rules: FilingPolicy) -> Approval | None:
    lines = [line for part in await _parts(desk, bulk) for line in part.lines]
    because = _because(desk, rules, bulk, lines)
    return Approval(because=because, asked_at=desk.now(), channel=rules.approvers_channel) if because else None


async def _notes(desk: Desk, lines: Sequence[BulkLine]) -> tuple[str, ...]:
    """What a preview says of rights and marketplaces, each once."""
    fine = [line for line in lines if line.verdict is LineVerdict.FINE and line.listing is not None]
    rights = await desk.rights()
    of_rights = (
        coverage.notes(desk, rights[key], [line.listing for line in fine if line.listing and line.right == key])
        for key in dict.fromkeys(line.right for line in fine)
        if key in rights
    )
    markets = list(dict.fromkeys(line.listing.marketplace for line in fine if line.listing))
    return (
        *dict.fromkeys(note for some in of_rights for note in some),
        *await pausing.notes(desk, markets),
        *accuracy_lines(await accuracy.gauges(desk, markets)),
    )


def _because(desk: Desk, rules: FilingPolicy, bulk: Bulk, lines: Sequence[BulkLine]) -> tuple[str, ...]:
    """Why a second person has to approve this bulk. All of it or nothing, as for any filing."""
    together = [
        line
        for line in lines
        if line.verdict in (LineVerdict.FINE, LineVerdict.FILED) or line.open_in(bulk.run, again=bulk.again)
    ]
    listings = [line.listing for line in together if line.listing is not None]
    kinds = dict.fromkeys(line.violation for line in together if line.violation in set(Violation))
    clauses = (policy.second_person(desk, rules, Violation(kind), listings) for kind in kinds)
    return tuple(dict.fromkeys(clause for some in clauses for clause in some))


async def _looked_at(desk: Desk, bulk: Bulk, line: BulkLine, person: Person) -> tuple[BulkLine, Draft | None]:
    """The line with what the desk says of it, and the draft of one that is fine."""
    if line.verdict is LineVerdict.FILED:
        return line, None
    if line.wrong:
        return replace(line, verdict=LineVerdict.REFUSED, why=line.wrong), None
    try:
        listing = filing.listing_of(desk, line.address, line.via or None)
    except Invalid as wrong:
        verdict = LineVerdict.REFUSED if wrong.field == "via" else LineVerdict.UNKNOWN
        return replace(line, verdict=verdict, why=str(wrong), listing=None), None
    line = replace(line, listing=listing)
    try:
        if len(line.message) > MESSAGE_LIMIT:
            raise Invalid(f"The message to the seller has {len(line.message)} characters; {MESSAGE_LIMIT} is the most.")
        draft = await filing.vetted(desk, _request(line), person, by=bulk.submitter, channel=bulk.filed_in)
    except Duplicate as there:
        return replace(line, verdict=LineVerdict.DUPLICATE, why=str(there)), None
    except Refused as refused:
        return replace(line, verdict=LineVerdict.REFUSED, why=str(refused)), None
    fine = replace(
        line,
        verdict=LineVerdict.FINE,
        why="",
        violation=str(draft.violation),
        right=draft.right_key,
        statement=draft.statement,
    )
    return fine, draft


def _request(line: BulkLine) -> File:
    """What is asked for with a line. Raises: Invalid: its violation is none we know."""
    return File(
        addresses=(line.address,),
        violation=_violation(line.violation) if line.violation else None,
        right=line.right or None,
        seller=line.seller or None,
        statement=line.statement,
        via=line.via or None,
        message=line.message,
    )


def _violation(text: str) -> Violation:
    return _TITLES.get(" ".join(text.split()).casefold()) or read_violation(text)


def _once(line: BulkLine, draft: Draft | None, first: dict[str, int]) -> BulkLine:
    """The line, unless one before it is about the same listing and right."""
    if draft is None:
        return line
    listing = draft.listings[0]
    before = first.setdefault(f"{listing.marketplace}:{listing.listing_id}:{draft.right_key}", line.number)
    if before == line.number:
        return line
    words = f"This is the listing of line {before} again."
    return replace(line, verdict=LineVerdict.DUPLICATE, why=words, same_as=before)


def _same(draft: Draft) -> tuple[str, str]:
    listing: Listing = draft.listings[0]
    return listing.marketplace, listing.listing_id


def _with(desk: Desk, line: BulkLine, given: File) -> BulkLine:
    """The line, with what it leaves out as it was given for all."""
    return replace(
        line,
        violation=line.violation or (str(given.violation) if given.violation else ""),
        right=line.right or given.right or "",
        seller=line.seller or given.seller or "",
        statement=line.statement or given.statement,
        message=line.message or given.message,
        via=line.via or (given.via if given.via and not _of_a_marketplace(desk, line.address) else ""),
    )


def _of_a_marketplace(desk: Desk, address: str) -> bool:
    """Whether the address says by itself who can act: whom to ask was given for those that do not."""
    try:
        filing.listing_of(desk, address, None)
    except Invalid:
        return False
    return True


def _of_the_table(table: Table) -> Iterable[str]:
    if table.unread:
        yield f"Only the sheet {table.sheet} was read; there is more on {', '.join(table.unread)}."
    if table.ignored:
        yield f"Not read, since no such column is known: {', '.join(table.ignored)}."
    if table.guessed:
        yield f"The file does not say how its letters are written; it was read as {table.guessed}. Please look at them."


async def _parts(desk: Desk, bulk: Bulk) -> tuple[BulkLines, ...]:
    """The stretches of its lines, in order."""
    return tuple(sorted(await desk.store.entries(BulkLines, bulk.id), key=lambda part: part.number))


async def _next(desk: Desk, bulk: Bulk) -> BulkLines | None:
    """The next stretch that holds something to be filed in this run."""
    for number in range(bulk.cursor, bulk.parts):
        part = await desk.store.entry(BulkLines, lines_key(bulk.id, number))
        if part is not None and any(line.open_in(bulk.run, again=bulk.again) for line in part.lines):
            return part
    return None
