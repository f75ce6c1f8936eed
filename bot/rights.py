"""Rights as people type them: each field checked by itself, rows of a table, and when to remind of an end. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.errors import Invalid
from bot.model import Registration, Right, RightKind
from bot.territories import read_places

TITLE_LIMIT, NUMBER_LIMIT = 300, 100
PLACES_LIMIT = 1000
"""Characters of everything typed as jurisdictions."""
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
REMIND_AT = (90, 30, 7)
"""Days before an end at which the admins are reminded of it."""
LATE = 30
"""Days after an end in which it is still said that it has come, by a desk that was off on the day."""

LABELS: Mapping[str, str] = {
    "key": "Key",
    "kind": "Kind",
    "title": "Title",
    "registration_no": "Registration no.",
    "office": "Office",
    "jurisdictions": "Jurisdictions",
    "nice_classes": "Nice classes",
    "owner": "Owner",
    "expires_on": "Expires on",
    "agent": "Agent",
    "power_of_attorney": "Power of attorney",
    "power_of_attorney_expires_on": "Power of attorney expires on",
}
"""The fields of a right, in the order in which they are asked for."""

_REGISTERED = frozenset({RightKind.TRADEMARK, RightKind.DESIGN, RightKind.PATENT})
_KINDS: Mapping[str, RightKind] = {
    **{str(kind): kind for kind in RightKind},
    "trade mark": RightKind.TRADEMARK,
    "trade-mark": RightKind.TRADEMARK,
    "tm": RightKind.TRADEMARK,
    "registered design": RightKind.DESIGN,
    "design patent": RightKind.DESIGN,
    "marke": RightKind.TRADEMARK,
}
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

Said = Mapping[str, str]
"""What was typed, by the name of the field."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """The right that was typed; or what is wrong, a sentence a field."""

    right: Right | None = None
    wrong: Mapping[str, str]


class Fate(StrEnum):
    """What an import does with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A row of a table as it would be imported. `words` say what changes, or why it is refused."""

    number: int
    key: str
    fate: Fate
    words: tuple[str, ...] = ()
    right: Right | None = None


def read(said: Said) -> Read:
    """Every field checked; all that is wrong at once."""
    reading = _Reading(said)
    kind = reading.one_of_the_kinds()
    places = reading.places()
    found = Right(
        key=reading.key(),
        kind=kind or RightKind.TRADEMARK,
        title=reading.words("title", TITLE_LIMIT, "Say what is protected, such as ACME (word mark)."),
        registration_no=reading.words("registration_no", NUMBER_LIMIT),
        office=reading.words("office", NUMBER_LIMIT),
        jurisdictions=places,
        owner=reading.words("owner", TITLE_LIMIT, "Say who owns it."),
        expires_on=reading.day("expires_on"),
        nice_classes=reading.classes(kind),
        agent=reading.words("agent", TITLE_LIMIT),
        power_of_attorney=reading.words("power_of_attorney", TITLE_LIMIT),
        power_of_attorney_expires_on=reading.day("power_of_attorney_expires_on"),
    )
    reading.together(found, kind)
    return Read(right=None if reading.wrong else found, wrong=reading.wrong)


class _Reading:
    """The fields one by one, and what was found wrong with them; the first thing found of each stays."""

    def __init__(self, said: Said) -> None:
        self._said = {name: " ".join(_UNSEEN.sub(" ", text).split()) for name, text in said.items()}
        self.wrong: dict[str, str] = {}

    def refuse(self, field: str, words: str) -> None:
        self.wrong.setdefault(field, words)

    def words(self, field: str, limit: int, missing: str = "") -> str:
        text = self._said.get(field, "")
        if not text and missing:
            self.refuse(field, missing)
        if len(text) > limit:
            self.refuse(field, f"This has {len(text)} characters; {limit} is the most.")
        return text

    def key(self) -> str:
        text = self._said.get("key", "")
        if not text:
            self.refuse("key", "Give it a key, such as ACME-EU: that is what people type after right:.")
        elif not KEY.fullmatch(text):
            words = "A key has up to 40 letters, digits, - and _, and begins with a letter or a digit: ACME-EU."
            self.refuse("key", words)
        return text

    def one_of_the_kinds(self) -> RightKind | None:
        kind = _KINDS.get(self._said.get("kind", "").casefold())
        if kind is None:
            self.refuse("kind", f"Say what kind it is: {', '.join(RightKind)}.")
        return kind

    def places(self) -> tuple[str, ...]:
        text = self._said.get("jurisdictions", "")
        if len(text) > PLACES_LIMIT:
            self.refuse("jurisdictions", f"This has {len(text)} characters; {PLACES_LIMIT} is the most.")
            return ()
        codes, unknown = read_places(text)
        if unknown:
            shown = ", ".join(word[:30] for word in unknown[:5])
            self.refuse("jurisdictions", f"I do not know {shown}; give two-letter codes such as DE, US, EU or WO.")
        elif not codes:
            self.refuse("jurisdictions", "Say where it holds: two-letter codes such as DE, US, EU or WO (everywhere).")
        return codes

    def classes(self, kind: RightKind | None) -> tuple[int, ...]:
        text = self._said.get("nice_classes", "")
        parts = [part for part in re.split(r"[,;/\s]+", text) if part]
        if not parts:
            return ()
        if kind not in (RightKind.TRADEMARK, None):
            self.refuse("nice_classes", f"Only trade marks have Nice classes; leave this empty for a {kind}.")
            return ()
        numbers = {int(part) for part in parts if re.fullmatch(r"[0-9]{1,2}", part, re.ASCII)}
        if not all(re.fullmatch(r"0?[1-9]|[1-3][0-9]|4[0-5]", part, re.ASCII) for part in parts):
            self.refuse("nice_classes", "Nice classes are numbers from 1 to 45, such as 9, 25.")
            return ()
        return tuple(sorted(numbers))

    def day(self, field: str) -> date | None:
        text = self._said.get(field, "")
        if not text:
            return None
        found = _DAY.fullmatch(text)
        try:
            return date.fromisoformat(found[1] if found else "")
        except ValueError:
            self.refuse(field, "Write the day as 2031-05-01.")
            return None

    def together(self, right: Right, kind: RightKind | None) -> None:
        """What one field asks of another."""
        if kind in _REGISTERED and not right.registration_no:
            self.refuse("registration_no", f"A {kind} needs its registration number.")
        if right.registration_no and not right.office:
            self.refuse("office", "Say which office registered it, such as EUIPO.")
        if right.office and not right.registration_no:
            self.refuse("registration_no", f"Give the number under which {right.office[:40]} registered it.")
        if right.agent and not right.power_of_attorney:
            self.refuse("power_of_attorney", "An agent acts under a power of attorney: give its reference.")
        if right.power_of_attorney and not right.agent:
            self.refuse("agent", "Say who acts under this power of attorney.")
        if right.power_of_attorney_expires_on and not right.power_of_attorney:
            self.refuse("power_of_attorney", "Give the reference of the power of attorney that ends then.")


def typed(right: Right) -> dict[str, str]:
    """What would have to be typed for this right."""
    return {field: _text(getattr(right, field)) for field in LABELS}


def differences(before: Right, after: Right) -> tuple[str, ...]:
    """What changes, field by field: `Title: ACME → ACME X`."""
    had, has = typed(before), typed(after)
    return tuple(
        f"{LABELS[field]}: {had[field] or 'nothing'} → {has[field] or 'nothing'}"
        for field in LABELS
        if had[field] != has[field]
    )


def sorted_out(rows: Iterable[tuple[int, Said, str]], on_file: Sequence[Registration]) -> tuple[Line, ...]:
    """Rows of a table (number, values, what is wrong with the row itself) as they would be imported.

    An empty cell keeps what is on file. A key that comes twice is refused the second time.
    """
    known = {one.key.casefold(): one for one in on_file}
    seen: dict[str, int] = {}
    lines: list[Line] = []
    for number, said, wrong in rows:
        key = said.get("key", "").strip()
        twice = seen.setdefault(key.casefold(), number) if key else number
        if wrong:
            lines.append(_refused(number, key, wrong))
        elif twice != number:
            lines.append(_refused(number, key, f"Row {twice} has the same key."))
        else:
            lines.append(_line(number, key, said, known.get(key.casefold())))
    return tuple(lines)


def _line(number: int, key: str, said: Said, there: Registration | None) -> Line:
    if there is not None and there.retired:
        return _refused(number, key, f"{there.key} is retired; restore it first.")
    if there is not None:
        given = {field: text for field, text in said.items() if text.strip()}
        said = {**typed(there.right), **given, "key": there.key}
    found = read(said)
    if found.right is None:
        return _refused(number, key, *(f"{LABELS[field]}: {words}" for field, words in found.wrong.items()))
    if there is None:
        return Line(number=number, key=found.right.key, fate=Fate.NEW, right=found.right)
    changes = differences(there.right, found.right)
    fate = Fate.CHANGED if changes else Fate.UNCHANGED
    return Line(number=number, key=there.key, fate=fate, words=changes, right=found.right)


def _refused(number: int, key: str, *words: str) -> Line:
    return Line(number=number, key=key, fate=Fate.REFUSED, words=words)


def standing(one: Registration, today: date) -> str:
    """How a right stands, in words: `live`, `expires in 12 days`, `expired on 01 May 2031`, `retired`."""
    right = one.right
    if one.retired:
        return "retired"
    if right.expires_on is not None and not right.live_on(today):
        return f"expired on {right.expires_on:%d %b %Y}"
    if not right.may_act_on(today):
        return "its power of attorney has expired"
    ends = [
        (until, what)
        for until, what in (
            (right.expires_on, "expires"),
            (right.power_of_attorney_expires_on, "its power of attorney expires"),
        )
        if until is not None and (until - today).days <= REMIND_AT[0]
    ]
    if not ends:
        return "live"
    until, what = min(ends)
    return f"{what} {in_days((until - today).days)}"


def in_days(days: int) -> str:
    return "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"


def reminder_due(until: date | None, today: date) -> int | None:
    """Of which step before its end a right is at: 90, 30 or 7 days; 0 once it is over; None when nothing is to say."""
    if until is None:
        return None
    left = (until - today).days
    if left < 0:
        return 0 if left >= -LATE else None
    return min((step for step in REMIND_AT if left <= step), default=None)


def checked_why(why: str, limit: int) -> str:
    """A reason somebody gives. Raises: Invalid, beside the field `why`: none, or too long."""
    why = " ".join(_UNSEEN.sub(" ", why).split())
    if not why:
        raise Invalid("Please say why; it is kept with the change.", field="why")
    if len(why) > limit:
        raise Invalid(f"The reason has {len(why)} characters; {limit} is the most.", field="why")
    return why


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)
