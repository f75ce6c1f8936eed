"""How agencies look to an admin: the list with the examples, one, and the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import slackblocks as sb

from bot.agencies import Example
from bot.agencies.forms import FORMS
from bot.blocks import Json, Message, as_written, button, buttons, cut, facts, message, ours, theirs
from bot.blocks.forms import modal, notice_view, plain_text
from bot.blocks.tables import header, one_line, whole_lines
from bot.model import PROFILES, Agency, Change, Handing, Shown
from bot.territories import called

ON, OFF, SHOW, EDIT, ADD = "agencies.on", "agencies.off", "agencies.show", "agencies.edit", "agencies.add"
_IN_SHORT = {
    Shown.IDENTIFIERS: "phones and accounts",
    Shown.STAFF: "our people",
    Shown.THIRD_PARTIES: "others",
    Shown.MONEY: "costs",
}
_CHANGES = 8
_LONG = 300
_OPTION = 75
_LIMITS = {"key": 40, "name": 200, "jurisdiction": 60, "contact": 500, "note": 1000}


def listed(agencies: Sequence[Agency], examples: Sequence[Example]) -> Message:
    """Those on file, on first; then the examples that nobody has turned on."""
    title = f"Agencies: {sum(one.on for one in agencies)} on"
    lines = [_line(one.key, one.name, one.jurisdiction, "on" if one.on else "off") for one in agencies]
    more = [_line(one.key, one.name, one.jurisdiction, "example, off") for one in examples]
    rows = [as_written(line, _opens(one.key)) for one, line in zip(agencies, lines, strict=True)]
    shipped = [as_written(line, _opens(one.key)) for one, line in zip(examples, more, strict=True)]
    blocks = [
        header(title),
        *rows[:40],
        *([ours("*Examples that come with this desk*"), *shipped] if shipped else []),
        *buttons([button("Add an agency", ADD, "add")]),
    ]
    text = whole_lines([title], [*lines, *more], [], more=lambda left: f"and {left} more" if left else "")
    return Message(text=text, blocks=tuple(blocks))


def shown(
    key: str, agency: Agency | None, example: Example | None, *, changes: Sequence[Change], names: Mapping[str, str]
) -> Message:
    """All about one, with its changes."""
    one = agency or example
    assert one is not None, "one of both is there"
    on = agency is not None and agency.on
    state = "on" if on else "off" if agency else "an example; off until an admin turns it on"
    title = f"{key}: {state}"
    form = FORMS.get(one.form)
    rows = [
        ("Acts in", called(one.jurisdiction)),
        ("Takes referrals", one.takes.words),
        ("Contact", one.contact),
        ("Form", form.title if form else one.form),
        ("How much of it we know", form.known if form else ""),
        ("Dossiers show", shows(one.profile)),
        ("Note", one.note),
    ]
    newest = sorted(changes, key=lambda change: change.number, reverse=True)[:_CHANGES]
    lines = [
        f"{change.at:%d %b %Y} · {one_line(names.get(change.actor.user_id, change.actor.user_id))} · "
        f"{one_line(change.words, _LONG)}"
        for change in newest
    ]
    turning = button("Turn off", OFF, key) if on else button("Turn on", ON, key, primary=True)
    blocks = [
        header(title),
        as_written(one.name),
        *facts(rows),
        *([ours("*Changes*"), as_written("\n".join(lines))] if lines else []),
        *buttons([turning, button("Edit…", EDIT, key)]),
    ]
    said = [f"{label}: {value}" for label, value in rows if value]
    return message([title, one.name, *said, *lines], blocks)


def told(words: str, key: str) -> Message:
    """A short private answer."""
    return message([words], [theirs(words), *buttons([_opens(key)])])


def told_view(words: str, key: str) -> Json:
    return notice_view("Agencies", told(words, key))


def _menu_words(profile: str) -> str:
    """The same, short enough for a menu."""
    what = [_IN_SHORT[one] for one in Shown if one in PROFILES[profile]]
    return f"{profile}: {', '.join(['public data', *what])}"


def shows(profile: str) -> str:
    """What a redaction profile shows, in a sentence."""
    what = [one.words for one in Shown if one in PROFILES.get(profile, frozenset())]
    return f"{profile}: the sellers' public data{''.join(f'; {words}' for words in what)}"


def form(agency: Agency | None, key: str = "") -> Json:
    """The form, filled with what is there. Metadata: the version shown, and the key that stays."""
    there = agency is not None and agency.version > 0
    said = {name: str(getattr(agency, name)) if agency else "" for name in ("name", "jurisdiction", "contact", "note")}
    blocks: list[sb.Block] = [
        sb.SectionBlock(text=plain_text(f"The key {agency.key} stays."))
        if agency and there
        else _typed("key", "Key", agency.key if agency else key, "Small letters and digits, such as pipcu."),
        _typed("name", "Name", said["name"]),
        _typed("jurisdiction", "Acts in", said["jurisdiction"], "One country, such as GB; EU, or WO for the world."),
        _typed("contact", "Contact", said["contact"], "The address of their page, an e-mail address, or whom to ask."),
        _menu("takes", "How they take referrals", {str(one): one.words for one in Handing}, agency and agency.takes),
        _menu("form", "What their form asks", {one: FORMS[one].title for one in FORMS}, agency and agency.form),
        _menu("profile", "What dossiers show", {one: _menu_words(one) for one in PROFILES}, agency and agency.profile),
        _typed("note", "Note", said["note"], optional=True),
    ]
    return modal(
        f"Edit {agency.key}" if agency and there else "Add an agency",
        blocks,
        submit="Save",
        close="Cancel",
        callback_id="agencies.form",
        private_metadata=f"{agency.version} {agency.key}" if agency and there else "0",
    )


def _opens(key: str) -> Json:
    return button(f"Show {key}", SHOW, key)


def _line(key: str, name: str, place: str, state: str) -> str:
    return f"{key} · {one_line(name, 200)} · {called(place)} · {state}"


def _typed(block_id: str, label: str, now: str, hint: str = "", *, optional: bool = False) -> sb.Block:
    long = block_id in ("contact", "note")
    typed = sb.PlainTextInput(block_id, initial_value=now or None, max_length=_LIMITS[block_id], multiline=long)
    return sb.InputBlock(
        plain_text(label), typed, block_id=block_id, optional=optional, hint=plain_text(hint) if hint else None
    )


def _menu(block_id: str, label: str, titles: Mapping[str, str], now: object) -> sb.Block:
    options = {value: sb.Option(plain_text(cut(words, _OPTION)), value) for value, words in titles.items()}
    menu = sb.StaticSelectMenu(
        block_id,
        list(options.values()),
        initial_option=options.get(str(now)) if now else None,
        placeholder=plain_text("Choose"),
    )
    return sb.InputBlock(plain_text(label), menu, block_id=block_id)
