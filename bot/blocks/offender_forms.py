"""Forms about offenders: linking, unlinking, an identifier. Made with `slackblocks`."""

from __future__ import annotations

import json
from collections.abc import Mapping

import slackblocks as sb

from bot.blocks import Json
from bot.blocks.tables import one_line
from bot.model import SELLER_LIMIT, WHY_LIMIT, IdentifierKind, Link

IDENTIFIER_LIMIT = 300
"""Characters of an identifier."""


def link_form(a: str, b: str, *, titles: Mapping[str, str]) -> Json:
    """Asks why two sellers are one, and which is the other when `b` is empty. Metadata: JSON of `a` and `b`."""
    first = _title(a, titles)
    known = f"{first} and {_title(b, titles)} are the same seller." if b else f"{first} is the same seller as:"
    other = sb.PlainTextInput("other", max_length=SELLER_LIMIT, placeholder=_plain("acme:S-9, or a name"))
    asked = [sb.InputBlock(_plain("Other seller"), other, block_id="other")]
    return _modal(
        "Same seller",
        [_words(known), *([] if b else asked), _reason("Kept with your name and the date. It can be undone.")],
        submit="Link",
        callback_id="offenders.link",
        private_metadata=_both(a, b),
    )


def unlink_form(link: Link) -> Json:
    """Asks why two sellers are not one after all. Metadata: JSON of `a` and `b`."""
    said = link.steps[-1].reason
    words = f"{link.a} and {link.b} were linked: {said}" if said else f"{link.a} and {link.b} are linked."
    return _modal(
        "Not the same seller",
        [_words(words), _reason("Kept with your name and the date. They will not be suggested again.")],
        submit="Unlink",
        callback_id="offenders.unlink",
        private_metadata=_both(link.a, link.b),
    )


def identify_form(key: str, title: str) -> Json:
    """Asks for something else the seller is known by. Metadata: the seller's key."""
    options = [
        sb.Option(_plain(kind.words.capitalize() if kind.words.islower() else kind.words), kind.value)
        for kind in IdentifierKind
    ]
    kinds = sb.StaticSelectMenu("kind", options, placeholder=_plain("Choose"))
    value = sb.PlainTextInput("value", max_length=IDENTIFIER_LIMIT)
    kept = _plain("Personal data: shown only to members who ask for this seller. /offenders forget takes it off file.")
    return _modal(
        "Add identifier",
        [
            _words(f"About {one_line(title, 500)}"),
            sb.InputBlock(_plain("Kind"), kinds, block_id="kind"),
            sb.InputBlock(_plain("What it is"), value, block_id="value", hint=kept),
        ],
        submit="Add",
        callback_id="offenders.identify",
        private_metadata=key,
    )


def _title(key: str, titles: Mapping[str, str]) -> str:
    return one_line(titles.get(key, key), 500)


def _both(a: str, b: str) -> str:
    return json.dumps({"a": a, "b": b}, ensure_ascii=False)


def _reason(hint: str) -> sb.InputBlock:
    why = sb.PlainTextInput("reason", multiline=True, max_length=WHY_LIMIT)
    return sb.InputBlock(_plain("Why"), why, block_id="reason", hint=_plain(hint))


def _modal(title: str, blocks: list[sb.Block], *, submit: str, callback_id: str, private_metadata: str) -> Json:
    view: Json = sb.ModalView(
        title=title,
        blocks=blocks,
        submit=submit,
        close="Cancel",
        callback_id=callback_id,
        private_metadata=private_metadata,
    ).to_dict()
    return view


def _words(text: str) -> sb.SectionBlock:
    return sb.SectionBlock(text=_plain(one_line(text, 2000)))


def _plain(text: str) -> sb.Text:
    return sb.Text(text, type_=sb.TextType.PLAINTEXT)
