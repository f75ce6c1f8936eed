"""What `/referrals help` says."""

from __future__ import annotations

from bot.grammar.nearness import nearest, quoted
from bot.model import ReferralState

REFERRAL_USAGE: tuple[tuple[str, str], ...] = (
    ("/referrals", "the offenders that were referred to an agency and what came of it; those that are not over"),
    ("/referrals mine handed_over page:2", "yours, in a state, further back; all shows those that are over too"),
    ("/referrals show RF-12", "all about one, with a button for what comes next; the id alone does as well"),
    ("/referrals handed RF-12 to Inspector Lee by post", "the agency has it"),
    ("/referrals acknowledged RF-12", "they say that they have it"),
    ("/referrals case RF-12 CR/2027/118", "their case number"),
    ("/referrals raid RF-12 two warehouses", "they searched or seized"),
    ("/referrals charge RF-12", "somebody was charged"),
    ("/referrals close RF-12 convicted", "it is over, and what came of it"),
    ("/referrals withdraw RF-12 settled out of court", "we take it back, and why"),
    ("/referrals remind RF-12 2027-01-31", "remind me that day; never takes the day away"),
    ("/referrals send RF-12", "the dossier once more, in your direct messages; each sending is on record"),
    (
        "/referrals help handed",
        "about one word: list, show, handed, acknowledged, case, raid, charge, close, withdraw, remind, send",
    ),
)
_FORMS = {
    "list": "/referrals [mine] [all] [STATE …] [page:N]",
    "show": "/referrals RF-N, /referrals show RF-N",
    "handed": "/referrals handed RF-N [to WHOM]",
    "acknowledged": "/referrals acknowledged RF-N [words]",
    "case": "/referrals case RF-N NUMBER",
    "raid": "/referrals raid RF-N [words]",
    "charge": "/referrals charge RF-N [words]",
    "close": "/referrals close RF-N OUTCOME",
    "withdraw": "/referrals withdraw RF-N REASON",
    "remind": "/referrals remind RF-N DAY | never",
    "send": "/referrals send RF-N",
    "help": "/referrals help [WORD]",
}
_TOPICS = {"page": "list", "mine": "list", "all": "list", "dossier": "send", "number": "case"}
_TOPICS |= {state.value: "list" for state in ReferralState if state.value not in _FORMS}
_REFER = "An offender is referred with `/offenders refer SELLER AGENCY`, or with Refer… on their page."
_NOTES = {
    "list": ("States: " + ", ".join(ReferralState) + ".", _REFER),
    "show": (_REFER,),
    "handed": ("Only once a second person has approved it and its dossier is made.",),
    "acknowledged": ("An agency may skip steps; nothing goes back.",),
    "case": ("Without a number a form asks for it.",),
    "close": ("Without an outcome a form asks for it.",),
    "withdraw": ("Tell the agency yourself where they have it already.",),
    "remind": ("Without a day you are reminded after 14 days to hand it over, and after 30 to ask what came of it.",),
    "send": ("For who asked for it, who approved it, who looks after the case, and admins. It is the very same file.",),
}


def referral_usage(word: str | None) -> str:
    """Plain text: everything, or what there is to say about one word."""
    if word is None:
        return _rows(REFERRAL_USAGE)
    asked = _TOPICS.get(word.casefold(), word.casefold())
    if asked in _FORMS:
        return "\n".join(part for part in (_FORMS[asked], _rows(_about(asked)), *_NOTES.get(asked, ())) if part)
    near = nearest(word, [*_FORMS, *_TOPICS])
    hint = f" Did you mean `{near}`?" if near else ""
    return f"There is no help about {quoted(word)}.{hint}\n\n{_rows(REFERRAL_USAGE)}"


def _about(verb: str) -> tuple[tuple[str, str], ...]:
    if verb == "list":
        return REFERRAL_USAGE[:2]
    if verb == "show":
        return REFERRAL_USAGE[2:3]
    return tuple(row for row in REFERRAL_USAGE if row[0].removeprefix("/referrals").split()[:1] == [verb])


def _rows(rows: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"{example}\n    {words}" for example, words in rows)
