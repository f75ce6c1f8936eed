"""Custody: each line of a history carries the hash of the one before it, so that nothing in it can be changed unseen.

A line is hashed over commitments to what is personal in it, not over the words themselves: those can be left out of a
copy, or erased for good, and the chain still holds. A commitment is the SHA-256 of a salt and a text; without the salt
nobody can try out names until one fits. `docs/custody.md` has all of it for who checks a chain without this code.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import orjson

from bot.model import SYSTEM, Actor, Change, Erased, Event, Notice

PARTS = ("who", "where", "words", "raw")
"""What of a line is only committed to."""
RETRACTED = "retracted"
"""The kind of a line that takes an earlier one back, which it names as `entry` in `raw`; the earlier one stays."""
HANDED_OVER = "handed_over"
"""The kind of a line by which somebody else looks after a notice: in `raw` who (`to`), and what both were called."""
_SALT_BYTES = 16
_UNKNOWN = "?"
"""Stands for a hash that cannot be told; no line follows from it."""


class Line(Protocol):
    """An `Event` of a notice, or a `Change` of anything else."""

    @property
    def of(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def kind(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def raw(self) -> dict[str, Any]: ...
    @property
    def where(self) -> str: ...
    @property
    def before(self) -> str: ...
    @property
    def salt(self) -> str: ...
    @property
    def erased(self) -> Erased | None: ...


L = TypeVar("L", Event, Change)
Either = TypeVar("Either", bound=Event | Change)


THIS_DESK = "this desk"
"""From where it comes what the desk itself does or knows."""


def is_hand_over(line: Line) -> bool:
    """Whether it says who looks after a notice now; lines from before there were ids in it do not."""
    return line.kind == HANDED_OVER and isinstance(line, Event) and isinstance(line.raw.get("to"), str)


def whence(actor: Actor) -> str:
    """From where somebody did it, as far as they say themselves."""
    return actor.where or (THIS_DESK if actor == SYSTEM else "")


def fresh_salt() -> str:
    """Random, 32 hexadecimal digits."""
    return secrets.token_hex(_SALT_BYTES)


def chained(line: Line) -> bool:
    """Whether it belongs to a chain: lines from before there was custody do not."""
    return bool(line.salt) or bool(line.erased is not None and (line.erased.commitments or line.erased.salts))


def entry(line: Line) -> dict[str, str | int]:
    """What is hashed of a line: all of it in the open, but for commitments to the parts."""
    status = {"status": line.status.value} if isinstance(line, Event) else {}
    return {
        "at": line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "before": line.before,
        "kind": line.kind,
        "number": line.number,
        "of": line.of,
        "v": 1,
        **status,
        **{part: _commitment(line, part) for part in PARTS},
    }


def digest(line: Line) -> str:
    """The SHA-256 of the entry as JSON with sorted keys and no spaces, in hexadecimal."""
    return sha256(orjson.dumps(entry(line), option=orjson.OPT_SORT_KEYS)).hexdigest()


def opened(line: Line) -> dict[str, tuple[str, str]]:
    """The parts that are there, each with its salt and the very text that is committed to."""
    return {part: (_salt(line, part), _text(line, part)) for part in PARTS if not _gone(line, part)}


def commitment(salt: str, text: str) -> str:
    return sha256(f"{salt}\n{text}".encode()).hexdigest()


def without(line: L, parts: Collection[str]) -> L:
    """The line with these parts erased; its hash stays what it was. Safe to repeat.

    Raises:
        ValueError: it belongs to no chain, so that its hash is not kept.
    """
    if not chained(line):
        raise ValueError("This line is from before there was custody.")
    gone = {part for part in PARTS if part in parts or _gone(line, part)}
    erased = Erased(
        commitments={part: _commitment(line, part) for part in gone},
        salts={part: _salt(line, part) for part in PARTS if part not in gone},
    )
    return replace(line, salt="", erased=erased, **_blanks(gone))


def emptied(line: L, parts: Collection[str]) -> L:
    """As `without`, of any line: one from before there was custody is marked as erased, and has no hash to keep."""
    if chained(line):
        return without(line, parts)
    return replace(line, erased=Erased(commitments={}), **_blanks(parts))


def replaces(fresh: Line, stored: Line) -> bool:
    """Whether `fresh` is the `stored` line of which something was erased, and nothing that was gone is back."""
    if fresh.erased is None or chained(fresh) is not chained(stored):
        return False
    if not chained(stored):
        open_to_all = [(one.of, one.number, one.at, one.kind) for one in (fresh, stored)]
        return open_to_all[0] == open_to_all[1] and not fresh.before
    gone = set(stored.erased.commitments) if stored.erased else set()
    return gone <= set(fresh.erased.commitments) and digest(fresh) == digest(stored)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Where a chain is broken. `number` is of the line, 0 where it is none in particular."""

    of: str
    number: int
    words: str

    def __str__(self) -> str:
        """`TD-5, line 3: is missing`."""
        return f"{self.of}, line {self.number}: {self.words}" if self.number else f"{self.of}: {self.words}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What a chain turned out to be. `head` is the hash of its last line, `before` counts lines from before custody."""

    of: str
    lines: int
    before: int
    head: str
    faults: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        return not self.faults


