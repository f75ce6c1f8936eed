"""Looking at a listing's own page: what came of a look, and the terms on which one is taken. It changes no notice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sight(StrEnum):
    """What a look says of a listing. `unsure` says nothing, however often."""

    THERE = "there"
    GONE = "gone"
    UNSURE = "unsure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """Where a marketplace's listings may be looked at, and how its pages tell.

    `hosts` stand for themselves and their subdomains. A page with one of `gone_words` is that of a listing that is
    gone; one without any of `there_words` is not taken for the listing.
    """

    hosts: tuple[str, ...]
    gone_words: tuple[str, ...]
    there_words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What came of a look. `trouble` says why there is no page: then `status` may be 0, for no answer.

    `address` is where redirects led, `whole` whether all of the page was read.
    """

    asked: str
    address: str
    status: int = 0
    page: str = ""
    whole: bool = True
    trouble: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What a look says, and the same in words: `it is not there (HTTP 404)`."""

    sight: Sight
    words: str
    status: int = 0
