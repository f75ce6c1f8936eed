"""Notices into repeat offenders: who is one seller, how grave it is, and who may be the same. Pure."""

from __future__ import annotations

from bot.offenders.identifiers import normal
from bot.offenders.identity import find, groups, token
from bot.offenders.scoring import offender, offenders, offenders_between
from bot.offenders.suggestions import suggestions
from bot.offenders.words import parts

__all__ = ["find", "groups", "normal", "offender", "offenders", "offenders_between", "parts", "suggestions", "token"]
