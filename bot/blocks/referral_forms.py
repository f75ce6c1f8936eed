"""Forms about referrals: to which agency, what goes there, what an agency did. Made with `slackblocks`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import slackblocks as sb

from bot.agencies.forms import Form
from bot.agencies.missing import Lack
from bot.blocks import Json, cut
from bot.blocks.forms import asking_why, modal, plain_text
from bot.blocks.tables import name_cut, one_line
from bot.model import (
    ANSWER_LIMIT,
    INITIALS_LIMIT,
    SUMMARY_LIMIT,
    WHY_LIMIT,
    Agency,
    Offender,
    Referral,
    ReferralState,
    Shown,
)

HERE, FOLDER = "direct", "folder"
_OPTION = 75
_LINE = 2900
_TITLES: Mapping[Shown, tuple[str, str]] = {
    Shown.IDENTIFIERS: ("What else the sellers are known by", "Phones, e-mail, payment accounts, return addresses"),
    Shown.STAFF: ("Our people", "Names and Slack ids, and signatures"),
    Shown.THIRD_PARTIES: ("Other people", "E-mail addresses and phone numbers in texts and files"),
    Shown.MONEY: ("Test purchases", "Order ids and what they cost"),
}
_ASKED: Mapping[ReferralState, tuple[str, str, bool]] = {
    ReferralState.HANDED_OVER: ("To whom, and how", "Such as: Inspector Lee, by registered mail.", True),
    ReferralState.ACKNOWLEDGED: ("What they say", "", True),
    ReferralState.CASE_OPENED: ("Case number", "As the agency writes it.", False),
    ReferralState.RAIDED: ("What is known of it", "", True),
    ReferralState.CHARGED: ("What is known of it", "", True),
    ReferralState.CLOSED: ("Outcome", "What came of it, in a few words.", False),
    ReferralState.WITHDRAWN: ("Why", "Tell the agency yourself, where they have it already.", False),
}
"""What a form asks about a step, a hint, and whether it may be left empty."""


def choice_form(key: str, title: str, agencies: Sequence[Agency]) -> Json:
    """Asks to which agency a seller is referred. Metadata: the seller's key."""
    options = [sb.Option(plain_text(cut(one.name, _OPTION)), one.key) for one in agencies[:100]]
    menu = sb.StaticSelectMenu("agency", options, placeholder=plain_text("Choose"))
    return modal(
        "Refer an offender",
        [
            sb.SectionBlock(text=plain_text(name_cut(title, 500))),
            sb.InputBlock(plain_text("Agency"), menu, block_id="agency"),
        ],
        submit="Next",
        close="Cancel",
        callback_id="referrals.choose",
        private_metadata=key,
    )


def will_go(
    offender: Offender,
    *,
    notices: int,
    upheld: int,
    rights: int,
    files: int,
    purchases: int,
    period: tuple[datetime, datetime] | None,
) -> list[tuple[str, str]]:
    """What a dossier holds, counted."""
    span = f"{period[0]:%d %b %Y} to {period[1]:%d %b %Y}" if period else "–"
    return [
        ("Notices", f"{notices}, {upheld} of them upheld"),
        ("Filed", span),
        ("Identities", str(len(offender.identities))),
        ("Rights relied on", str(rights)),
        ("Evidence", f"{files} file{'' if files == 1 else 's'}"),
        ("Test purchases", str(purchases)),
    ]


def typed(lack: Lack) -> str:
    """What is missing, for text that is shown as it is: what can be typed stands in quotation marks."""
    return re.sub(r"`([^`]*)`", r"“\1”", lack.words)


def shown_words(shows: Iterable[Shown]) -> str:
    """What a dossier shows, and what it does not, in a sentence."""
    given = set(shows)
    yes = [what.words for what in Shown if what in given]
    no = [what.words for what in Shown if what not in given]
    public = "It shows the sellers' public data: names, ids, addresses of listings."
    more = f" And: {'; '.join(yes)}." if yes else ""
    less = f" Left out: {'; '.join(no)}." if no else ""
    return f"{public}{more}{less}"


def form(
    agency: Agency,
    *,
    seller: str,
    title: str,
    goes: Sequence[tuple[str, str]],
    asks: Form | None,
    lacks: Sequence[Lack],
    shows: Iterable[Shown],
    initials: str,
    signs: bool,
    folder: bool,
) -> Json:
    """What will go and what is missing, and what only a person can say. Metadata: JSON of `seller` and `agency`."""
    known = {ask.key: ask.words for ask in asks.asks} if asks else {}
    questions = [lack for lack in lacks if lack.asked]
    missing = [f"• {typed(lack)}{'' if lack.needed else ' (They can do without.)'}" for lack in lacks if not lack.asked]
    blocks: list[sb.Block] = [
        _words(f"{name_cut(title, 300)}\nto {one_line(agency.name, 200)}. They take referrals {agency.takes.words}."),
        _words("What will go:\n" + "\n".join(f"• {label}: {value}" for label, value in goes)),
        *([_words(_NO_KEY)] if not signs else []),
        *([_words(f"Missing for “{one_line(asks.title, 200)}”:\n" + "\n".join(missing))] if missing and asks else []),
        _shows(shows),
        _words(shown_words(shows) + " What is ticked above when this is sent decides; this is the agency's profile."),
        _text("summary", "Summary for the agency", SUMMARY_LIMIT, "What they do, and why it matters to this agency."),
        _initials(initials),
        *(_question(lack, known.get(lack.item, lack.item.words)) for lack in questions),
        _files(),
        *([_where()] if folder else []),
    ]
    return modal(
        "Refer an offender",
        blocks,
        submit="Ask for approval",
        close="Cancel",
        callback_id="referrals.form",
        private_metadata=json.dumps({"seller": seller, "agency": agency.key}, ensure_ascii=False),
    )


