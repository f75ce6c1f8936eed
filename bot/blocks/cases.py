"""How cases look: the page of one, its message, the list, and the forms about it. Only ever for who may refer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import slackblocks as sb

from bot.blocks import Json, Message, as_written, button, buttons, message, ours, small, theirs
from bot.blocks.forms import modal, plain_text
from bot.blocks.purchases import line as purchase_line
from bot.blocks.purchases import pick as pick_purchase
from bot.blocks.tables import header, name_cut, one_line, select, whole_lines
from bot.grammar.case_commands import ListCases
from bot.grammar.cases import cases_as_typed
from bot.grammar.days import in_full
from bot.model import NOTE_LIMIT, PAGE, WHY_LIMIT, Case, CaseState, Change, Purchase
from bot.offenders import token

STEP_LIMIT = 300
_CHANGES = 15
_PURCHASES = 10
_LINE = 400
_TITLE = 120
_STATES = {
    CaseState.WATCHING: "Watching",
    CaseState.INVESTIGATING: "Investigating",
    CaseState.CLOSED: "Closed",
}


def page(
    case: Case,
    *,
    others: Sequence[Case],
    sellers: Sequence[str],
    changes: Sequence[Change],
    purchases: Sequence[Purchase],
    names: Mapping[str, str],
) -> Message:
    """All about a case. `changes` newest first; `names` of people by user id."""
    head = f"Case of {name_cut(case.title, _TITLE)}"
    facts = _facts(case, names.get(case.owner, case.owner))
    also = [_other(one, names.get(one.owner, one.owner)) for one in others]
    rest = [one for one in sellers if one != case.seller]
    linked = [f"Linked with it: {one_line(', '.join(rest), _LINE)}."] if rest else []
    bought = [purchase_line(one) for one in purchases[-_PURCHASES:][::-1]]
    tried = ["Test purchases:", *bought] if bought else []
    happened = [_change(one, names) for one in changes[:_CHANGES]]
    more = f"And {len(changes) - _CHANGES} earlier." if len(changes) > _CHANGES else ""
    blocks = [header(head), as_written("\n".join([*facts, *linked, *also]))]
    if bought:
        blocks += [ours(f"*Test purchases* · {len(purchases)}"), as_written("\n".join(bought))]
        blocks += buttons(pick_purchase(purchases[::-1]))
    blocks += [ours("*What happened*"), as_written("\n".join(happened)), *([small(more)] if more else [])]
    blocks += verbs(case)
    text = whole_lines([head, *facts, *linked, *also, *tried, "What happened:"], happened, [more], more=lambda left: "")
    return Message(text=text, blocks=tuple(blocks))


def card(case: Case, *, others: Sequence[Case], owner: str) -> Message:
    """The message of a case, whose thread has what happens."""
    head = f"Case of {name_cut(case.title, _TITLE)}"
    lines = _facts(case, owner)
    also = [f"Another case of the same offender: {name_cut(one.title)}, {one.state}." for one in others]
    hint = "Confidential. What happens is said in the thread."
    blocks = [header(head), as_written("\n".join([*lines, *also])), small(hint), *buttons([opens(case)])]
    return message([head, *lines, *also, hint], blocks)


def moved() -> Message:
    """What is left where a case had its message."""
    words = "A case was here. It has moved to where its owner sees it."
    return message([words], [ours(words)])


def said(words: str) -> Message:
    """Words in the thread of a case."""
    return message([words], [as_written(words)])


def told(words: str, *, seller_token: str = "") -> Message:
    """A short private answer, with the way to the case."""
    ways = [button("Case…", "cases.show", seller_token)] if seller_token else []
    return message([words], [theirs(words), *buttons(ways)])


def listed(cases: Sequence[Case], *, total: int, asked: ListCases, names: Mapping[str, str], mine: str) -> Message:
    """A page of cases. `mine` is the user id of whoever asks."""
    whose = " of yours" if asked.which == "mine" or asked.owner == mine else ""
    if asked.owner and not whose:
        whose = f" of {one_line(names.get(asked.owner, asked.owner))}"
    state = "closed" if asked.which == "closed" else "open"
    head = f"{total} {state} {'case' if total == 1 else 'cases'}{whose}" if total else f"No {state} cases{whose}"
    lines = [in_brief(one, names.get(one.owner, one.owner)) for one in cases]
    blocks: list[Json] = [header(head)]
    if total and not cases:
        lines = [f"There is no page {asked.page}."]
    if lines:
        blocks.append(as_written("\n".join(lines)))
    menu = select("Show case…", "cases.pick", [(one.title, token(one.seller)) for one in cases])
    blocks += buttons([*menu, *_turns(asked, total)])
    if not total:
        blocks.append(small("`/offenders assign SELLER @person` opens one."))
    return message([head, *lines], blocks)


def in_brief(case: Case, owner: str = "") -> str:
    """`Shop 5 (acme:S-5) · investigating · Bo Lindqvist · next Fri 27 Nov 2026: call them`, or without the owner."""
    step = f" · next {in_full(case.next_on)}: {one_line(case.next_step, 150)}" if case.next_on else ""
    whose = f" · {one_line(owner)}" if owner else ""
    return f"{name_cut(case.title, _TITLE)} · {case.state}{whose}{step}"


def on_offender(case: Case, owner: str, others: Sequence[Case]) -> str:
    """What an offender's page says: `Case: investigating, Bo Lindqvist, next Fri 27 Nov 2026: call them.`"""
    step = f", next {in_full(case.next_on)}: {one_line(case.next_step, 150)}" if case.next_on else ""
    also = f" There is another, of {name_cut(others[0].title)}." if others else ""
    return f"Case: {case.state}, {one_line(owner)}{step}.{also}"


