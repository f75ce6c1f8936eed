"""Listens for referrals: `/referrals`, `/offenders refer`, their pages, forms and buttons."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

from bot.blocks import Json, Message, refusal
from bot.blocks import referral_forms as forms
from bot.blocks import referrals as drawn
from bot.desk import dossiers, referral_approvals, referral_reminders, referral_tracking, referrals
from bot.desk.material import Known
from bot.errors import Invalid
from bot.grammar import referrals as grammar
from bot.model import ReferralState
from handlers.filled import chosen, typed
from handlers.requests import Handler, Request, with_help

BROKEN = "This form is broken. Please close it and open it again."
_ASK = "ask_"


async def command(request: Request) -> None:
    """Whatever is not understood is answered with where help is."""
    try:
        asked = grammar.parse_referrals(request.text)
    except Invalid as wrong:
        await request.answer(refusal(with_help(str(wrong), "/referrals help")))
        return
    await LISTENERS[type(asked)](request, asked)


async def refer(request: Request, asked: grammar.ReferOffender) -> None:
    """`/offenders refer SELLER [AGENCY]`: the form, or first to which agency."""
    if not asked.agency:
        await _choose(request, asked.seller)
        return
    await request.open(_form(await referrals.asked(request.desk, asked.seller, asked.agency, by=request.actor)))


async def press_refer(request: Request) -> None:
    """The button *Refer…* on an offender's page."""
    await _choose(request, request.value)


async def submit_choice(request: Request) -> None:
    seller = str(request.view.get("private_metadata") or "")
    agency = chosen(request.view["state"]["values"], "agency") or ""
    await request.show(_form(await referrals.asked(request.desk, seller, agency, by=request.actor)))


async def submit(request: Request) -> None:
    """The form, filled in. Who may, and whether all of it is so still, is for the desk to say."""
    seller, agency = _about(request)
    values = request.view["state"]["values"]
    wished = referrals.Wished(
        seller=seller,
        agency=agency,
        summary=typed(values, "summary"),
        initials=typed(values, "initials"),
        shows=_ticked(values, "shows"),
        answers={block.removeprefix(_ASK): typed(values, block) for block in values if block.startswith(_ASK)},
        files=chosen(values, "files") != "no",
        to_folder=chosen(values, "where") == forms.FOLDER,
    )
    made = await referrals.draft(request.desk, wished, by=request.actor)
    words = f"{made.id} is drafted. A second person is asked; you are told what they say."
    await request.show_message(made.id, drawn.told(words, referral_id=made.id))


async def press_show(request: Request) -> None:
    await _show(request, request.value)


async def press_list(request: Request) -> None:
    """The door in the Home."""
    await _list(request, grammar.ListReferrals())


async def turn(request: Request) -> None:
    """Another page of the list. The button holds the command, which is read and checked like a typed one."""
    asked = grammar.parse_referrals(request.value)
    if isinstance(asked, grammar.ListReferrals):
        await _list(request, asked, again=True)


async def press_look(request: Request) -> None:
    found = await referral_approvals.look(request.desk, request.value, by=request.actor)
    message = drawn.look(
        found.referral,
        goes=_goes(found.known),
        lacks=found.lacks,
        asks=found.asks,
        drafted_by=found.drafted_by,
        decides=found.decides,
    )
    await request.answer(message)


async def press_approve(request: Request) -> None:
    """The button holds the referral and the version it showed."""
    referral_id, _, seen = request.value.partition(" ")
    shown = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    done = await referral_approvals.approve(request.desk, referral_id, seen=shown, by=request.actor)
    words = f"You approved {done.id}. It is at “{done.state.words}”; its dossier goes to who drafted it."
    await request.answer(drawn.told(words, referral_id=done.id), replace=True)


async def ask_why(request: Request) -> None:
    """The button *Refuse…*: asks for the reason."""
    referral = await referral_approvals.to_refuse(request.desk, request.value, by=request.actor)
    await request.open(drawn.why_form(referral.id))


async def submit_refusal(request: Request) -> None:
    referral_id = str(request.view.get("private_metadata") or "")
    why = typed(request.view["state"]["values"], "why")
    done = await referral_approvals.refuse(request.desk, referral_id, why, by=request.actor)
    words = f"You refused {done.id}; who drafted it is told why."
    await request.show_message(done.id, drawn.told(words, referral_id=done.id))


async def submit_step(request: Request) -> None:
    referral_id, _, state = str(request.view.get("private_metadata") or "").partition(" ")
    if state not in set(ReferralState):
        raise Invalid(BROKEN)
    words = typed(request.view["state"]["values"], "words")
    done = await referral_tracking.step(request.desk, referral_id, ReferralState(state), words, by=request.actor)
    await request.show_message(done.id, _now_at(done.id, done.state))


async def ask_day(request: Request) -> None:
    """The button *Remind me…*."""
    page = await referral_tracking.shown(request.desk, request.value, by=request.actor)
    await request.open(drawn.reminder_form(page.referral.id, page.referral.next_on))


async def submit_day(request: Request) -> None:
    referral_id = str(request.view.get("private_metadata") or "")
    picked = request.view["state"]["values"].get("on", {}).get("on", {}).get("selected_date")
    day = _day(str(picked)) if picked else None
    done = await referral_reminders.set_day(request.desk, referral_id, day, by=request.actor)
    await request.show_message(done.id, _reminded(done.id, day))


async def press_send(request: Request) -> None:
    await _send(request, grammar.SendDossier(referral_id=request.value))


