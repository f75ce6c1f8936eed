"""The text after `/digest`, read into a typed command. Pure.

A verb (`add`, `edit`, `preview`, `run`, `pause`, `resume`, `remove`, `history`, `help`) with the id of a schedule, or
nothing for the list; after `add` and `edit`, what the schedule should be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.errors import Invalid
from bot.grammar.ids import Numbered
from bot.grammar.nearness import meant, nearest, quoted
from bot.grammar.options import refuse_longer, unescaped
from bot.grammar.wishes import Wish, read_wish

__all__ = [
    "DIGEST_USAGE",
    "AddSchedule",
    "DigestCommand",
    "DigestHelp",
    "EditSchedule",
    "ListSchedules",
    "PauseSchedule",
    "PreviewSchedule",
    "RemoveSchedule",
    "ResumeSchedule",
    "RunSchedule",
    "ShowHistory",
    "Wish",
    "digest_usage",
    "parse_digest",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListSchedules:
    """Which schedules there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AddSchedule:
    """A new schedule; without a wish, open the form."""

    wish: Wish | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EditSchedule:
    """Change what the wish names; without one, open the form."""

    schedule_id: str
    wish: Wish | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewSchedule:
    """Show me the digest as it would be now."""

    schedule_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSchedule:
    """Post the digest now."""

    schedule_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseSchedule:
    """Post nothing until it is resumed."""

    schedule_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeSchedule:
    """Go on after a pause."""

    schedule_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoveSchedule:
    """End a schedule; its history stays."""

    schedule_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowHistory:
    """What became of each occurrence."""

    schedule_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestHelp:
    """Usage, of everything or of one word."""

    word: str | None = None


_About = PreviewSchedule | RunSchedule | PauseSchedule | ResumeSchedule | RemoveSchedule | ShowHistory
DigestCommand = ListSchedules | AddSchedule | EditSchedule | DigestHelp | _About

LONGEST = 4_000
"""Characters of a command."""

_SCHEDULE = Numbered(kind="DG", what="schedule", example="DG-3", lists="/digest")
_AROUND = "`*~\"'“”‘’()[]<>.,;:!?"
_ABOUT: Mapping[str, type[_About]] = {
    "preview": PreviewSchedule,
    "run": RunSchedule,
    "pause": PauseSchedule,
    "resume": ResumeSchedule,
    "remove": RemoveSchedule,
    "history": ShowHistory,
}
_ALSO: Mapping[str, str] = {
    "new": "add",
    "create": "add",
    "change": "edit",
    "show": "preview",
    "post": "run",
    "stop": "pause",
    "continue": "resume",
    "delete": "remove",
    "log": "history",
}
DIGEST_USAGE: tuple[tuple[str, str], ...] = (
    ("/digest", "all schedules, with their next runs"),
    ("/digest add", "open the form for a new schedule (admins)"),
    ("/digest add #brand weekly mon 09:00 Europe/Berlin", "or say it: how often, when, where the clock is"),
    ("/digest add #brand workdays 18:30 threshold:3 window:30d", "who counts as a repeat offender, and how far back"),
    ("/digest add #brand monthly last 9am right:ACME-EU,ACME-US", "only some rights; marketplace:acme works the same"),
    ("/digest add #brand daily 8am holidays:DE on-holiday:skip", "not on public holidays; or: shift, post"),
    ('/digest add #brand cron:"0 9 * * mon-fri" quiet', "by cron expression, and only when there is something to say"),
    ("/digest edit DG-3", "open the form for it; or say what changes: edit DG-3 10:00"),
    ("/digest preview DG-3", "see it as it would be now; nobody else does"),
    ("/digest run DG-3", "post it now"),
    ("/digest pause DG-3", "post nothing until you resume it"),
    ("/digest resume DG-3", "go on after a pause"),
    ("/digest remove DG-3", "end it; its history stays"),
    ("/digest history DG-3", "each time it was due, when it was posted, and why not"),
    ("/digest help add", "about one word: add, edit, preview, run, pause, resume, remove, history, options"),
)
_ADD = "[#CHANNEL] [HOW OFTEN] [TIME] [ZONE] [options]"
_FORMS: Mapping[str, str] = {
    "list": "/digest list",
    "add": f"/digest add {_ADD}",
    "edit": f"/digest edit ID {_ADD}",
    **{verb: f"/digest {verb} ID" for verb in _ABOUT},
    "help": "/digest help [WORD]",
}
_WAYS = (
    "How often: daily, workdays, weekly mon,thu, monthly 15, monthly last, or cron.\n"
    "Times: 09:00, 9am, 9:30pm, 18h. Zones: a city, such as Europe/Berlin or America/New_York."
)
_CRON = (
    "A cron expression has five fields: minute, hour, day of the month, month, weekday. Weekdays by name: mon-fri.\n"
    "At most every 15 minutes; a day of the month or a weekday, not both; `last` is the last day."
)
_WRITTEN = "An ID is written DG-3, dg3, #3 or 3."
_NOTES: Mapping[str, str] = {"list": "", "help": "", "add": _WAYS, "edit": f"{_WRITTEN}\n{_WAYS}"}
_OPTIONS = (
    ("threshold:3", "upheld notices that make a repeat offender, 1 to 100"),
    ("window:30d", "how far back it looks: days, or 12w for weeks; 1 to 366 days"),
    ("right:ACME-EU,ACME-US", "only these rights; right:all for all"),
    ("marketplace:acme", "only these marketplaces; marketplace:all for all"),
    ("holidays:DE", "whose public holidays count: a country's code or name; holidays:none for nobody's"),
    ("on-holiday:skip", "no digest on a public holiday; shift: on the next working day; post: as ever"),
    ("quiet", "no digest when there is nothing to say; quiet:no to undo"),
    ("only-on-change", "no digest when nothing changed since the last; only-on-change:no to undo"),
    (
        "catch-up:latest",
        "after an interruption, post the latest that was missed; or: all, none",
    ),
    ("tz:Europe/Berlin", "the same as the bare zone"),
    ('cron:"0 9 * * mon-fri"', "how often and when, as a cron expression"),
)
_TOPICS: Mapping[str, str] = {
    "option": "options",
    **{word.split(":")[0]: "options" for word, _ in _OPTIONS},
    "cron": "cron",
    **dict.fromkeys(("daily", "workdays", "weekly", "monthly", "time", "zone"), "add"),
}


