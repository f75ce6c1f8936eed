"""How filing looks: preview, what was filed, the form, the card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot import declarations
from bot.accuracy import accuracy_lines
from bot.blocks import (
    FALLBACK_LIMIT,
    SIGNS,
    Json,
    Message,
    Name,
    answers,
    approvals,
    as_written,
    button,
    buttons,
    cut,
    facts,
    fallback,
    message,
    ours,
    outcomes,
    right_title,
    safe,
    several,
    small,
    theirs,
    violation_title,
    when,
    when_plain,
)
from bot.blocks import evidence as files
from bot.blocks.forms import notice_view
from bot.blocks.tables import small_as_written
from bot.listings import defang
from bot.model import (
    Approval,
    Filed,
    Gauge,
    Listing,
    Notice,
    Preview,
    Right,
    Seller,
    Status,
    Violation,
    Whose,
    named,
    second_person,
)

_WHO = {Whose.OURS: "This waits for us", Whose.SELLER: "The seller has time", Whose.MARKETPLACE: "{} has time"}
_SHOWN = 10
"""Listings of a batch that a card names one by one; the rest are counted."""
_NOTES = 8
"""Remarks of a kind in a preview, which has room for 50 blocks."""
VALUE_LIMIT = 2000
"""Characters of a button's value. Source: docs.slack.dev, button element."""
_MANY = 20
"""Notices above which a card is not followed by a reply for each (`carriers.cards.LARGE`)."""


def preview(shown: Preview, *, name: Name) -> Message:
    """What will be sent, with the declaration in full; only the button *File* affirms it."""
    draft, right = shown.draft, shown.right
    to = _names(draft.listings, name)
    listings = [_listing(listing, seller, name) for listing, seller in zip(draft.listings, shown.sellers, strict=True)]
    rows = [("Violation", violation_title(draft.violation)), ("Right", right_title(right))]
    declaration = declarations.TEXTS[draft.text_version]
    accuracy = accuracy_lines(shown.gauges[:_NOTES])
    blocks = [
        ours(f"*Please check this takedown request to {safe(to)}.* Nothing has been sent yet."),
        # All of them, however many: the declaration is made for each.
        *map(as_written, listings),
        *facts(rows),
        *map(small_as_written, accuracy),
        *map(as_written, shown.notes[:_NOTES]),
        ours("What they will be told:"),
        theirs(draft.statement),
        *to_the_seller(draft.message_to_seller),
        ours("By pressing *File* you declare:"),
        *(ours(f"• {part}") for part in declaration),
        *([as_written(second_person(shown.because))] if shown.because else []),
        *buttons(
            [
                button("File", "filing.file", draft.id, primary=True),
                button("Change", "filing.change", draft.id),
                button("Cancel", "filing.cancel", draft.id),
            ]
        ),
    ]
    lines = [
        f"Please check this takedown request to {to}. Nothing has been sent yet.",
        *listings,
        *(f"{label}: {value}" for label, value in rows),
        *accuracy,
        *shown.notes[:_NOTES],
        "By pressing File you declare:",
        *declaration,
        second_person(shown.because),
        f"What they will be told: {draft.statement}",
        f"Message to the seller: {draft.message_to_seller}" if draft.message_to_seller else "",
    ]
    if shown.repeated:
        blocks.insert(0, small(":repeat: You asked for the same a moment ago; this is still that one request."))
    return message(lines, blocks)


def open_the_form(typed: str) -> Message:
    """After a mention that needs the form, which only a click can open; the button holds what was said."""
    words = "Something is still to be said. Please press the button for the form."
    ways = [button("Open the form", "filing.typed", typed)] if len(typed) <= VALUE_LIMIT else []
    return message([words], [ours(words), *buttons(ways)])


