"""The shape of `rich_text` blocks. Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from __future__ import annotations

from bot.sandbox.elements import IDENTIFIER
from bot.sandbox.shapes import anything, boolean, items, number, one_of, shape, string, typed

_WORD = {"type": anything}
_STYLE = shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "unlink"), boolean))
_STYLED = {"style": _STYLE}
_TEXT = shape({**_WORD, "text": string(40_000, least=1)}, _STYLED)
_LINK = shape({**_WORD, "url": string(3000, least=1)}, {**_STYLED, "text": string(3000), "unsafe": boolean})
_INLINE = {
    "text": _TEXT,
    "link": _LINK,
    "emoji": shape(
        {**_WORD, "name": string(100, least=1)}, {**_STYLED, "unicode": string(100), "skin_tone": number(1, 6)}
    ),
    "user": shape({**_WORD, "user_id": IDENTIFIER}, _STYLED),
    "channel": shape({**_WORD, "channel_id": IDENTIFIER}, _STYLED),
    "usergroup": shape({**_WORD, "usergroup_id": IDENTIFIER}, _STYLED),
    "broadcast": shape({**_WORD, "range": one_of("here", "channel", "everyone")}, _STYLED),
    "color": shape({**_WORD, "value": string(20, least=1)}, _STYLED),
    "date": shape(
        {**_WORD, "timestamp": number(0), "format": string(100, least=1)},
        {**_STYLED, "url": string(3000), "fallback": string(3000, least=1)},
    ),
}
_ROW = items(typed(_INLINE), most=1000)
_CODE = items(typed(_INLINE, frozenset({"text", "link"})), most=1000)
_BORDER = {"border": number(0, 1)}
_SECTION = shape({**_WORD, "elements": _ROW})
_LIST = shape(
    {
        **_WORD,
        "style": one_of("bullet", "ordered"),
        "elements": items(typed({"rich_text_section": _SECTION}), most=1000),
    },
    {**_BORDER, "indent": number(0, 8), "offset": number(0)},
)
_PARTS = {
    "rich_text_section": _SECTION,
    "rich_text_list": _LIST,
    "rich_text_quote": shape({**_WORD, "elements": _ROW}, _BORDER),
    "rich_text_preformatted": shape({**_WORD, "elements": _CODE}, {**_BORDER, "language": string(50)}),
}
RICH_TEXT = shape({**_WORD, "elements": items(typed(_PARTS), least=1, most=1000)}, {"block_id": IDENTIFIER})
