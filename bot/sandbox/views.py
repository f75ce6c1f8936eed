"""Forms and Homes: who has which open, three on a pile at most."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.model import Clock
from bot.sandbox.filling import initial_state
from bot.sandbox.people import APP_ID, BOT_ID, TEAM_ID
from bot.sandbox.reading import Question, buttons_of, questions_of, words_of
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import STACK, Refusal

Values = Mapping[str, Mapping[str, Json]]
"""What is filled in, by block and action, as `view.state.values` has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A form or Home on somebody's screen. `payload` is what the app sent, with the ids Slack added.

    `channel_id` is where the person was when they opened it.
    """

    id: str
    user_id: str
    payload: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    channel_id: str | None = None

    @property
    def title(self) -> str:
        return str(self.payload.get("title", {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        return str(self.payload.get("callback_id", ""))

    @property
    def external_id(self) -> str:
        return str(self.payload.get("external_id", ""))

    @property
    def blocks(self) -> list[Json]:
        return list(self.payload["blocks"])

    @property
    def words(self) -> str:
        """Everything visible, as plain text."""
        return "\n".join(line for line in (self.title, words_of(self.blocks)) if line)

    @property
    def buttons(self) -> list[str]:
        return buttons_of(self.blocks)

    @property
    def questions(self) -> list[Question]:
        return questions_of(self.blocks)

    def as_json(self) -> Json:
        """The view as Slack tells the app of it."""
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
            **self.payload,
            "state": {"values": {block: dict(actions) for block, actions in self.values.items()}},
            "hash": self.hash,
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": APP_ID,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }


class Views:
    """The piles of forms and the Homes, by person."""

    def __init__(
        self,
        clock: Clock,
        number_blocks: Callable[[Any], list[Json]],
        offered: Callable[[str, Json], list[str]],
        changed: Callable[[], None],
    ) -> None:
        """`offered` gives the ids of the conversations a person may choose in a menu."""
        self._clock = clock
        self._number_blocks = number_blocks
        self._offered = offered
        self._changed = changed
        self._piles: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def pile(self, user_id: str) -> list[View]:
        """A person's open forms, the one in front last."""
        return list(self._piles.get(user_id, []))

    def home(self, user_id: str) -> View | None:
        return self._homes.get(user_id)

    def get(self, view_id: str) -> View:
        """Raises: Refusal: nobody has it open."""
        return self._one(lambda view: view.id == view_id)

    def by_external_id(self, external_id: str) -> View:
        """Raises: Refusal: nobody has it open."""
        return self._one(lambda view: view.external_id == external_id)

    def open(self, user_id: str, payload: Json, channel_id: str | None = None) -> View:
        """A new pile with this form alone."""
        view = self._new(user_id, payload, channel_id=channel_id)
        self._piles[user_id] = [view]
        self._changed()
        return view

    def push(self, user_id: str, payload: Json) -> View:
        """Raises: Refusal: no form is open, or three are."""
        pile = self._piles.get(user_id, [])
        if not pile:
            raise Refusal("not_found")
        if len(pile) >= STACK:
            raise Refusal("push_limit_reached")
        view = self._new(user_id, payload, on=pile[-1], channel_id=pile[-1].channel_id)
        pile.append(view)
        self._changed()
        return view

    def update(self, view: View, payload: Json, *, known_hash: str = "") -> View:
        """Draw the view anew; what was typed stays where the ids of block and action stay.

        Raises:
            Refusal: `known_hash` is not that of the view as it is now.
        """
        if known_hash and known_hash != view.hash:
            raise Refusal("hash_conflict")
        payload = self._prepared(payload, but=view.id)
        values = self._initial(view.user_id, payload, view.channel_id, kept=view.values)
        return self._put(replace(view, payload=payload, hash=self._hash(), values=values, errors={}))

    def publish(self, user_id: str, payload: Json, *, known_hash: str = "") -> View:
        """Raises: Refusal: `known_hash` is not that of the Home as it is now."""
        there = self._homes.get(user_id)
        if there is not None:
            return self.update(there, payload, known_hash=known_hash)
        if known_hash:
            raise Refusal("hash_conflict")
        view = self._homes[user_id] = self._new(user_id, payload)
        self._changed()
        return view

    def fill(self, view: View, values: Values, errors: Mapping[str, str] | None = None) -> View:
        """Keep what was typed, and what is wrong with it."""
        merged = {block: dict(actions) for block, actions in view.values.items()}
        for block, actions in values.items():
            merged.setdefault(block, {}).update(actions)
        return self._put(replace(view, values=merged, errors=dict(errors or {})))

    def close(self, view: View) -> None:
        """Take the form off the pile, and whatever lies on it."""
        pile = self._piles.get(view.user_id, [])
        place = next((index for index, one in enumerate(pile) if one.id == view.id), None)
        if place is not None:
            del pile[place:]
            self._changed()

    def clear(self, user_id: str) -> None:
        self._piles.pop(user_id, None)
        self._changed()

    def _all(self) -> list[View]:
        return [*(view for pile in self._piles.values() for view in pile), *self._homes.values()]

    def _one(self, wanted: Callable[[View], bool]) -> View:
        found = next((view for view in self._all() if wanted(view)), None)
        if found is None:
            raise Refusal("not_found")
        return found

    def _new(self, user_id: str, payload: Json, on: View | None = None, *, channel_id: str | None = None) -> View:
        payload = self._prepared(payload)
        view_id = f"V{secrets.token_hex(5).upper()}"
        return View(
            id=view_id,
            user_id=user_id,
            payload=payload,
            hash=self._hash(),
            root_id=on.root_id if on else view_id,
            previous_id=on.id if on else None,
            values=self._initial(user_id, payload, channel_id),
            channel_id=channel_id,
        )

    def _initial(self, user_id: str, payload: Json, channel_id: str | None, kept: Values | None = None) -> Values:
        def current(element: Json) -> str | None:
            return channel_id if channel_id in self._offered(user_id, element) else None

        return initial_state(payload["blocks"], kept=kept, current=current)

    def _prepared(self, payload: Json, but: str = "") -> Json:
        taken = {view.external_id for view in self._all() if view.external_id and view.id != but}
        if payload.get("external_id") in taken:
            raise Refusal("duplicate_external_id")
        return {**payload, "blocks": self._number_blocks(payload["blocks"])}

    def _put(self, view: View) -> View:
        if view.payload["type"] == "home":
            self._homes[view.user_id] = view
        else:
            pile = self._piles.get(view.user_id, [])
            pile[:] = [view if one.id == view.id else one for one in pile]
        self._changed()
        return view

    def _hash(self) -> str:
        return f"{int(self._clock().timestamp())}.{secrets.token_hex(4)}"
