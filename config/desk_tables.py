"""The tables of the desk file as checked values. Each wrong value is refused in words that follow the key's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from bot.marketplaces import Capabilities
from bot.model import GoodFaith, RightKind, Violation
from bot.territories import is_code
from config.addresses import service_address

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text that is not empty")
    return value.strip()


def _address(value: Any) -> str:
    return service_address(_word(value)).rstrip("/")


def _hosts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError('must be a list of host names, such as ["acme.example"]')
    hosts = tuple(_word(host).casefold() for host in value)
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(
                f"holds {host!r}, which is not a host name such as acme.example; leave out https:// and paths"
            )
    return tuple(dict.fromkeys(hosts))


def _listing_pattern(value: Any) -> str:
    return _pattern(value, "listing")


def _seller_pattern(value: Any) -> str:
    return _pattern(value, "seller")


def _pattern(value: Any, group: str) -> str:
    text = _word(value)
    try:
        compiled = re.compile(text, re.ASCII)
    except (re.error, ValueError, OverflowError, RecursionError) as wrong:
        raise ValueError(f"is not a regular expression: {wrong}") from None
    if group not in compiled.groupindex:
        raise ValueError(f"must name the part it finds, as in '/item/(?P<{group}>[0-9]+)'")
    return text


def _jurisdictions(value: Any) -> tuple[str, ...]:
    codes = tuple(value) if isinstance(value, list) else ()
    if not codes or not all(isinstance(code, str) and re.fullmatch(r"[A-Z]{2}", code) for code in codes):
        raise ValueError('must be a list of two-letter codes, such as ["EU"] or ["US", "CA"]')
    return codes


def _territory(value: Any) -> tuple[str, ...]:
    codes = tuple(value) if isinstance(value, list) else ()
    if not codes or not all(isinstance(code, str) and is_code(code) for code in codes):
        raise ValueError('must be a list of the country codes where it sells, such as ["DE", "AT"] or ["EU"]')
    return tuple(dict.fromkeys(codes))


def _kind(value: Any) -> RightKind:
    if value not in tuple(RightKind):
        raise ValueError(f"must be one of {', '.join(RightKind)}")
    return RightKind(value)


def _violations(value: Any) -> frozenset[Violation]:
    if not isinstance(value, list) or not value or not all(one in tuple(Violation) for one in value):
        raise ValueError(f"must be a list of some of {', '.join(Violation)}")
    return frozenset(Violation(one) for one in value)


def _page_words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
        raise ValueError('must be a list of words of a page, such as ["No longer available"]')
    for one in value:
        if _MARKUP.search(one):
            raise ValueError(f"holds {one!r}; give the words as people read them on the page, without < > or &…;")
        least = 2 if _WITHOUT_SPACES.search(one) else 4
        if len(one.strip()) < least:
            raise ValueError(
                f"holds {one!r}, which is too short to tell a page by; at least {least} letters are needed"
            )
    return tuple(one.strip() for one in value)


def _contact(value: Any) -> str:
    text = _word(value)
    if not re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}", text):
        raise ValueError("must be an e-mail address, such as takedown@brand.example")
    return text


_MARKUP = re.compile(r"[<>]|&#?\w+;")
_WITHOUT_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Chinese, Japanese and Korean letters, of which two make a word."""


def _good_faith(value: Any) -> GoodFaith:
    known = ("upheld", "reinstated", "days", "account", "name")
    if not isinstance(value, dict) or "upheld" not in value:
        raise ValueError("must be a table such as { upheld = 90 }, the least share upheld in percent")
    for key in value:
        if key not in known:
            raise ValueError(f"holds {key!r}; known: {', '.join(known)}")
    for key in ("upheld", "reinstated"):
        least = 0 if key == "reinstated" else 1
        if key in value and not (type(value[key]) in (int, float) and least <= value[key] <= 100):
            raise ValueError(f"holds {key} = {value[key]!r}; it must be a share in percent, from {least} to 100")
    if type(value.get("days", 90)) is not int or not 1 <= value.get("days", 90) <= 366:
        raise ValueError("must give days as a whole number from 1 to 366")
    for key in ("account", "name"):
        words = value.get(key, "–")
        if not isinstance(words, str) or not words.strip() or len(words) > 80:
            raise ValueError(f"must give {key} as a text of up to 80 characters")
    asked: dict[str, Any] = {key: one.strip() if isinstance(one, str) else one for key, one in value.items()}
    return GoodFaith(**asked)


