"""How one offender looks: everything the desk knows, for the eyes of whoever asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks import Json, Message, Name, as_written, button, buttons, ours, referrals, safe, small, violation_title
from bot.blocks.charts import Chart, Charts, drawn
from bot.blocks.suggestions import VALUE_LIMIT, decide, hub_words, shared_words
from bot.blocks.tables import header, name_cut, one_line, small_as_written, table, whole_lines
from bot.model import (
    Brief,
    ComeBack,
    Hub,
    Identifier,
    Identity,
    Link,
    Offender,
    Point,
    Referral,
    Stance,
    Strikes,
    Suggestion,
)
from bot.offenders import parts, token

Section = tuple[list[str], list[Json]]
"""The same twice: as lines of plain text, and as blocks."""

_NOTICES = 15
_IDENTITIES = 10
_IDENTIFIERS = 12
_LINKS = 6
_UNDONE = 3
_SUGGESTIONS = 3
_REASON_LIMIT = 200
_LISTING_LIMIT = 60


def shown(
    offender: Offender,
    *,
    briefs: Sequence[Brief],
    links: Sequence[Link],
    identifiers: Sequence[Identifier],
    stance: Stance | None,
    names: Mapping[str, str],
    series: Sequence[Point],
    suggestions: Sequence[Suggestion],
    hubs: Sequence[Hub],
    name: Name,
    charts: Charts = Charts.NATIVE,
    asked: str = "",
    leaves: Sequence[str] = (),
    held: str = "",
    case: str = "",
    verbs: Sequence[Json] = (),
    referred: Sequence[Referral] | None = None,
) -> Message:
    """The dossier page. It holds personal data: only ever a private answer.

    The buttons are about the seller that was `asked` for, by key; without one, about the offender's first.
    `leaves` say who of them has ours, `held` that they are on legal hold; `case` how far somebody is with them,
    `referred` to whom they were referred, and `verbs` are more buttons, for those who may know.
    `names` are those of people by user id, and of sellers by key. In `series`, `removed` counts what was upheld.
    """
    latest = sorted(briefs, key=lambda one: (one.filed_at, one.id), reverse=True)[:_NOTICES]
    sections = [
        _head(offender, name, asked),
        _allowed(leaves),
        _held(held),
        _looked_after(case),
        _known(offender, name),
        _linked([one for one in links if one.linked], names),
        _apart([one for one in links if not one.linked], names),
        _on_file([one for one in identifiers if one.on_file], names),
        _suggested(suggestions, names),
        referrals.of_offender(referred or ()),
    ]
    notes = [words for words in (_relisted(briefs), *map(hub_words, hubs[:_SUGGESTIONS])) if words]
    text = whole_lines(
        [line for lines, _ in sections for line in lines],
        [_notice(one, name) for one in latest],
        notes,
        more=lambda left: _earlier(left + len(briefs) - len(latest)),
    )
    if charts is Charts.NONE:
        return Message(text=text)
    blocks = [
        *(block for _, drawn_ones in sections for block in drawn_ones),
        *drawn(_over_time(series), charts),
        ours(f"*Notices* · {_span(len(latest), len(briefs))}"),
        *([_timeline(latest, name)] if latest else []),
        *map(small, notes),
        *_verbs(token(asked or offender.key), stance, verbs, refers=referred is not None),
    ]
    return Message(text=text, blocks=tuple(blocks))


def _head(offender: Offender, name: Name, asked: str) -> Section:
    window = f"{one_line(asked or offender.foremost.key)} · counted over the last {_days(offender.score.window_days)}"
    title = name_cut(offender.title, 150)
    lines, shown = weighed(offender, name, _standing(offender))
    return [f"{title} · {window}", *lines], [header(title), small_as_written(window), *shown]


def _allowed(leaves: Sequence[str]) -> Section:
    """Who has our leave: nothing is filed against them."""
    lines = _capped([one_line(words, _REASON_LIMIT * 2) for words in leaves], _LINKS)
    return lines, [as_written("\n".join(lines))] if lines else []


def _held(words: str) -> Section:
    """Nothing of theirs is forgotten or erased."""
    lines = [one_line(words, _REASON_LIMIT * 3)] if words else []
    return lines, [as_written(line) for line in lines]


def _looked_after(case: str) -> Section:
    return ([case], [as_written(case)]) if case else ([], [])


def weighed(offender: Offender, name: Name, *standing: str) -> Section:
    """How grave it is: the score, how near the marketplaces' own limits are, how often, and the parts of the score."""
    score, strikes = f"Score {offender.score.total:.1f}", _strikes(offender, name)
    reasons = [*standing, *parts(offender.score)]
    shown = [ours(f"*{score}*"), *([as_written("\n".join(strikes))] if strikes else []), as_written("\n".join(reasons))]
    return [f"{score}.", *strikes, *reasons], shown