def filed(done: Filed, *, name: Name, by_hand: bool = False) -> Message:
    """The answer to *File*: it is on disk, and can be undone for a while. `by_hand`: a person files it there."""
    notices = done.notices
    first, to = notices[0], _names([notice.listing for notice in notices], name)
    if done.already:
        stands = ", ".join(f"{notice.id} is {notice.status.words}" for notice in notices[:_SHOWN])
        return message(
            [f"This was already filed as {named(notices)}; it was filed once. Now: {stands}."],
            [
                ours(f":repeat: This was already filed as {named(notices)}; it was filed once. Now: {stands}."),
                *buttons([button(f"Show {first.id}", "tracking.details", first.id)]),
            ],
        )
    if first.approval is not None and first.status is Status.AWAITING_APPROVAL:
        return _held_back(notices, first.approval)
    can_undo = first.sends_at > first.filed_at
    undo = [button(f"Undo {named(notices)}", "filing.undo", first.batch_id)] if can_undo else []
    seconds = round((first.sends_at - first.filed_at).total_seconds())
    goes = "It goes" if len(notices) == 1 else "They go"
    start = f"in {seconds} seconds; until then you can undo it" if can_undo else "now"
    way = "A pack for filing by hand at {} comes" if by_hand else f"{goes} to {{}}"
    coming = files.told_of(first)
    lines = [f"Filed {named(notices)}. {way.format(to)} {start}.", coming, *done.notes]
    blocks = [
        ours(f":white_check_mark: *Filed {named(notices)}.* {way.format(safe(to))} {start}."),
        *([ours(coming)] if coming else []),
        *map(as_written, done.notes),
        *buttons([*undo, button(f"Show {first.id}", "tracking.details", first.id)]),
    ]
    return message(lines, blocks)


def _held_back(notices: Sequence[Notice], asked: Approval) -> Message:
    """The answer to *File* where a second person has to approve it first."""
    first, waits = notices[0], "It waits" if len(notices) == 1 else "They wait"
    where = f", asked in <#{asked.channel}>" if asked.channel else ""
    return message(
        [f"Filed {named(notices)}. {waits} for an approver.", asked.words],
        [
            ours(f"{SIGNS[Status.AWAITING_APPROVAL]} *Filed {named(notices)}.* {waits} for an approver{where}."),
            as_written(asked.words),
            *buttons(
                [
                    button(f"Take back {named(notices)}", "filing.undo", first.batch_id),
                    button(f"Show {first.id}", "tracking.details", first.id),
                ]
            ),
        ],
    )


def card(notices: Sequence[Notice], *, name: Name, notes: Sequence[str] = ()) -> Message:
    """The one message of a batch, drawn anew at each step, with what should be known besides."""
    drawn = _single(notices[0], name) if len(notices) == 1 else _batch(notices, name)
    if not notes:
        return drawn
    head, *rest = drawn.blocks
    said = fallback(*notes)
    return Message(text=cut(f"{said}\n{drawn.text}", FALLBACK_LIMIT), blocks=(head, *map(as_written, notes), *rest))


def card_in_private(notices: Sequence[Notice], *, name: Name, channel: str, notes: Sequence[str] = ()) -> Message:
    """The card for the filer alone, where the bot may not post in the channel."""
    drawn = card(notices, name=name, notes=notes)
    why = small(f"I may not post in <#{channel}>, so this card is here. To have cards there, invite me: `/invite`.")
    return Message(
        text=f"{drawn.text}\nI may not post in the channel where you filed, so this card is here.",
        blocks=(why, *drawn.blocks),
    )


def to_the_seller(words: str) -> list[Json]:
    """What is passed on to the seller, where anything is."""
    return [ours("Message to the seller:"), theirs(words)] if words else []


def reply(words: str) -> Message:
    """A line in the thread of a card."""
    return message([words], [theirs(words)])


def filed_view(done: Filed, *, name: Name, by_hand: bool = False, gauges: Sequence[Gauge] = ()) -> Json:
    """What the form turns into once it was filed; with how accurate we have been, which no preview said before."""
    said = filed(done, name=name, by_hand=by_hand)
    lines = map(small_as_written, accuracy_lines(gauges))
    return notice_view("Filed", Message(text=said.text, blocks=(*said.blocks, *lines)))


