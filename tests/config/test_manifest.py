"""The manifest people paste into Slack, held against what the code really uses."""

import ast
from pathlib import Path
from typing import Any

import orjson
import pytest

from handlers import ROUTES

ROOT = Path(__file__).parents[2]

# Source: docs.slack.dev, each method's page.
SCOPES = {
    "auth_test": set[str](),
    "apps_connections_open": set[str](),
    "chat_postMessage": {"chat:write", "chat:write.public"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "files_upload_v2": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_completeUploadExternal": {"files:write"},
    "files_info": {"files:read"},
    "users_info": {"users:read"},
    "usergroups_list": {"usergroups:read"},
    "usergroups_users_list": {"usergroups:read"},
    "views_open": set[str](),
    "views_push": set[str](),
    "views_update": set[str](),
    "views_publish": set[str](),
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads((ROOT / "config" / "manifest.json").read_bytes())
    return loaded


def test_every_command_in_the_manifest_has_a_route_and_every_route_is_in_the_manifest(manifest: dict[str, Any]) -> None:
    declared = {command["command"] for command in manifest["features"]["slash_commands"]}
    assert declared == {route.name for route in ROUTES if route.kind == "command"}


def test_every_event_in_the_manifest_has_a_route_and_every_route_is_in_the_manifest(manifest: dict[str, Any]) -> None:
    declared = set(manifest["settings"]["event_subscriptions"]["bot_events"])
    assert declared == {route.name for route in ROUTES if route.kind == "event"}


def test_every_shortcut_has_a_route_and_every_route_of_one_is_in_the_manifest(
    manifest: dict[str, Any],
) -> None:
    declared = {shortcut["callback_id"] for shortcut in manifest["features"]["shortcuts"]}
    assert declared == {route.name for route in ROUTES if route.kind == "shortcut"}
    for shortcut in manifest["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150


def test_the_scopes_are_those_of_the_methods_called_and_no_more(manifest: dict[str, Any]) -> None:
    called = methods_called(ROOT / "bot" / "slack.py")
    assert called <= set(SCOPES), f"say which scopes {called - set(SCOPES)} need"
    needed = {"commands", "app_mentions:read"}.union(*(SCOPES[method] for method in called))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed


def test_no_two_routes_listen_to_the_same(manifest: dict[str, Any]) -> None:
    names = [(route.kind, route.name) for route in ROUTES]
    assert len(names) == len(set(names))


def test_the_manifest_keeps_to_slacks_limits(manifest: dict[str, Any]) -> None:
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140
    for command in manifest["features"]["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["usage_hint"]) <= 1000
        assert command["should_escape"], "without it mentions arrive as plain names"


def test_the_hint_of_takedown_is_short_and_leads_to_the_rest(manifest: dict[str, Any]) -> None:
    hint = next(one["usage_hint"] for one in manifest["features"]["slash_commands"] if one["command"] == "/takedown")
    assert {"list", "approvals", "help"} <= set(hint.split(" | "))
    assert len(hint) <= 100


def methods_called(path: Path) -> set[str]:
    """The Web API methods a module names as attributes of its client."""
    tree = ast.parse(path.read_text())
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "client"
        and "_" in node.attr
    }
