"""Addresses as they stand in people's words: found, taken out of their wrapping, and made harmless to show."""

from __future__ import annotations

import re

_OPENING = "([{<\"'“”„‘’‚«»「『（【"
_CLOSING = ".,;:!?…\"'“”‘’«»]}>。，、；：！？」』】"
_MARKS = "*_~`"
# Comes along when text is copied from a page or a phone.
_INVISIBLE = (
    " \t\r\n\x0b\x0c\xa0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # spaces and joiners
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # writing direction
)

_SLACK_LINK = re.compile(rf"[{re.escape(_OPENING)}]*?<([^<>|]+)(?:\|[^<>]*)?>[{re.escape(_CLOSING)})]*")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}://|https?:[/\\]", re.IGNORECASE)
_PARTS = re.compile(r"(hxxps?://|[a-z][a-z0-9+.-]{0,30}://)?([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_LIVE = re.compile(r"http(s?)://", re.IGNORECASE)
_SHOWN = re.compile(r"(hxxps?://)([^/?#\s\\]*)", re.IGNORECASE)

# Without a path, `zip.the` is prose more often than an address: only these endings count then.
_COMMON = "com|net|org|info|biz|shop|store|online|site|top|xyz|app|example|test|market|club|vip|live"
_LABELS = r"(?:[a-z0-9][a-z0-9-]{0,62}\.)+"
_REST = r"[^\s<>|\"]*"
_BARE = re.compile(
    rf"(?<![a-z0-9@.-])(?:{_LABELS}(?:[a-z]{{2,24}}|xn--[a-z0-9-]{{1,59}})\.?(?::[0-9]{{1,5}})?/{_REST}"
    rf"|(?:www\.{_LABELS}[a-z]{{2,24}}|{_LABELS}(?:{_COMMON}|(?-i:[a-z]{{2}}|[A-Z]{{2}})))(?![a-z0-9-])"
    rf"(?::[0-9]{{1,5}})?(?:[?#]{_REST})?)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(rf"(?:https?|ftp)://[^\s<>|\"]+|{_BARE.pattern}", re.IGNORECASE)
_LONGEST = 4096


def find_addresses(text: str) -> tuple[str, ...]:
    """Every address in running text, exactly as it stands there, without the punctuation after it."""
    found = (_without_end(match[0]) for match in _ADDRESS.finditer(text))
    return tuple(address for address in found if address)


def looks_like_address(word: str) -> bool:
    """Whether a word is meant as an address, of a listing or of anything else on the web."""
    if len(word) > _LONGEST:
        return _SCHEME.match(word.lstrip(_OPENING)) is not None
    text = unwrapped(word)
    return bool(_SCHEME.match(text) or _BARE.fullmatch(text))


def unwrapped(word: str) -> str:
    """The address alone: out of Slack's `<…|label>`, quotes, brackets and marks, without entities, fanged again.

    Safe to repeat.
    """
    text = word.strip(_INVISIBLE)
    link = _SLACK_LINK.fullmatch(text)
    if link is not None:
        text = link[1]
    text = re.sub(r"&(?:amp;)+", "&", text).replace("&lt;", "<").replace("&gt;", ">")
    return _fanged(_without_edges(text))


def defang(address: str) -> str:
    """The address in a form that nothing links or opens: `hxxps://www[.]ebay[.]com/itm/1`. Safe to repeat."""
    shown = _LIVE.sub(lambda match: f"hxxp{match[1].lower()}://", address)
    shown = _SHOWN.sub(lambda match: match[1] + _bracketed(match[2]), shown)
    if _SCHEME.match(shown):
        return shown
    parts = _PARTS.fullmatch(shown)
    return f"{parts[1] or ''}{_bracketed(parts[2])}{parts[3]}" if parts else shown


def _bracketed(host: str) -> str:
    return re.sub(r"(?<!\[)\.(?!\])", "[.]", host)


def _fanged(text: str) -> str:
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return text
    scheme = re.sub(r"(?i)^hxxp", "http", parts[1] or "")
    return f"{scheme}{parts[2].replace('[.]', '.')}{parts[3]}"


def _without_edges(text: str) -> str:
    while True:
        before = text
        text = _without_end(text.strip(_INVISIBLE).lstrip(_OPENING))
        if len(text) > 1 and text[0] in _MARKS and text[-1] == text[0]:
            text = text[1:-1]
        if text == before:
            return text


def _without_end(text: str) -> str:
    """Without closing punctuation; a bracket that was opened inside stays."""
    while True:
        before = text
        text = text.rstrip(_CLOSING)
        for opened, closed in (("(", ")"), ("（", "）")):
            if text.endswith(closed) and text.count(closed) > text.count(opened):
                text = text[:-1]
        if text == before:
            return text
