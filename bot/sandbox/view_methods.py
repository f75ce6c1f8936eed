"""`views.*`: showing forms and Homes. Source: docs.slack.dev/reference/methods, docs.slack.dev/surfaces/modals."""

from __future__ import annotations

from collections.abc import Callable

from bot.sandbox.installation import Installation
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import Refusal, check_view
from bot.sandbox.tickets import Trigger
from bot.sandbox.views import View
from bot.sandbox.workspace import Workspace


class ViewMethods:
    def __init__(self, workspace: Workspace, app: Installation) -> None:
        self._workspace = workspace
        self._app = app

    @property
    def methods(self) -> dict[str, Callable[[Json], Json]]:
        return {
            "views.open": self._open,
            "views.push": self._push,
            "views.update": self._update,
            "views.publish": self._publish,
        }

    def _open(self, given: Json) -> Json:
        views = self._workspace.views
        return self._show(given, lambda trigger: views.open(trigger.user_id, given["view"], trigger.channel_id))

    def _push(self, given: Json) -> Json:
        def push(trigger: Trigger) -> View:
            if trigger.view_id is None:
                raise Refusal("not_found")
            return self._workspace.views.push(trigger.user_id, given["view"])

        return self._show(given, push)

    def _show(self, given: Json, show: Callable[[Trigger], View]) -> Json:
        """A view that cannot be shown leaves its trigger unspent, as a refused call does nothing."""
        if "trigger_id" not in given:
            raise Refusal("invalid_arguments", ["[ERROR] missing required field: trigger_id"])
        trigger = self._workspace.triggers.check(given["trigger_id"])
        check_view(given["view"], "modal")
        view = show(trigger)
        self._workspace.triggers.spend(trigger)
        return {"view": view.as_json()}

    def _update(self, given: Json) -> Json:
        views = self._workspace.views
        if ("view_id" in given) == ("external_id" in given):
            raise Refusal("invalid_arguments", ["[ERROR] must provide exactly one of: view_id, external_id"])
        view = views.get(given["view_id"]) if "view_id" in given else views.by_external_id(given["external_id"])
        check_view(given["view"], "home" if view.payload["type"] == "home" else "modal")
        return {"view": views.update(view, given["view"], known_hash=given.get("hash", "")).as_json()}

    def _publish(self, given: Json) -> Json:
        if not self._app.home:
            raise Refusal("not_enabled")
        person = self._workspace.person(given["user_id"])
        check_view(given["view"], "home")
        view = self._workspace.views.publish(person.id, given["view"], known_hash=given.get("hash", ""))
        return {"view": view.as_json()}
