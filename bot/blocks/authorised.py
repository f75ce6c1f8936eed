"""How sellers who have our leave look: the list, the form, and asking why a leave ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import slackblocks as sb

from bot.blocks import (
    Json,
    Message,
    Name,
    as_written,
    button,
    buttons,
    cut,
    message,
    ours,
    right_title,
    small,
    theirs,
)
from bot.blocks.forms import asking_why, modal, notice_view, plain_text
from bot.blocks.tables import header, name_cut, one_line, whole_lines
from bot.model import PAGE, SELLER_LIMIT, WHY_LIMIT, AuthorisedSeller, Right

_NOTE_LIMIT = 200
_VALUE_LIMIT = 1900
_NAMED = 10
"""Notices named one by one."""


def listed(
    leaves: Sequence[AuthorisedSeller],
    *,
    total: int,
    page: int,
    today: date,
    names: Mapping[str, str],
    admin: bool,
    name: Name,
) -> Message:
    """A page of leaves, those that hold first; `names` of who gave them. Buttons are for admins."""
    add = [button("Authorise a seller", "authorised.add", "add")] if admin else []
    if not total:
        words = "No seller has our leave."
        return message([words], [ours(words), *buttons(add)])
    start = (page - 1) * PAGE
    span = f"{start + 1}–{start + len(leaves)} of {total}" if leaves else f"There is no page {page}; {total} in all."
    lines = [_line(one, today, names, name) for one in leaves]
    rows = [
        as_written(line, _withdraw(one) if admin and not one.withdrawn else None)
        for line, one in zip(lines, leaves, strict=True)
    ]
    turns = [(page - 1, "Earlier", "authorised.newer"), (page + 1, "Later", "authorised.older")]
    turning = [button(label, action, str(to)) for to, label, action in turns if 1 <= to <= -(-total // PAGE)]
    head = "Sellers who have our leave"
    text = whole_lines([head, span], lines, [], more=lambda left: f"and {left} more." if left else "")
    return Message(text=text, blocks=(header(head), small(span), *rows, *buttons([*turning, *add])))


def given(words: str, against: Sequence[str]) -> Message:
    """What was done, and which open notices are against that seller."""
    lines = [words, *_against(against)]
    return message(lines, [theirs(words), *map(as_written, lines[1:])])


def given_view(words: str, against: Sequence[str]) -> Json:
    return notice_view("Authorised sellers", given(words, against))


def withdrawn(leave: AuthorisedSeller) -> Message:
    words = f"{leave.seller.title} no longer has our leave ({leave.typed}). Notices against them can be filed again."
    return message([words], [theirs(words)])


def withdrawn_view(leave: AuthorisedSeller) -> Json:
    return notice_view("Authorised sellers", withdrawn(leave))


def form(marketplaces: Sequence[str], rights: Iterable[Right], *, name: Name) -> Json:
    """Asks whom to give our leave, for what and until when."""
    markets = [sb.Option(plain_text(cut(name(key), 75)), key) for key in marketplaces[:100]]
    on_file = [sb.Option(plain_text(cut(right_title(one), 75)), one.key) for one in rights][:100]
    seller = sb.PlainTextInput("seller", max_length=SELLER_LIMIT)
    called = sb.PlainTextInput("name", max_length=SELLER_LIMIT)
    note = sb.PlainTextInput("note", max_length=WHY_LIMIT)
    blocks: list[sb.Block] = [
        sb.InputBlock(
            plain_text("Marketplace"),
            sb.StaticSelectMenu("marketplace", markets, placeholder=plain_text("Choose")),
            block_id="marketplace",
        )
        if markets
        else sb.SectionBlock(text=plain_text("This desk is connected to no marketplace yet.")),
        sb.InputBlock(
            plain_text("Seller's id"),
            seller,
            block_id="seller",
            optional=True,
            hint=plain_text("The marketplace's own. Without it, the name has to be exactly theirs."),
        ),
        sb.InputBlock(plain_text("Seller's name"), called, block_id="name", optional=True),
        *_right_menu(on_file),
        sb.InputBlock(
            plain_text("Until"),
            sb.DatePicker("until", placeholder=plain_text("For good")),
            block_id="until",
            optional=True,
            hint=plain_text("The last day of it."),
        ),
        sb.InputBlock(plain_text("Note"), note, block_id="note", optional=True),
    ]
    return modal(
        "Authorise a seller",
        blocks,
        submit="Save",
        close="Cancel",
        callback_id="authorised.form",
        private_metadata="",
    )


def why_form(leave: AuthorisedSeller) -> Json:
    """Asks why a leave ends."""
    return asking_why(
        "Withdraw our leave",
        f"{name_cut(leave.seller.title)}: notices against them can be filed again.",
        submit="Withdraw",
        close="Keep it",
        callback_id="authorised.withdraw",
        about=leave.key,
    )


def _right_menu(options: list[sb.Option]) -> list[sb.Block]:
    if not options:
        return []
    menu = sb.StaticSelectMenu("right", options, placeholder=plain_text("Every right"))
    return [sb.InputBlock(plain_text("Right"), menu, block_id="right", optional=True)]


def _line(one: AuthorisedSeller, today: date, names: Mapping[str, str], name: Name) -> str:
    state = _state(one, today)
    who = names.get(one.by.user_id, "the desk")
    did = "withdrawn" if one.withdrawn else "given"
    which = one.right_key or "every right"
    note = f" · {one_line(one.note, _NOTE_LIMIT)}" if one.note else ""
    seller = f"{name_cut(one.seller.title)} at {one_line(name(one.marketplace))}"
    return (
        f"{seller} · {which} · {state} · {did} by {one_line(who)}, {one.at:%d %b %Y}{note} · {one_line(one.typed, 250)}"
    )


def _state(one: AuthorisedSeller, today: date) -> str:
    if one.withdrawn:
        return "withdrawn"
    if one.expires_on is None:
        return "for good"
    return f"until {one.expires_on:%d %b %Y}" if one.live_on(today) else f"ended on {one.expires_on:%d %b %Y}"


def _withdraw(one: AuthorisedSeller) -> Json:
    return button("Withdraw", "authorised.withdraw", one.key[:_VALUE_LIMIT])


def _against(against: Sequence[str]) -> list[str]:
    if not against:
        return []
    named = ", ".join(against[:_NAMED]) + (f" and {len(against) - _NAMED} more" if len(against) > _NAMED else "")
    one = len(against) == 1
    return [
        f"{named} {'is' if one else 'are'} open against them. What was not sent yet will be stopped; what was goes on "
        "until somebody withdraws it."
    ]
