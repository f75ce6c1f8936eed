"""How roles look: who has which, and the forms that give and change them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import slackblocks as sb

from bot.blocks import Json, Message, as_written, button, buttons, cut, message, when_plain
from bot.blocks.forms import modal, plain_text
from bot.blocks.register import turns
from bot.blocks.tables import header, one_line
from bot.model import PAGE, Role, RoleGrant, roles_in_words

_DOES = {
    Role.ADMIN: "All of it, and changes how this desk works",
    Role.APPROVER: "Approves what others filed",
    Role.ANALYST: "Files notices and follows them up",
    Role.VIEWER: "Looks, and changes nothing",
}
_LABEL_LIMIT = 70


def row(
    holder: str, name: str, grant: RoleGrant | None, *, configured: bool, by: str, void: str
) -> tuple[str, str, str]:
    """Somebody with a role: their id, what they are called, and the line about them."""
    said = ["admin by the setting ADMIN_USERS"] if configured else []
    if grant is not None:
        said.append(f"{roles_in_words(grant.roles)}, given by {one_line(by)} on {when_plain(grant.at)}")
    if void:
        said.append(f"counts for nothing: {void}")
    shown = one_line(name)
    return holder, shown, f"{shown[:1].upper()}{shown[1:]} · {' · '.join(said)}"


def listed(rows: Sequence[tuple[str, str, str]], *, total: int, page: int) -> Message:
    """A page of those who have a role, each with a button to change it."""
    title = "Roles on this desk"
    start = (page - 1) * PAGE
    span = f"{start + 1}–{start + len(rows)} of {total}" if rows else f"there is no page {page}; {total} in all"
    if not total:
        span = "nobody has one yet"
    below = [button("Give a role…", "roles.give", "new", primary=True), *turns("roles", page, total)]
    return message(
        [f"{title}: {span}", *(line for _, _, line in rows)],
        [
            header(f"{title}: {span}"),
            *(as_written(line, _change(holder, name)) for holder, name, line in rows),
            *buttons(below),
        ],
    )


def giving(holder: str = "") -> Json:
    """The form that gives somebody roles besides those they have."""
    who = sb.UserSelectMenu("who", initial_user=holder or None, placeholder=plain_text("Choose a person"))
    group = "A full member of this workspace. For a Slack user group type /takedown-admin role @group viewer."
    return modal(
        "Give a role",
        [
            sb.InputBlock(plain_text("Who"), who, block_id="who", hint=plain_text(group)),
            _roles((), optional=False, hint="Added to what they have. They are told in a direct message."),
        ],
        submit="Give",
        close="Cancel",
        callback_id="roles.give",
        private_metadata="",
    )


def changing(holder: str, name: str, had: Iterable[Role], *, version: int, configured: bool) -> Json:
    """The form that leaves somebody with exactly what is ticked. Metadata: who, and the version that is shown."""
    words = one_line(name)
    stays = "\nAdmin by the setting ADMIN_USERS, which cannot be changed here." if configured else ""
    return modal(
        "Change roles",
        [
            sb.SectionBlock(text=plain_text(f"{words[:1].upper()}{words[1:]}{stays}")),
            _roles(tuple(had), optional=True, hint="What is not ticked is taken back."),
        ],
        submit="Save",
        close="Cancel",
        callback_id="roles.change",
        private_metadata=f"{holder} {version}",
    )


def again(holder: str, name: str) -> Json:
    """The button that opens the form for somebody."""
    return _change(holder, one_line(name))


def _change(holder: str, name: str) -> Json:
    return button(cut(f"Change {name}…", _LABEL_LIMIT), "roles.change", holder)


def _roles(had: Sequence[Role], *, optional: bool, hint: str) -> sb.InputBlock:
    options = {
        role: sb.Option(plain_text(role.value), role.value, description=plain_text(_DOES[role])) for role in Role
    }
    ticked = [options[role] for role in Role if role in had]
    boxes = sb.CheckboxGroup("roles", list(options.values()), initial_options=ticked or None)
    return sb.InputBlock(plain_text("Roles"), boxes, block_id="roles", optional=optional, hint=plain_text(hint))
