"""How suggestions look: sellers that may be one, and what is shared by too many to say anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.blocks import Json, Message, Name, as_written, button, buttons, message, ours, small
from bot.blocks.tables import one_line, whole_lines
from bot.model import Hub, Identifier, IdentifierKind, Suggestion

VALUE_LIMIT = 2000
"""Characters of a button's value. Source: docs.slack.dev, button element."""
_SUGGESTED = 12


def suggested(
    suggestions: Sequence[Suggestion], hubs: Sequence[Hub], *, titles: Mapping[str, str], name: Name
) -> Message:
    """Sellers that may be one. What they share is said in kind only; the identifiers stay on the dossier page."""
    if not suggestions and not hubs:
        words = "Nothing to decide. Sellers that share something on file stand here until somebody rules on them."
        return message([words], [ours(words)])
    lines = [_pair(one, titles, name) for one in suggestions[:_SUGGESTED]]
    head = "Are these the same seller?" if lines else "Nothing is suggested."
    blocks = [ours(f"*{head}*")]
    for one, line in zip(suggestions, lines, strict=False):
        blocks.extend((as_written(line), *buttons(decide(one))))
    left = len(suggestions) - len(lines)
    said = [hub_words(hub) for hub in hubs[:_SUGGESTED]]
    blocks.extend(small(words) for words in (_more(left), *said) if words)
    text = whole_lines([head], lines, said, more=lambda count: _more(count + left))
    return Message(text=text, blocks=tuple(blocks))


def decide(one: Suggestion) -> list[Json]:
    """The two answers to a suggestion; none where its keys do not fit a button."""
    value = f"{one.a}|{one.b}"
    if len(value) > VALUE_LIMIT:
        return []
    return [button("Same seller…", "offenders.link", value), button("Not the same", "offenders.dismiss", value)]


def shared_words(shared: Iterable[Identifier]) -> str:
    """`a phone number and an e-mail address`."""
    kinds = list(dict.fromkeys(_kind(one.kind) for one in shared)) or ["something on file"]
    return kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} and {kinds[-1]}"


def hub_words(hub: Hub) -> str:
    """Why something that is shared was not taken for a sign."""
    return f"{_kind(hub.kind).capitalize()} that {len(hub.sellers)} sellers share suggests nothing: too many have it."


def _pair(one: Suggestion, titles: Mapping[str, str], name: Name) -> str:
    a, b = (f"{one_line(titles.get(key, key))} at {one_line(name(key.partition(':')[0]))}" for key in (one.a, one.b))
    return f"{a} and {b} share {shared_words(one.shared)}."


def _more(count: int) -> str:
    return f"And {count} more, after these." if count else ""


def _kind(kind: IdentifierKind) -> str:
    return {
        IdentifierKind.SHOP_NAME: "a shop name",
        IdentifierKind.PHONE: "a phone number",
        IdentifierKind.EMAIL: "an e-mail address",
        IdentifierKind.WECHAT: "a WeChat account",
        IdentifierKind.PAYMENT: "a payment account",
        IdentifierKind.RETURN_ADDRESS: "a return address",
    }[kind]
