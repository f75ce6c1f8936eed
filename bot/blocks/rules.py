"""How the rules of filing look: in words, and as a form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import slackblocks as sb

from bot.blocks import (
    Json,
    Message,
    Name,
    as_written,
    button,
    buttons,
    facts,
    message,
    ours,
    theirs,
    violation_title,
    when_plain,
)
from bot.blocks.forms import modal, notice_view, plain_text
from bot.blocks.tables import header, one_line, small_as_written
from bot.model import FilingPolicy, Violation

_OPTION_LIMIT = 75
_OPTIONS = 100


def shown(
    policy: FilingPolicy, lines: Sequence[tuple[str, str]], *, by: str, warnings: Sequence[str], done: str = ""
) -> Message:
    """The rules in words, who set them and when, and what does not fit together; first what was `done`."""
    title = "Rules of filing"
    since = f"Set by {one_line(by)} on {when_plain(policy.at)}." if policy.version else "Nobody has set any rules yet."
    channel = [ours(f"Approvers' channel: <#{policy.approvers_channel}>")] if policy.approvers_channel else []
    return message(
        [*([done] if done else []), title, *(f"{label}: {value}" for label, value in lines), since, *warnings],
        [
            *([theirs(done)] if done else []),
            header(title),
            *facts(lines),
            *channel,
            *map(as_written, warnings),
            small_as_written(since),
            *buttons([button("Change the rules…", "rules.change", "policy", primary=True)]),
        ],
    )


def saved_view(
    policy: FilingPolicy, lines: Sequence[tuple[str, str]], *, by: str, warnings: Sequence[str], done: str
) -> Json:
    """What the form turns into."""
    return notice_view("Rules of filing", shown(policy, lines, by=by, warnings=warnings, done=done))


def form(policy: FilingPolicy, *, marketplaces: Iterable[str], name: Name, undo_seconds: int) -> Json:
    """The form, filled with the rules as they are. `undo_seconds` is the setting's. Metadata: the version shown."""
    return modal(
        "Rules of filing",
        [
            _several("violations", "Second person for", _violations(), [str(one) for one in policy.violations]),
            *_marketplaces(policy, marketplaces, name),
            _number(
                "batch_over",
                "Second person for batches of more than",
                policy.batch_over,
                "Listings filed at once. 0: whatever is filed. Empty: size makes no difference.",
            ),
            _number(
                "daily_quota",
                "Listings a person may file in a day",
                policy.daily_quota,
                "A day of UTC. Empty: any number.",
            ),
            _number(
                "undo_seconds",
                "Undo window, in seconds",
                policy.undo_seconds,
                f"From 0 to 3600. Empty: as it was set up, {undo_seconds} seconds.",
            ),
            _channel(policy.approvers_channel),
        ],
        submit="Save",
        close="Cancel",
        callback_id="rules.form",
        private_metadata=str(policy.version),
    )


def _violations() -> dict[str, str]:
    return {str(violation): violation_title(violation) for violation in Violation}


def _marketplaces(policy: FilingPolicy, keys: Iterable[str], name: Name) -> list[sb.Block]:
    """A menu of those connected, and of those chosen before that no longer are; none where there is nothing."""
    names = {key: name(key) for key in (*policy.marketplaces, *keys)}
    return [_several("marketplaces", "Second person at", names, policy.marketplaces)] if names else []


def _several(block_id: str, label: str, titles: dict[str, str], chosen: Iterable[str]) -> sb.Block:
    options = {
        value: sb.Option(plain_text(one_line(words, _OPTION_LIMIT)), value)
        for value, words in list(titles.items())[:_OPTIONS]
    }
    picked = [options[value] for value in dict.fromkeys(chosen) if value in options]
    menu = sb.StaticMultiSelectMenu(
        block_id, list(options.values()), initial_options=picked or None, placeholder=plain_text("None of them")
    )
    return sb.InputBlock(plain_text(label), menu, block_id=block_id, optional=True)


def _number(block_id: str, label: str, now: int | None, hint: str) -> sb.Block:
    typed = sb.PlainTextInput(block_id, initial_value=None if now is None else str(now), max_length=10)
    return sb.InputBlock(plain_text(label), typed, block_id=block_id, optional=True, hint=plain_text(hint))


def _channel(channel: str) -> sb.Block:
    menu = sb.ConversationSelectMenu(
        "channel",
        initial_conversation=channel or None,
        filter=sb.ConversationFilter(include=["public", "private"]),
        placeholder=plain_text("Where it was filed"),
    )
    hint = plain_text("I have to be a member: /invite me there. Empty: they are asked where it was filed.")
    return sb.InputBlock(plain_text("Approvers' channel"), menu, block_id="channel", optional=True, hint=hint)
