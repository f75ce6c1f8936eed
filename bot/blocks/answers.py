"""How answering the seller's proof looks: two buttons, and a form with the reasons a marketplace offers."""

from __future__ import annotations

import slackblocks as sb

from bot.blocks import Json, button, cut
from bot.blocks.forms import modal, plain_text
from bot.blocks.tables import ask_first, one_line
from bot.model import WHY_LIMIT, Choice, Notice

_OPTION_LIMIT = 75
_OPTIONS = 100


def verbs(notice: Notice) -> list[Json]:
    """What can be answered now; nothing where nothing is asked."""
    if not notice.answerable:
        return []
    accept = ask_first(
        button(f"Accept their proof for {notice.id}", "answers.accept", notice.id),
        title=f"Accept for {notice.id}?",
        words="The complaint ends, and the listing comes back.",
        confirm="Accept",
    )
    return [button(f"Keep the complaint {notice.id}", "answers.keep", notice.id, primary=True), accept]


def keeping(notice: Notice) -> Json:
    """The form that asks why the complaint is kept."""
    menu = sb.StaticSelectMenu("choice", _options(notice.choices), placeholder=plain_text("Choose"))
    words = sb.PlainTextInput("words", multiline=True, max_length=WHY_LIMIT)
    return modal(
        f"Keep complaint {notice.id}",
        [
            sb.InputBlock(plain_text("Reason"), menu, block_id="choice"),
            sb.InputBlock(
                plain_text("In your words"),
                words,
                block_id="words",
                hint=plain_text("The seller reads this."),
            ),
        ],
        submit="Keep it",
        close="Not yet",
        callback_id="answers.keep",
        private_metadata=notice.id,
    )


def _options(choices: tuple[Choice, ...]) -> list[sb.Option]:
    return [
        sb.Option(plain_text(cut(one_line(one.words or one.key, 200), _OPTION_LIMIT)), one.key)
        for one in choices[:_OPTIONS]
    ]
