"""What a look at a listing's page says of the listing. Pure; in doubt it is unsure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.looking import Judgement, Look, Sight, Terms

_GONE = frozenset({404, 410})
_WALLS = (
    "access denied",
    "are you a robot",
    "are you human",
    "attention required",
    "bot verification",
    "captcha",
    "just a moment",
    "log in",
    "login",
    "pardon our interruption",
    "please solve",
    "please verify",
    "robot check",
    "security check",
    "sign in",
    "verify you",
    "人机验证",
    "安全验证",
    "滑动验证",
    "登录",
)
"""How titles of pages begin that stand before the one asked for. Source: pages of Cloudflare, Amazon, Alibaba, eBay."""
_WALL_PATHS = frozenset(
    {"_____tmd_____", "auth", "captcha", "challenge", "errors", "login", "punish", "signin", "sign-in", "sorry"}
)
"""Segments of the addresses that such pages have, when we are sent there."""

_HIDDEN = re.compile(r"<(script|style|template|noscript|title)\b|<!--(-?>)?", re.IGNORECASE)
_ENDS = {
    tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE) for tag in ("script", "style", "template", "noscript", "title")
}
_COMMENT_ENDS = re.compile("--!?>")
_NO_BREAK = re.compile(r"<wbr\s*/?>", re.IGNORECASE)
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Characters that nobody sees within a word."""
_UNREADABLE = "\ufffd"
_TAG = re.compile(r"<[^<>]*>")
_TITLE = re.compile(r"<title\b[^<>]*>([^<]*)", re.IGNORECASE)
_LATIN = "[0-9a-z\u00df-\u024f]"
"""Letters that words are made of with spaces between them, in small."""
_PARTS = re.compile(r" [-–—|·:] ")
_ENDLESS = re.compile(r"&#(?:[0-9]{8,}|x[0-9a-f]{7,});?", re.IGNORECASE)
"""References to characters that there are not. Python refuses to read a number of some thousand digits at all."""


def judged(look: Look, listing_id: str, terms: Terms) -> Judgement:
    """What the look says.

    A listing is there only where the page says what stands on live ones alone, at the address that was asked for, or at
    one that names the listing as the page does.
    """
    doubt = _doubt(look)
    if doubt:
        return _said(look, Sight.UNSURE, f"it cannot be told, {doubt}")
    if look.status in _GONE:
        # Of another page it says nothing that this one is not found.
        if _moved(look, listing_id):
            return _said(look, Sight.UNSURE, "it cannot be told, it led to another page")
        return _said(look, Sight.GONE, f"it is not there (HTTP {look.status})")
    shown = _plain(_shown(look.page))
    told = _said_there(terms.gone_words, shown)
    if told:
        return _said(look, Sight.GONE, f"it is not there: the page says “{told}”")
    lacking = _lacking(look, shown, listing_id, terms)
    if lacking:
        return _said(look, Sight.UNSURE, f"it cannot be told, {lacking}")
    return _said(look, Sight.THERE, f"it is there (HTTP {look.status})")


def _doubt(look: Look) -> str:
    """Why the page is not worth reading; empty when it is."""
    if look.trouble:
        return look.trouble
    if look.status not in _GONE | {200}:
        return f"they answered HTTP {look.status}"
    if look.address != look.asked:
        segments = [segment for segment in urlsplit(look.address).path.casefold().split("/") if segment]
        if not segments:
            return "it led to the front page"
        if _WALL_PATHS.intersection(segments):
            return "it led to a page that stands before theirs"
    title = _TITLE.search(look.page)
    if title and _is_wall(_plain(_unescaped(title[1]))):
        return "a page that asks who we are stands before it"
    return ""


def _is_wall(title: str) -> bool:
    """Whether a title begins as such pages' do, or a part of it is one: `Taobao - Log in`, not `Neon sign in pink`."""
    begins = any(re.match(re.escape(wall) + r"(?![a-z])", title) for wall in _WALLS)
    return begins or any(part in _WALLS for part in _PARTS.split(title))


def _lacking(look: Look, shown: str, listing_id: str, terms: Terms) -> str:
    """What is missing for the page to be that of the listing; empty when nothing is."""
    if not look.whole:
        return "I did not read the page to its end"
    if _UNREADABLE in look.page:
        return "not all of the page's letters can be read"
    if not _names(look.address, listing_id):
        return "it led to another page"
    if look.address != look.asked and not _names(shown, listing_id.casefold()):
        return "the page does not name the listing"
    if not _said_there(terms.there_words, shown):
        return "the page has none of the words of a listing"
    return ""


def _shown(page: str) -> str:
    """The text that a person would read, as far as that can be told without running the page."""
    kept: list[str] = []
    at = 0
    # From one end to the next: a page of a million openings is walked through once.
    while (opening := _HIDDEN.search(page, at)) is not None:
        kept.append(page[at : opening.start()])
        if opening[2]:  # `<!-->` is a whole comment
            at = opening.end()
            continue
        closing = (_ENDS[opening[1].lower()] if opening[1] else _COMMENT_ENDS).search(page, opening.end())
        if closing is None:
            break
        at = closing.end()
    else:
        kept.append(page[at:])
    return _unescaped(_TAG.sub(" ", _NO_BREAK.sub("", " ".join(kept)))).translate(_UNSEEN)


def _unescaped(text: str) -> str:
    return html.unescape(_ENDLESS.sub(_UNREADABLE, text))


def _said_there(words: Iterable[str], shown: str) -> str:
    """The first of the words that the page says, not as a part of longer ones: `sold` is not said in `soldering`."""
    for one in words:
        plain = _plain(one)
        begins = f"(?<!{_LATIN})" if re.match(_LATIN, plain) else ""
        ends = f"(?!{_LATIN})" if re.match(_LATIN, plain[-1:]) else ""
        if re.search(begins + re.escape(plain) + ends, shown):
            return one
    return ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _moved(look: Look, listing_id: str) -> bool:
    """Whether we were sent to an address that is not the listing's."""
    return look.address != look.asked and not _names(look.address, listing_id)


def _names(text: str, listing_id: str) -> bool:
    """Whether it holds the id on its own, not as a part of a longer one."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(listing_id)}(?![A-Za-z0-9])", text) is not None


def _said(look: Look, sight: Sight, words: str) -> Judgement:
    return Judgement(sight=sight, words=words, status=look.status)
