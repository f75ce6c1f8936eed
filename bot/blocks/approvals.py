"""How approvals look: the approvers' card, the queue, the forms that ask for a reason or for a part of a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import slackblocks as sb

from bot.accuracy import accuracy_lines
from bot.blocks import (
    SIGNS,
    TEXT_LIMIT,
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
_TEXTS = 3
"""Statements of a batch that are shown; of more, how many there are."""
_LINE_LIMIT = 400


def shown_as(waiting: Sequence[Notice]) -> str:
    """The value of a button: the batch, and when what it shows was asked at last, so that no more is approved by it."""
    last = max((notice.approval.asked_at for notice in waiting if notice.approval), default=waiting[0].filed_at)
    return f"{waiting[0].batch_id} {last.isoformat()}"


def asked(notices: Sequence[Notice], *, name: Name, names: Mapping[str, str], gauges: Sequence[Gauge] = ()) -> Message:
    """All that a second person needs to decide, and what was decided. `names` are those who have, by user id;
    `gauges` say how accurate we have been with those it goes to."""
    waiting = [notice for notice in notices if notice.status is Status.AWAITING_APPROVAL]
    first = notices[0]
    to = ", ".join(dict.fromkeys(name(notice.listing.marketplace) for notice in notices))
    stands = _stands(notices, waiting)
    shown = [_line(notice, name) for notice in (*waiting, *_others(notices, waiting))[:_SHOWN]]
    more = _more(notices)
    rows = _rows(notices)
    why = first.approval.words if first.approval else ""
    blocks = [
        ours(f"{_sign(notices, waiting)} *{named(notices)} · {stands}* · {_count(notices)} at {safe(to)}"),
        *map(as_written, shown),
        *(small(words) for words in more),
        *facts(rows),
        *decisions(notices),
    ]
    accuracy = accuracy_lines(gauges) if waiting else ()
    if waiting:
        blocks += [
            as_written(why),
            *map(small_as_written, accuracy),
            *_told("What they will be told", [notice.statement for notice in waiting]),
            *_told("What the seller will be told", [notice.message_to_seller for notice in waiting], 1000),
        ]
    blocks.append(small(f"Filed by <@{first.submitter.user_id}> {when(first.filed_at)}, who cannot approve it."))
    blocks += buttons(_verbs(waiting))
    lines = [
        f"{named(notices)} · {stands} · {_count(notices)} at {to}",
        *(_decided_line(some, len(notices), names) for some in _groups(notices)),
        *shown,
        *more,
        *(f"{label}: {value}" for label, value in rows if value),
        *([why] if waiting else []),
        *accuracy,
        f"Filed by {first.declaration.signature} on {when_plain(first.filed_at)}, who cannot approve it.",
        *([f"What they will be told: {text}" for text in dict.fromkeys(one.statement for one in waiting)][:_TEXTS]),
        *(f"What the seller will be told: {text}" for text in _messages(waiting)[:_TEXTS]),
    ]
    return message(lines, blocks)


def _messages(waiting: Sequence[Notice]) -> list[str]:
    return list(dict.fromkeys(notice.message_to_seller for notice in waiting if notice.message_to_seller))


def _told(label: str, texts: Sequence[str], limit: int = TEXT_LIMIT) -> list[Json]:
    """What is said, each text once; of very many the first few."""
    once = [text for text in dict.fromkeys(texts) if text]
    if not once:
        return []
    more = [small(f"and {len(once) - _TEXTS} other texts; the details of each notice show its own")]
    shown = [theirs(cut(text, limit)) for text in once[:_TEXTS]]
    return [ours(f"{label}:"), *shown, *(more if len(once) > _TEXTS else [])]


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


def refusal_form(waiting: Sequence[Notice]) -> Json:
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
        private_metadata=shown_as(waiting),
    )


def choice_form(waiting: Sequence[Notice], *, name: Name) -> Json:
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
        private_metadata=shown_as(waiting),
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


def _verbs(waiting: Sequence[Notice]) -> list[Json]:
    if not waiting:
        return []
    first, value = waiting[0], shown_as(waiting)
    which = first.id if len(waiting) == 1 else f"all {len(waiting)}"
    return [
        button(f"Approve {which}", APPROVE, value, primary=True),
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


def _rows(notices: Sequence[Notice]) -> list[tuple[str, str]]:
    first = notices[0]
    sellers = list(dict.fromkeys(name_cut(notice.seller.title) for notice in notices if notice.seller))
    rest = [f"and {len(sellers) - _SHOWN} more"] if len(sellers) > _SHOWN else []
    declared = first.declaration
    return [
        ("Seller" if len(sellers) < 2 else "Sellers", "\n".join([*sellers[:_SHOWN], *rest]) or "not known"),
        ("Violation", several(violation_title(notice.violation) for notice in notices)),
        ("Right", several(right_title(notice.right) for notice in notices)),
        ("Owner of the right", several(notice.right.owner for notice in notices)),
        ("Evidence", several(filter(None, (evidence.in_words(notice) for notice in notices)))),
        (
            "Declared by",
            f"{declared.signature}, {when_plain(declared.affirmed_at)}: good faith, accuracy and authority, "
            f"declaration {declared.text_version}",
        ),
    ]


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
