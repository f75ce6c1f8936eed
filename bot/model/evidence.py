"""Files that show what a notice says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A file as Slack has it. `name` and `mimetype` are what its uploader says, `user_id` is who that was."""

    name: str
    mimetype: str
    content: bytes
    user_id: str
