"""How approvals look: the approvers' card, the queue, the forms that ask for a reason or for a part of a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import slackblocks as sb

from bot.accuracy import accuracy_lines
from bot.blocks import (
    SIGNS,
    Json,
    Message,
    Name,
    as_written,
    button,
    buttons,
    cut,
    evidence,
    facts,
    message,
    ours,
    right_title,
    safe,
    several,
    small,
    theirs,
    violation_title,
    when,
    when_plain,
)
from bot.blocks.forms import modal, plain_text
from bot.blocks.tables import name_cut, one_line, small_as_written
from bot.listings import defang
from bot.model import PAGE, WHY_LIMIT, Gauge, Notice, Status, named, spanned

APPROVE, REFUSE, CHOOSE, SHOW = "approvals.approve", "approvals.refuse", "approvals.choose", "approvals.show"
"""The names of the buttons, and of the forms that two of them open."""
NEWER, OLDER = "approvals.newer", "approvals.older"
ONLY_LIMIT = 2000
"""Characters of ids typed into a form."""

_SHOWN = 10
"""Listings that are named one by one; the rest are counted."""
_GROUPS = 5
"""Decisions that are told one by one; the rest are counted."""
_OPTIONS = 100
"""Notices that a menu holds. Source: docs.slack.dev, multi-select menu."""
_OPTION_LIMIT = 75
_TERMS = 3
"""Groups of a batch, alike but for the listing, that are drawn one below the other; the others have to be opened."""
_OPENED = 5
"""Groups that a button opens; the rest have their turn once something was decided."""
_IN_A_GROUP = 3
_LINE_LIMIT = 400


def shown_as(waiting: Sequence[Notice], like: str = "") -> str:
    """The value of a button: the batch, and when what it shows was asked at last, so that no more is approved by it.

    `like` is a notice of it, where only what is alike to this one is shown.
    """
    last = max((notice.approval.asked_at for notice in waiting if notice.approval), default=waiting[0].filed_at)
    return f"{waiting[0].batch_id} {last.isoformat()} {like}".rstrip()


def asked(
    notices: Sequence[Notice],
    *,
    name: Name,
    names: Mapping[str, str],
    gauges: Sequence[Gauge] = (),
    like: str = "",
) -> Message:
    """All that a second person needs to decide, and what was decided. `names` are those who have, or who set our leave
    aside, by user id; `gauges` say how accurate we have been with those it goes to. `like`: as in `shown_as`.

    What is alike but for the listing is drawn once. Of many such groups the first are drawn, and only these can be
    approved here; each other one is opened by itself.
    """
    waiting = [notice for notice in notices if notice.status is Status.AWAITING_APPROVAL]
    groups = alike(waiting)
    shown, hidden = groups[:_TERMS], groups[_TERMS:]
    first = notices[0]
    to = ", ".join(dict.fromkeys(name(notice.listing.marketplace) for notice in notices))
    stands = _stands(notices, waiting)
    parts = [_part(some, name, names, apart=bool(hidden)) for some in shown] if len(groups) > 1 else []
    parts = parts or [_whole(waiting, notices, name, names)]
    because = list(dict.fromkeys(notice.approval.words for notice in waiting if notice.approval))[:_TERMS]
    accuracy = accuracy_lines(gauges)[:_SHOWN] if waiting else ()
    blocks = [
        ours(f"{_sign(notices, waiting)} *{named(notices)} · {stands}* · {_count(notices)} at {safe(to)}"),
        *(block for drawn, _ in parts for block in drawn),
        *_to_be_opened(hidden),
        *decisions(notices),
        *([as_written("\n".join(because))] if because else []),
        *([small_as_written(" ".join(accuracy))] if accuracy else []),
        small(f"Filed by <@{first.submitter.user_id}> {when(first.filed_at)}, who cannot approve it."),
        *buttons(_verbs(waiting, like, whole=not hidden)),
    ]
    lines = [
        f"{named(notices)} · {stands} · {_count(notices)} at {to}",
        *(_decided_line(some, len(notices), names) for some in _groups(notices)),
        *because,
        *accuracy,
        f"Filed by {first.declaration.signature} on {when_plain(first.filed_at)}, who cannot approve it.",
        *(f"{_differs(some)} Open it before you approve it." for some in hidden[:_OPENED]),
        *([_further(hidden)] if len(hidden) > _OPENED else []),
        *(line for _, said in parts for line in said),
    ]
    return message(lines, blocks)


def alike(waiting: Sequence[Notice]) -> list[list[Notice]]:
    """What waits, by all that is approved with it but for the listing."""
    groups: dict[tuple[object, ...], list[Notice]] = {}
    for notice in waiting:
        groups.setdefault(notice.terms, []).append(notice)
    return list(groups.values())


def _whole(
    waiting: Sequence[Notice], notices: Sequence[Notice], name: Name, names: Mapping[str, str]
) -> tuple[list[Json], list[str]]:
    """What is alike, or all decided: the listings and what is asked for, drawn and in lines."""
    some = waiting or notices
    shown = [_line(notice, name) for notice in (*waiting, *_others(notices, waiting))[:_SHOWN]]
    more = _more(notices)
    rows = _rows(some, names)
    drawn = [*map(as_written, shown), *(small(words) for words in more), *facts(rows)]
    lines = [*shown, *more, *(f"{label}: {value}" for label, value in rows if value)]
    return ([*drawn, *_told(some[0])], [*lines, *_told_lines(some[0])]) if waiting else (drawn, lines)


def _part(some: Sequence[Notice], name: Name, names: Mapping[str, str], *, apart: bool) -> tuple[list[Json], list[str]]:
    """One group of several, drawn and in lines; with a button of its own where the whole cannot be approved at once."""
    first, which = some[0], f"{_ids(some)}:"
    value = shown_as(some, first.id)
    approves = button(f"Approve {_these(some)}", APPROVE, value, primary=True) if apart else None
    listings = [_line(notice, name) for notice in some[:_IN_A_GROUP]]
    if len(some) > _IN_A_GROUP:
        listings.append(f"and {len(some) - _IN_A_GROUP} more like these")
    rows = _rows(some, names)
    drawn = [as_written(which, approves), as_written("\n".join(listings)), *facts(rows), *_told(first)]
    lines = [which, *listings, *(f"{label}: {value}" for label, value in rows if value), *_told_lines(first)]
    return drawn, lines


def _told(notice: Notice) -> list[Json]:
    """What the marketplace and the seller will be told."""
    drawn = [ours("What they will be told:"), theirs(notice.statement)]
    if notice.message_to_seller:
        drawn += [ours("What the seller will be told:"), theirs(notice.message_to_seller)]
    return drawn


def _told_lines(notice: Notice) -> list[str]:
    seller = notice.message_to_seller
    return [
        f"What they will be told: {notice.statement}",
        *([f"What the seller will be told: {seller}"] if seller else []),
    ]


def _to_be_opened(hidden: Sequence[Sequence[Notice]]) -> list[Json]:
    """The groups that are not drawn, each with a button that shows it with all that is needed to decide."""
    opened = [
        as_written(_differs(some), button(f"Show {_these(some)}", SHOW, f"{some[0].batch_id} {some[0].id}"))
        for some in hidden[:_OPENED]
    ]
    return [*opened, *([small(_further(hidden))] if len(hidden) > _OPENED else [])]


def _differs(some: Sequence[Notice]) -> str:
    first = some[0]
    return f"{_ids(some)} differ{'s' if len(some) == 1 else ''}: {violation_title(first.violation)}, {first.right.key}."


def _further(hidden: Sequence[Sequence[Notice]]) -> str:
    left = sum(map(len, hidden[_OPENED:]))
    return f"{left} more differ: open each with Show, once it stands here."


def _these(some: Sequence[Notice]) -> str:
    return some[0].id if len(some) == 1 else f"{some[0].id} and {len(some) - 1} like it"


def _ids(some: Sequence[Notice]) -> str:
    return cut(spanned(some), _LINE_LIMIT)


def decisions(notices: Sequence[Notice]) -> list[Json]:
    """Who decided what, and why it was refused; for any card of the notices."""
    drawn: list[Json] = []
    groups = _groups(notices)
    for some in groups[:_GROUPS]:
        said = some[0].approval
        assert said is not None
        verb = "Approved" if said.approved else "Refused"
        sign = ":white_check_mark:" if said.approved else SIGNS[Status.REFUSED]
        who = f" by <@{said.by.user_id}>" if said.by else ""
        drawn.append(ours(f"{sign} {verb}{who}{_how_many(some, len(notices))}"))
        if said.why and len(notices) > 1:
            drawn.append(theirs(said.why))
    if len(groups) > _GROUPS:
        drawn.append(small(f"and {len(groups) - _GROUPS} more decisions"))
    return drawn


def decided(notices: Sequence[Notice]) -> str:
    """What was decided, in a sentence or two."""
    refused = [notice for notice in notices if notice.approval and not notice.approval.approved]
    approved = [notice for notice in notices if notice not in refused]
    going = [notice for notice in approved if notice.status in (Status.QUEUED, Status.SENDING)]
    words = []
    if going:
        goes = "is sent" if len(going) == 1 else "are sent"
        waits = any(one.status is Status.QUEUED and one.sends_at > one.queued_at for one in going)
        seconds = round((going[0].sends_at - going[0].queued_at).total_seconds())
        start = f"{goes} in {seconds} seconds, unless it is undone" if waits else f"{goes} now"
        words.append(f"Approved: {spanned(going)} {start}.")
    for status in dict.fromkeys(notice.status for notice in approved if notice not in going):
        # A press that was repeated, when it had gone on already.
        some = [notice for notice in approved if notice.status is status]
        words.append(f"You had approved {spanned(some)} before; now at “{status.words}”.")
    if refused:
        words.append(f"Refused: {spanned(refused)}; who filed it is told why.")
    return " ".join(words)


def waits_for(notices: Sequence[Notice]) -> list[Json]:
    """That a second person is waited for, why, and where they were asked; nothing where none is."""
    waiting = [notice for notice in notices if notice.status is Status.AWAITING_APPROVAL and notice.approval]
    if not waiting or waiting[0].approval is None:
        return []
    said = waiting[0].approval
    where = f" in <#{said.channel}>" if said.channel else ""
    return [small_as_written(said.words), small(f"Approvers are asked{where}; `/takedown approvals` is their queue.")]


def queue(batches: Sequence[Sequence[Notice]], total: int, page: int, *, name: Name) -> Message:
    """What waits for approval, oldest first, a batch a line, with buttons to decide and to turn the page."""
    if not total:
        return message(["Nothing waits for approval."], [ours("Nothing waits for approval.")])
    start = (page - 1) * PAGE
    span = f"{start + 1}–{start + len(batches)} of {total}" if batches else f"there is no page {page}; {total} in all"
    blocks = [ours(f"*Waits for approval* · {span}, oldest first")]
    lines = [f"Waits for approval · {span}, oldest first"]
    for some in batches:
        line = _queued(some, name)
        lines.append(line)
        blocks.append(as_written(line, button(f"Decide on {named(some)}", SHOW, some[0].batch_id)))
    turns = []
    if page > 1:
        turns.append(button("Earlier", NEWER, f"approvals page:{page - 1}"))
    if page * PAGE < total:
        turns.append(button("Later", OLDER, f"approvals page:{page + 1}"))
    return message(lines, [*blocks, *buttons(turns)])


def refusal_form(waiting: Sequence[Notice], like: str = "") -> Json:
    """Asks why what waits of a batch is refused. Metadata: as `shown_as`."""
    return modal(
        cut(f"Refuse {named(waiting)}", 24),
        [
            sb.SectionBlock(text=plain_text(f"Refused are {spanned(waiting)[:1000]}.")),
            _why("Who filed it is told, in the thread of the card.", optional=False),
        ],
        submit="Refuse",
        close="Cancel",
        callback_id=REFUSE,
        private_metadata=shown_as(waiting, like),
    )


def choice_form(waiting: Sequence[Notice], like: str = "", *, name: Name) -> Json:
    """Asks which of a batch are approved, and what of the rest. Metadata: as `shown_as`.

    A menu holds 100; of more, the ids are typed.
    """
    rest = {
        "leave": sb.Option(plain_text("Leave the rest waiting"), "leave"),
        "refuse": sb.Option(plain_text("Refuse the rest"), "refuse"),
    }
    menu = sb.StaticSelectMenu("rest", list(rest.values()), initial_option=rest["leave"])
    return modal(
        cut(f"Decide on {named(waiting)}", 24),
        [
            _which(waiting, name),
            sb.InputBlock(plain_text("The rest"), menu, block_id="rest"),
            _why("Only if you refuse the rest; who filed it is told.", optional=True),
        ],
        submit="Decide",
        close="Cancel",
        callback_id=CHOOSE,
        private_metadata=shown_as(waiting, like),
    )


def _which(waiting: Sequence[Notice], name: Name) -> sb.InputBlock:
    label = plain_text("Approve these")
    if len(waiting) <= _OPTIONS:
        options = [sb.Option(plain_text(_option(notice, name)), notice.id) for notice in waiting]
        menu = sb.StaticMultiSelectMenu("only", options, placeholder=plain_text("None of them"))
        return sb.InputBlock(label, menu, block_id="only", optional=True)
    typed = sb.PlainTextInput("only", multiline=True, max_length=ONLY_LIMIT)
    span = f"{waiting[2].id} to {waiting[-1].id}"
    hint = plain_text(f"{len(waiting)} wait. Name those you approve, such as {waiting[0].id}, {span}.")
    return sb.InputBlock(label, typed, block_id="only", optional=True, hint=hint)


def _why(hint: str, *, optional: bool) -> sb.InputBlock:
    typed = sb.PlainTextInput("why", multiline=True, max_length=WHY_LIMIT)
    label = plain_text("Why refused" if optional else "Why")
    return sb.InputBlock(label, typed, block_id="why", optional=optional, hint=plain_text(hint))


def _verbs(waiting: Sequence[Notice], like: str, *, whole: bool) -> list[Json]:
    """`whole`: all that waits was shown, so that it can be approved in one."""
    if not waiting:
        return []
    first, value = waiting[0], shown_as(waiting, like)
    which = first.id if len(waiting) == 1 else f"all {len(waiting)}"
    return [
        *([button(f"Approve {which}", APPROVE, value, primary=True)] if whole else []),
        button(f"Refuse {which}…", REFUSE, value),
        *([button("Choose…", CHOOSE, value)] if len(waiting) > 1 else []),
        button(f"Details of {first.id}", "tracking.details", first.id),
    ]


def _stands(notices: Sequence[Notice], waiting: Sequence[Notice]) -> str:
    if waiting:
        what = "waits" if len(waiting) == 1 else "wait"
        part = f"{len(waiting)} of {len(notices)} {what}" if len(waiting) < len(notices) else what
        return f"{part} for a second person"
    approved = sum(1 for notice in notices if notice.approval and notice.approval.approved)
    if len(notices) == 1:
        return _state(notices[0])
    return f"{approved} of {len(notices)} approved"


def _state(notice: Notice) -> str:
    """What a second person said of a notice, whatever became of it since."""
    if notice.status is Status.AWAITING_APPROVAL:
        return "waits"
    said = notice.approval
    return "withdrawn" if said is None or said.by is None else "approved" if said.approved else "refused"


def _sign(notices: Sequence[Notice], waiting: Sequence[Notice]) -> str:
    if waiting:
        return SIGNS[Status.AWAITING_APPROVAL]
    approved = any(notice.approval and notice.approval.approved for notice in notices)
    return ":white_check_mark:" if approved else SIGNS[Status.REFUSED]


def _others(notices: Sequence[Notice], waiting: Sequence[Notice]) -> list[Notice]:
    ids = {notice.id for notice in waiting}
    return [notice for notice in notices if notice.id not in ids]


def _more(notices: Sequence[Notice]) -> list[str]:
    left = len(notices) - _SHOWN
    return [f"and {left} more; `/takedown status` shows any of them"] if left > 0 else []


def _groups(notices: Sequence[Notice]) -> list[list[Notice]]:
    """What was decided alike, together; what was withdrawn before, last."""
    groups: dict[tuple[str, bool, str], list[Notice]] = {}
    for notice in notices:
        said = notice.approval
        if said is not None and said.by is not None:
            groups.setdefault((said.by.user_id, said.approved, said.why), []).append(notice)
    return list(groups.values())


def _decided_line(some: Sequence[Notice], of: int, names: Mapping[str, str]) -> str:
    said = some[0].approval
    assert said is not None and said.by is not None, "a group is of those that were decided"  # noqa: PT018
    who = names.get(said.by.user_id, said.by.user_id)
    verb = "Approved" if said.approved else "Refused"
    return f"{verb} by {who}{_how_many(some, of)}." + (f" Why: {said.why}" if said.why else "")


def _how_many(some: Sequence[Notice], of: int) -> str:
    return "" if of == 1 else f", {len(some)} of {of}: {spanned(some)}"


def _count(notices: Sequence[Notice]) -> str:
    return "one takedown" if len(notices) == 1 else f"{len(notices)} takedowns"


def _rows(notices: Sequence[Notice], names: Mapping[str, str]) -> list[tuple[str, str]]:
    first = notices[0]
    sellers = list(dict.fromkeys(name_cut(notice.seller.title) for notice in notices if notice.seller))
    rest = [f"and {len(sellers) - _SHOWN} more"] if len(sellers) > _SHOWN else []
    declared = first.declaration
    return [
        ("Seller" if len(sellers) < 2 else "Sellers", "\n".join([*sellers[:_SHOWN], *rest]) or "not known"),
        ("Violation", several(violation_title(notice.violation) for notice in notices)),
        ("Right", several(right_title(notice.right) for notice in notices)),
        ("Owner of the right", several(notice.right.owner for notice in notices)),
        ("Filed in spite of our leave", several(filter(None, (_spite(notice, names) for notice in notices)))),
        ("Evidence", several(filter(None, (evidence.in_words(notice) for notice in notices)))),
        (
            "Declared by",
            f"{declared.signature}, {when_plain(declared.affirmed_at)}: good faith, accuracy and authority, "
            f"declaration {declared.text_version}",
        ),
    ]


def _spite(notice: Notice, names: Mapping[str, str]) -> str:
    """Whose leave was set aside, by whom and why."""
    said = notice.override
    if said is None:
        return ""
    return f"{said.leave or 'The seller has our leave.'} {names.get(said.by.user_id, said.by.user_id)}: {said.why}"


def _line(notice: Notice, name: Name) -> str:
    listing = notice.listing
    where = f"{name(listing.marketplace)} {listing.listing_id} · {defang(listing.canonical)}"
    return cut(f"{notice.id} · {_state(notice)} · {where}", _LINE_LIMIT)


def _queued(some: Sequence[Notice], name: Name) -> str:
    first = some[0]
    to = ", ".join(dict.fromkeys(name(notice.listing.marketplace) for notice in some))
    asked_at = first.approval.asked_at if first.approval else first.filed_at
    because = ", and ".join(first.approval.because) if first.approval else ""
    return cut(
        f"{spanned(some)} · {_count(some)} at {to} · {violation_title(first.violation)} · filed by "
        f"{first.declaration.signature} · since {when_plain(asked_at)} · because {because}",
        1000,
    )


def _option(notice: Notice, name: Name) -> str:
    where = f"{name(notice.listing.marketplace)} {notice.listing.listing_id}"
    return cut(one_line(f"{notice.id} · {where}", 200), _OPTION_LIMIT)
