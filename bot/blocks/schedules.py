"""How schedules look: the list, what was saved, their history; the form is next door."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.blocks import (
    Json,
    Message,
    as_written,
    button,
    buttons,
    cut,
    message,
    ours,
    plain,
    safe,
    small,
    theirs,
    usage_message,
)
from bot.blocks.schedule_form import form
from bot.blocks.tables import ask_first, header, one_line, small_as_written, table, whole_lines
from bot.grammar.digests import digest_usage
from bot.model import CatchUp, Due, Occurrence, OccurrenceState, Schedule, ScheduleState
from bot.schedules import in_words, run_in_words

__all__ = ["BECAME", "changed", "form", "help_text", "history", "listed", "paused_itself", "saved", "saved_view"]

_CATCHES_UP = {CatchUp.ALL: "every missed one is caught up", CatchUp.NONE: "none missed is caught up"}
"""What is not said is the usual: the latest one missed is caught up."""
_SHOWN = 8
"""Schedules on a page of the list; three blocks each stay below Slack's fifty."""
_HISTORY = 20
_LATE = timedelta(minutes=5)
"""Posted so much after it was due, it says when."""
_CHANNEL = re.compile(r"C[A-Z0-9]+")
BECAME = {
    OccurrenceState.DUE: "due",
    OccurrenceState.POSTED: "posted",
    OccurrenceState.QUIET: "kept quiet",
    OccurrenceState.MISSED: "missed",
    OccurrenceState.FAILED: "failed",
}