def undone(taken_back: Sequence[Notice], too_late: Sequence[Notice] = ()) -> Message:
    """The answer to *Undo*, which may come too late for a part of a batch."""
    back = _by_name(taken_back)
    words = f"{back} was taken back." if len(taken_back) == 1 else f"{back} were taken back."
    late = _by_name(too_late)
    rest = f" Too late for {late}: withdraw what should go." if late else " Nothing reached the marketplace."
    return message([words + rest], [ours(f":leftwards_arrow_with_hook: {words}{rest}")])


def _by_name(notices: Sequence[Notice]) -> str:
    """Each by its id, but very many by how many they are."""
    if len(notices) > _MANY:
        return f"{len(notices)} of {named(notices)}"
    return ", ".join(notice.id for notice in notices)


def _single(notice: Notice, name: Name) -> Message:
    market = name(notice.listing.marketplace)
    head = f"{notice.id} · {notice.status.words}"
    rows = [
        *_rows([notice.listing], [notice.seller], notice.violation, notice.right, name),
        ("Their reference", notice.reference),
        ("Filed in spite of our leave", overridden(notice)),
        ("Evidence", files.in_words(notice)),
    ]
    blocks = [
        ours(f"{SIGNS[notice.status]} *{head}* · takedown at {safe(market)}"),
        *facts(rows),
    ]
    blocks.extend(approvals.decisions([notice]))
    if notice.reason:
        blocks.append(theirs(notice.reason))
    blocks.extend(small_as_written(words) for words in looks(notice, market))
    blocks.extend(approvals.waits_for([notice]))
    if notice.withdrawal is not None and not notice.status.final:
        blocks.append(small(f"A withdrawal was asked for; {safe(market)} has not confirmed it yet."))
    blocks.extend(small_as_written(words) for words in waits(notice, market))
    blocks.append(_filed_by(notice))
    blocks.extend(buttons(_card_buttons([notice])))
    lines = [
        f"{head}: takedown at {market}",
        *(f"{label}: {value}" for label, value in rows if value),
        notice.reason,
        *looks(notice, market),
        *([notice.approval.words] if notice.approval and notice.status is Status.AWAITING_APPROVAL else []),
        *waits(notice, market),
        f"Filed by {notice.declaration.signature} on {when_plain(notice.filed_at)}.",
    ]
    return message(lines, blocks)


def overridden(notice: Notice) -> str:
    """Why an admin filed it against a seller who has our leave; empty where nobody had to."""
    return notice.override.why if notice.override else ""


def waits(notice: Notice, market: str) -> list[str]:
    """What is asked of somebody, and by when; `market` is what the marketplace is called."""
    said = (
        [
            f"{_WHO[notice.deadline.whose].format(market)} until {when_plain(notice.deadline.at)}: "
            f"{notice.deadline.words}."
        ]
        if notice.deadline
        else []
    )
    if notice.answer is not None:
        return [f"Our answer is on its way to {market}."]
    if notice.status is Status.BY_HAND:
        said.append(f"File it at {market} by hand, with the pack of {notice.lot} in the thread of the card.")
    if notice.status is Status.NEEDS_INPUT and not notice.choices:
        said.append(f"Answer {market} directly, under their reference; this card follows.")
    return said


def looks(notice: Notice, market: str) -> list[str]:
    """What our own looks at the page say; `market` is what the marketplace is called."""
    if notice.status not in (Status.REMOVED, Status.GONE):
        return []
    if notice.verified_gone_at is not None:
        return [f"Verified gone on {when_plain(notice.verified_gone_at)}."]
    if notice.still_seen_at is not None:
        return [f"{market} says {notice.status.words}; we still see it ({when_plain(notice.still_seen_at)})."]
    return []


def again(notice: Notice) -> list[Json]:
    """The button that files anew what came back."""
    return [button(f"File {notice.id} again", "filing.again", notice.id)] if notice.returned else []


