"""`usergroups.*`: looking at user groups. Source: docs.slack.dev/reference/methods/usergroups.list."""

from __future__ import annotations

from collections.abc import Callable

from bot.sandbox.people import TEAM_ID, Group
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import Refusal
from bot.sandbox.workspace import Workspace

_MADE = 1_700_000_000


class GroupMethods:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def methods(self) -> dict[str, Callable[[Json], Json]]:
        return {"usergroups.list": self._list, "usergroups.users.list": self._users}

    def _list(self, given: Json) -> Json:
        shown = (one for one in self._workspace.groups.values() if given.get("include_disabled") or not one.disabled)
        return {"usergroups": [_as_json(one, given) for one in shown]}

    def _users(self, given: Json) -> Json:
        group = self._workspace.groups.get(given["usergroup"])
        if group is None or (group.disabled and not given.get("include_disabled")):
            raise Refusal("no_such_subteam")
        return {"users": sorted(group.member_ids)}


def _as_json(group: Group, given: Json) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": _MADE,
        "date_update": _MADE,
        "date_delete": _MADE if group.disabled else 0,
        "auto_type": None,
        "prefs": {"channels": [], "groups": []},
    }
    if given.get("include_users"):
        shown["users"] = sorted(group.member_ids)
    if given.get("include_count"):
        shown["user_count"] = len(group.member_ids)
    return shown
