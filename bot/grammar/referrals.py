"""The text after `/referrals`, read into a typed command; and what follows `/offenders refer`. Pure.

`[mine] [all] [STATE …] [page:N]` for the list, the id of a referral, or a verb: `show`, `handed`, `acknowledged`,
`case`, `raid`, `charge`, `close`, `withdraw`, `remind`, `send`, `help`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.errors import Invalid
from bot.grammar.agencies import agency_key
from bot.grammar.filing import in_words
from bot.grammar.ids import AROUND, Numbered
from bot.grammar.nearness import meant, quoted
from bot.grammar.options import refuse_longer, unescaped
from bot.grammar.referral_usage import REFERRAL_USAGE, referral_usage
from bot.model import ReferralState

__all__ = [
    "REFERRAL_USAGE",
    "REFERRAL_VERBS",
    "ListReferrals",
    "ReferOffender",
    "ReferralCommand",
    "ReferralHelp",
    "RemindReferral",
    "SendDossier",
    "ShowReferral",
    "StepReferral",
    "parse_referrals",
    "read_refer",
    "referral_usage",
]

LONGEST = 4_000
"""Characters of a command."""
MOST_PAGES = 100_000
LONGEST_SELLER = 300
_REFERRAL = Numbered(kind="RF", what="referral", example="RF-12", lists="/referrals")
_QUOTED = re.compile(r'["“”„«]([^"“”»]*)["“”»]')
_PAGE = re.compile(r"page:?([0-9]{1,6})", re.ASCII | re.IGNORECASE)
_NEVER = frozenset({"never", "off", "no", "none"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferOffender:
    """Draft a referral. `agency` may be empty: it is asked for."""

    seller: str
    agency: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListReferrals:
    """Those in these states, or with none named those that are not over; `mine` are those I drafted."""

    states: tuple[ReferralState, ...] = ()
    mine: bool = False
    over_too: bool = False
    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowReferral:
    """All about one."""

    referral_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StepReferral:
    """It came to this state. `words` may be empty; where they are needed, they are asked for."""

    referral_id: str
    to: ReferralState
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemindReferral:
    """Remind of it on a day; None never."""

    referral_id: str
    on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SendDossier:
    """Send me the dossier again."""

    referral_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralHelp:
    """Usage, of everything or of one word."""

    word: str | None


ReferralCommand = ListReferrals | ShowReferral | StepReferral | RemindReferral | SendDossier | ReferralHelp


def parse_referrals(text: str) -> ReferralCommand:
    """What a person asks for. Verbs and ids in any case; nothing is checked against the desk.

    Raises:
        Invalid: one or two sentences say what was not understood, and what was probably meant.
    """
    text = text.strip()
    refuse_longer(text, LONGEST)
    verb, *rest = text.split(maxsplit=1) or [""]
    reader = _VERBS.get(verb.casefold())
    if reader is not None:
        return reader(rest[0] if rest else "")
    named = _REFERRAL.read(verb)
    if named is not None:
        if rest:
            raise Invalid(f"Say first what to do with {named}, such as `handed {named}`; `{named}` alone shows it.")
        return ShowReferral(referral_id=named)
    return _list(text)


def read_refer(said: str) -> ReferOffender:
    """What follows `/offenders refer`: a seller, in quotation marks where the name has spaces, and an agency's key.

    Raises:
        Invalid.
    """
    said = said.strip()
    marked = _QUOTED.match(said)
    seller, rest = (marked[1], said[marked.end() :]) if marked else ("", said)
    words = rest.split()
    if marked is None:
        seller, words = (words[0], words[1:]) if words else ("", [])
    seller = " ".join(in_words(seller).replace("`", "").strip(",;").split())
    if not seller:
        raise Invalid("Say whom to refer, and to which agency, such as `refer acme:S-5 pipcu`.")
    if len(seller) > LONGEST_SELLER:
        raise Invalid(f"A seller has at most {LONGEST_SELLER} characters; that has {len(seller)}.")
    if words and words[0].casefold() == "to":
        words = words[1:]
    if len(words) > 1:
        raise Invalid(
            "`refer` takes a seller and the key of one agency, such as `refer acme:S-5 pipcu`; "
            'a name with spaces stands in quotation marks: `refer "Shop 5" pipcu`.'
        )
    return ReferOffender(seller=seller, agency=agency_key(words[0]) if words else "")


def _list(said: str) -> ListReferrals:
    states: list[ReferralState] = []
    mine = over_too = False
    page = 1
    for word in said.replace(",", " ").split():
        bare = unescaped(word).strip(AROUND).casefold().replace("-", "_")
        turned = _PAGE.fullmatch(bare)
        if turned is not None:
            page = max(1, min(int(turned[1]), MOST_PAGES))
        elif bare == "mine":
            mine = True
        elif bare in ("all", "open"):
            over_too = bare == "all"
        elif bare in _STATES:
            states.append(_STATES[bare])
        else:
            ways = "Say an id such as `RF-12`, a state such as `handed_over`, `mine` or `all`."
            near = meant(bare, [*_VERBS, *_STATES, "mine", "all"], otherwise=ways)
            raise Invalid(f"I do not understand {quoted(unescaped(word))}. {near}")
    return ListReferrals(states=tuple(dict.fromkeys(states)), mine=mine, over_too=over_too, page=page)


def _show(said: str) -> ShowReferral:
    return ShowReferral(referral_id=_REFERRAL.only("show", said))


def _send(said: str) -> SendDossier:
    return SendDossier(referral_id=_REFERRAL.only("send", said))


def _step(verb: str, to: ReferralState) -> Callable[[str], StepReferral]:
    def read(said: str) -> StepReferral:
        word, *rest = said.split(maxsplit=1) or [""]
        words = in_words(rest[0]) if rest else ""
        if to is ReferralState.HANDED_OVER and words.casefold().startswith("to "):
            words = words[3:].strip()
        return StepReferral(referral_id=_REFERRAL.one(verb, word), to=to, words=words)

    return read


def _remind(said: str) -> RemindReferral:
    word, *rest = said.split() or [""]
    named = _REFERRAL.one("remind", word)
    if len(rest) != 1:
        raise Invalid(f"Say when, such as `remind {named} 2027-01-31`; `remind {named} never` takes the day away.")
    day = rest[0].strip(AROUND)
    if day.casefold() in _NEVER:
        return RemindReferral(referral_id=named, on=None)
    try:
        return RemindReferral(referral_id=named, on=date.fromisoformat(day))
    except ValueError:
        raise Invalid(f"{quoted(unescaped(day))} is not a day; write it like `2027-01-31`.") from None


def _help(said: str) -> ReferralHelp:
    word = unescaped(said).split(maxsplit=1)[:1]
    return ReferralHelp(word=word[0].strip(AROUND + "/").casefold() or None if word else None)


_STATES: Mapping[str, ReferralState] = {
    **{state.value: state for state in ReferralState},
    "drafts": ReferralState.DRAFT,
    "handed": ReferralState.HANDED_OVER,
    "case": ReferralState.CASE_OPENED,
}
_VERBS: Mapping[str, Callable[[str], ReferralCommand]] = {
    "list": _list,
    "show": _show,
    "handed": _step("handed", ReferralState.HANDED_OVER),
    "acknowledged": _step("acknowledged", ReferralState.ACKNOWLEDGED),
    "case": _step("case", ReferralState.CASE_OPENED),
    "raid": _step("raid", ReferralState.RAIDED),
    "charge": _step("charge", ReferralState.CHARGED),
    "close": _step("close", ReferralState.CLOSED),
    "withdraw": _step("withdraw", ReferralState.WITHDRAWN),
    "remind": _remind,
    "send": _send,
    "help": _help,
}
REFERRAL_VERBS = frozenset(_VERBS)
