"""How evidence looks: what is kept with a notice, and the form that takes more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.blocks import Json, Message, as_written, button, buttons, message, ours, when_plain
from bot.blocks.forms import evidence_files, modal
from bot.blocks.tables import one_line
from bot.model import Evidence, Notice

_SHOWN_OF_HASH = 12


def kept(notice: Notice, names: Mapping[str, str]) -> Message:
    """The evidence of a notice. The text has each SHA-256 in full."""
    many = in_words(notice) or "none yet"
    rows = [_row(one, names, one.sha256[:_SHOWN_OF_HASH] + "…") for one in notice.evidence]
    # Names are cut in the text, so that the hashes of twenty files fit.
    whole = [_row(replace(one, name=one_line(one.name, 40)), names, one.sha256, most=20) for one in notice.evidence]
    ways = [button("Send me the files", "evidence.send", notice.id)] if notice.evidence else []
    blocks = [
        ours(f"*Evidence of {notice.id}*: {many}"),
        *map(as_written, rows),
        *buttons([*ways, button("Add evidence", "evidence.ask", notice.id)]),
    ]
    return message([f"Evidence of {notice.id}: {many}", *whole], blocks)


def in_words(notice: Notice) -> str:
    """`2 files, and 1 more is being fetched`; empty when there are none."""
    there, coming = len(notice.evidence), len(notice.fetching)
    if not there:
        return being_fetched(coming) if coming else ""
    more = f", and {coming} more {'is' if coming == 1 else 'are'} being fetched" if coming else ""
    return f"{there} {'file' if there == 1 else 'files'}{more}"


def being_fetched(count: int) -> str:
    """`2 files are being fetched`."""
    return "1 file is being fetched" if count == 1 else f"{count} files are being fetched"


def told_of(notice: Notice) -> str:
    """What the answer to a form says of its files; empty when it had none."""
    count = len(notice.fetching)
    return f"{being_fetched(count)}; the card says when {'it is' if count == 1 else 'they are'} kept." if count else ""


def verbs(notice: Notice) -> list[Json]:
    """What can be done about the evidence of a notice."""
    see = [button(f"Evidence of {notice.id}", "evidence.show", notice.id)] if notice.evidence else []
    return [*see, button(f"Add evidence to {notice.id}", "evidence.ask", notice.id)]


def adding(notice: Notice) -> Json:
    """The form that takes more."""
    return modal(
        f"Evidence for {notice.id}",
        [evidence_files(optional=False)],
        submit="Add",
        close="Cancel",
        callback_id="evidence.form",
        private_metadata=notice.id,
    )


def _row(one: Evidence, names: Mapping[str, str], sha256: str, *, most: int = 80) -> str:
    by = one_line(names.get(one.by.user_id, one.by.user_id), most)
    gone = f" · the file was erased on {when_plain(one.gone_at)}" if one.gone_at else ""
    return f"{one.title} · SHA-256 {sha256} · captured {when_plain(one.captured_at)} by {by}{gone}"
