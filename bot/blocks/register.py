"""How the register looks: the overview, what somebody is here, help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks import Json, Message, as_written, button, buttons, message, small, theirs, usage_message, when_plain
from bot.blocks.tables import header, one_line
from bot.grammar.register import register_usage
from bot.model import ALLOWS, May, Role, RoleGrant

_DOES: Mapping[May, str] = {
    May.READ: "look at notices, offenders and digests",
    May.FILE: "file notices and follow them up",
    May.APPROVE: "approve or refuse notices of others",
    May.ADMINISTER: "change how this desk works",
}
_ROOMS = (("whoami", "What am I here?"), ("help", "Help"))
"""What the buttons of the overview type for the person, and their labels."""


def overview(lines: Sequence[str]) -> Message:
    """What there is to look after: a sentence each, and a button to each."""
    doors = [button(label, "register.open", words) for words, label in _ROOMS]
    help_ = "`/takedown-admin help` says what can be typed; `whoami` what you are."
    return message(
        ["The register of this desk", *lines, help_.replace("`", "")],
        [header("The register of this desk"), *map(as_written, lines), *buttons(doors), small(help_)],
    )


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
    there = [role.value for role in Role if role in roles]
    title = f"You are {name}: {' and '.join(there) or 'no role'}"
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


def help_text(word: str | None, *, trouble: str = "") -> Message:
    """Usage of `/takedown-admin`; `trouble` says first what was not understood."""
    return usage_message(register_usage(word), trouble)


def told(words: str, *more: str, elements: Sequence[Json] = ()) -> Message:
    """A short private answer, and what follows from it."""
    return message([words, *more], [theirs(words), *map(as_written, more), *buttons(elements)])


def _through(grants: Sequence[RoleGrant], names: Mapping[str, str], *, configured: bool) -> list[str]:
    lines = ["Admin by the setting ADMIN_USERS, which only whoever runs this desk can change."] if configured else []
    for grant in grants:
        there = " and ".join(role.value for role in Role if role in grant.roles)
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
