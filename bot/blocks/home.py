"""How App Home looks: tabs, what waits, what is open, the queue, how the desk is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.blocks import (
    TEXT_LIMIT,
    Json,
    Name,
    answers,
    approvals,
    as_written,
    button,
    buttons,
    cases,
    cut,
    facts,
    ours,
    outcomes,
    plain,
    right_title,
    safe,
    small,
    theirs,
    violation_title,
)
from bot.blocks.durations import lasting, local
from bot.blocks.register import door
from bot.blocks.tables import header, name_cut, one_line
from bot.grammar.home import ShowHome, home_as_typed
from bot.model import (
    ALLOWS,
    OPEN,
    PAGE,
    Case,
    Circuit,
    Connection,
    Counts,
    Health,
    Home,
    May,
    Notice,
    Pause,
    Queue,
    Role,
    Status,
    Tab,
    Whose,
    Work,
    spanned,
)

SHOW = "home.show"
TURNS = (
    "home.refresh",
    *(f"home.{tab.value}" for tab in Tab),
    *(f"home.{which}_{way}" for which in ("waiting", "open", "page") for way in ("newer", "older")),
)
"""The names of the buttons that draw the Home otherwise."""
LISTS = ("home.list_open", "home.list_waiting", "home.list_all")
"""The names of the buttons that show a list."""

_TITLES = {Tab.WORK: "My work", Tab.APPROVALS: "Approvals", Tab.DESK: "Desk", Tab.LISTS: "Lists"}
_ROLES = {Role.ADMIN: "an admin", Role.APPROVER: "an approver", Role.ANALYST: "an analyst", Role.VIEWER: "a viewer"}
_LONG_LINE = 500
_CASES = 8
_SHOWN = 10
"""Rights, schedules, marketplaces that are named one by one; the rest are counted."""


def home(shown: Home, *, name: Name) -> Json:
    """One's Home at one of its tabs. Metadata: which tab and pages, as a command."""
    at = _now_at(shown)
    blocks = [_HEAD, _as_of(shown), *_tabs(shown, at)]
    if shown.work is not None:
        blocks += _work(shown, shown.work, at, name)
    if shown.queue is not None:
        blocks += _queue(shown, shown.queue, at, name)
    if shown.health is not None:
        blocks += _desk(shown, shown.health, name)
    if shown.counts is not None:
        blocks += _numbers(shown.counts)
    return _view([*blocks, *_cases(shown.cases), *_lists(shown)], home_as_typed(at))


def closed(words: str) -> Json:
    """What somebody sees who may not use the desk: why not, and what would help."""
    return _view(
        [_HEAD, theirs(words), *buttons([button("Look again", "home.refresh", "home")])],
        "home",
    )


def _view(blocks: list[Json], metadata: str) -> Json:
    return {"type": "home", "private_metadata": metadata, "blocks": blocks}


def _now_at(shown: Home) -> ShowHome:
    """What is drawn, which may be another page than was asked for."""
    work, queue = shown.work, shown.queue
    return ShowHome(
        tab=shown.tab,
        waiting=work.waiting_page if work else 1,
        open=work.open_page if work else 1,
        page=queue.page if queue else 1,
    )


def _as_of(shown: Home) -> Json:
    here = " and ".join(_ROLES[role] for role in Role if role in shown.roles)
    return small(
        f"As of {safe(local(shown.at, shown.tz))} ({safe(shown.tz)}). You are {here} here. "
        "This page is drawn when you open it and after what you do in it; *Refresh* draws it anew."
    )


def _tabs(shown: Home, at: ShowHome) -> list[Json]:
    drawn = []
    for tab in shown.tabs if len(shown.tabs) > 1 else ():
        title = _TITLES[tab] + (f" ({shown.to_decide})" if tab is Tab.APPROVALS else "")
        here = tab is shown.tab
        label = f"{title} – you are here" if here else title
        drawn.append(button(label, f"home.{tab.value}", home_as_typed(ShowHome(tab=tab)), primary=here))
    return buttons([*drawn, button("Refresh", "home.refresh", home_as_typed(at))])