def _known(offender: Offender, name: Name) -> Section:
    lines = _capped([_identity(one, name) for one in offender.identities], _IDENTITIES)
    return [f"Known as {line}" for line in lines], [ours("*Known as*"), as_written("\n".join(lines))]


def _on_file(identifiers: Sequence[Identifier], names: Mapping[str, str]) -> Section:
    lines = _capped([_identifier(one, names) for one in identifiers], _IDENTIFIERS)
    if not lines:
        return [], []
    return [f"On file: {line}" for line in lines], [ours("*On file*"), as_written("\n".join(lines))]


def _over_time(series: Sequence[Point]) -> Chart:
    return Chart(
        title="Filed and upheld over time",
        labels=tuple(point.label for point in series),
        series=(("Filed", tuple(p.filed for p in series)), ("Upheld", tuple(p.removed for p in series))),
    )


def _standing(offender: Offender) -> str:
    last = f", the last on {offender.last_upheld_at:%d %b %Y}" if offender.last_upheld_at else ""
    new = ". New in this window" if offender.new else ""
    days = _days(offender.score.window_days)
    before = f"{offender.before} in those before, " if offender.before is not None else ""
    return f"{offender.score.upheld} upheld in {days}, {before}{offender.upheld_in_all} in all{last}{new}."


def _strikes(offender: Offender, name: Name) -> list[str]:
    """`Acme Market closes the shop at 3 strikes (counterfeit goods, 365 days): Shop 5 (S-5) has 2.`"""
    titles = {one.key: one.title for one in offender.identities}
    said: dict[str, list[str]] = {}
    for one in offender.strikes:
        full = {0: " (the limit is reached)", 1: " (the limit is passed)"}
        reached = full[one.count > one.rule.limit] if one.count >= one.rule.limit else ""
        said.setdefault(_rule(one.rule, name), []).append(
            f"{name_cut(titles.get(one.seller, one.seller))} has {one.count}{reached}{_bought(one.purchases)}"
        )
    return [f"{rule}: {'; '.join(counts[:8])}." for rule, counts in said.items()]


def _bought(purchases: int) -> str:
    many = "1 test purchase" if purchases == 1 else f"{purchases} test purchases"
    return f", besides {many} found counterfeit" if purchases else ""


def _rule(rule: Strikes, name: Name) -> str:
    what = ", ".join(sorted(violation_title(violation) for violation in rule.counts)) or "any violation"
    days = f"{rule.window_days} days" if rule.window_days else "ever"
    strikes = "1 strike" if rule.limit == 1 else f"{rule.limit} strikes"
    return f"{one_line(name(rule.marketplace))} {one_line(rule.consequence, 200)} at {strikes} ({what}, {days})"


def _identity(one: Identity, name: Name) -> str:
    also = f", also {one_line(', '.join(one.names[1:6]), 150)}" if one.names[1:] else ""
    return f"{name_cut(one.title)} at {one_line(name(one.marketplace))}: {one.upheld} upheld{also}"


def _linked(links: Sequence[Link], names: Mapping[str, str]) -> Section:
    if not links:
        return [], []
    lines = [_link(one, names) for one in links[:_LINKS]]
    shown = [ours("*Why they are one*")]
    for one, line in zip(links, lines, strict=False):
        fits = len(one.key) <= VALUE_LIMIT
        shown.append(as_written(line, button("Unlink", "offenders.unlink", one.key) if fits else None))
    if len(links) > _LINKS:
        shown.append(small(f"And {len(links) - _LINKS} more links."))
    return lines, shown


