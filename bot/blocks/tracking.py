"""How tracking looks: one notice with its timeline, a list, the question why, help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import custody
from bot.blocks import (
    SIGNS,
    TEXT_LIMIT,
    Json,
    Message,
    Name,
    answers,
    approvals,
    as_written,
    audit,
    button,
    buttons,
    cut,
    facts,
    message,
    ours,
    outcomes,
    right_title,
    safe,
    small,
    theirs,
    usage_message,
    violation_title,
    when_plain,
)
from bot.blocks import evidence as files
from bot.blocks.filing import looks, overridden, to_the_seller, waits
from bot.blocks.forms import notice_view
from bot.blocks.tables import one_line, select
from bot.grammar import ListNotices, Scope, as_typed, usage
from bot.listings import defang
from bot.model import PAGE, Event, Notice, Page, Sort, Standing, Status

_CAN_BE_FILED_ANEW = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.REFUSED, Status.FAILED})
_EVENTS = 20
"""Steps of the timeline that are shown, the newest."""


def status(standing: Standing, *, name: Name) -> Message:
    """Everything about one notice."""
    notice, events = standing.notice, standing.events
    market = name(notice.listing.marketplace)
    rows = _rows(notice, name, standing.names)
    taken_back = custody.retracted(events)
    timeline = _newest([_step(event, standing.names, taken_back) for event in events])
    left_out = len(events) - len(timeline)
    blocks = [
        ours(f"{SIGNS[notice.status]} *{notice.id} · {notice.status.words}* at {safe(market)}"),
        *facts(rows),
        *map(as_written, standing.notes),
        ours("What they were told:"),
        theirs(notice.statement),
        *to_the_seller(notice.message_to_seller),
        ours("*Timeline*"),
    ]
    if left_out:
        blocks.append(small(f"{left_out} earlier steps are not shown."))
    blocks.append(as_written("\n".join(timeline)))
    blocks.extend(buttons(verbs(notice)))
    lines = [
        f"{notice.id} · {notice.status.words} at {market}",
        *(f"{label}: {value}" for label, value in rows if value),
        *standing.notes,
        f"What they were told: {notice.statement}",
        f"Message to the seller: {notice.message_to_seller}" if notice.message_to_seller else "",
        "Timeline:",
        *timeline,
    ]
    return message(lines, blocks)


def status_view(standing: Standing, *, name: Name) -> Json:
    """The same as a modal, with a button for every verb. Metadata: the notice."""
    notice = standing.notice
    return {**notice_view(notice.id, status(standing, name=name)), "private_metadata": notice.id}


def listed_view(page: Page, request: ListNotices, *, name: Name) -> Json:
    """A list as a modal."""
    return notice_view("Notices", listed(page, request, name=name))


def listed(page: Page, request: ListNotices, *, name: Name, who: str = "") -> Message:
    """A page of notices, newest first, with buttons to turn it."""
    title = _title(request, name, who)
    if not page.total:
        return message([f"{title}: none."], [ours(f"{safe(title)}: none."), *buttons(_turns(page, request))])
    lines = [_line(notice, name) for notice in page.notices]
    start = (request.page - 1) * PAGE
    span = f"{start + 1}–{start + len(page.notices)} of {page.total}"
    if not lines:
        span = f"there is no page {request.page}; {page.total} in all"
    blocks = [ours(f"*{safe(title)}* · {span}")]
    for notice, line in zip(page.notices, lines, strict=True):
        blocks.append(as_written(line, button(f"Show {notice.id}", "tracking.details", notice.id)))
    blocks.extend(buttons(_turns(page, request)))
    return message([f"{title} · {span}", *lines], blocks)


def changed(notice: Notice, words: str) -> Message:
    """A short answer about one notice."""
    return message([words], [theirs(words), *buttons([button(f"Show {notice.id}", "tracking.details", notice.id)])])


def told(words: str, *, notice_id: str = "", snooze: bool = False) -> Message:
    """What somebody has to know, with a way to the notice it is about; `snooze` where it will be said again."""
    ways = [button(f"Show {notice_id}", "tracking.details", notice_id)] if notice_id else []
    if notice_id and snooze:
        ways.append(button(f"Snooze {notice_id} for a day", "nudging.snooze", notice_id))
    return message([words], [theirs(words), *buttons(ways)])


def changed_view(notice: Notice, words: str) -> Json:
    """What the form that asked why turns into."""
    return notice_view(notice.id, message([words], [theirs(words)]))


def help_text(word: str | None) -> Message:
    """Usage of `/takedown`."""
    return usage_message(usage(word))


def _step(event: Event, names: Mapping[str, str], taken_back: Mapping[int, Event]) -> str:
    """Which, when and what; and who, unless the words say so."""
    who = names.get(event.actor.user_id, event.actor.user_id) if event.actor.team_id else ""
    by = f" ({who})" if who and who not in event.words else ""
    said = f"{audit.marked(event, taken_back, names)}{cut(event.words, 600)}"
    return f"{event.number}. {when_plain(event.at)}: {said}{by}"


def _newest(lines: Sequence[str]) -> list[str]:
    """The last lines that fit one block: what happened last matters most."""
    kept: list[str] = []
    room = TEXT_LIMIT
    for line in reversed(lines[-_EVENTS:]):
        room -= 2 * len(line) if "://" in line else len(line) + 1  # defanging makes addresses longer
        if room < 0:
            break
        kept.insert(0, line)
    return kept


def _rows(notice: Notice, name: Name, names: Mapping[str, str]) -> list[tuple[str, str]]:
    declared = notice.declaration
    return [
        (
            "Listing",
            f"{name(notice.listing.marketplace)} {notice.listing.listing_id} · {defang(notice.listing.canonical)}",
        ),
        ("Seller", notice.seller.title if notice.seller else ""),
        ("Violation", violation_title(notice.violation)),
        ("Right", right_title(notice.right)),
        ("Filed in spite of our leave", overridden(notice)),
        ("Their reference", notice.reference),
        ("Their own status", notice.vendor_status),
        ("Evidence", files.in_words(notice)),
        ("Reason", notice.reason),
        ("Our own look", " ".join(looks(notice, name(notice.listing.marketplace)))),
        ("A second person", _second_person(notice, names)),
        ("Waits", " ".join(waits(notice, name(notice.listing.marketplace)))),
        ("Looked after by", names.get(notice.owner, notice.owner)),
        ("Reminders", f"none until {when_plain(notice.snoozed_until)}" if notice.snoozed_until else ""),
        (
            "Declared by",
            f"{declared.signature}, {when_plain(declared.affirmed_at)}, declaration {declared.text_version}",
        ),
    ]


def _second_person(notice: Notice, names: Mapping[str, str]) -> str:
    """What was asked of one, or what they said; empty where none is needed."""
    said = notice.approval
    if said is None:
        return ""
    if said.by is None or said.at is None:
        return said.words
    verb = "approved" if said.approved else "refused"
    return f"{names.get(said.by.user_id, said.by.user_id)} {verb} it, {when_plain(said.at)}"


def _line(notice: Notice, name: Name) -> str:
    market = name(notice.listing.marketplace)
    seller = f" · {notice.seller.title}" if notice.seller else ""
    return (
        f"{notice.id} · {notice.status.words} · {market} {notice.listing.listing_id}{seller} · "
        f"{violation_title(notice.violation)} · {notice.filed_at:%d %b %Y}"
    )


def _title(request: ListNotices, name: Name, who: str) -> str:
    title = {
        "mine": "Your notices",
        "open": "Open notices",
        "waiting": "Notices that wait for us",
    }.get(request.scope, "All notices")
    said = [
        " or ".join(one.words for one in request.statuses),
        f"at {name(request.marketplace)}" if request.marketplace else "",
        f"under {one_line(request.right)}" if request.right else "",
        f"of seller {one_line(request.seller)}" if request.seller else "",
        f"for {violation_title(request.violation)}" if request.violation else "",
        f"filed by {one_line(who or request.by)}" if request.by else "",
        f"since {request.since}" if request.since else "",
        f"until {request.until}" if request.until else "",
    ]
    narrowed = ", ".join(part for part in said if part)
    return f"{title} ({narrowed})" if narrowed else title


def verbs(notice: Notice) -> list[Json]:
    """Everything that can be done with a notice now."""
    shown: list[Json] = []
    if notice.withdrawable:
        shown.append(button(f"Withdraw {notice.id}", "tracking.withdraw", notice.id))
    shown.extend((*answers.verbs(notice), *outcomes.verbs(notice)))
    if notice.status is Status.AWAITING_APPROVAL:
        shown.append(button(f"Decide on {notice.id}", approvals.SHOW, notice.batch_id))
    if notice.status in (Status.QUEUED, Status.AWAITING_APPROVAL):
        shown.append(button(f"Amend {notice.id}", "tracking.amend", notice.id))
    shown.extend(files.verbs(notice))
    shown.append(button(f"Note on {notice.id}", "tracking.note", notice.id))
    if notice.retriable:
        shown.append(button(f"Retry {notice.id}", "tracking.retry", notice.id))
    shown.extend(_following(notice))
    if not notice.status.final:
        shown.append(button(f"Hand over {notice.id}", "nudging.hand_over", notice.id))
    if notice.returned or notice.status in _CAN_BE_FILED_ANEW:
        shown.append(button(f"File {notice.id} again", "filing.again", notice.id))
    return shown


def _following(notice: Notice) -> list[Json]:
    """A way to have reminders wait, where there are any."""
    if not notice.waits_for_us or notice.status is Status.FAILED:
        return []
    return [button(f"Snooze {notice.id} for a day", "nudging.snooze", notice.id)]


def _turns(page: Page, request: ListNotices) -> list[Json]:
    """Buttons to turn the page and for a file, menus for other lists; each holds a command, read like a typed one."""
    turns: list[Json] = []
    if request.page > 1:
        turns.append(button("Newer", "tracking.newer", _list(request, page=request.page - 1)))
    if request.page * PAGE < page.total:
        turns.append(button("Older", "tracking.older", _list(request, page=request.page + 1)))
    if page.total:
        turns.append(button("Export", "tracking.export", f"export xlsx {as_typed(replace(request, page=1))}"))
    lists = [(words, _list(request, scope=scope, statuses=(), page=1)) for scope, words in _SCOPES.items()]
    lists += [(one.words.capitalize(), _list(request, scope="all", statuses=(one,), page=1)) for one in Status]
    orders = [(words, _list(request, sort=sort, page=1)) for sort, words in _ORDERS.items()]
    return [*turns, *select("Show", "tracking.choose", lists), *select("Order", "tracking.sort", orders)]


def _list(request: ListNotices, **changes: Any) -> str:
    return f"list {as_typed(replace(request, **changes))}"


_SCOPES: Mapping[Scope, str] = {
    "all": "All notices",
    "mine": "Mine",
    "open": "Open ones",
    "waiting": "What waits for us",
}
_ORDERS = {
    Sort.NEWEST: "Newest first",
    Sort.OLDEST: "Oldest first",
    Sort.CHANGED: "Changed last",
    Sort.DEADLINE: "Next deadline first",
}
