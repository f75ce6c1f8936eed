"""A finding of the doctor: one thing looked at, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.observe import redacted


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    well: bool
    what: str
    advice: str = ""

    def __str__(self) -> str:
        return redacted(f"{'ok  ' if self.well else 'FAIL'}  {self.what}" + (f": {self.advice}" if self.advice else ""))
