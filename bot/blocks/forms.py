"""Forms: views with inputs, made with `slackblocks`, which knows Slack's limits for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import slackblocks as sb

from bot import declarations
from bot.blocks import Json, Message, Name, cut, right_title, violation_title
from bot.grammar import File
from bot.model import SELLER_LIMIT, STATEMENT_LIMIT, WHY_LIMIT, Right, Violation

ADDRESSES_LIMIT = 3000
"""Characters. Source: docs.slack.dev, plain-text input."""


def filing(
    given: File, rights: Iterable[Right], *, today: date, channel: str, name: Name, marketplaces: Sequence[str]
) -> Json:
    """The form, filled with what was given, which must fit. The declaration is never ticked for anybody."""
    connected = ", ".join(name(key) for key in marketplaces) or "no marketplace yet"
    return _modal(
        "Takedown request",
        [
            sb.SectionBlock(text=_plain(f"This desk is connected to {connected}.")),
            _addresses(given),
            sb.InputBlock(_plain("What is wrong"), _violations(given.violation), block_id="violation"),
            *_rights(rights, given.right, today),
            *_particulars(given),
            *_declaration(),
        ],
        submit="File",
        close="Cancel",
        callback_id="filing.form",
        private_metadata=channel,
    )


def withdrawal(notice_id: str) -> Json:
    """Asks why a notice is withdrawn."""
    why = sb.InputBlock(
        _plain("Why"),
        sb.PlainTextInput("why", multiline=True, max_length=WHY_LIMIT),
        block_id="why",
        optional=True,
        hint=_plain("Kept with the notice. The marketplace is asked to take it back."),
    )
    return _modal(
        f"Withdraw {notice_id}",
        [why],
        submit="Withdraw",
        close="Keep it",
        callback_id="tracking.withdraw",
        private_metadata=notice_id,
    )


def notice_view(title: str, shown: Message) -> Json:
    """A message as a modal without inputs, and without buttons, whose answers would appear behind it."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": cut(title, 24)},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [block for block in shown.blocks if block["type"] != "actions"],
    }


def _addresses(given: File) -> sb.InputBlock:
    typed = sb.PlainTextInput(
        "addresses",
        initial_value="\n".join(given.addresses) or None,
        multiline=True,
        max_length=ADDRESSES_LIMIT,
        placeholder=_plain("https://… one a line"),
    )
    return sb.InputBlock(_plain("Listing addresses"), typed, block_id="addresses")


def _particulars(given: File) -> list[sb.InputBlock]:
    seller = sb.PlainTextInput("seller", initial_value=given.seller or None, max_length=SELLER_LIMIT)
    statement = sb.PlainTextInput(
        "statement",
        initial_value=given.statement or None,
        multiline=True,
        max_length=STATEMENT_LIMIT,
    )
    return [
        sb.InputBlock(
            _plain("Seller"),
            seller,
            block_id="seller",
            optional=True,
            hint=_plain("The marketplace's own id of the seller, if you know it."),
        ),
        sb.InputBlock(
            _plain("What they will be told"),
            statement,
            block_id="statement",
            optional=True,
            hint=_plain("Leave it empty for the standard statement of the violation and the right."),
        ),
    ]


def _declaration() -> list[sb.Block]:
    parts = "\n".join(declarations.TEXTS[declarations.CURRENT])
    box = sb.CheckboxGroup("declaration", [sb.Option(_plain("I declare all of this"), declarations.CURRENT)])
    return [
        sb.SectionBlock(text=_plain(parts)),
        sb.InputBlock(_plain("Declaration"), box, block_id="declaration"),
    ]


def _violations(given: Violation | None) -> sb.StaticSelectMenu:
    options = {violation: sb.Option(_plain(violation_title(violation)), str(violation)) for violation in Violation}
    return sb.StaticSelectMenu(
        "violation",
        list(options.values()),
        initial_option=options[given] if given else None,
        placeholder=_plain("Choose"),
    )


def _rights(rights: Iterable[Right], given: str | None, today: date) -> list[sb.Block]:
    live = sorted((right for right in rights if right.live_on(today)), key=lambda right: right.key)
    if not live:
        return [sb.SectionBlock(text=_plain("No live right is on file, so nothing can be filed yet. Ask an admin."))]
    options = {right.key: sb.Option(_plain(cut(right_title(right), 75)), right.key) for right in live[:100]}
    chosen = next((option for key, option in options.items() if given and key.casefold() == given.casefold()), None)
    menu = sb.StaticSelectMenu("right", list(options.values()), initial_option=chosen, placeholder=_plain("Choose"))
    return [sb.InputBlock(_plain("Right relied on"), menu, block_id="right")]


def _modal(
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


def _plain(text: str) -> sb.Text:
    return sb.Text(text, type_=sb.TextType.PLAINTEXT)
