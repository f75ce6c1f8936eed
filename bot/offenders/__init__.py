"""Notices into repeat offenders: who is one seller, how grave it is, and who may be the same. Pure."""

from __future__ import annotations

from bot.offenders.identifiers import normal
from bot.offenders.identity import LONGEST_VALUE, MOST_NEAR, called, called_whole, find, groups, plain, token
from bot.offenders.scoring import EACH_INTENTION, MOST_INTENTION, names_of, offender, offenders, offenders_between
from bot.offenders.suggestions import suggestions
from bot.offenders.words import parts

__all__ = [
    "EACH_INTENTION",
    "LONGEST_VALUE",
    "MOST_INTENTION",
    "MOST_NEAR",
    "called",
    "called_whole",
    "find",
    "groups",
    "names_of",
    "normal",
    "offender",
    "offenders",
    "offenders_between",
    "parts",
    "plain",
    "suggestions",
    "token",
]
