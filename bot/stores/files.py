"""Files that a database keeps, for processes that share no folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

PIECE = 1 << 20
"""Bytes that are read and written at a time: a dossier may be larger than the memory of a process."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """A file, and since when it is there. `size` is in bytes."""

    name: str
    size: int
    since: datetime


class Files(Protocol):
    """Files by name, on shelves of their own. What was put in is durable when the call returns, and whole or not there.

    Every method raises StoreUnavailable where the database does not answer.
    """

    async def listed(self, shelf: str, *, prefix: str = "") -> tuple[Filed, ...]:
        """All of a shelf whose names begin so, by name."""

    async def put(self, shelf: str, name: str, content: AsyncIterator[bytes], *, since: datetime) -> None:
        """Keep a file, in the place of one of that name. `content` comes in pieces of any size."""

    def pieces(self, shelf: str, name: str) -> AsyncIterator[bytes]:
        """The file, piece by piece. Raises: FileNotFoundError: it is not there."""

    async def renew(self, shelf: str, name: str, *, since: datetime) -> bool:
        """Let it be there since then; False when it is not there."""

    async def remove(self, shelf: str, name: str, *, not_after: datetime | None = None) -> bool:
        """Take it out, unless it is there since later than `not_after`; False when nothing went."""
