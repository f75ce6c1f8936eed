"""Forms: views with inputs, made with `slackblocks`, which knows Slack's limits for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import slackblocks as sb

from bot import declarations
from bot.blocks import Json, Message, Name, cut, right_title, violation_title
from bot.evidence import BYTES_A_FILE
from bot.file_kinds import ACCEPTED
from bot.grammar import File
from bot.listings import defang
from bot.model import (
    MESSAGE_LIMIT,
    NOTE_LIMIT,
    SELLER_LIMIT,
    STATEMENT_LIMIT,
    WHY_LIMIT,
    Notice,
    Right,
    Status,
    Violation,
)

MOST_FILES = 10
"""Files in one form. Source: docs.slack.dev, file input element."""
ADDRESSES_LIMIT = 3000
"""Characters. Source: docs.slack.dev, plain-text input."""


def filing(
    given: File,
    rights: Iterable[Right],
    *,
    today: date,
    channel: str,
    name: Name,
    marketplaces: Sequence[str],
    ways: Sequence[str] = (),
    override: bool = False,
) -> Json:
    """The form, filled with what was given, which must fit. The declaration is never ticked for anybody.

    `ways` are the keys of those who act against pages of every host. `override` asks an admin for their reason.
    """
    connected = ", ".join(name(key) for key in marketplaces) or "no marketplace yet"
    many = sb.Button("Many at once, or a file", action_id="bulk.open", value="bulk")
    return modal(
        "Takedown request",
        [
            sb.SectionBlock(text=plain_text(f"This desk is connected to {connected}.")),
            _addresses(given),
            sb.ActionsBlock([many]),
            *who_can_act(given, ways, name),
            sb.InputBlock(plain_text("What is wrong"), violations(given.violation), block_id="violation"),
            *rights_menu(rights, given.right, today),
            *particulars(given),
            *(_override(given) if override else []),
            evidence_files(),
            *_declaration(),
        ],
        submit="File",
        close="Cancel",
        callback_id="filing.form",
        private_metadata=channel,
    )


def amending(notice: Notice, given: File, rights: Iterable[Right], *, today: date, seen: str) -> Json:
    """The form that changes a notice before it is sent. Metadata: its id, and the stamp of what is shown."""
    until = f"It waits here until {notice.sends_at:%H:%M} UTC, and is then sent as it was."
    waits = until if notice.status is Status.QUEUED else "It waits for approval."
    return modal(
        f"Amend {notice.id}",
        [
            sb.SectionBlock(text=plain_text(f"{defang(notice.listing.canonical)}\n{waits}")),
            sb.InputBlock(plain_text("What is wrong"), violations(given.violation), block_id="violation"),
            *rights_menu(rights, given.right, today),
            *particulars(given),
            *(_override(given) if given.override else []),
            *_declaration(),
        ],
        submit="Amend",
        close="Leave it",
        callback_id="tracking.amend",
        private_metadata=f"{notice.id} {seen}",
    )


def evidence_files(*, optional: bool = True) -> sb.InputBlock:
    """Takes files that show what is said."""
    most = f"Up to {MOST_FILES} files of up to {BYTES_A_FILE // 1_000_000} MB: {ACCEPTED}."
    files = sb.FileInput("evidence", max_files=MOST_FILES)
    return sb.InputBlock(plain_text("Evidence"), files, block_id="evidence", optional=optional, hint=plain_text(most))


def note(notice_id: str) -> Json:
    """Asks what is to be remembered of a notice."""
    words = sb.PlainTextInput("note", multiline=True, max_length=NOTE_LIMIT)
    hint = plain_text("It stays in the timeline, with your name.")
    return modal(
        f"Note on {notice_id}",
        [sb.InputBlock(plain_text("Note"), words, block_id="note", hint=hint)],
        submit="Keep it",
        close="Cancel",
        callback_id="tracking.note",
        private_metadata=notice_id,
    )


def asking_why(title: str, hint: str, *, submit: str, close: str, callback_id: str, about: str) -> Json:
    """Asks for a reason, without which nothing happens. Metadata: what it is about."""
    why = sb.PlainTextInput("why", multiline=True, max_length=WHY_LIMIT)
    asked = sb.InputBlock(plain_text("Why"), why, block_id="why", hint=plain_text(hint))
    return modal(title, [asked], submit=submit, close=close, callback_id=callback_id, private_metadata=about)


def withdrawal(notice_id: str) -> Json:
    """Asks why a notice is withdrawn."""
    why = sb.InputBlock(
        plain_text("Why"),
        sb.PlainTextInput("why", multiline=True, max_length=WHY_LIMIT),
        block_id="why",
        optional=True,
        hint=plain_text("Kept with the notice. The marketplace is asked to take it back."),
    )
    return modal(
        f"Withdraw {notice_id}",
        [why],
        submit="Withdraw",
        close="Keep it",
        callback_id="tracking.withdraw",
        private_metadata=notice_id,
    )


def handing_over(notice_id: str) -> Json:
    """Asks who looks after a notice from now on."""
    to = sb.UserSelectMenu("owner", placeholder=plain_text("Choose somebody"))
    hint = plain_text("They are told, are reminded of it, and may act on it. It takes the role analyst.")
    return modal(
        f"Hand over {notice_id}",
        [sb.InputBlock(plain_text("To whom"), to, block_id="owner", hint=hint)],
        submit="Hand over",
        close="Cancel",
        callback_id="nudging.hand_over",
        private_metadata=notice_id,
    )


def notice_view(title: str, shown: Message) -> Json:
    """A message as a modal without inputs; what its buttons lead to is shown in its place, or on top of it."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": cut(title, 24)},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": list(shown.blocks),
    }


