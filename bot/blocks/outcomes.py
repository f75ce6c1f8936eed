"""How entering a reference and recording an outcome look: two buttons, and a form each."""

from __future__ import annotations

from collections.abc import Sequence

import slackblocks as sb

from bot.blocks import Json, button, cut
from bot.blocks.forms import modal, plain_text
from bot.blocks.tables import one_line
from bot.model import AT_MARKETPLACE, REFERENCE_LIMIT, WHY_LIMIT, ComeBack, Notice, Status

REFERENCE, OUTCOME = "outcomes.reference", "outcomes.record"
"""The names of the buttons, and of the forms they open."""

_OPTION_LIMIT = 75
_OPTIONS = 100
_OUTCOMES = {
    Status.REMOVED: "Removed",
    Status.REJECTED: "Rejected",
    Status.GONE: "Gone: not live, and they do not say why",
    Status.REINSTATED: "Reinstated: it is back",
    Status.NEEDS_INPUT: "Needs input: they ask us, or there is a counter-notice",
    Status.IN_REVIEW: "In review",
    Status.WITHDRAWN: "Withdrawn: we took it back there",
    Status.DUPLICATE: "Duplicate: they already have it",
}


def verbs(notice: Notice) -> list[Json]:
    """What people can enter of a notice that is filed by hand, or of one nobody else knows the fate of."""
    open_there = bool(notice.lot) and (notice.status in AT_MARKETPLACE or notice.status is Status.BY_HAND)
    shown: list[Json] = []
    if notice.status in (Status.BY_HAND, Status.UNCERTAIN):
        shown.append(button(f"Enter reference for {notice.id}", REFERENCE, notice.id))
    if open_there or notice.status is Status.UNCERTAIN or notice.seen_back_at is not None:
        shown.append(button(f"Record outcome of {notice.id}", OUTCOME, notice.id))
    return shown


def reference_form(of: str, notices: Sequence[Notice]) -> Json:
    """Asks for the marketplace's reference of a notice or a lot. Metadata: its id."""
    typed = sb.PlainTextInput("reference", max_length=REFERENCE_LIMIT)
    hint = plain_text("The number of the complaint, as the portal shows it.")
    return modal(
        cut(f"Reference for {of}", 24),
        [sb.InputBlock(plain_text("Their reference"), typed, block_id="reference", hint=hint), *_only(notices)],
        submit="Enter",
        close="Cancel",
        callback_id=REFERENCE,
        private_metadata=of,
    )


def outcome_form(of: str, notices: Sequence[Notice]) -> Json:
    """Asks what was decided of a notice or a lot. Metadata: its id."""
    outcomes = [sb.Option(plain_text(words), status.value) for status, words in _OUTCOMES.items()]
    reasons = [sb.Option(plain_text(one.words.capitalize()), one.value) for one in ComeBack]
    chosen = sb.StaticSelectMenu("outcome", outcomes, placeholder=plain_text("Choose"))
    back = sb.StaticSelectMenu("came_back", reasons, placeholder=plain_text("Not known"))
    why = sb.PlainTextInput("why", multiline=True, max_length=WHY_LIMIT)
    return modal(
        cut(f"Outcome of {of}", 24),
        [
            sb.InputBlock(plain_text("What they decided"), chosen, block_id="outcome"),
            sb.InputBlock(plain_text("Why it came back"), back, block_id="came_back", optional=True),
            sb.InputBlock(plain_text("Their reason"), why, block_id="why", optional=True),
            *_only(notices),
        ],
        submit="Record",
        close="Cancel",
        callback_id=OUTCOME,
        private_metadata=of,
    )


def _only(notices: Sequence[Notice]) -> list[sb.InputBlock]:
    """Some of a lot; a lot too long for a menu is chosen from by command."""
    if not 1 < len(notices) <= _OPTIONS:
        return []
    options = [sb.Option(plain_text(_line(notice)), notice.id) for notice in notices]
    menu = sb.StaticMultiSelectMenu("only", options, placeholder=plain_text("All of them"))
    hint = plain_text("Leave it empty for the whole lot.")
    return [sb.InputBlock(plain_text("Only these"), menu, block_id="only", optional=True, hint=hint)]


def _line(notice: Notice) -> str:
    return cut(one_line(f"{notice.id} · {notice.status.words} · {notice.listing.listing_id}", 200), _OPTION_LIMIT)
