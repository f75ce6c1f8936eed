"""How referrals look: the list, the page of one, what a second person is asked and shown; the forms from next door.

All of it is confidential: only ever a private answer, a direct message, or in a channel the bare fact that one waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.agencies.missing import Lack
from bot.blocks import Json, Message, as_written, button, buttons, facts, message, ours, theirs, usage_message
from bot.blocks.referral_forms import (
    choice_form,
    form,
    reminder_form,
    shown_words,
    step_form,
    typed,
    why_form,
)
from bot.blocks.tables import header, name_cut, one_line, small_as_written, whole_lines
from bot.grammar.referrals import ListReferrals, referral_usage
from bot.model import PAGE, REFERRAL_STEPS, Built, Change, Referral, ReferralState, Shown

__all__ = [
    "APPROVE",
    "LOOK",
    "REFUSE",
    "STEPS",
    "TURNS",
    "asked",
    "choice_form",
    "form",
    "help_text",
    "listed",
    "look",
    "of_offender",
    "refer_button",
    "reminder_form",
    "shown",
    "step_form",
    "told",
    "why_form",
]

APPROVE, REFUSE, LOOK, SHOW = "referrals.approve", "referrals.refuse", "referrals.look", "referrals.show"
SEND, REMIND, REFER = "referrals.send", "referrals.remind", "referrals.refer"
TURNS = ("referrals.newer", "referrals.older")
STEPS: Mapping[ReferralState, str] = {
    ReferralState.HANDED_OVER: "Handed over…",
    ReferralState.ACKNOWLEDGED: "Acknowledged…",
    ReferralState.CASE_OPENED: "Case number…",
    ReferralState.RAIDED: "Raid…",
    ReferralState.CHARGED: "Charge…",
    ReferralState.CLOSED: "Close…",
    ReferralState.WITHDRAWN: "Withdraw…",
}
"""What a person may say of one, with the button's label; each has a route `referrals.to_STATE`."""
_CHANGES = 12
_CHANGE_LIMIT = 300
_LONG = 400
_VALUE_LIMIT = 1900


def told(words: str, *, referral_id: str = "") -> Message:
    """A short answer, or what somebody has to know, with the way to the referral."""
    ways = [button(f"Show {referral_id}", SHOW, referral_id)] if referral_id else []
    return message([words], [theirs(words), *buttons(ways)])