def _work(shown: Home, work: Work, at: ShowHome, name: Name) -> list[Json]:
    blocks = buttons(
        [
            button("File a takedown request", "filing.open", "home", primary=True),
            button("File many at once", "bulk.start", "home"),
        ]
    )
    blocks.append(header(_counted("What waits for you", work.waiting.total)))
    if not work.waiting.total:
        blocks.append(ours("Nothing waits for you."))
    for notice in work.waiting.notices:
        blocks.append(as_written(_waiting_line(notice, shown, work, name), _show(notice)))
        blocks += buttons(_at_hand(notice))
    blocks += _turning("waiting", at, at.waiting, work.waiting.total)
    blocks.append(header(_counted("Your open notices", work.open.total)))
    if not work.open.total:
        blocks.append(ours("Nothing else of yours is open. File with the button, or type `/takedown`."))
    blocks += [as_written(_open_line(notice, shown, work, name), _show(notice)) for notice in work.open.notices]
    return [*blocks, *_turning("open", at, at.open, work.open.total)]


def _cases(owned: Sequence[Case]) -> list[Json]:
    """The next few of one's cases; nothing where there are none."""
    if not owned:
        return []
    lines = [(one, cut(cases.in_brief(one), _LONG_LINE)) for one in owned[:_CASES]]
    drawn = [as_written(line, cases.opens(one)) for one, line in lines]
    more = [small(f"and {len(owned) - _CASES} more: `/offenders cases mine`")] if len(owned) > _CASES else []
    return [header(_counted("Your cases", len(owned))), *drawn, *more]


def _queue(shown: Home, queue: Queue, at: ShowHome, name: Name) -> list[Json]:
    blocks = [header(_counted("Waits for your approval", queue.total))]
    if not queue.total:
        return [*blocks, ours("Nothing waits for your approval.")]
    blocks.append(small("Oldest first. What you filed or look after is decided by somebody else, and is not shown."))
    for some in queue.batches:
        first = some[0]
        which = first.id if len(some) == 1 else f"{first.id} and {len(some) - 1} more"
        # A line cannot tell what differs within a batch, nor whose leave was set aside: the card does.
        plain = len(approvals.alike(some)) == 1 and first.override is None
        blocks.append(as_written(_queued_line(some, shown, name)))
        blocks += buttons(
            [
                button(f"Read {which}", approvals.SHOW, first.batch_id),
                *(
                    [button(f"Approve {which}", approvals.APPROVE, approvals.shown_as(some), primary=True)]
                    if plain
                    else []
                ),
                button(f"Refuse {which}…", approvals.REFUSE, approvals.shown_as(some)),
            ]
        )
    return [*blocks, *_turning("page", at, queue.page, queue.total)]


def _desk(shown: Home, health: Health, name: Name) -> list[Json]:
    blocks = [header("Marketplaces")]
    lines = [_connection(one, shown, health.names, name) for one in health.connections]
    blocks += _some(lines) if lines else [ours("This desk is connected to no marketplace yet.")]
    blocks.append(header("What is on its way"))
    blocks += facts(_on_its_way(shown, health.counts))
    blocks.append(header("Rights that end within 90 days"))
    for one in health.ending[:_SHOWN]:
        line = cut(f"{right_title(one)}: {_ends(one.ends_on, shown)}", _LONG_LINE)
        blocks.append(as_written(line, button(f"Show {cut(one.key, 60)}", "rights.show", one.key)))
    if len(health.ending) > _SHOWN:
        blocks.append(small(f"and {len(health.ending) - _SHOWN} more"))
    if not health.ending:
        blocks.append(ours("None."))
    blocks += buttons(_REGISTER)
    blocks.append(header("Who may do what"))
    blocks.append(ours(_grants(health.roles)))
    blocks += buttons([door(command) for command in ("roles", "policy", "marketplaces", "history")])
    blocks.append(header("Digests that paused themselves"))
    if not health.stopped:
        return [*blocks, ours("None.")]
    lines = [f"{one.id} to #{one.channel_name or one.channel}: {one.paused_because}" for one in health.stopped]
    return [*blocks, *_some(lines), small("`/digest resume ID` has one come again.")]


def _numbers(counts: Counts) -> list[Json]:
    rows = [(status.words.capitalize(), str(counts.notices[status])) for status in Status if counts.notices.get(status)]
    total = sum(counts.notices.values())
    still = sum(count for status, count in counts.notices.items() if status in OPEN)
    if not total:
        return [header("Notices"), ours("There is no notice yet.")]
    what = "1 notice" if total == 1 else f"{total} notices"
    return [header(f"{what}, {still} of them open"), *facts(rows)]


def _lists(shown: Home) -> list[Json]:
    refers = any(May.REFER in ALLOWS[role] for role in shown.roles)
    return [
        {"type": "divider"},
        *buttons(
            [
                button("List open notices", "home.list_open", "list open"),
                button("List what waits for us", "home.list_waiting", "list waiting"),
                button("List all notices", "home.list_all", "list all"),
                *([button("List referrals", "referrals.list", "list")] if refers else []),
            ]
        ),
        small(
            "`/offenders` says who keeps coming back; `/takedown help` and `/digest help` say what else I understand."
        ),
    ]