_NO_KEY = (
    "This desk has no key to sign dossiers with, so none can be made yet: whoever runs it makes one with "
    "“python -m bot keys”. You can have this approved meanwhile."
)


def step_form(referral: Referral, to: ReferralState) -> Json:
    """Asks what there is to say of a step. Metadata: the referral and the state."""
    label, hint, optional = _ASKED[to]
    typed = sb.PlainTextInput("words", multiline=to is not ReferralState.CASE_OPENED, max_length=WHY_LIMIT)
    return modal(
        f"{referral.id}: {to.words}",
        [
            _words(f"{name_cut(referral.title, 300)} to {one_line(referral.agency_name, 200)}"),
            sb.InputBlock(
                plain_text(label),
                typed,
                block_id="words",
                optional=optional,
                hint=plain_text(hint) if hint else None,
            ),
        ],
        submit="Save",
        close="Cancel",
        callback_id="referrals.step",
        private_metadata=f"{referral.id} {to.value}",
    )


def why_form(referral_id: str) -> Json:
    """Asks why a referral is refused."""
    return asking_why(
        f"Refuse {referral_id}",
        "Kept, and told to who drafted it.",
        submit="Refuse",
        close="Cancel",
        callback_id="referrals.refuse",
        about=referral_id,
    )


def reminder_form(referral_id: str, now: date | None) -> Json:
    """Asks for the day of a reminder; an empty one takes it away."""
    picked = sb.DatePicker("on", initial_date=now.isoformat() if now else None, placeholder=plain_text("No day"))
    hint = plain_text("Who drafted it is told that morning. Empty: no day.")
    return modal(
        f"Remind of {referral_id}",
        [sb.InputBlock(plain_text("Day"), picked, block_id="on", optional=True, hint=hint)],
        submit="Save",
        close="Cancel",
        callback_id="referrals.remind",
        private_metadata=referral_id,
    )


def _shows(shows: Iterable[Shown]) -> sb.Block:
    options = {
        what: sb.Option(plain_text(title), what.value, description=plain_text(words))
        for what, (title, words) in _TITLES.items()
    }
    ticked = [options[what] for what in Shown if what in set(shows)]
    boxes = sb.CheckboxGroup("shows", list(options.values()), initial_options=ticked or None)
    hint = plain_text(
        "What is not ticked is taken out of every file of the dossier, and of what you write here: without our "
        "people's names, give a contact by function, such as a shared mailbox."
    )
    return sb.InputBlock(plain_text("Show besides public data"), boxes, block_id="shows", optional=True, hint=hint)


def _initials(initials: str) -> sb.Block:
    typed = sb.PlainTextInput("initials", initial_value=initials or None, max_length=INITIALS_LIMIT)
    hint = plain_text("Letters A to Z of who produces the exhibits; each is numbered by them, such as AW-001.")
    return sb.InputBlock(plain_text("Initials"), typed, block_id="initials", hint=hint)


def _text(block_id: str, label: str, limit: int, hint: str) -> sb.Block:
    typed = sb.PlainTextInput(block_id, multiline=True, max_length=limit)
    return sb.InputBlock(plain_text(label), typed, block_id=block_id, hint=plain_text(hint))


def _question(lack: Lack, words: str) -> sb.Block:
    typed = sb.PlainTextInput(f"ask_{lack.item}", multiline=True, max_length=ANSWER_LIMIT)
    needed = " They need it." if lack.needed else ""
    return sb.InputBlock(
        plain_text(cut(words, 150)),
        typed,
        block_id=f"ask_{lack.item}",
        optional=True,
        hint=plain_text(f"{lack.words}{needed}"),
    )


def _files() -> sb.Block:
    options = [sb.Option(plain_text("They go with it"), "yes"), sb.Option(plain_text("Leave them out"), "no")]
    choice = sb.RadioButtonGroup("files", options, initial_option=options[0])
    return sb.InputBlock(plain_text("Evidence files"), choice, block_id="files")


def _where() -> sb.Block:
    options = [
        sb.Option(plain_text("My direct messages"), HERE),
        sb.Option(plain_text("The folder for dossiers"), FOLDER),
    ]
    choice = sb.RadioButtonGroup("where", options, initial_option=options[0])
    return sb.InputBlock(plain_text("Where the dossier goes"), choice, block_id="where")


def _words(text: str) -> sb.SectionBlock:
    return sb.SectionBlock(text=plain_text(cut(text, _LINE)))
