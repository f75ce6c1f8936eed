"""Dossiers: what an agency is given of an offender, as one signed ZIP that proves its own custody.

`bind` is light and runs in the desk's own process. All else of this package that is heavy is imported by the process
that it starts, and by nothing else.
"""

from __future__ import annotations

from bot.dossiers.binding import bind

__all__ = ["bind"]