def _show(notice: Notice) -> Json:
    return button(f"Open {notice.id}", SHOW, notice.id)


def _at_hand(notice: Notice) -> list[Json]:
    """What is most likely done next, without opening it."""
    retry = [button(f"Retry {notice.id}", "tracking.retry", notice.id)] if notice.retriable else []
    return [*answers.verbs(notice), *outcomes.verbs(notice), *retry]


def _turning(which: str, at: ShowHome, page: int, total: int) -> list[Json]:
    """Where one is in a list of several pages, and the buttons to the next and the one before."""
    if total <= PAGE:
        return []
    newer, older = ("Earlier", "Later") if which in ("waiting", "page") else ("Newer", "Older")
    turns = []
    if page > 1:
        turns.append(button(newer, f"home.{which}_newer", _turned(at, which, page - 1)))
    if page * PAGE < total:
        turns.append(button(older, f"home.{which}_older", _turned(at, which, page + 1)))
    first = (page - 1) * PAGE + 1
    return [small(f"{first}–{min(first + PAGE - 1, total)} of {total}"), *buttons(turns)]


def _turned(at: ShowHome, which: str, page: int) -> str:
    pages = {"waiting": at.waiting, "open": at.open, "page": at.page, which: page}
    return home_as_typed(ShowHome(tab=at.tab, **pages))


def _waiting_line(notice: Notice, shown: Home, work: Work, name: Name) -> str:
    lines = [
        _head(notice, name),
        _to_do(notice, name(notice.listing.marketplace)),
        _by_when(notice, shown),
        _looked_after(notice, shown, work),
        f"No reminders until {local(notice.snoozed_until, shown.tz)}."
        if notice.snoozed_until and notice.snoozed_until > shown.at
        else "",
    ]
    return "\n".join(line for line in lines if line)


def _open_line(notice: Notice, shown: Home, work: Work, name: Name) -> str:
    since = f", like this for {lasting(shown.at - notice.stands_since)}" if notice.stands_since else ""
    lines = [
        _head(notice, name),
        f"Filed {local(notice.filed_at, shown.tz)}{since}.",
        _by_when(notice, shown),
        _looked_after(notice, shown, work),
    ]
    return "\n".join(line for line in lines if line)


def _head(notice: Notice, name: Name) -> str:
    listing = f"{name(notice.listing.marketplace)} {one_line(notice.listing.listing_id)}"
    seller = f" · seller {name_cut(notice.seller.title)}" if notice.seller else ""
    return f"{notice.id} · {notice.status.words} · {listing}{seller} · {violation_title(notice.violation)}"


def _to_do(notice: Notice, market: str) -> str:
    """What is asked of whoever looks after it."""
    if notice.deadline is not None and notice.deadline.whose is Whose.OURS:
        return cut(f"To do: {one_line(notice.deadline.words, _LONG_LINE)}.", _LONG_LINE)
    if notice.contested and not notice.status.final:
        return "The seller filed a counter-notice: see what it takes to keep the listing down."
    if notice.status is Status.NEEDS_INPUT and notice.choices:
        return f"{market} passes on the seller's proof: accept it, or keep the complaint."
    if notice.status is Status.FAILED:
        return f"Nothing was filed. {one_line(notice.reason, _LONG_LINE)}"
    asked = f" They write: {one_line(notice.reason, _LONG_LINE)}" if notice.reason else ""
    there = f", under their reference {one_line(notice.reference)}" if notice.reference else ""
    return {
        Status.BY_HAND: f"File it at {market} by hand, with the pack of {notice.lot} in the thread of the card.",
        Status.UNCERTAIN: f"It is not known whether it reached {market}: look there, enter the reference, or retry.",
    }.get(notice.status, f"Answer {market} directly{there}.{asked}")


def _by_when(notice: Notice, shown: Home) -> str:
    if notice.deadline is None:
        return ""
    who = {Whose.OURS: "We have", Whose.SELLER: "The seller has", Whose.MARKETPLACE: "They have"}[notice.deadline.whose]
    return f"{who} time until {local(notice.deadline.at, shown.tz)}, {_away(notice.deadline.at, shown.at)}."


def _away(moment: datetime, now: datetime) -> str:
    left = moment - now
    return f"which is in {lasting(left)}" if left > timedelta() else f"which was {lasting(-left)} ago"


