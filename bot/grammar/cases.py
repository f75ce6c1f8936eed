"""Reading what is asked of cases and test purchases, after the verb; and a list of cases as it is typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.errors import Invalid
from bot.grammar.case_commands import (
    AssignCase,
    CaseCommand,
    ListCases,
    ListPurchases,
    NextStep,
    NoteCase,
    OrderPurchase,
    SetCase,
    ShowCase,
    ShowPurchase,
    Which,
)
from bot.grammar.filing import in_words
from bot.grammar.lists import read_page
from bot.grammar.nearness import meant, nearest, quoted
from bot.grammar.options import option_at, unescaped
from bot.grammar.sellers import only_seller, seller_at
from bot.model import CaseState

CASE_USAGE: tuple[tuple[str, str], ...] = (
    ("/offenders cases mine", "cases of the task force: mine, open, closed, or of @somebody"),
    ("/offenders assign acme:S-5 @bo", "open a case, or hand it over"),
    ("/offenders case acme:S-5", "its page; with watching, investigating or closed and why, its state"),
    ("/offenders note acme:S-5 the shop moved to Ningbo", "keep a note with it"),
    ("/offenders next acme:S-5 fri call the agency", "what is done next, and when; `done` instead ends it"),
    ("/offenders purchase acme:S-5", "enter a test purchase; purchase TP-3 shows one, with its next steps"),
    ("/offenders purchases acme:S-5", "the test purchases from a seller"),
)
CASE_FORMS = {
    "cases": "/offenders cases [mine|open|closed|@person] [page:N]",
    "assign": "/offenders assign SELLER @person",
    "case": "/offenders case SELLER [watching|investigating|closed [REASON]]",
    "note": "/offenders note SELLER TEXT",
    "next": "/offenders next SELLER DATE TEXT, /offenders next SELLER done",
    "purchase": "/offenders purchase SELLER|TP-3, /offenders purchases SELLER",
}
_CONFIDENTIAL = (
    "Cases are confidential: for analysts, approvers and admins, in private channels and direct messages only."
)
CASE_NOTES = {
    "cases": (_CONFIDENTIAL,),
    "assign": ("Linked sellers share one case. Whoever gets it is told.", _CONFIDENTIAL),
    "case": ("`referred` is said by handing a referral over.", _CONFIDENTIAL),
    "note": ('A name with spaces goes in quotation marks: "Shop 77".', _CONFIDENTIAL),
    "next": ("A day is written 2026-12-01, 1 Dec, fri, tomorrow, in 2 weeks or 3d.", _CONFIDENTIAL),
    "purchase": ("What was found counterfeit weighs in the score as an upheld notice does.", _CONFIDENTIAL),
}

_MENTION = r"<@([UW][A-Z0-9]{2,20})(?:\|[^>]*)?>"
_AT_END = re.compile(rf"(?:(.*?\S)\s+)?(?:to\s+)?{_MENTION}[.,;]?", re.DOTALL | re.IGNORECASE)
_AT_START = re.compile(rf"{_MENTION}\s+(.*)", re.DOTALL)
_PERSON = re.compile(rf"{_MENTION}[.,;]?|([UW][A-Z0-9]{{4,20}})")
_PURCHASE = re.compile(r"TP-0*([1-9][0-9]{0,8})", re.ASCII | re.IGNORECASE)
_WORD = re.compile(r"\s*(\S+)")
_STATES: Mapping[str, CaseState] = {
    **{state.value: state for state in CaseState},
    "watch": CaseState.WATCHING,
    "investigate": CaseState.INVESTIGATING,
    "investigation": CaseState.INVESTIGATING,
    "close": CaseState.CLOSED,
}
_WHICH: Mapping[str, Which] = {"mine": "mine", "my": "mine", "open": "open", "closed": "closed", "all": "open"}
_DONE = frozenset({"done", "none", "nothing", "clear"})


def _assign(said: str) -> AssignCase:
    example = "assign acme:S-5 @name"
    last, first = _AT_END.fullmatch(said.strip()), _AT_START.fullmatch(said.strip())
    seller, to = (last[1], last[2]) if last else (first[2], first[1]) if first else ("", "")
    if not to:
        raise Invalid(f"Say who is to look after it, such as `{example}`; choose the name Slack offers after `@`.")
    if not seller:
        raise Invalid(f"Say which seller, such as `{example}`.")
    return AssignCase(seller=only_seller("assign", seller), to=to)


def _case(said: str) -> ShowCase | SetCase:
    example = "case acme:S-5"
    named = seller_at(said, 0, example=example)
    word, *why = said[named.end :].split(maxsplit=1) or [""]
    asked = word.casefold().strip("`,;.:")
    if asked == CaseState.REFERRED:
        raise Invalid("A case is referred once a referral of it is handed over: `refer SELLER AGENCY`.")
    if asked in _STATES:
        return SetCase(seller=named.seller, state=_STATES[asked], why=in_words(why[0]) if why else "")
    states = [state for state in CaseState if state is not CaseState.REFERRED]
    slip = nearest(asked, states, slips_only=True) is not None if asked else False
    if word and (slip or named.quoted or re.fullmatch(r"\w[\w.-]*:\S+", named.seller)):
        there_are = "A case is watching, investigating or closed."
        advice = meant(asked, states, otherwise=there_are)
        raise Invalid(f"I do not know the state {quoted(unescaped(word))}. {advice}")
    return ShowCase(seller=only_seller("case", said))


def _note(said: str) -> NoteCase:
    example = "note acme:S-5 the shop moved to Ningbo"
    named = seller_at(said, 0, example=example)
    words = in_words(said[named.end :])
    if not words:
        raise Invalid(f"Say what is to be remembered, such as `{example}`.")
    return NoteCase(seller=named.seller, words=words)


def _next(said: str) -> NextStep:
    example = "next acme:S-5 fri call the agency"
    named = seller_at(said, 0, example=example)
    words = in_words(said[named.end :])
    if not words:
        raise Invalid(f"Say when and what, such as `{example}`; `done` instead says that nothing is next.")
    return NextStep(seller=named.seller, said="" if words.casefold().strip(" .!`") in _DONE else words)


def _cases(said: str) -> ListCases:
    which: Which | None = None
    owner, page, at = "", "1", 0
    while (word := _WORD.match(said, at)) is not None:
        option = option_at(said, word.start(1), ("page",))
        if option is not None:
            page, at = option.value, option.end
            continue
        at = word.end()
        person = _PERSON.fullmatch(word[1])
        named = _WHICH.get(word[1].casefold().strip(",;."))
        if person is not None:
            owner = person[1] or person[2]
        elif named is not None:
            which = named
        else:
            ways = "There are mine, open, closed, and @somebody's."
            raise Invalid(
                f"I do not know the cases {quoted(unescaped(word[1]))}. {meant(word[1], _WHICH, otherwise=ways)}"
            )
    if owner and which == "mine":
        raise Invalid("Say `mine` or somebody, not both.")
    return ListCases(which=which or "open", owner=owner, page=read_page(page))


def _purchase(said: str) -> OrderPurchase | ShowPurchase:
    found = _PURCHASE.fullmatch(said.strip().strip("`.,"))
    return ShowPurchase(purchase_id=f"TP-{found[1]}") if found else OrderPurchase(seller=only_seller("purchase", said))


def cases_as_typed(asked: ListCases) -> str:
    """What is read as the same list."""
    owner = f" {asked.owner}" if asked.owner else ""
    return f"cases {asked.which}{owner}{f' page:{asked.page}' if asked.page > 1 else ''}"


CASE_VERBS: Mapping[str, Callable[[str], CaseCommand]] = {
    "cases": _cases,
    "assign": _assign,
    "case": _case,
    "note": _note,
    "next": _next,
    "purchase": _purchase,
    "purchases": lambda said: ListPurchases(seller=only_seller("purchases", said)),
}