Word = Annotated[str, BeforeValidator(_word)]
PageWords = Annotated[tuple[str, ...], BeforeValidator(_page_words)]
"""What stands on a page, in whatever capitals."""
Address = Annotated[str, BeforeValidator(_address)]
"""An `https://` address of a service, without a closing slash."""
Hosts = Annotated[tuple[str, ...], BeforeValidator(_hosts)]
ListingPattern = Annotated[str, BeforeValidator(_listing_pattern)]
_STRICT = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class MarketplaceTable(BaseModel):
    """What every `[marketplaces.KEY]` table has; each adapter adds its own. Times in seconds.

    A field that ends in `_env` names an environment variable; the field without the ending is its secret, looked up.
    """

    model_config = _STRICT

    any_address: ClassVar[bool] = False
    """Whether it takes addresses of every host, when it is named; of `hosts` only, where they are said."""

    key: str
    adapter: Word
    name: Word
    hosts: Hosts = ()
    listing_pattern: ListingPattern | None = None
    seller_pattern: Annotated[str, BeforeValidator(_seller_pattern)] | None = None
    requests_per_second: float = Field(default=5, gt=0, le=1000, strict=True)
    poll_seconds: float = Field(default=60, gt=0, le=86_400, strict=True)
    poll_days: float = Field(default=180, gt=0, le=3660, strict=True)
    recheck_seconds: float = Field(default=86_400, gt=0, le=31_536_000, strict=True)
    timeout_seconds: float = Field(default=20, gt=0, le=100, strict=True)
    violations: Annotated[frozenset[Violation], BeforeValidator(_violations)] = frozenset(Violation)
    good_faith: Annotated[GoodFaith, BeforeValidator(_good_faith)] | None = None
    territory: Annotated[tuple[str, ...], BeforeValidator(_territory)] = ()
    look_again: bool = Field(default=False, strict=True)
    gone_words: PageWords = ()
    there_words: PageWords = ()

    @model_validator(mode="after")
    def _told_from_the_page(self) -> Self:
        if self.look_again and not self.gone_words:
            raise ValueError(
                "look_again needs gone_words, what their page says when a listing is gone: without them any page that "
                "answers would be taken for the listing"
            )
        if self.look_again and not self.there_words:
            raise ValueError(
                "look_again needs there_words, what stands on the page of every live listing: without them a captcha, "
                "a log-in or a search that found nothing would be taken for the listing"
            )
        return self

    @model_validator(mode="after")
    def _hosts_with_a_pattern(self) -> Self:
        alone = self.hosts and not self.listing_pattern
        if (alone and not self.any_address) or (self.listing_pattern and not self.hosts):
            raise ValueError("needs both hosts and listing_pattern, or neither when its addresses are built in")
        return self

    def capable(self, **more: Any) -> Capabilities:
        """The capabilities with the table's own figures; `violations` are cut to what the adapter can say."""
        violations = self.violations & more.pop("violations", frozenset(Violation))
        return Capabilities(
            violations=violations,
            poll_seconds=self.poll_seconds,
            poll_days=self.poll_days,
            recheck_seconds=self.recheck_seconds,
            requests_per_second=self.requests_per_second,
            good_faith=self.good_faith,
            any_address=self.any_address,
            hosts=self.hosts if self.any_address else (),
            territory=self.territory,
            **more,
        )


class WithToken(MarketplaceTable):
    """A marketplace that takes one token, for good."""

    token_env: Word
    token: SecretStr


def _gravity(value: Any) -> Mapping[Violation, float]:
    weights = value.items() if isinstance(value, dict) else ()
    good = all(name in tuple(Violation) and type(one) in (int, float) and 0 <= one <= 1 for name, one in weights)
    if not weights or not good:
        raise ValueError(f"must give weights from 0 to 1 to some of {', '.join(Violation)}")
    return {**GRAVITY, **{Violation(name): float(one) for name, one in weights}}