def listed(
    schedules: Sequence[tuple[Schedule, Due | None]], *, admin: bool, admins: Sequence[str], page: int = 1
) -> Message:
    """A page of all schedules with their next run, None where there is none; `admins` are the names of who may change
    them.

    Buttons are for admins; the desk checks again whoever presses.
    """
    if not schedules:
        none = "No digest is scheduled yet."
        return message([none, _who(admin, admins)], [ours(none), *_foot(admin, admins)])
    pages = -(-len(schedules) // _SHOWN)
    page = min(max(page, 1), pages)
    start = (page - 1) * _SHOWN
    shown = schedules[start : start + _SHOWN]
    span = [f"{start + 1}–{start + len(shown)} of {len(schedules)}"] if pages > 1 else []
    blocks = [header("Scheduled digests"), *map(small, span)]
    for schedule, due in shown:
        blocks.extend(_one(schedule, due, admin=admin))
    turns = [(page - 1, "Newer", "digests.newer"), (page + 1, "Older", "digests.older")]
    blocks.extend(buttons([button(words, action, str(to)) for to, words, action in turns if 1 <= to <= pages]))
    lines = [_line(schedule, due) for schedule, due in shown]
    text = whole_lines(
        ["Scheduled digests", *span],
        lines,
        [_who(admin, admins)],
        more=lambda left: f"and {left} more." if left else "",
    )
    return Message(text=text, blocks=(*blocks, *_foot(admin, admins)))


def saved(schedule: Schedule, runs: Sequence[Due], *, did: str) -> Message:
    """The answer to a save (`did` says `is saved`): the rule said back, and its next runs in its own zone."""
    rule, zone = _rule(schedule), schedule.rule.tz
    coming = [run_in_words(due, zone) for due in runs] or ["It never happens in the years ahead."]
    paused = [] if schedule.active else [f"It is {schedule.state.value}: nothing is posted until it is resumed."]
    blocks = [
        ours(f":white_check_mark: *{schedule.id} {did}.* It posts to {_channel(schedule)}."),
        as_written(rule),
        *map(small, paused),
        ours("*The next runs*"),
        as_written("\n".join(coming)),
        *buttons(
            [
                button("Post a test now", "digests.test", schedule.id, primary=True),
                button("Preview", "digests.preview", schedule.id),
                button("Edit", "digests.edit", schedule.id),
            ]
        ),
    ]
    head = f"{schedule.id} {did}. It posts to {_where(schedule)}: {rule}."
    return message([head, *paused, "The next runs:", *coming], blocks)


def saved_view(schedule: Schedule, runs: Sequence[Due], *, did: str) -> Json:
    """What the form turns into. Only the test's button stays: other answers would appear behind the modal."""
    shown = saved(schedule, runs, did=did)
    test = buttons([button("Post a test now", "digests.test", schedule.id)])
    return {
        "type": "modal",
        "title": plain(cut(f"{schedule.id} saved", 24)),
        "close": plain("Close"),
        "blocks": [*(block for block in shown.blocks if block["type"] != "actions"), *test],
    }


def changed(schedule: Schedule, words: str) -> Message:
    """A short answer about one schedule, with what can be done next."""
    return message([words], [theirs(words), *buttons(_next_steps(schedule))])


def history(schedule: Schedule, occurrences: Sequence[Occurrence], *, names: Mapping[str, str]) -> Message:
    """What became of its occurrences, newest first. `names` are those of people, by user id."""
    latest = sorted(occurrences, key=lambda one: (one.due_at, one.local), reverse=True)[:_HISTORY]
    title = f"{schedule.id}: what became of it"
    if not latest:
        none = "Nothing has come due yet, and nothing was asked for."
        return message([f"{title}. {none}"], [header(title), ours(none)])
    rows = [(_became(one), _when(schedule, one), _why(schedule, one, names)) for one in latest]
    span = f"The last {len(latest)} of {len(occurrences)}, in {schedule.rule.tz}"
    blocks = [header(title), small(safe(span)), table(("Became", "Due", "Why"), rows)]
    lines = [f"{became}: {due}{f', {why}' if why != '–' else ''}" for became, due, why in rows]
    return Message(
        text=whole_lines([title, span], lines, [], more=lambda left: f"and {left} earlier." if left else ""),
        blocks=tuple(blocks),
    )


def ask_removal(schedule: Schedule) -> Message:
    """A second look before a schedule goes for good."""
    words = f"Remove {schedule.id}? It posts to {_where(schedule)}: {_rule(schedule)}."
    removal = button(f"Remove {schedule.id}", "digests.remove", schedule.id)
    return message([words], [theirs(words), *buttons([{**removal, "style": "danger"}])])


def paused_itself(schedule: Schedule, words: str) -> Message:
    """To an admin: the schedule stopped, why, and how to go on."""
    head = f"{schedule.id} paused itself"
    return message(
        [f"{head}: {words}", _rule(schedule)],
        [
            ours(f":double_vertical_bar: *{head}* · {_channel(schedule)}"),
            theirs(words),
            as_written(_rule(schedule)),
            *buttons(_next_steps(schedule)),
        ],
    )


def help_text(word: str | None) -> Message:
    """Usage of `/digest`."""
    return usage_message(digest_usage(word))


def _one(schedule: Schedule, due: Due | None, *, admin: bool) -> list[Json]:
    state = "" if schedule.active else f" · *{schedule.state.value}*"
    because = [small_as_written(schedule.paused_because)] if schedule.paused_because and not schedule.active else []
    said = f"*{schedule.id}* · {_channel(schedule)}{state}\n{safe(_rule(schedule))}\n{safe(_next(schedule, due))}"
    return [ours(said), *because, *(_verbs(schedule) if admin else [])]


def _verbs(schedule: Schedule) -> list[Json]:
    own = schedule.id
    remove = button("Remove", "digests.remove", own)
    sure = f"{own} will post no more. What it posted stays, and so does its history."
    return buttons(
        [
            button("Preview", "digests.preview", own),
            button("Run now", "digests.run", own),
            _pause_or_resume(schedule),
            button("Edit", "digests.edit", own),
            button("History", "digests.history", own),
            ask_first(remove, title=f"Remove {own}?", words=sure, confirm="Remove"),
        ]
    )


def _pause_or_resume(schedule: Schedule) -> Json:
    if schedule.active:
        return button("Pause", "digests.pause", schedule.id)
    return button("Resume", "digests.resume", schedule.id)


def _next_steps(schedule: Schedule) -> list[Json]:
    past = button("History", "digests.history", schedule.id)
    if schedule.state is ScheduleState.REMOVED:
        return [past]
    return [_pause_or_resume(schedule), button("Edit", "digests.edit", schedule.id), past]


def _line(schedule: Schedule, due: Due | None) -> str:
    state = "" if schedule.active else f" · {schedule.state.value}"
    return f"{schedule.id} · {_where(schedule)}{state} · {_next(schedule, due)} · {_rule(schedule)}"


def _next(schedule: Schedule, due: Due | None) -> str:
    if not schedule.active:
        return "no next run"
    return f"next {run_in_words(due, schedule.rule.tz)}" if due else "no next run in the years ahead"


def _rule(schedule: Schedule) -> str:
    only = [one_line(", ".join(values), 200) for values in (schedule.rights, schedule.marketplaces) if values]
    quiet = [
        *(["quiet when nothing happened"] if schedule.quiet_when_empty else []),
        *(["only when something changed"] if schedule.only_on_change else []),
        *([_CATCHES_UP[schedule.catch_up]] if schedule.catch_up in _CATCHES_UP else []),
    ]
    return " · ".join(
        [one_line(in_words(schedule.rule), 300), _looks(schedule), *(f"only {one}" for one in only), *quiet]
    )


def _looks(schedule: Schedule) -> str:
    days = "1 day" if schedule.window_days == 1 else f"{schedule.window_days} days"
    return f"looks back {days}, lists sellers from {schedule.threshold} upheld"


def _channel(schedule: Schedule) -> str:
    """As `mrkdwn`: the channel itself where the id is one, and plain words else."""
    return f"<#{schedule.channel}>" if _CHANNEL.fullmatch(schedule.channel) else safe(_where(schedule))


def _where(schedule: Schedule) -> str:
    return f"#{one_line(schedule.channel_name)}" if schedule.channel_name else "a private channel"


def _became(one: Occurrence) -> str:
    return "asked for" if one.by and one.state is OccurrenceState.DUE else BECAME[one.state]


def _when(schedule: Schedule, one: Occurrence) -> str:
    return f"{'asked for ' if one.by else ''}{_moment(schedule, one, one.due_at)}"


def _moment(schedule: Schedule, one: Occurrence, at: datetime) -> str:
    return run_in_words(Due(local=one.local, at=at), schedule.rule.tz)


def _why(schedule: Schedule, one: Occurrence, names: Mapping[str, str]) -> str:
    by = ""
    if one.by:
        by = f"{'a test' if one.test else 'asked for'} by {one_line(names.get(one.by.user_id, one.by.user_id))}"
    late = one.posted_at if one.posted_at and one.posted_at - one.due_at >= _LATE else None
    posted = f"posted {_moment(schedule, one, late)}" if late else ""
    why = one_line(one.why, 200) if one.why else ""
    return ", ".join(part for part in (by, why, posted) if part) or "–"


def _who(admin: bool, admins: Sequence[str]) -> str:
    if admin:
        return "Add one with /digest add."
    named = ", ".join(map(one_line, admins[:10]))
    more = f" and {len(admins) - 10} more" if len(admins) > 10 else ""
    return f"Who can change them: {named}{more}." if named else "Nobody is set up to change them yet."


def _foot(admin: bool, admins: Sequence[str]) -> list[Json]:
    add = buttons([button("Add a digest", "digests.add", "new", primary=True)]) if admin else []
    return [*add, small_as_written(_who(admin, admins))]