def _apart(links: Sequence[Link], names: Mapping[str, str]) -> Section:
    """The last few that a person said no to."""
    latest = sorted(links, key=lambda one: one.steps[-1].at, reverse=True)[:_UNDONE]
    lines = [_link(one, names, "are not one") for one in latest]
    return (lines, [ours("*Looked at, and not one*"), as_written("\n".join(lines))]) if lines else ([], [])


def _link(one: Link, names: Mapping[str, str], are: str = "are one") -> str:
    step = one.steps[-1]
    by = one_line(names.get(step.by.user_id, step.by.user_id))
    a, b = (name_cut(names.get(key, key)) for key in (one.a, one.b))
    return f"{a} and {b} {are}: {one_line(step.reason, _REASON_LIMIT)} ({by}, {step.at:%d %b %Y})"


def _identifier(one: Identifier, names: Mapping[str, str]) -> str:
    by = one_line(names.get(one.by.user_id, one.by.user_id))
    of = one_line(names.get(one.seller, one.seller))
    return f"{one.kind.words}: {one_line(one.value, _REASON_LIMIT)} ({of}; {by}, {one.at:%d %b %Y})"


def _suggested(suggestions: Sequence[Suggestion], names: Mapping[str, str]) -> Section:
    lines = [_suggestion(one, names) for one in suggestions[:_SUGGESTIONS]]
    shown: list[Json] = []
    for one, line in zip(suggestions, lines, strict=False):
        shown.extend((as_written(line), *buttons(decide(one))))
    if len(suggestions) > _SUGGESTIONS:
        shown.append(small(f"And {len(suggestions) - _SUGGESTIONS} more: `/offenders suggestions`."))
    return lines, shown


def _suggestion(one: Suggestion, names: Mapping[str, str]) -> str:
    a, b = (one_line(names.get(key, key)) for key in (one.a, one.b))
    return f"Suggested: {a} shares {shared_words(one.shared)} with {b}."


def _timeline(briefs: Sequence[Brief], name: Name) -> Json:
    rows = [
        (
            _became(one),
            one.id,
            one_line(f"{name(one.marketplace)} {one.listing_id}", _LISTING_LIMIT),
            violation_title(one.violation),
            _day(one.filed_at),
            _day(one.removed_at or one.decided_at),
        )
        for one in briefs
    ]
    return table(("Status", "Notice", "Listing", "Violation", "Filed", "Decided"), rows)


def _notice(one: Brief, name: Name) -> str:
    listing = one_line(f"{name(one.marketplace)} {one.listing_id}")
    decided = one.removed_at or one.decided_at
    end = f", decided {_day(decided)}" if decided else ""
    return f"{one.id} · {_became(one)} · {listing} · {violation_title(one.violation)} · filed {_day(one.filed_at)}{end}"


def _became(one: Brief) -> str:
    """The status, and for what came back also why."""
    why = f" ({one.came_back.value.replace('_', ' ')})" if one.came_back else ""
    return f"{one.status.words}{why}"


def _relisted(briefs: Sequence[Brief]) -> str:
    again = [one.id for one in briefs if one.came_back is ComeBack.RELISTED]
    more = f" and {len(again) - 10} more" if len(again) > 10 else ""
    return f"Relisted after removal: {safe(', '.join(again[:10]))}{more}." if again else ""


def _span(few: int, all_: int) -> str:
    return "none" if not all_ else f"the last {few} of {all_}" if few < all_ else str(all_)


def _earlier(count: int) -> str:
    return f"And {count} earlier." if count else ""


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _day(moment: object) -> str:
    return f"{moment:%d %b %Y}" if moment else "–"


def _capped(lines: Sequence[str], most: int) -> list[str]:
    left = len(lines) - most
    return [*lines[:most], *([f"and {left} more"] if left > 0 else [])]


def _verbs(value: str, stance: Stance | None, more: Sequence[Json], *, refers: bool) -> list[Json]:
    watching, muted = bool(stance and stance.watching), bool(stance and stance.muted)
    watch = ("Stop watching", "offenders.unwatch") if watching else ("Watch", "offenders.watch")
    mute = ("Unmute", "offenders.unmute") if muted else ("Mute for me", "offenders.mute")
    add, join = ("Add identifier", "offenders.identify"), ("Link to another seller", "offenders.link")
    refer = [referrals.refer_button(value)] if refers else []
    return buttons([*(button(*verb, value) for verb in (watch, mute, add, join)), *more, *refer])