def _channel(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[CG][A-Z0-9]{2,20}", value):
        raise ValueError("must be a Slack channel id such as C012AB3CD (a channel's details, at the bottom)")
    return value


GRAVITY: Mapping[Violation, float] = {
    Violation.COUNTERFEIT: 1.0,
    Violation.PATENT: 0.7,
    Violation.DESIGN: 0.7,
    Violation.TRADEMARK: 0.6,
    Violation.COPYRIGHT: 0.6,
    Violation.PARALLEL_IMPORT: 0.4,
    Violation.COPYRIGHT_IMAGE: 0.3,
    Violation.OTHER: 0.3,
}
"""How much each violation weighs where the desk file says nothing: selling fakes most, borrowed pictures least."""


class DeskTable(BaseModel):
    """The `[desk]` table: the desk's own place in Slack."""

    model_config = _STRICT

    admin_channel: Annotated[str, BeforeValidator(_channel)] | None = None
    cases_channel: Annotated[str, BeforeValidator(_channel)] | None = None
    contact: Annotated[str, BeforeValidator(_contact)] | None = None
    organisation: str | None = Field(default=None, min_length=1, max_length=200, strict=True)


class OffendersTable(BaseModel):
    """The `[offenders]` table: how this desk weighs repeat offenders."""

    model_config = _STRICT

    window_days: int = Field(default=90, ge=1, le=366, strict=True)
    half_life_days: int = Field(default=45, ge=1, le=3660, strict=True)
    threshold: int = Field(default=3, ge=1, le=100, strict=True)
    hub_limit: int = Field(default=4, ge=2, le=100, strict=True)
    alerts_channel: Annotated[str, BeforeValidator(_channel)] | None = None
    gravity: Annotated[Mapping[Violation, float], BeforeValidator(_gravity)] = Field(default=GRAVITY)


class StrikesTable(BaseModel):
    """One `[strikes.KEY]` table: a marketplace's own rule for repeat infringers."""

    model_config = _STRICT

    limit: int = Field(ge=1, le=100, strict=True)
    counts: Annotated[frozenset[Violation], BeforeValidator(_violations)] = frozenset(Violation)
    window_days: int | None = Field(default=None, ge=1, le=3660, strict=True)
    consequence: Annotated[Word, Field(max_length=200)]


def _country(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{2}", value):
        raise ValueError('must be a two-letter country code, such as "NL"')
    return value


def _redact(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(one in REDACTABLE for one in value):
        raise ValueError(f"must be a list of some of {', '.join(REDACTABLE)}")
    return frozenset(value)


REDACTABLE = ("statement", "seller", "seller_name", "principal", "registration_no")
"""What of a notice need not be published. Its people, e-mail addresses and phone numbers never are."""


class LumenTable(BaseModel):
    """The `[lumen]` table: sent notices are published in the Lumen database too, by agreement with its makers.

    `marketplaces` and `violations` say which; all when left out. The owner of the right is the principal.
    """

    model_config = _STRICT

    base_url: Address = "https://lumendatabase.org"
    token_env: Word
    token: SecretStr
    sender: Annotated[Word, Field(max_length=255)]
    sender_kind: Literal["organization", "individual"] = "organization"
    sender_country: Annotated[str, BeforeValidator(_country)] | None = None
    principal_kind: Literal["organization", "individual"] = "organization"
    redact: Annotated[frozenset[str], BeforeValidator(_redact)] = frozenset({"statement", "seller_name"})
    marketplaces: frozenset[str] = frozenset()
    violations: Annotated[frozenset[Violation], BeforeValidator(_violations)] = frozenset(Violation)
    requests_per_second: float = Field(default=1, gt=0, le=1000, strict=True)
    timeout_seconds: float = Field(default=20, gt=0, le=100, strict=True)


class RightTable(BaseModel):
    """One `[rights.KEY]` table."""

    model_config = _STRICT

    kind: Annotated[RightKind, BeforeValidator(_kind)]
    title: Annotated[Word, Field(max_length=300)]
    registration_no: str = Field(default="", max_length=100)
    office: str = Field(default="", max_length=100)
    jurisdictions: Annotated[tuple[str, ...], BeforeValidator(_jurisdictions)]
    owner: Annotated[Word, Field(max_length=300)]
    expires_on: date | None = None

    @model_validator(mode="after")
    def _registered_somewhere(self) -> Self:
        if bool(self.registration_no) != bool(self.office):
            raise ValueError("needs both registration_no and office, or neither when it is not registered")
        return self
