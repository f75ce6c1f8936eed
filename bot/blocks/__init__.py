"""Drawing: values in, Slack blocks and a full plain text out. Pure.

Text from people and marketplaces goes only into `plain_text` and `rich_text`, which can mention nobody and format
nothing, and into the top-level text through `escape`. `mrkdwn` holds our own words alone.

Messages are dictionaries made by the few primitives here, because they are drawn at every answer; forms are made with
`slackblocks` (docs/decisions.md).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.grammar import VIOLATION_TITLES
from bot.listings import defang, find_addresses
from bot.model import Right, Status, Violation

Json = dict[str, Any]
Name = Callable[[str], str]
"""A marketplace's key to what people call it."""

TEXT_LIMIT = 3000
"""Characters of a text object. Source: docs.slack.dev, text object."""
FIELD_LIMIT = 2000
"""Characters of a section's field. Source: docs.slack.dev, section block."""
_SEVERAL = 5
FALLBACK_LIMIT = 3900
"""Characters of the top-level text: `chat.update` takes 4,000. Source: docs.slack.dev, chat.update."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What is said. `text` stands alone: screen readers and notifications read nothing else."""

    text: str
    blocks: tuple[Json, ...] = ()


SIGNS: Mapping[Status, str] = {
    Status.AWAITING_APPROVAL: ":raised_hand:",
    Status.QUEUED: ":hourglass_flowing_sand:",
    Status.SENDING: ":outbox_tray:",
    Status.UNCERTAIN: ":grey_question:",
    Status.BY_HAND: ":writing_hand:",
    Status.SUBMITTED: ":inbox_tray:",
    Status.IN_REVIEW: ":mag:",
    Status.SELLER_RESPONSE: ":speech_balloon:",
    Status.NEEDS_INPUT: ":warning:",
    Status.SUSPENDED: ":double_vertical_bar:",
    Status.REMOVED: ":white_check_mark:",
    Status.GONE: ":wind_blowing_face:",
    Status.REJECTED: ":x:",
    Status.REINSTATED: ":leftwards_arrow_with_hook:",
    Status.DUPLICATE: ":two:",
    Status.WITHDRAWN: ":no_entry_sign:",
    Status.REFUSED: ":no_entry:",
    Status.FAILED: ":rotating_light:",
}


def escape(text: str) -> str:
    """Make text harmless in a top-level `text`. Source: docs.slack.dev, formatting message text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def harmless(text: str) -> str:
    """Text of people with control characters taken out and every address defanged, so that nothing links or unfurls."""
    cleaned = _UNSEEN.sub(" ", text)
    if not _MAY_LINK.search(cleaned):
        return cleaned
    for address in sorted(set(find_addresses(cleaned)), key=len, reverse=True):
        cleaned = cleaned.replace(address, defang(address))
    return _SCHEME.sub(r"hxxp\1://", cleaned)


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_MAY_LINK = re.compile(r"(?i)http|www\.")
_SCHEME = re.compile(r"(?i)\bhttp(s?)://")


def cut(text: str, limit: int) -> str:
    """At most `limit` code points, marked where it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def fallback(*lines: str) -> str:
    """The top-level text out of lines in our words and people's."""
    return cut(escape(harmless("\n".join(line for line in lines if line))), FALLBACK_LIMIT)


def when(moment: datetime) -> str:
    """A moment in each reader's own zone, for `mrkdwn`; in UTC where that cannot be shown."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{when_plain(moment)}>"


@functools.lru_cache(maxsize=1024)
def when_plain(moment: datetime) -> str:
    return f"{moment:%d %b %Y %H:%M} UTC"


def ours(text: str) -> Json:
    """A paragraph of our own words, in `mrkdwn`."""
    return {"type": "section", "text": _mrkdwn(text)}


def small(text: str) -> Json:
    """A line of our own words in small print."""
    return {"type": "context", "elements": [_mrkdwn(text)]}


def as_written(text: str, accessory: Json | None = None) -> Json:
    """A paragraph that may hold anybody's words, with a button beside it."""
    block: Json = {"type": "section", "text": plain(cut(harmless(text), TEXT_LIMIT) or "–")}
    return {**block, "accessory": accessory} if accessory else block


def theirs(text: str) -> Json:
    """A quotation of what a person or a marketplace wrote."""
    words = {"type": "text", "text": cut(harmless(text), TEXT_LIMIT) or "–"}
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [words]}]}


def copyable(label: str, text: str) -> Json:
    """A labelled text that is copied as it stands: its addresses are whole, and in such a block nothing links."""
    named = {"type": "text", "text": cut(harmless(label), TEXT_LIMIT) or "–", "style": {"bold": True}}
    words = {"type": "text", "text": cut(_UNSEEN.sub(" ", text), TEXT_LIMIT) or "–"}
    return {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [named]},
            {"type": "rich_text_preformatted", "elements": [words]},
        ],
    }


def facts(rows: Iterable[tuple[str, str]]) -> list[Json]:
    """Labelled values, two a row; plain text, so that a value formats and mentions nothing."""
    fields = [plain(cut(f"{label}\n{harmless(value)}", FIELD_LIMIT)) for label, value in rows if value]
    return [{"type": "section", "fields": fields[start : start + 10]} for start in range(0, len(fields), 10)]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def button(label: str, action_id: str, value: str, *, primary: bool = False) -> Json:
    drawn: Json = {"type": "button", "text": plain(label), "action_id": action_id, "value": value}
    return {**drawn, "style": "primary"} if primary else drawn


def buttons(elements: Sequence[Json]) -> list[Json]:
    """A row of buttons, or nothing when there are none."""
    return [{"type": "actions", "elements": list(elements)}] if elements else []


def message(lines: Iterable[str], shown: Iterable[Json]) -> Message:
    """A message out of its plain lines and its blocks."""
    return Message(text=fallback(*lines), blocks=tuple(shown))


def _mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": cut(text, TEXT_LIMIT), "verbatim": True}


def refusal(words: str, *, notice_id: str = "", link: str = "") -> Message:
    """Why something was not done; with the way to the notice that is in the way."""
    words = re.sub(r"`([^`]*)`", r"“\1”", words)
    shown = [theirs(words)]
    if link:
        shown.append(ours(f"<{link}|Go to the card of {notice_id}>"))
    if notice_id:
        shown.extend(buttons([button(f"Show {notice_id}", "tracking.details", notice_id)]))
    return message([words], shown)


def usage_message(text: str) -> Message:
    """How a command is used, as typed."""
    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": cut(text, TEXT_LIMIT)}]}
    # Our own examples hold addresses that are none; they are said as they are typed.
    return Message(
        text=cut(escape(text), FALLBACK_LIMIT),
        blocks=({"type": "rich_text", "elements": [code]},),
    )


def violation_title(violation: Violation) -> str:
    return VIOLATION_TITLES[violation]


def right_title(right: Right) -> str:
    """`NORDLICHT-EU: Nordlicht (EUIPO 018000001)`."""
    registered = " ".join(part for part in (right.office, right.registration_no) if part)
    return f"{right.key}: {right.title}" + (f" ({registered})" if registered else "")


def several(titles: Iterable[str]) -> str:
    """What differs within a batch, each once and one a line; of very many the first few."""
    once = list(dict.fromkeys(titles))
    rest = [f"and {len(once) - _SEVERAL} more"] if len(once) > _SEVERAL else []
    return "\n".join([*once[:_SEVERAL], *rest])


def safe(text: str) -> str:
    """A configured name inside our own `mrkdwn`."""
    return "".join(
        f"\u200b{char}" if char in "*_~`" else {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(char, char) for char in text
    )