def opens(case: Case) -> Json:
    return button("Case…", "cases.show", token(case.seller))


def opens_for(seller_token: str, case: Case | None) -> Json:
    """The button on an offender's page: to their case, or to open one."""
    return opens(case) if case else button("Open a case…", "cases.assign", seller_token)


def verbs(case: Case) -> list[Json]:
    """What can be done about a case."""
    about = token(case.seller)
    planned = [button("Next step…", "cases.next", about)] if case.open else []
    return buttons(
        [
            button("Note…", "cases.note", about),
            *planned,
            button("State…", "cases.state", about),
            button("Assign…", "cases.assign", about),
            button("Test purchase…", "purchases.order", about),
        ]
    )


def note_form(case: Case) -> Json:
    """Asks what is to be remembered. Metadata: the seller's key."""
    words = sb.PlainTextInput("note", multiline=True, max_length=NOTE_LIMIT)
    hint = plain_text("It stays with the case, with your name, and goes into its thread.")
    asked = sb.InputBlock(plain_text("Note"), words, block_id="note", hint=hint)
    return _form("Note", case, [asked], submit="Keep it", callback_id="cases.note")


def next_form(case: Case) -> Json:
    """Asks what is done next, and by when. Metadata: the seller's key."""
    day = sb.DatePicker("on", initial_date=case.next_on.isoformat() if case.next_on else None)
    step = sb.PlainTextInput("step", initial_value=case.next_step or None, max_length=STEP_LIMIT)
    hint = plain_text("The owner is reminded on that day. Leave both empty where nothing is next.")
    return _form(
        "Next step",
        case,
        [
            sb.InputBlock(plain_text("What"), step, block_id="step", optional=True),
            sb.InputBlock(plain_text("When"), day, block_id="on", optional=True, hint=hint),
        ],
        submit="Save",
        callback_id="cases.next",
    )


def state_form(case: Case) -> Json:
    """Asks for the state and why. Metadata: the seller's key."""
    options = {state: sb.Option(plain_text(words), state.value) for state, words in _STATES.items()}
    menu = sb.StaticSelectMenu(
        "state", list(options.values()), initial_option=options.get(case.state), placeholder=plain_text("Choose")
    )
    why = sb.PlainTextInput("why", multiline=True, max_length=WHY_LIMIT)
    hint = plain_text("A case is referred once a referral of it is handed over.")
    return _form(
        "State",
        case,
        [
            sb.InputBlock(plain_text("State"), menu, block_id="state", hint=hint),
            sb.InputBlock(plain_text("Why"), why, block_id="why", optional=True),
        ],
        submit="Save",
        callback_id="cases.state",
    )


def assign_form(seller: str, title: str, case: Case | None, channel: str = "") -> Json:
    """Asks who looks after a seller. Metadata: the channel it is asked in, if any, a space, and the seller's key."""
    to = sb.UserSelectMenu("owner", placeholder=plain_text("Choose somebody"))
    hint = plain_text("They are told. It takes the role analyst, approver or admin.")
    what = "Case of" if case else "Open a case of"
    return modal(
        "Assign" if case else "Open a case",
        [
            sb.SectionBlock(text=plain_text(f"{what} {one_line(title, 500)}")),
            sb.InputBlock(plain_text("Owner"), to, block_id="owner", hint=hint),
        ],
        submit="Assign" if case else "Open",
        close="Cancel",
        callback_id="cases.assign",
        private_metadata=f"{channel} {seller}",
    )


def _form(title: str, case: Case, blocks: list[sb.Block], *, submit: str, callback_id: str) -> Json:
    about = sb.SectionBlock(text=plain_text(f"Case of {one_line(case.title, 500)}"))
    return modal(
        title,
        [about, *blocks],
        submit=submit,
        close="Cancel",
        callback_id=callback_id,
        private_metadata=case.seller,
    )


def _facts(case: Case, owner: str) -> list[str]:
    return [
        f"State: {case.state}.",
        f"Owner: {one_line(owner)}.",
        *([f"Next step, {in_full(case.next_on)}: {one_line(case.next_step, 300)}"] if case.next_on else []),
        f"Opened on {_day(case.at.date())}.",
    ]


def _other(case: Case, owner: str) -> str:
    return f"Another case of the same offender: {in_brief(case, owner)}. It is kept; this one is shown."


def _change(one: Change, names: Mapping[str, str]) -> str:
    who = one_line(names.get(one.actor.user_id, one.actor.user_id))
    return f"{one.at:%d %b %Y %H:%M} UTC, {who}: {one_line(one.words, _LINE)}"


def _turns(asked: ListCases, total: int) -> list[Json]:
    def turn(page: int) -> str:
        return cases_as_typed(ListCases(which=asked.which, owner=asked.owner, page=page))

    earlier = [button("Earlier", "cases.newer", turn(asked.page - 1))] if asked.page > 1 else []
    later = [button("Later", "cases.older", turn(asked.page + 1))] if asked.page * PAGE < total else []
    return [*earlier, *later]


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
