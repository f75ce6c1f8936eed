"""How a digest looks: one message, however much happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.blocks import Json, Message, Name, as_written, button, buttons, facts, ours, small
from bot.blocks.charts import Chart, Charts, drawn, ranking
from bot.blocks.durations import lasting, local, period
from bot.blocks.offenders import legend, offender_lines, offender_table, pick
from bot.blocks.tables import header, one_line, small_as_written, whole_lines
from bot.model import PAGE, Digest, Figures, Mover, Occurrence, Offender, Schedule, Speed, Waiting
from bot.schedules import in_words

_SPEEDS = 8
_MOVERS = 5
_WAITING = "Waiting for us now"
"""However old they are: the rest is of the window."""
_FILTERS_LIMIT = 300
_NOTHING = "Nothing was filed or decided, nobody is a repeat offender, and nothing waits for us. A quiet time."


def digest(
    digest: Digest,
    *,
    schedule: Schedule,
    occurrence: Occurrence,
    by: str,
    name: Name,
    charts: Charts = Charts.NATIVE,
) -> Message:
    """The digest of an occurrence; `by` is the name of who set it up. Without charts it has no blocks at all."""
    test = "Test: " if occurrence.test else ""
    title = f"{test}Repeat offenders, {period(digest.start, digest.end, schedule.rule.tz)}"
    span = _span(digest, schedule, name)
    imprint = f"{schedule.id} · {one_line(in_words(schedule.rule), 200)} · set up by {one_line(by)}"
    text = _text(digest, [title, span], imprint, schedule, name)
    if charts is Charts.NONE:
        return Message(text=text)
    body = [ours(_NOTHING)] if digest.empty else _body(digest, schedule, name, charts)
    verbs = _verbs(digest, schedule, occurrence)
    return Message(text=text, blocks=(header(title), small_as_written(span), *body, *verbs, small_as_written(imprint)))


def _text(digest: Digest, head: Sequence[str], imprint: str, schedule: Schedule, name: Name) -> str:
    if digest.empty:
        return whole_lines([*head, _NOTHING], [], [imprint], more=lambda _: "")
    counts = ", ".join(f"{label.lower()} {value}" for label, value in _figures(digest))
    ranked = digest.offenders
    lines = offender_lines(ranked[:PAGE], name=name)
    after = [
        *_headed("Changed most since the last digest", _movers(digest.movers)),
        *_headed(_WAITING, _waiting(digest)),
        _unknown(digest),
        _with_agencies(digest),
        *_headed("Time from filing to removal", _speeds(digest.speeds, name)),
        _series(digest),
        imprint,
    ]
    return whole_lines(
        [*head, f"{counts.capitalize()}.", f"{_heading(digest, schedule)}:" if ranked else _heading(digest, schedule)],
        lines,
        after,
        more=lambda left: _more(left + digest.total - len(lines)),
    )


def _body(digest: Digest, schedule: Schedule, name: Name, charts: Charts) -> list[Json]:
    ranked = digest.offenders
    upheld = [(_short(one), one.score.upheld) for one in ranked[:PAGE]]
    return [
        *facts(_figures(digest)),
        *_paragraph("Time from filing to removal", _speeds(digest.speeds, name)),
        *drawn(_over_time(digest), charts),
        ours(f"*{_heading(digest, schedule)}*"),
        *([offender_table(ranked[:PAGE], name=name), legend(schedule.window_days)] if ranked else []),
        *([small(_more(digest.total - PAGE))] if digest.total > PAGE else []),
        *(drawn(ranking("Notices upheld against the top offenders", "Upheld", upheld), charts) if ranked else []),
        *_paragraph("Changed most since the last digest", _movers(digest.movers)),
        *_paragraph(_WAITING, _waiting(digest)),
        *([small(_unknown(digest))] if digest.unknown_sellers else []),
        *([small(_with_agencies(digest))] if digest.with_agencies else []),
    ]


def _verbs(digest: Digest, schedule: Schedule, occurrence: Occurrence) -> list[Json]:
    lists = [
        button("Full list (XLSX)", "digests.export_xlsx", occurrence.key),
        button("Full list (CSV)", "digests.export_csv", occurrence.key),
    ]
    settings = button("Settings", "digests.settings", schedule.id)
    picked = pick(digest.offenders, window_days=schedule.window_days)
    return buttons([*picked, *([] if digest.empty else lists), settings])


def _span(digest: Digest, schedule: Schedule, name: Name) -> str:
    tz = schedule.rule.tz
    only = [
        f"only {label} {one_line(', '.join(values), _FILTERS_LIMIT)}"
        for label, values in (
            ("right" if len(schedule.rights) == 1 else "rights", schedule.rights),
            ("at", tuple(map(name, schedule.marketplaces))),
        )
        if values
    ]
    return " · ".join([f"From {local(digest.start, tz)} to {local(digest.end, tz)}, {tz}", *only])


def _figures(digest: Digest) -> list[tuple[str, str]]:
    now, before = digest.figures, digest.before
    return [
        ("Filed", _changed(now.filed, before, before.filed if before else 0)),
        ("Removed", _changed(now.removed, before, before.removed if before else 0)),
        ("Rejected", _changed(now.rejected, before, before.rejected if before else 0)),
        (_WAITING, _changed(now.waiting, before, before.waiting if before else 0)),
    ]


def _changed(now: int, before: Figures | None, then: int) -> str:
    """`12 (+3)`; `12` when there is no last time."""
    if before is None:
        return str(now)
    change = now - then
    return f"{now} ({f'+{change}' if change > 0 else f'−{-change}' if change else 'as last time'})"


def _heading(digest: Digest, schedule: Schedule) -> str:
    """What the table shows, or that there is none."""
    days = "day" if schedule.window_days == 1 else f"{schedule.window_days} days"
    upheld = "one upheld notice" if schedule.threshold == 1 else f"{schedule.threshold} upheld notices"
    if not digest.offenders:
        return f"No seller reached {upheld} in the last {days}."
    return f"Repeat offenders with at least {upheld} in the last {days}"


def _short(offender: Offender) -> str:
    """The name alone, for the few letters below a bar; the table has the ids."""
    first = offender.foremost
    return first.names[0] if first.names and first.names[0].strip() else first.seller_id


def _over_time(digest: Digest) -> Chart:
    points = digest.series
    return Chart(
        title="Filed and removed over time",
        labels=tuple(point.label for point in points),
        series=(("Filed", tuple(p.filed for p in points)), ("Removed", tuple(p.removed for p in points))),
    )


def _speeds(speeds: Sequence[Speed], name: Name) -> list[str]:
    lines = [
        f"{one_line(name(one.marketplace))}: median {lasting(one.median)}, nine in ten within {lasting(one.p90)} "
        f"({one.removed} removed)"
        for one in speeds[:_SPEEDS]
    ]
    left = len(speeds) - len(lines)
    return [*lines, f"and {left} more marketplaces"] if left else lines


def _movers(movers: Sequence[Mover]) -> list[str]:
    return [f"{one_line(one.title)}: {one.now} upheld, {one.before} last time" for one in movers[:_MOVERS]]


def _waiting(digest: Digest) -> list[str]:
    told = [_waits(one, digest) for one in digest.waiting]
    return [*told, "/takedown list waiting shows them."] if told else []


def _waits(one: Waiting, digest: Digest) -> str:
    oldest = "the longest" if one.count > 1 else "it has waited"
    more = f" and {one.count - len(one.first)} more" if one.count > len(one.first) else ""
    named = f": {', '.join(one.first)}{more}" if one.first else ""
    return f"{one.status.words}: {one.count}, {oldest} for {lasting(digest.end - one.oldest)}{named}"


def _unknown(digest: Digest) -> str:
    count = digest.unknown_sellers
    if not count:
        return ""
    return "1 upheld notice has no known seller." if count == 1 else f"{count} upheld notices have no known seller."


def _with_agencies(digest: Digest) -> str:
    """A count alone: digests are read by people who may not know of whom it is."""
    count = digest.with_agencies
    if not count:
        return ""
    return "1 offender is with an agency." if count == 1 else f"{count} offenders are with agencies."


def _series(digest: Digest) -> str:
    told = "; ".join(f"{point.label}: {point.filed} and {point.removed}" for point in digest.series)
    return f"Filed and removed over time: {told}." if told else ""


def _more(count: int) -> str:
    return f"and {count} more in the full list" if count > 0 else ""


def _headed(head: str, lines: Sequence[str]) -> list[str]:
    return [f"{head}:", *lines] if lines else []


def _paragraph(head: str, lines: Iterable[str]) -> list[Json]:
    said = "\n".join(lines)
    return [ours(f"*{head}*"), as_written(said)] if said else []
