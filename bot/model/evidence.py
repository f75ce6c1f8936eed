"""Files that show what a notice says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.people import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A file somebody put into a form, still to be fetched from Slack. `name` is what they call it."""

    file_id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A file as Slack has it. `name` and `mimetype` are what its uploader says, `user_id` is who that was."""

    name: str
    mimetype: str
    content: bytes
    user_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """A file kept with a notice. `captured_at` is when `by` handed it in, `name` what they call it.

    The file itself is found by its SHA-256, which also proves that it is the one. `size` is in bytes.
    """

    sha256: str
    name: str
    size: int
    media_type: str
    captured_at: datetime
    by: Actor
    gone_at: datetime | None = None  # when the file itself was erased; what is here says that there was one

    @property
    def title(self) -> str:
        """`label.png (PNG, 1.2 MB)`."""
        kind = _SHORT.get(self.media_type) or self.media_type.rpartition("/")[2].upper()
        return f"{self.name} ({kind}, {size_in_words(self.size)})"


_SHORT = {
    "video/quicktime": "MOV",
    "message/rfc822": "EML",
    "text/plain": "text",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
}


def size_in_words(size: int) -> str:
    """`1.2 MB`, `340 kB`, `12 bytes`."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{size / 1000:.0f} kB" if size >= 1000 else f"{size} bytes"
