"""Logs never open a door."""

import json
import logging

import pytest
import structlog

from bot.marketplaces.rest import RestTable
from bot.observe import configure_logs, hide, redacted
from config.secrets import secrets_in
from tests.bot.marketplaces.test_opening import TABLE


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1234-abcd",
        "xapp-1-A0-9-abcdef",
        "Bearer s3cr3t",
        "https://hooks.slack.com/commands/T0/1/abc",
        "v0=" + "a1" * 32,
        "http://127.0.0.1:1/respond/abc",
    ],
)
def test_what_opens_a_door_is_taken_out(secret: str) -> None:
    shown = redacted(f"before {secret} after")
    assert secret not in shown
    assert shown.startswith("before ")
    assert "after" in shown or secret.endswith("abc")


def test_ours_and_the_libraries_lines_are_redacted_json(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logs("INFO", "json")
        structlog.get_logger("desk").info("filed", notice="TD-1", token="xoxb-1-secret")
        logging.getLogger("library").warning("called with %s", "Bearer s3cr3t")
        try:
            raise ValueError("xoxb-2-secret")
        except ValueError:
            structlog.get_logger("desk").exception("broke")
        logging.getLogger("slack_bolt").info("the whole body of a request")
    finally:
        root.handlers[:], root.level = handlers, level
        structlog.reset_defaults()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines[:1]] == ["filed"]
    assert lines[0]["notice"] == "TD-1"
    said = json.dumps(lines)
    assert "secret" not in said
    assert "s3cr3t" not in said
    assert "whole body" not in said


def test_a_secret_of_our_settings_is_taken_out_whatever_it_looks_like() -> None:
    secret = "a marketplace's token that looks like words"
    assert secret in redacted(f"They said: {secret}")
    hide([secret, "abc"])
    assert redacted(f"They said: {secret}!") == "They said: [redacted]!"
    assert redacted("abc") == "abc", "what is so short is no secret"


def test_every_secret_field_of_the_settings_is_found() -> None:
    table = RestTable.model_validate(TABLE | {"push_secret": "a-push-secret", "push_secret_env": "PUSH"})
    assert secrets_in(table, None) == ["a-token", "a-push-secret"]