def _batch(notices: Sequence[Notice], name: Name) -> Message:
    first = notices[0]
    counted = Counter(notice.status for notice in notices)
    summary = ", ".join(f"{count} {status.words}" for status, count in counted.most_common())
    market = _names([notice.listing for notice in notices], name)
    shown = [(notice.id, _line(notice, name)) for notice in notices[:_SHOWN]]
    more = [f"and {len(notices) - _SHOWN} more; `/takedown list` shows them"] if len(notices) > _SHOWN else []
    if len(notices) > _MANY:
        more.append("There are replies here only where somebody may have to act.")
    head = f"{named(notices)} · {summary}"
    blocks = [
        ours(f"*{head}* · {len(notices)} takedowns at {safe(market)}"),
        *(as_written(line, button(f"Show {one}", "tracking.details", one)) for one, line in shown),
        *(small(words) for words in more),
        *facts(
            [
                ("Violation", several(violation_title(notice.violation) for notice in notices)),
                ("Right", several(right_title(notice.right) for notice in notices)),
                ("Evidence", several(filter(None, (files.in_words(notice) for notice in notices)))),
            ]
        ),
        *approvals.waits_for(notices),
        *approvals.decisions(notices),
        _filed_by(first),
        *buttons(_card_buttons(notices)),
    ]
    asked = next((one.approval for one in notices if one.status is Status.AWAITING_APPROVAL and one.approval), None)
    lines = [head, *(line for _, line in shown), *more, *([asked.words] if asked else [])]
    return message([*lines, f"Filed by {first.declaration.signature} on {when_plain(first.filed_at)}."], blocks)


def _listing(listing: Listing, seller: Seller | None, name: Name) -> str:
    by = f" · seller {seller.title}" if seller else ""
    return f"{name(listing.marketplace)} {listing.listing_id} · {defang(listing.canonical)}{by}"


def _line(notice: Notice, name: Name) -> str:
    listing = notice.listing
    where = f"{name(listing.marketplace)} {listing.listing_id} · {defang(listing.canonical)}"
    return f"{notice.id} · {notice.status.words} · {where}"


def _filed_by(notice: Notice) -> Json:
    return small(f"Filed by <@{notice.submitter.user_id}> {when(notice.filed_at)} · changed {when(notice.updated_at)}")


def _card_buttons(notices: Sequence[Notice]) -> list[Json]:
    """What can be done now. Verbs for one notice show only where the card has one."""
    first = notices[0]
    shown: list[Json] = []
    if any(notice.status is Status.QUEUED and notice.sends_at > notice.queued_at for notice in notices):
        shown.append(button(f"Undo {named(notices)}", "filing.undo", first.batch_id))
    elif len(notices) > 1 and any(notice.status is Status.AWAITING_APPROVAL for notice in notices):
        shown.append(button(f"Take back {named(notices)}", "filing.undo", first.batch_id))
    elif len(notices) == 1 and first.withdrawable:
        shown.append(button(f"Withdraw {first.id}", "tracking.withdraw", first.id))
    if len(notices) == 1 and first.retriable:
        shown.append(button(f"Retry {first.id}", "tracking.retry", first.id))
    if len(notices) == 1:
        shown.extend(again(first))
        shown.extend((*answers.verbs(first), *outcomes.verbs(first)))
        shown.append(button(f"Details of {first.id}", "tracking.details", first.id))
    return shown


def _rows(
    listings: Sequence[Listing],
    sellers: Sequence[Seller | None],
    violation: Violation,
    right: Right,
    name: Name,
) -> list[tuple[str, str]]:
    shown = [f"{name(one.marketplace)} {one.listing_id} · {defang(one.canonical)}" for one in listings[:_SHOWN]]
    if len(listings) > _SHOWN:
        shown.append(f"and {len(listings) - _SHOWN} more")
    known = list(dict.fromkeys(seller.title for seller in sellers if seller is not None))
    return [
        ("Listing" if len(listings) == 1 else f"{len(listings)} listings", "\n".join(shown)),
        ("Seller", ", ".join(known[:_SHOWN])),
        ("Violation", violation_title(violation)),
        ("Right", right_title(right)),
    ]


def _names(listings: Sequence[Listing], name: Name) -> str:
    return ", ".join(dict.fromkeys(name(listing.marketplace) for listing in listings))