def press_step(to: ReferralState) -> Handler:
    """The button of a step: asks what there is to say of it."""

    async def press(request: Request) -> None:
        referral = await referral_tracking.stepped(request.desk, request.value, to, by=request.actor)
        await request.open(drawn.step_form(referral, to))

    return press


async def _choose(request: Request, seller: str) -> None:
    key, title, agencies = await referrals.choices(request.desk, seller, by=request.actor)
    await request.open(drawn.choice_form(key, title, agencies))


def _form(asked: referrals.Asked) -> Json:
    return drawn.form(
        asked.agency,
        seller=asked.known.seller,
        title=asked.known.offender.title,
        goes=_goes(asked.known),
        asks=asked.form,
        lacks=asked.lacks,
        shows=asked.shows,
        initials=asked.initials,
        signs=asked.signs,
        folder=asked.folder,
    )


def _goes(known: Known) -> list[tuple[str, str]]:
    return forms.will_go(
        known.offender,
        notices=len(known.briefs),
        upheld=sum(brief.upheld for brief in known.briefs),
        rights=len(known.rights),
        files=len(known.evidence),
        purchases=len(known.purchases),
        period=known.period,
    )


async def _list(request: Request, asked: grammar.ListReferrals, *, again: bool = False) -> None:
    found = await referral_tracking.listed(request.desk, asked, by=request.actor)
    message = drawn.listed(found.referrals, total=found.total, wanted=asked, names=found.names)
    await request.answer(message, replace=again)


async def _show_typed(request: Request, asked: grammar.ShowReferral) -> None:
    await _show(request, asked.referral_id)


async def _show(request: Request, referral_id: str) -> None:
    page = await referral_tracking.shown(request.desk, referral_id, by=request.actor)
    message = drawn.shown(
        page.referral,
        changes=page.changes,
        names=page.names,
        asks=page.asks,
        decides=page.decides,
        sends=page.sends,
    )
    await request.answer(message)


async def _step(request: Request, asked: grammar.StepReferral) -> None:
    """At once when all was said, otherwise the rest is asked for."""
    if not asked.words and asked.to in referral_tracking.NEEDS_WORDS:
        referral = await referral_tracking.stepped(request.desk, asked.referral_id, asked.to, by=request.actor)
        await request.open(drawn.step_form(referral, asked.to))
        return
    done = await referral_tracking.step(request.desk, asked.referral_id, asked.to, asked.words, by=request.actor)
    await request.answer(_now_at(done.id, done.state))


async def _remind(request: Request, asked: grammar.RemindReferral) -> None:
    done = await referral_reminders.set_day(request.desk, asked.referral_id, asked.on, by=request.actor)
    await request.answer(_reminded(done.id, asked.on))


async def _send(request: Request, asked: grammar.SendDossier) -> None:
    referral, there = await dossiers.send(request.desk, asked.referral_id, by=request.actor)
    words = "is not made yet; it is being made now."
    if there:
        words = "comes to our direct messages. That it was sent to you is on record."
        if referral.to_folder:
            words = "is put into the folder for dossiers once more. That you asked for it is on record."
    await request.answer(drawn.told(f"The dossier of {referral.id} {words}", referral_id=referral.id))


async def _help(request: Request, asked: grammar.ReferralHelp) -> None:
    await request.answer(drawn.help_text(asked.word))


def _now_at(referral_id: str, state: ReferralState) -> Message:
    return drawn.told(f"{referral_id} is at “{state.words}” now.", referral_id=referral_id)


def _reminded(referral_id: str, day: date | None) -> Message:
    words = f"I remind of {referral_id} on {day:%d %b %Y}." if day else f"{referral_id} has no day to be reminded on."
    return drawn.told(words, referral_id=referral_id)


def _about(request: Request) -> tuple[str, str]:
    """The seller and the agency the form was opened for."""
    try:
        held = json.loads(str(request.view.get("private_metadata") or "{}"))
    except ValueError:
        held = {}
    seller, agency = (
        (str(held.get(name) or "") for name in ("seller", "agency")) if isinstance(held, dict) else ("", "")
    )
    if not seller:
        raise Invalid(BROKEN)
    return seller, agency


def _ticked(values: Json, block: str) -> tuple[str, ...]:
    options = values.get(block, {}).get(block, {}).get("selected_options") or []
    return tuple(str(option.get("value") or "") for option in options)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Invalid("That is not a day.", field="on") from None


LISTENERS: Mapping[type[Any], Callable[[Request, Any], Awaitable[None]]] = {
    grammar.ListReferrals: _list,
    grammar.ShowReferral: _show_typed,
    grammar.StepReferral: _step,
    grammar.RemindReferral: _remind,
    grammar.SendDossier: _send,
    grammar.ReferralHelp: _help,
}
ACTIONS: Mapping[str, Handler] = {
    drawn.REFER: press_refer,
    drawn.SHOW: press_show,
    drawn.LOOK: press_look,
    drawn.APPROVE: press_approve,
    drawn.REFUSE: ask_why,
    drawn.SEND: press_send,
    drawn.REMIND: ask_day,
    "referrals.list": press_list,
    **dict.fromkeys(drawn.TURNS, turn),
    **{f"referrals.to_{state.value}": press_step(state) for state in drawn.STEPS},
}
"""The buttons, by their names."""
VIEWS: Mapping[str, Handler] = {
    "referrals.choose": submit_choice,
    "referrals.form": submit,
    "referrals.refuse": submit_refusal,
    "referrals.step": submit_step,
    "referrals.remind": submit_day,
}