def _looked_after(notice: Notice, shown: Home, work: Work) -> str:
    if notice.looked_after_by == shown.user_id:
        return ""
    who = one_line(work.names.get(notice.looked_after_by, notice.looked_after_by))
    return f"{who} looks after it."


def _queued_line(some: Sequence[Notice], shown: Home, name: Name) -> str:
    first = some[0]
    to = ", ".join(dict.fromkeys(name(notice.listing.marketplace) for notice in some))
    what = "one listing" if len(some) == 1 else f"{len(some)} listings"
    sellers = list(dict.fromkeys(name_cut(notice.seller.title) for notice in some if notice.seller))
    asked_at = first.approval.asked_at if first.approval else first.filed_at
    lines = [
        f"{cut(spanned(some), 200)} · {what} at {to} · {violation_title(first.violation)}",
        f"Seller: {cut(', '.join(sellers[:3]), 250)}{f' and {len(sellers) - 3} more' if len(sellers) > 3 else ''}."
        if sellers
        else "",
        f"Right: {one_line(right_title(first.right), 200)}.",
        f"Filed by {one_line(first.declaration.signature)}; waits since {local(asked_at, shown.tz)}, "
        f"{lasting(shown.at - asked_at)} by now.",
        f"Because: {one_line(', and '.join(first.approval.because), _LONG_LINE)}." if first.approval else "",
    ]
    return "\n".join(line for line in lines if line)


def _connection(one: Connection, shown: Home, names: Mapping[str, str], name: Name) -> str:
    today = f"{one.filed} filed today (UTC), {one.sent} of them are there" if one.filed else "nothing filed today (UTC)"
    return f"{name(one.marketplace)}: {_answers(one.circuit, one.pause, shown, names)}; {today}."


def _answers(circuit: Circuit | None, pause: Pause | None, shown: Home, names: Mapping[str, str]) -> str:
    if pause is not None:
        who = one_line(names.get(pause.by.user_id, pause.by.user_id))
        return f"paused by {who} since {local(pause.at, shown.tz)} ({one_line(pause.why, 200)})"
    if circuit is None or not circuit.failures:
        return "answers"
    since = f" since {local(circuit.told_at, shown.tz)} or before" if circuit.told_at else ""
    alone = (
        f", is left alone until {local(circuit.open_until, shown.tz)}"
        if circuit.open_until and circuit.open_until > shown.at
        else ""
    )
    because = f" ({one_line(circuit.because, 200)})" if circuit.because else ""
    times = "once" if circuit.failures == 1 else f"{circuit.failures} times in a row"
    return f"fails{since}, {times}{because}{alone}"


def _on_its_way(shown: Home, counts: Counts) -> list[tuple[str, str]]:
    late = f"the oldest for {lasting(shown.at - counts.oldest_due)}" if counts.oldest_due else ""
    parked = "look into the log, and retry the notices" if counts.parked else ""
    return [
        ("To be carried now", f"{counts.due}{f', {late}' if late else ''}"),
        ("To be carried later", str(counts.waiting - counts.due)),
        ("Set aside after failing", f"{counts.parked}{f': {parked}' if parked else ''}"),
        ("Open notices", str(sum(count for status, count in counts.notices.items() if status in OPEN))),
        ("Waiting for approval", str(counts.notices.get(Status.AWAITING_APPROVAL, 0))),
        ("Failed", str(counts.notices.get(Status.FAILED, 0))),
    ]


def _ends(day: date | None, shown: Home) -> str:
    if day is None:
        return "–"
    left = (day - shown.at.date()).days
    return f"ends on {day.day} {day:%B %Y}, {'today' if left == 0 else 'tomorrow' if left == 1 else f'in {left} days'}"


def _grants(roles: Mapping[Role, int]) -> str:
    said = ", ".join(f"{role.value} {roles[role]}" for role in Role if roles.get(role))
    given = f"Given to people and user groups: {said}." if said else "No role was given to anybody yet."
    return f"{given} Those named in the settings are admins besides."


def _some(lines: Sequence[str]) -> list[Json]:
    """A line each, as far as they fit one block; the rest are counted."""
    kept = [cut(line, TEXT_LIMIT // (2 * _SHOWN)) for line in lines[:_SHOWN]]
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [as_written("\n".join([*kept, *more]))]


def _counted(title: str, total: int) -> str:
    return f"{title} ({total})"


_REGISTER = [
    button("List all rights", "rights.newer", "1"),
    button("Add a right", "rights.add", "add"),
    button("List authorised sellers", "authorised.newer", "1"),
]
"""Into the register: the first page of a list, or a form."""
_HEAD: Json = {"type": "header", "text": plain("Takedown Desk")}
