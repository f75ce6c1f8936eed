"""The app as it is installed in the pretend workspace: its tokens, scopes, commands and events."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Self

from bot.sandbox.shapes import Json
from bot.sandbox.strictness import SCOPES


def _token(kind: str) -> str:
    return f"{kind}-sandbox-{secrets.token_hex(16)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Installation:
    """What the app may do here, and the secrets it was given; they are made anew each time.

    Events that are not in `events` are not sent; None sends all.
    """

    name: str = "Takedown Desk"
    scopes: frozenset[str] = SCOPES
    commands: tuple[Json, ...] = ()
    shortcuts: tuple[Json, ...] = ()
    events: frozenset[str] | None = None
    home: bool = True
    bot_token: str = field(default_factory=lambda: _token("xoxb"), repr=False)
    app_token: str = field(default_factory=lambda: _token("xapp"), repr=False)
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Self:
        """The app a manifest describes, with the scopes and events it asks for and no others."""
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        return cls(
            name=str(manifest["display_information"]["name"]),
            scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            commands=tuple(features.get("slash_commands", [])),
            shortcuts=tuple(features.get("shortcuts", [])),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            home=bool(features.get("app_home", {}).get("home_tab_enabled")),
        )

    @property
    def handle(self) -> str:
        """What people type after `@`."""
        return self.name.casefold().replace(" ", "-")

    def command(self, word: str) -> Json | None:
        return next((command for command in self.commands if command["command"] == word), None)

    def hears(self, event: str) -> bool:
        return self.events is None or event in self.events


def installed(
    manifest: Mapping[str, Any] | None, commands: Sequence[Json] | None, shortcuts: Sequence[Json] | None
) -> Installation:
    """The app of the manifest, the desk's own by default; with commands instead, an app that may do everything."""
    if manifest is None and (commands is not None or shortcuts is not None):
        return Installation(commands=tuple(commands or ()), shortcuts=tuple(shortcuts or ()))
    return Installation.of(manifest if manifest is not None else own_manifest())


def own_manifest() -> Json:
    """The manifest the desk is installed with in a real workspace."""
    manifest: Json = json.loads(resources.files("config").joinpath("manifest.json").read_text(encoding="utf-8"))
    return manifest