def listed(referrals: Sequence[Referral], *, total: int, wanted: ListReferrals, names: Mapping[str, str]) -> Message:
    """A page of referrals, the newest first; `names` of who drafted them, by user id."""
    title = _title(wanted)
    start = (wanted.page - 1) * PAGE
    span = f"{start + 1}–{start + len(referrals)} of {total}" if referrals else f"There is no page {wanted.page}."
    if not total:
        span = "None. Refer an offender with /offenders refer SELLER AGENCY, or from their page."
    lines = [_line(one, names) for one in referrals]
    rows = [
        as_written(line, button(f"Show {one.id}", SHOW, one.id)) for one, line in zip(referrals, lines, strict=True)
    ]
    pages = [(wanted.page - 1, "Newer", TURNS[0]), (wanted.page + 1, "Older", TURNS[1])]
    turning = [
        button(label, action, _command(wanted, page)) for page, label, action in pages if 1 <= page <= -(-total // PAGE)
    ]
    text = whole_lines([title, span], lines, [], more=lambda left: f"and {left} more." if left else "")
    return Message(text=text, blocks=(header(title), small_as_written(span), *rows, *buttons(turning)))


def shown(
    referral: Referral,
    *,
    changes: Sequence[Change],
    names: Mapping[str, str],
    asks: Mapping[str, str],
    decides: bool,
    sends: bool,
) -> Message:
    """All about one. `asks` are the words of the agency's form by item; the buttons are what may be done next."""
    title = f"{referral.id} · {referral.state.words}"
    about = f"{name_cut(referral.title, 150)} to {one_line(referral.agency_name, 200)}"
    rows = _rows(referral, names, asks)
    newest = sorted(changes, key=lambda one: one.number, reverse=True)[:_CHANGES]
    lines = [_change(one, names) for one in newest]
    earlier = [f"and {len(changes) - len(newest)} earlier"] if len(changes) > len(newest) else []
    blocks = [
        header(title),
        as_written(about),
        *([as_written(referral.trouble)] if referral.trouble and referral.built is None else []),
        *facts(rows),
        *([ours("*Summary for the agency*"), theirs(referral.summary)] if referral.summary else []),
        ours("*History*"),
        as_written("\n".join([*lines, *earlier])),
        *_verbs(referral, decides=decides, sends=sends),
    ]
    said = [f"{label}: {value}" for label, value in rows if value]
    said += [f"Summary for the agency: {referral.summary}"] if referral.summary else []
    text = whole_lines([title, about, referral.trouble, *said, "History:"], lines, earlier, more=_earlier)
    return Message(text=text, blocks=tuple(blocks))


def asked(referral: Referral, *, drafted_by: str, decided_by: str, alone: bool) -> Message:
    """What asks a second person, and what it turns into. Only to who reads it `alone`, who may know, of whom it is."""
    waits = referral.state is ReferralState.DRAFT
    state = "waits for a second person" if waits else _became(referral, decided_by)
    head = f"A referral {state}: {referral.id}"
    lines = [head, f"Drafted by {one_line(drafted_by)}{', who cannot approve it' if waits else ''}."]
    if alone:
        lines.insert(1, f"{name_cut(referral.title, 150)} to {one_line(referral.agency_name, 200)}")
    if not alone and waits:
        lines.append("Of whom, and to whom, is shown to you alone: press Look.")
    verbs = []
    if waits:
        look_ = button("Look", LOOK, referral.id, primary=not alone)
        verbs = [*([_approve(referral)] if alone else []), look_, _refuse(referral)]
    told_of = [as_written(shown_words(referral.shows)), theirs(referral.summary)] if alone and waits else []
    said = [shown_words(referral.shows), f"Summary for the agency: {referral.summary}"] if told_of else []
    return message([*lines, *said], [as_written("\n".join(lines)), *told_of, *buttons(verbs)])


def look(
    referral: Referral,
    *,
    goes: Sequence[tuple[str, str]],
    lacks: Sequence[Lack],
    asks: Mapping[str, str],
    drafted_by: str,
    decides: bool,
) -> Message:
    """All that would go, for the one who decides. `goes` as `will_go` has it."""
    title = f"What {referral.id} would send"
    about = f"{name_cut(referral.title, 150)} to {one_line(referral.agency_name, 200)}"
    rows = [*goes, ("Evidence files", _with_files(referral)), ("Goes to", _where(referral))]
    shows = shown_words(referral.shows)
    answers = [(asks.get(key, key), words) for key, words in (referral.answers or {}).items()]
    open_ = [asks.get(lack.item, lack.item.words) for lack in lacks if lack.asked]
    missing = [typed(lack) for lack in lacks if not lack.asked]
    missing += [f"Not answered: {'; '.join(open_)}."] if open_ else []
    numbers = f"Exhibits are numbered {referral.initials}-001 and so on."
    drafted = f"Drafted by {one_line(drafted_by)}, who cannot approve it. {numbers}"
    blocks = [
        header(title),
        as_written(about),
        *facts(rows),
        as_written(shows),
        ours("*Summary for the agency*"),
        theirs(referral.summary),
        *facts(answers),
        *([ours("*Missing*"), as_written("\n".join(f"• {words}" for words in missing))] if missing else []),
        small_as_written(drafted),
        *(buttons([_approve(referral), _refuse(referral)]) if decides else []),
    ]
    said = [f"{label}: {value}" for label, value in (*rows, *answers)]
    lines = [title, about, *said, shows, f"Summary for the agency: {referral.summary}"]
    lines += [*(["Missing:"] if missing else []), *missing, drafted]
    return message(lines, blocks)


def of_offender(referrals: Sequence[Referral]) -> tuple[list[str], list[Json]]:
    """What an offender's page says of referrals, to who may know: lines, and the same drawn."""
    lines = [
        f"{one.id} to {one_line(one.agency_name)}: {one.state.words} since {one.stands_since:%d %b %Y}"
        + (f", {one_line(one.outcome, _LONG)}" if one.outcome else "")
        for one in referrals[:5]
    ]
    if len(referrals) > len(lines):
        lines.append(f"and {len(referrals) - len(lines)} more")
    return lines, [ours("*Referrals*"), as_written("\n".join(lines))] if lines else []


def refer_button(seller: str) -> Json:
    """On an offender's page; `seller` is a token of it."""
    return button("Refer…", REFER, seller)


def help_text(word: str | None) -> Message:
    """Usage of `/referrals`."""
    return usage_message(referral_usage(word))


def _line(one: Referral, names: Mapping[str, str]) -> str:
    who = one_line(names.get(one.by.user_id, one.by.user_id))
    number = f" · case {one_line(one.case_number)}" if one.case_number else ""
    outcome = f" · {one_line(one.outcome, 200)}" if one.outcome else ""
    return (
        f"{one.id} · {name_cut(one.title)} to {one_line(one.agency_name)} · {one.state.words} since "
        f"{one.stands_since:%d %b %Y}{number}{outcome} · by {who}"
    )


def _rows(one: Referral, names: Mapping[str, str], asks: Mapping[str, str]) -> list[tuple[str, str]]:
    built = one.built
    decided = names.get(one.decided_by.user_id, "") if one.decided_by else ""
    did = "Refused by" if one.state is ReferralState.REFUSED else "Approved by"
    return [
        ("Since", f"{one.stands_since:%d %b %Y, %H:%M} UTC"),
        ("Drafted by", names.get(one.by.user_id, one.by.user_id)),
        (did, f"{decided}, {one.decided_at:%d %b %Y}" if one.decided_by else ""),
        ("Why", one.why),
        ("Handed to", one.handed_to),
        ("Case number", one.case_number),
        ("Outcome", one.outcome),
        ("Reminder", f"{one.next_on:%d %b %Y}" if one.next_on else ""),
        ("Shows besides public data", ", ".join(_SHORT[what] for what in Shown if what in one.shows) or "nothing"),
        ("Dossier", f"{built.name}, SHA-256 {built.sha256}{_gone(built)}" if built else _not_made(one)),
        ("Signed", f"with the key {built.key}, {_stamped(built.timestamped)}" if built else ""),
        ("Answers", "; ".join(asks.get(key, key) for key in one.answers or ())),
    ]


_SHORT = {
    Shown.IDENTIFIERS: "identifiers",
    Shown.STAFF: "our people",
    Shown.THIRD_PARTIES: "other people",
    Shown.MONEY: "costs and order ids",
}


def _gone(built: Built) -> str:
    return f", erased on {built.gone_at:%d %b %Y}" if built.gone_at else ""


def _stamped(yes: bool) -> str:
    return "with a timestamp" if yes else "without a timestamp"


def _not_made(one: Referral) -> str:
    waits = one.state is ReferralState.APPROVED
    return ("not made: see above" if one.trouble else "being made") if waits else "none"


def _became(one: Referral, by: str) -> str:
    if one.state is ReferralState.REFUSED:
        return f"was refused by {one_line(by)}"
    if one.decided_by is None:
        return "was withdrawn"
    return f"was approved by {one_line(by)}"


def _change(change: Change, names: Mapping[str, str]) -> str:
    who = one_line(names.get(change.actor.user_id, change.actor.user_id))
    named = "" if who in change.words else f" ({who})"
    return f"{change.at:%d %b %Y, %H:%M} UTC · {one_line(change.words, _CHANGE_LIMIT)}{named}"


def _earlier(left: int) -> str:
    return f"and {left} more changes" if left else ""


def _verbs(one: Referral, *, decides: bool, sends: bool) -> list[Json]:
    deciding = [button("Look", LOOK, one.id), _approve(one), _refuse(one)] if decides else []
    after = REFERRAL_STEPS[one.state]
    steps = [
        button(label, f"referrals.to_{state.value}", one.id, primary=state is ReferralState.HANDED_OVER)
        for state, label in STEPS.items()
        if state in after and (state is not ReferralState.HANDED_OVER or one.built)
    ]
    dated = [] if one.state is ReferralState.DRAFT or one.state.over else [button("Remind me…", REMIND, one.id)]
    again = "Send me the dossier" if one.built else "Try again to make it"
    may = sends or (one.state is ReferralState.APPROVED and bool(one.trouble) and not one.built)
    return [*buttons(deciding), *buttons([*steps, *dated, *([button(again, SEND, one.id)] if may else [])])]


def _approve(one: Referral) -> Json:
    return button(f"Approve {one.id}", APPROVE, f"{one.id} {one.version}", primary=True)


def _refuse(one: Referral) -> Json:
    return button(f"Refuse {one.id}…", REFUSE, one.id)


def _with_files(one: Referral) -> str:
    return "they go with it" if one.files else "left out"


def _where(one: Referral) -> str:
    return "the folder for dossiers" if one.to_folder else "the direct messages of who drafted it"


def _title(wanted: ListReferrals) -> str:
    which = ", ".join(state.words for state in wanted.states) or ("all" if wanted.over_too else "not over")
    return f"{'Your referrals' if wanted.mine else 'Referrals'}: {which}"


def _command(wanted: ListReferrals, page: int) -> str:
    said = [*(state.value for state in wanted.states), "mine" if wanted.mine else "", "all" if wanted.over_too else ""]
    return " ".join(part for part in (*said, f"page:{page}") if part)[:_VALUE_LIMIT]
