"""The text after `/offenders`, read into a typed command. Pure.

`[90d] [all] [threshold:N] [marketplace:KEY] [right:KEY] [page:N]` for the list, a seller's key alone, or a verb:
`show`, `why`, `link`, `unlink`, `identify`, `forget`, `watch`, `unwatch`, `mute`, `unmute`, `suggestions`, `refer`,
`help`; those of cases and test purchases are read next door (`bot.grammar.cases`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.errors import Invalid
from bot.grammar.cases import CASE_VERBS
from bot.grammar.filing import in_words
from bot.grammar.nearness import meant, quoted
from bot.grammar.offender_commands import (
    Follow,
    Forget,
    Identify,
    LinkSellers,
    ListOffenders,
    OffenderCommand,
    OffenderHelp,
    ShowOffender,
    Suggestions,
    UnlinkSellers,
    WhyOffender,
)
from bot.grammar.offender_usage import OFFENDER_USAGE, offender_usage
from bot.grammar.options import option_at, refuse_longer, unescaped
from bot.grammar.referrals import read_refer
from bot.grammar.sellers import QUOTED, only_seller, seller_at
from bot.model import IdentifierKind

__all__ = [
    "KINDS",
    "OFFENDER_USAGE",
    "OFFENDER_VERBS",
    "Follow",
    "Forget",
    "Identify",
    "LinkSellers",
    "ListOffenders",
    "OffenderCommand",
    "OffenderHelp",
    "ShowOffender",
    "Suggestions",
    "UnlinkSellers",
    "WhyOffender",
    "offender_usage",
    "parse_offenders",
]

LONGEST = 40_000
"""Characters of a command."""
MOST_PAGES = 100_000
MOST_DAYS = 3650
MOST_NOTICES = 100

_OPTIONS = ("threshold", "marketplace", "right", "page")
_THRESHOLD = re.compile(r"\s*threshold\s+([0-9]{1,4})(?=[\s,;.]|$)[,;.]?", re.ASCII | re.IGNORECASE)
_WORD = re.compile(r"\s*(\S+)")
_BETWEEN = frozenset({"and", "with", "to", "=", "+", "&"})
_WINDOW = re.compile(
    r"\s*([0-9]{1,6})\s*(d|days?|w|weeks?|m|months?|y|years?)(?=[\s,;.]|$)[,;.]?", re.ASCII | re.IGNORECASE
)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_TELEPHONE = re.compile(r"<tel:([^<>|]+)(?:\|([^<>]*))?>", re.IGNORECASE)
_AROUND = "`*~\"'“”‘’()[]<>.,;:!?"

_ALIASES: Mapping[IdentifierKind, str] = {
    IdentifierKind.SHOP_NAME: "shop name shopname shop-name store store_name",
    IdentifierKind.PHONE: "phones telephone tel mobile cell phone_number whatsapp",
    IdentifierKind.EMAIL: "e-mail mail emails email_address e-mail_address",
    IdentifierKind.WECHAT: "we_chat weixin wechat_id",
    IdentifierKind.PAYMENT: "payments account iban paypal alipay bank payment_account bank_account",
    IdentifierKind.RETURN_ADDRESS: "return address returns return-address",
}
KINDS: Mapping[str, IdentifierKind] = {
    **{alias: kind for kind, aliases in _ALIASES.items() for alias in aliases.split()},
    **{str(kind): kind for kind in IdentifierKind},
}
"""Every word that names a kind of identifier. Two words with a space are looked up with `_` between them."""


def parse_offenders(text: str) -> OffenderCommand:
    """What a person asks for. Verbs in any case; nothing is checked against the desk.

    Raises:
        Invalid: one or two sentences say what was not understood, and what was probably meant.
    """
    text = text.strip()
    refuse_longer(text, LONGEST)
    verb, *rest = text.split(maxsplit=1) or [""]
    reader = _VERBS.get(verb.casefold())
    return reader(rest[0] if rest else "") if reader is not None else _list(text)


def _two(verb: str, said: str) -> tuple[str, str, str]:
    """Two sellers and the words after them, which may be none."""
    example = f"{verb} acme:S-5 zeta:S-9 the same return address"
    first = seller_at(said, 0, example=example)
    if not said[first.end :].strip():
        raise Invalid(f"Say both sellers and why, such as `{example}`.")
    second = seller_at(said, first.end, example=example)
    if second.seller.casefold() in _BETWEEN and not second.quoted and said[second.end :].strip():
        second = seller_at(said, second.end, example=example)
    reason = in_words(said[second.end :])
    inside = QUOTED.fullmatch(reason)
    return first.seller, second.seller, inside[1].strip() if inside is not None else reason


def _link(said: str) -> LinkSellers:
    a, b, reason = _two("link", said)
    return LinkSellers(a=a, b=b, reason=reason)


def _unlink(said: str) -> UnlinkSellers:
    a, b, reason = _two("unlink", said)
    return UnlinkSellers(a=a, b=b, reason=reason)


def _identified(verb: str, said: str) -> tuple[str, IdentifierKind, str]:
    """A seller, a kind of identifier and its value."""
    example = f"{verb} acme:S-5 phone +49 30 1234567"
    named = seller_at(said, 0, example=example)
    rest = _TELEPHONE.sub(lambda link: link[2] or link[1], said[named.end :]).strip()
    glued = re.match(r"([^\s:]+):", rest)
    first = glued[1] if glued is not None and glued[1].casefold() in KINDS else "".join(rest.split(maxsplit=1)[:1])
    after = rest[len(first) :].removeprefix(":").strip()
    second = "".join(after.split(maxsplit=1)[:1])
    kind, value = KINDS.get(f"{first}_{second}".casefold().rstrip(":")), after[len(second) :]
    if kind is None:
        kind, value = KINDS.get(first.casefold()), after
    if kind is None:
        there_are = "Kinds: " + ", ".join(IdentifierKind) + "."
        asked = f"I do not know the identifier {quoted(unescaped(first))}. " if first else "Say what it is. "
        raise Invalid(asked + meant(first, KINDS, otherwise=there_are))
    value = in_words(value).strip().strip('"“”„«»').strip()
    if not value:
        raise Invalid(f"Say the {kind.words} itself, such as `{example}`.")
    return named.seller, kind, value


def _identify(said: str) -> Identify:
    seller, kind, value = _identified("identify", said)
    return Identify(seller=seller, kind=kind, value=value)


def _forget(said: str) -> Forget:
    seller, kind, value = _identified("forget", said)
    return Forget(seller=seller, kind=kind, value=value)


def _follow(verb: str, *, watching: bool | None = None, muted: bool | None = None) -> Callable[[str], Follow]:
    return lambda said: Follow(seller=only_seller(verb, said), watching=watching, muted=muted)


def _suggestions(said: str) -> Suggestions:
    if said.strip():
        raise Invalid("`suggestions` stands alone: it lists all pairs of sellers that may be the same.")
    return Suggestions()


def _help(said: str) -> OffenderHelp:
    word = unescaped(said).split(maxsplit=1)[:1]
    return OffenderHelp(word=word[0].strip(_AROUND + "/").casefold() or None if word else None)


@dataclass(kw_only=True, slots=True)
class _Asked:
    """What was read of a list so far."""

    options: dict[str, str]
    window_days: int | None = None
    muted: bool = False


def _list(said: str) -> ListOffenders | ShowOffender:
    asked = _Asked(options={})
    at = 0
    while (word := _WORD.match(said, at)) is not None:
        option = option_at(said, word.start(1), _OPTIONS)
        window, bare = _WINDOW.match(said, at), _THRESHOLD.match(said, at)
        if option is not None:
            at = option.end
            _put(asked, option.key, option.value)
        elif bare is not None:
            at = bare.end()
            _put(asked, "threshold", bare[1])
        elif window is not None:
            at = window.end()
            days = _days(window)
            if asked.window_days not in (None, days):
                raise Invalid(f"Two windows are asked for, {asked.window_days} and {days} days; say which.")
            asked.window_days = days
        elif word[1].casefold().strip(",;.") in ("all", "muted"):
            at, asked.muted = word.end(), True
        elif said.split() == [word[1]] and re.fullmatch(r"\w[\w.-]*:[^\s`]+", word[1].strip(_AROUND)):
            return ShowOffender(seller=only_seller("show", word[1].strip(_AROUND)))
        else:
            raise Invalid(_not_understood(unescaped(word[1])))
    marketplace = asked.options.get("marketplace")
    return ListOffenders(
        window_days=asked.window_days,
        marketplace=marketplace.casefold() if marketplace else None,
        right=asked.options.get("right"),
        threshold=_threshold(asked.options["threshold"]) if "threshold" in asked.options else None,
        page=_page(asked.options.get("page", "1")),
        muted=asked.muted,
    )


def _days(window: re.Match[str]) -> int:
    days = int(window[1]) * _DAYS[window[2][0].casefold()]
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A window has from 1 to {MOST_DAYS} days, such as `90d`.")
    return days


def _put(asked: _Asked, key: str, value: str) -> None:
    if asked.options.setdefault(key, value) != value:
        raise Invalid(f"`{key}:` is given twice; say which one you mean.")


def _threshold(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", value, re.ASCII) or not 1 <= int(value) <= MOST_NOTICES:
        raise Invalid(f"{quoted(value)} is not a threshold: a number of notices from 1 to {MOST_NOTICES}.")
    return int(value)


def _page(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value, re.ASCII) or not 1 <= int(value) <= MOST_PAGES:
        raise Invalid(f"{quoted(value)} is not a page; pages count from 1.")
    return int(value)


def _not_understood(word: str) -> str:
    bare = word.strip(_AROUND)
    if re.fullmatch(r"[0-9]{1,4}", bare, re.ASCII):
        return f"I do not understand {quoted(word)}. Did you mean `{int(bare)}d`, a window of days?"
    if ":" in bare or word.startswith("#"):
        return f"Say what to do with {quoted(word)}. Did you mean `show {word.replace('`', '')[:80]}`?"
    ways = "Say `show SELLER` for one seller, or a window such as `90d` for the list."
    return f"I do not understand {quoted(word)}. {meant(word, [*OFFENDER_VERBS, 'all'], otherwise=ways)}"


_VERBS: Mapping[str, Callable[[str], OffenderCommand]] = {
    "list": _list,
    "show": lambda said: ShowOffender(seller=only_seller("show", said)),
    "why": lambda said: WhyOffender(seller=only_seller("why", said)),
    "link": _link,
    "unlink": _unlink,
    "identify": _identify,
    "forget": _forget,
    "watch": _follow("watch", watching=True),
    "unwatch": _follow("unwatch", watching=False),
    "mute": _follow("mute", muted=True),
    "unmute": _follow("unmute", muted=False),
    "suggestions": _suggestions,
    "refer": read_refer,
    "help": _help,
    **CASE_VERBS,
}
OFFENDER_VERBS = frozenset(_VERBS)
