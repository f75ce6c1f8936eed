"""How rights on file look: the list, one with its history, and the forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import slackblocks as sb

from bot import rights
from bot.blocks import (
    Json,
    Message,
    as_written,
    button,
    buttons,
    facts,
    message,
    ours,
    right_title,
    small,
    theirs,
    when_plain,
)
from bot.blocks.forms import asking_why, modal, notice_view, plain_text
from bot.blocks.tables import header, one_line, small_as_written, whole_lines
from bot.model import PAGE, Change, Registration, RightKind
from bot.rights import LABELS

_HISTORY = 10
_REASON_LIMIT = 300
_HINTS: Mapping[str, str] = {
    "key": "What people type after right:, such as ACME-EU. It cannot be changed later.",
    "registration_no": "Needed for a trade mark, a design or a patent.",
    "office": "Who registered it, such as EUIPO, WIPO or USPTO.",
    "jurisdictions": "Where it holds: DE, US, EU … or WO for everywhere. Name the countries of an international mark.",
    "nice_classes": "For trade marks: numbers from 1 to 45, such as 9, 25.",
    "agent": "Who files in the owner's name, if not the owner.",
    "power_of_attorney": "Its reference.",
}
_REQUIRED = frozenset({"key", "kind", "title", "jurisdictions", "owner"})
_DAYS = frozenset({"expires_on", "power_of_attorney_expires_on"})


def listed(found: Sequence[tuple[Registration, str]], *, total: int, page: int, admin: bool) -> Message:
    """A page of rights with how each stands; buttons that change something are for admins."""
    verbs = _verbs_of_the_list(admin)
    if not total:
        words = "No right is on file yet, so nothing can be filed."
        return message([words], [ours(words), *buttons(verbs)])
    start = (page - 1) * PAGE
    span = f"{start + 1}–{start + len(found)} of {total}" if found else f"There is no page {page}; {total} in all."
    lines = [_line(one, stands) for one, stands in found]
    rows = [
        as_written(line, button(f"Show {one.key}", "rights.show", one.key))
        for line, (one, _) in zip(lines, found, strict=True)
    ]
    turns = [(page - 1, "Earlier", "rights.newer"), (page + 1, "Later", "rights.older")]
    turning = [button(label, action, str(to)) for to, label, action in turns if 1 <= to <= -(-total // PAGE)]
    text = whole_lines(["Rights on file", span], lines, [], more=lambda left: f"and {left} more." if left else "")
    return Message(text=text, blocks=(header("Rights on file"), small(span), *rows, *buttons([*turning, *verbs])))


def shown(
    one: Registration,
    *,
    stands: str,
    changes: Sequence[Change],
    open_notices: int,
    names: Mapping[str, str],
    admin: bool,
) -> Message:
    """All about one right: its fields, what changed, and how many open notices rest on it."""
    said = rights.typed(one.right)
    rows = [(LABELS[field], text) for field, text in said.items() if field not in ("key", "title")]
    head = f"{one.key}: {one.right.title}"
    rely = "1 open notice relies on it" if open_notices == 1 else f"{open_notices} open notices rely on it"
    state = f"{stands[:1].upper()}{stands[1:]} · {rely}."
    history = [_change(change, names) for change in changes[-_HISTORY:]]
    earlier = [f"and {len(changes) - _HISTORY} earlier changes"] if len(changes) > _HISTORY else []
    blocks = [
        header(head),
        small_as_written(state),
        *facts(rows),
        ours("*Changes*"),
        as_written("\n".join(history)),
        *map(small, earlier),
        *buttons(_verbs(one) if admin else []),
    ]
    lines = [head, state, *(f"{label}: {value}" for label, value in rows if value)]
    text = whole_lines(lines, history, earlier, more=lambda left: f"and {left} more changes" if left else "")
    return Message(text=text, blocks=tuple(blocks))


def saved(one: Registration, words: str) -> Message:
    """What was done."""
    lines = [right_title(one.right), words]
    return message(lines, [as_written(right_title(one.right)), theirs(words)])


def saved_view(one: Registration, words: str) -> Json:
    return notice_view(one.key, saved(one, words))


def form(one: Registration | None) -> Json:
    """The form of a right, filled with what is on file; its version travels with it, to be checked."""
    said = rights.typed(one.right) if one else {}
    fields = [field for field in LABELS if one is None or field != "key"]
    head = [sb.SectionBlock(text=plain_text(f"The key {one.key} stays."))] if one else []
    return modal(
        f"Edit {one.key}" if one else "Add a right",
        [*head, *(_input(field, said.get(field, "")) for field in fields)],
        submit="Save",
        close="Cancel",
        callback_id="rights.form",
        private_metadata=f"{one.key} {one.version}" if one else "",
    )


def why_form(key: str, did: str) -> Json:
    """Asks why a right is retired or restored (`did`)."""
    retired = "Nothing more is sent under it; what was sent goes on."
    do = did.capitalize()
    return asking_why(
        f"{do} {key}",
        retired if did == "retire" else "It can be filed under again.",
        submit=do,
        close="Cancel",
        callback_id="rights.end",
        about=f"{did} {key}",
    )


def _line(one: Registration, stands: str) -> str:
    held = ", ".join(one.right.jurisdictions[:8]) + (" …" if len(one.right.jurisdictions) > 8 else "")
    return f"{one_line(right_title(one.right), 200)} · {one.right.kind} · {held} · {stands}"


def _change(change: Change, names: Mapping[str, str]) -> str:
    who = names.get(change.actor.user_id, change.actor.user_id) if change.actor.team_id else "the desk"
    return f"{when_plain(change.at)} · {one_line(who)} · {one_line(change.words, _REASON_LIMIT)}"


def _verbs(one: Registration) -> list[Json]:
    if one.retired:
        return [button(f"Restore {one.key}", "rights.restore", one.key)]
    return [
        button(f"Edit {one.key}", "rights.edit", one.key),
        button(f"Retire {one.key}", "rights.retire", one.key),
    ]


def _verbs_of_the_list(admin: bool) -> list[Json]:
    if not admin:
        return []
    return [button("Add a right", "rights.add", "add"), button("Import rights", "right_imports.ask", "import")]


def _input(field: str, said: str) -> sb.InputBlock:
    hint = _HINTS.get(field)
    return sb.InputBlock(
        plain_text(LABELS[field]),
        _element(field, said),
        block_id=field,
        optional=field not in _REQUIRED,
        hint=plain_text(hint) if hint else None,
    )


def _element(field: str, said: str) -> sb.StaticSelectMenu | sb.DatePicker | sb.PlainTextInput:
    if field == "kind":
        options = {kind: sb.Option(plain_text(kind.value), kind.value) for kind in RightKind}
        chosen = options.get(RightKind(said)) if said else None
        return sb.StaticSelectMenu(
            field, list(options.values()), initial_option=chosen, placeholder=plain_text("Choose")
        )
    if field in _DAYS:
        return sb.DatePicker(field, initial_date=said or None, placeholder=plain_text("Never, or not known"))
    limits = {"key": 40, "registration_no": rights.NUMBER_LIMIT, "office": rights.NUMBER_LIMIT}
    limits |= {"jurisdictions": rights.PLACES_LIMIT, "nice_classes": rights.TITLE_LIMIT}
    return sb.PlainTextInput(field, initial_value=said or None, max_length=limits.get(field, rights.TITLE_LIMIT))