def _addresses(given: File) -> sb.InputBlock:
    typed = sb.PlainTextInput(
        "addresses",
        initial_value="\n".join(given.addresses) or None,
        multiline=True,
        max_length=ADDRESSES_LIMIT,
        placeholder=plain_text("https://… one a line"),
    )
    return sb.InputBlock(plain_text("Listing addresses"), typed, block_id="addresses")


def who_can_act(given: File, ways: Sequence[str], name: Name) -> list[sb.InputBlock]:
    """Whom to ask, where the address is of no marketplace."""
    if not ways:
        return []
    options = {key: sb.Option(plain_text(cut(name(key), 75)), key) for key in ways[:100]}
    menu = sb.StaticSelectMenu(
        "via",
        list(options.values()),
        initial_option=options.get(given.via or ""),
        placeholder=plain_text("The marketplace of the address"),
    )
    hint = plain_text("Only for a shop of its own, whose address is of no marketplace.")
    return [sb.InputBlock(plain_text("Who can act"), menu, block_id="via", optional=True, hint=hint)]


def particulars(given: File) -> list[sb.InputBlock]:
    seller = sb.PlainTextInput("seller", initial_value=given.seller or None, max_length=SELLER_LIMIT)
    statement = sb.PlainTextInput(
        "statement",
        initial_value=given.statement or None,
        multiline=True,
        max_length=STATEMENT_LIMIT,
    )
    message = sb.PlainTextInput(
        "message", initial_value=given.message or None, multiline=True, max_length=MESSAGE_LIMIT
    )
    return [
        sb.InputBlock(
            plain_text("Seller"),
            seller,
            block_id="seller",
            optional=True,
            hint=plain_text("The marketplace's own id of the seller, if you know it."),
        ),
        sb.InputBlock(
            plain_text("What they will be told"),
            statement,
            block_id="statement",
            optional=True,
            hint=plain_text("Leave it empty for the standard statement of the violation and the right."),
        ),
        sb.InputBlock(
            plain_text("Message to the seller"),
            message,
            block_id="message",
            optional=True,
            hint=plain_text("Only some marketplaces pass one on; where one does not, leave it empty."),
        ),
    ]


def _override(given: File) -> list[sb.InputBlock]:
    why = sb.PlainTextInput("override", initial_value=given.override or None, max_length=WHY_LIMIT)
    hint = plain_text("Only where the seller has our leave: why you file against them all the same.")
    label = plain_text("Filed in spite of our leave, because")
    return [sb.InputBlock(label, why, block_id="override", optional=True, hint=hint)]


def _declaration() -> list[sb.Block]:
    parts = "\n".join(declarations.TEXTS[declarations.CURRENT])
    box = sb.CheckboxGroup("declaration", [sb.Option(plain_text("I declare all of this"), declarations.CURRENT)])
    return [
        sb.SectionBlock(text=plain_text(parts)),
        sb.InputBlock(plain_text("Declaration"), box, block_id="declaration"),
    ]


def violations(given: Violation | None) -> sb.StaticSelectMenu:
    options = {violation: sb.Option(plain_text(violation_title(violation)), str(violation)) for violation in Violation}
    return sb.StaticSelectMenu(
        "violation",
        list(options.values()),
        initial_option=options[given] if given else None,
        placeholder=plain_text("Choose"),
    )


def rights_menu(rights: Iterable[Right], given: str | None, today: date) -> list[sb.Block]:
    usable = (right for right in rights if right.live_on(today) and right.may_act_on(today))
    # A menu holds a hundred: what is chosen already is never among those left out.
    live = sorted(usable, key=lambda right: (right.key.casefold() != (given or "").casefold(), right.key))
    if not live:
        words = "No live right is on file, so nothing can be filed yet. Ask an admin."
        return [sb.SectionBlock(text=plain_text(words))]
    options = {right.key: sb.Option(plain_text(cut(right_title(right), 75)), right.key) for right in live[:100]}
    chosen = next((option for key, option in options.items() if given and key.casefold() == given.casefold()), None)
    menu = sb.StaticSelectMenu("right", list(options.values()), initial_option=chosen, placeholder=plain_text("Choose"))
    return [sb.InputBlock(plain_text("Right relied on"), menu, block_id="right")]


def modal(
    title: str, blocks: list[sb.Block], *, submit: str, close: str, callback_id: str, private_metadata: str
) -> Json:
    view: Json = sb.ModalView(
        title=cut(title, 24),
        blocks=blocks,
        submit=submit,
        close=close,
        callback_id=callback_id,
        private_metadata=private_metadata,
    ).to_dict()
    return view


def plain_text(text: str) -> sb.Text:
    return sb.Text(text, type_=sb.TextType.PLAINTEXT)