def parse_digest(text: str) -> DigestCommand:
    """What a person asks for. Verbs and ids in any case; nothing is checked against the desk.

    Raises:
        Invalid: one or two sentences say what was not understood, and what was probably meant.
    """
    text = text.strip()
    refuse_longer(text, LONGEST)
    first, *rest = text.split(maxsplit=1) or ["list"]
    said = rest[0] if rest else ""
    word = first.casefold()
    verb = _ALSO.get(word, word)
    if verb in _ABOUT:
        return _ABOUT[verb](schedule_id=_SCHEDULE.only(verb, said))
    reader = _READERS.get(verb)
    if reader is not None:
        return reader(said)
    schedule_id = _SCHEDULE.read(first)
    if schedule_id is not None:
        raise Invalid(f"Say what to do with {schedule_id}. Did you mean `preview {schedule_id}`?")
    raise Invalid(f"I do not know {quoted(unescaped(first))} here. {_advice(text, word)}")


def digest_usage(word: str | None) -> str:
    """Plain text: everything, or what there is to say about one word."""
    if word is None:
        return _rows(DIGEST_USAGE)
    said = word.casefold()
    asked = _ALSO.get(said, _TOPICS.get(said, said))
    if asked == "options":
        return f"Options:\n{_rows(_OPTIONS)}"
    if asked == "cron":
        return f'cron:"MINUTE HOUR DAY MONTH WEEKDAY"\n\n{_CRON}'
    if asked in _FORMS:
        rows = [row for row in DIGEST_USAGE if (row[0].split()[1:2] or ["list"])[0] == asked]
        return "\n\n".join(part for part in (_FORMS[asked], _rows(rows), _NOTES.get(asked, _WRITTEN)) if part)
    near = nearest(said, [*_FORMS, *_TOPICS])
    hint = f" Did you mean `{near}`?" if near else ""
    return f"There is no help about {quoted(word)}.{hint}\n\n{_rows(DIGEST_USAGE)}"


def _list(said: str) -> ListSchedules:
    if said:
        raise Invalid("`list` takes nothing more. For one schedule write `preview DG-3` or `history DG-3`.")
    return ListSchedules()


def _add(said: str) -> AddSchedule:
    return AddSchedule(wish=_wish(said))


def _edit(said: str) -> EditSchedule:
    word, *rest = said.split(maxsplit=1) or [""]
    return EditSchedule(schedule_id=_SCHEDULE.one("edit", word), wish=_wish(rest[0] if rest else ""))


def _wish(said: str) -> Wish | None:
    """None when nothing was said, such as `the`."""
    wish = read_wish(said)
    return None if wish == Wish() else wish


def _help(said: str) -> DigestHelp:
    word = unescaped(said).split(maxsplit=1)[:1]
    return DigestHelp(word=word[0].strip(_AROUND + "/").casefold() or None if word else None)


def _advice(text: str, word: str) -> str:
    try:
        read_wish(text)
    except Invalid:
        return meant(word, [*_FORMS, *_ALSO], otherwise="`/digest help` shows what can be said.")
    return f"Did you mean `add {text[:60].replace('`', '')}`?"


def _rows(rows: tuple[tuple[str, str], ...] | list[tuple[str, str]]) -> str:
    return "\n".join(f"{example}\n    {words}" for example, words in rows)


_READERS: Mapping[str, Callable[[str], DigestCommand]] = {"list": _list, "add": _add, "edit": _edit, "help": _help}