def check(of: str, lines: Iterable[Line], *, head: str | None = None, count: int | None = None) -> Checked:
    """Follow a chain from its beginning. `head` and `count` are what is kept of it elsewhere; None is unknown.

    A line that was changed shows in the next one, which does not follow from it, and the last one in `head`.
    """
    ordered = sorted(lines, key=lambda line: line.number)
    faults = [*_numbering(of, ordered, count)]
    last, before = "", 0
    for line in ordered:
        if line.of != of:
            faults.append(Fault(of=of, number=line.number, words=f"belongs to {line.of}"))
        if not chained(line):
            before += 1
            if last:
                faults.append(Fault(of=of, number=line.number, words="is not chained, though lines before it are"))
            continue
        if line.before != last:
            faults.append(Fault(of=of, number=line.number, words="does not follow from the line before it"))
        try:
            last = digest(line)
        except (KeyError, TypeError, ValueError):  # what is left of an erased line is not whole, or no JSON can say it
            faults.append(Fault(of=of, number=line.number, words="cannot be hashed"))
            last = _UNKNOWN
    if head is not None and head != last:
        number = ordered[-1].number if ordered else 0
        faults.append(Fault(of=of, number=number, words="is not what was kept as the end of the chain"))
    return Checked(of=of, lines=len(ordered), before=before, head=last, faults=tuple(faults))


def of_notice(notice: Notice, lines: Sequence[Event]) -> Checked:
    """Follow the chain of a notice, and hold it against what the notice keeps of it and says of itself."""
    found = check(notice.id, lines, head=notice.head, count=notice.version)
    return replace(found, faults=(*found.faults, *against(notice, lines)))


def terms(notice: Notice) -> str:
    """The SHA-256 of what a notice asks for, and why; in `raw` of the line that files it and of those that amend it."""
    said = {
        "canonical": notice.listing.canonical,
        "declaration": notice.declaration.text_version,
        "listing": notice.listing.listing_id,
        "marketplace": notice.listing.marketplace,
        "message": notice.message_to_seller,
        "office": notice.right.office,
        "owner": notice.right.owner,
        "registration": notice.right.registration_no,
        "right": notice.right.key,
        "statement": notice.statement,
        "url": notice.listing.url,
        "violation": notice.violation.value,
    }
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def against(notice: Notice, lines: Sequence[Event]) -> Iterable[Fault]:
    """Where a notice is not what its own history says of it: what it asks, how it stands, the evidence it names.

    What was erased of the history, or is from before there was custody, says nothing.
    """
    last = max(lines, key=lambda line: line.number, default=None)
    if last is None or not chained(last):
        return
    if last.status is not notice.status:
        words = f"says “{last.status.words}”, and the notice “{notice.status.words}”"
        yield Fault(of=notice.id, number=last.number, words=words)
    told = max((line for line in lines if "terms" in line.raw), key=lambda line: line.number, default=None)
    if told is not None and told.raw["terms"] != terms(notice):
        yield Fault(of=notice.id, number=told.number, words="is about other terms than the notice now has")
    if any(_gone(line, "raw") for line in lines):
        return
    kept = [line.raw.get("sha256") for line in lines]  # no set: what a marketplace wrote there may be anything
    for file in notice.evidence:
        if file.sha256 not in kept:
            yield Fault(of=notice.id, number=0, words=f"no line tells of the evidence {file.sha256[:12]}…")


def retracted(lines: Iterable[Either]) -> dict[int, Either]:
    """The lines that were taken back, by number, each with the line that says so."""
    found = ((line.raw.get("entry"), line) for line in lines if line.kind == RETRACTED)
    return {number: line for number, line in found if isinstance(number, int) and number < line.number}


def _numbering(of: str, ordered: Sequence[Line], count: int | None) -> Iterable[Fault]:
    """Gaps, and what is there twice. A gap is one fault, however wide: its width is anybody's to forge."""
    due = 1
    for line in ordered:
        if line.number < due:
            yield Fault(of=of, number=line.number, words="is there more than once" if line.number > 0 else "is no line")
        elif line.number > due:
            yield _missing(of, due, line.number - 1)
        due = max(due, line.number + 1)
    if count is not None and due <= count:
        yield _missing(of, due, count)
    if count is not None and due > count + 1:
        yield Fault(of=of, number=due - 1, words=f"is one too many: there should be {count}")


def _missing(of: str, first: int, last: int) -> Fault:
    return Fault(of=of, number=first, words="is missing" if first == last else f"is missing, and all up to {last}")


def _blanks(parts: Collection[str]) -> dict[str, Any]:
    """What stands in the place of these parts."""
    blank: dict[str, Any] = {"who": ("actor", Actor(user_id="")), "where": ("where", "")}
    blank |= {"words": ("words", ""), "raw": ("raw", {})}
    return dict(blank[part] for part in PARTS if part in parts)


def _gone(line: Line, part: str) -> bool:
    return line.erased is not None and part in line.erased.commitments


def _commitment(line: Line, part: str) -> str:
    if line.erased is not None and part in line.erased.commitments:
        return line.erased.commitments[part]
    return commitment(_salt(line, part), _text(line, part))


def _salt(line: Line, part: str) -> str:
    """The part's own salt: to give it away gives none of the others away."""
    if line.erased is not None:
        return line.erased.salts[part]
    return sha256(f"{line.salt}\n{part}".encode()).hexdigest()[: 2 * _SALT_BYTES]


def _text(line: Line, part: str) -> str:
    if part == "who":
        return orjson.dumps({"team": line.actor.team_id, "user": line.actor.user_id}).decode()
    if part == "where":
        return line.where
    if part == "words":
        return line.words
    return orjson.dumps(line.raw, option=orjson.OPT_SORT_KEYS).decode()
