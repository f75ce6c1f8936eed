"""How the register looks: the overview, what somebody is here, help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks import Json, Message, as_written, button, buttons, message, small, theirs, usage_message, when_plain
from bot.blocks.tables import header, one_line, whole_lines
from bot.grammar.register import register_usage
from bot.model import ALLOWS, PAGE, Change, May, Role, RoleGrant, roles_in_words

_DOES: Mapping[May, str] = {
    May.READ: "look at notices, offenders and digests",
    May.FILE: "file notices and follow them up",
    May.APPROVE: "approve or refuse notices of others",
    May.REFER: "work on cases and referrals",
    May.ADMINISTER: "change how this desk works",
}
DOORS = {
    "roles": "Roles",
    "rights": "Rights",
    "authorised": "Authorised sellers",
    "agency": "Agencies",
    "policy": "Policy",
    "marketplaces": "Marketplaces",
    "history": "History",
    "whoami": "What am I here?",
    "help": "Help",
}
"""The buttons of the overview: the command each stands for, and its label. Each has a route `register.COMMAND`."""
_CHANGE_LIMIT = 1500
TURNS = ("register.back", "register.further")
"""The buttons that turn a page, which takes the place of the one before; their value is the command."""


def overview(lines: Sequence[str]) -> Message:
    """What there is to look after: a sentence each, and a button to each."""
    doors = [door(command) for command in DOORS]
    help_ = "`/takedown-admin help` says what can be typed; `whoami` what you are."
    return message(
        ["The register of this desk", *lines, help_.replace("`", "")],
        [header("The register of this desk"), *map(as_written, lines), *buttons(doors), small(help_)],
    )


def history(changes: Sequence[Change], *, total: int, page: int, what: str, names: Mapping[str, str]) -> Message:
    """A page of changes, newest first, each in a sentence with who and when."""
    start = (page - 1) * PAGE
    title = f"Changes of {one_line(names.get(what, what))}" if what else "Changes of the register"
    span = f"{start + 1}–{start + len(changes)} of {total}" if changes else f"there is no page {page}; {total} in all"
    if not total:
        span = "none yet"
    lines = [
        f"{when_plain(change.at)} · {one_line(names.get(change.actor.user_id, change.actor.user_id))} · "
        f"{one_line(_of_what(change), _CHANGE_LIMIT)}"
        for change in changes
    ]
    text = whole_lines([f"{title}: {span}"], lines, [], more=lambda count: f"and {count} more." if count else "")
    asked = f"history {what}" if what else "history"
    shown = [header(f"{title}: {span}"), *map(as_written, lines), *buttons(turns(asked, page, total))]
    return Message(text=text, blocks=tuple(shown))


def _of_what(change: Change) -> str:
    """The words, and of which right or seller, where they do not say."""
    kind, _, key = change.of.partition(":")
    if not change.words and change.erased is not None:
        return f"What was said of {change.of} was let go under a rule of retention, or erased."
    named = key.rstrip(":")
    return change.words if kind not in ("right", "authorised") or named in change.words else f"{named}: {change.words}"


def standing(
    name: str,
    roles: frozenset[Role],
    grants: Sequence[RoleGrant],
    *,
    configured: bool,
    unsure: bool,
    names: Mapping[str, str],
    admins: Sequence[str],
) -> Message:
    """What a full member is here, through whom, what they may do and what not, and whom to ask."""
    title = f"You are {name}: {roles_in_words(roles)}"
    lines = [*_through(grants, names, configured=configured), *_may(roles)]
    if unsure:
        lines.append("Slack could not tell me just now who is in some user groups; a role may be missing here.")
    if Role.ADMIN not in roles:
        lines.append(_ask(admins))
    return message([title, *lines], [header(title), *map(as_written, lines)])


def closed(words: str) -> Message:
    """Why somebody can have no role at all."""
    line = "You have no role on this desk, and can be given none."
    return message([words, line], [theirs(words), as_written(line)])


def help_text(word: str | None) -> Message:
    """Usage of `/takedown-admin`."""
    return usage_message(register_usage(word))


def told(words: str, *more: str, elements: Sequence[Json] = ()) -> Message:
    """A short private answer, and what follows from it."""
    return message([words, *more], [theirs(words), *map(as_written, more), *buttons(elements)])


def door(command: str) -> Json:
    """The button that stands for a command."""
    return button(DOORS[command], f"register.{command}", command)


def turns(command: str, page: int, total: int) -> list[Json]:
    """Buttons to the neighbouring pages."""
    pages = [(page - 1, "Back", TURNS[0]), (page + 1, "Further", TURNS[1])]
    return [
        button(label, action, f"{command} page:{number}")
        for number, label, action in pages
        if 1 <= number <= -(-total // PAGE)
    ]


def _through(grants: Sequence[RoleGrant], names: Mapping[str, str], *, configured: bool) -> list[str]:
    lines = ["Admin by the setting ADMIN_USERS, which only whoever runs this desk can change."] if configured else []
    for grant in grants:
        there = roles_in_words(grant.roles)
        through = f", through {one_line(names.get(grant.holder, grant.holder))}" if grant.holder[:1] == "S" else ""
        by = one_line(names.get(grant.by.user_id, grant.by.user_id))
        lines.append(f"{there.capitalize()}{through}: given by {by} on {when_plain(grant.at)}.")
    return lines


def _may(roles: frozenset[Role]) -> list[str]:
    can = {may for role in roles for may in ALLOWS[role]}
    yes = [words for may, words in _DOES.items() if may in can]
    no = [words for may, words in _DOES.items() if may not in can]
    return [f"You may {_listed(yes, 'and')}." for _ in yes[:1]] + [f"You may not {_listed(no, 'or')}." for _ in no[:1]]


def _listed(words: Sequence[str], last: str) -> str:
    *most, end = words
    return f"{', '.join(most)}, {last} {end}" if most else end


def _ask(admins: Sequence[str]) -> str:
    if not admins:
        return "This desk has no admin yet: whoever runs it sets ADMIN_USERS."
    return f"For another role please ask {_listed([one_line(name) for name in admins[:10]], 'or')}."
