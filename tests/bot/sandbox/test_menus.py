"""Every kind of field of a form, filled in as people name things."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.sandbox.driver import Sandbox, View
from tests.bot.sandbox.conftest import connected
from tests.browser.kitchen import option, plain, question

Json = dict[str, Any]
CHANNELS = {"include": ["public", "private"], "exclude_bot_users": True}
DAYS = [option(day) for day in ("Monday", "Tuesday", "Friday")]
FORM: Json = {
    "type": "modal",
    "callback_id": "schedule",
    "title": plain("A digest"),
    "submit": plain("Save"),
    "blocks": [
        question(
            "where",
            "Channel",
            {"type": "conversations_select", "default_to_current_conversation": True, "filter": CHANNELS},
            optional=False,
        ),
        question("whom", "Tell", {"type": "users_select"}),
        question("all", "Also to", {"type": "multi_conversations_select"}),
        question("open", "Public", {"type": "channels_select"}),
        question("at", "Time", {"type": "timepicker", "initial_time": "09:00"}),
        question("days", "Days", {"type": "multi_static_select", "options": DAYS}),
        question("quiet", "Quiet", {"type": "checkboxes", "options": [option("When empty"), option("Unchanged")]}),
        question(
            "least",
            "Threshold",
            {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"},
        ),
    ],
}


@pytest.fixture
async def heard(sandbox: Sandbox) -> AsyncIterator[list[Json]]:
    """What was sent with each form, by block."""
    sent: list[Json] = []

    def listens(app: AsyncApp) -> None:
        async def command(ack: AsyncAck, body: Json, client: Any) -> None:
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)
            await ack()

        async def submitted(ack: AsyncAck, view: Json) -> None:
            values = {block: next(iter(actions.values())) for block, actions in view["state"]["values"].items()}
            sent.append(
                {block: next(held for key, held in one.items() if key != "type") for block, one in values.items()}
            )
            await ack()

        app.command("/desk")(command)
        app.view("schedule")(submitted)

    async with connected(sandbox, listens):
        await sandbox.bot_connected()
        yield sent


async def form(sandbox: Sandbox, channel: str = "brand-protection", who: str = "ann") -> View:
    seen = await sandbox.person(who).types("/desk", channel=channel)
    assert seen.view is not None, seen
    return seen.view


async def test_every_field_is_filled_in_by_name_and_arrives_in_slacks_shape(
    sandbox: Sandbox, heard: list[Json]
) -> None:
    answers = {
        "Channel": "#legal",
        "Tell": "@bo",
        "Also to": ["general", "ann"],
        "Public": "C0BRAND",
        "Time": "18:30",
        "Days": ["Monday", "friday"],
        "Quiet": "When empty",
        "Threshold": 3,
    }
    seen = await sandbox.person("ann").submits(await form(sandbox), answers)
    assert seen.errors == {}
    (sent,) = heard
    assert [one["value"] for one in sent.pop("days")] == ["monday", "friday"]
    assert [one["value"] for one in sent.pop("quiet")] == ["when empty"]
    assert sent == {
        "where": "C0LEGAL",
        "whom": "U0BO",
        "all": ["C0GENERAL", "D0ANN"],
        "open": "C0BRAND",
        "at": "18:30",
        "least": "3",
    }


async def test_a_menu_starts_with_the_channel_the_person_is_in_unless_its_filter_leaves_that_out(
    sandbox: Sandbox, heard: list[Json]
) -> None:
    for channel in ("general", "ann"):
        await sandbox.person("ann").submits(await form(sandbox, channel), {})
    assert [sent["where"] for sent in heard] == ["C0GENERAL"]
    view = sandbox.person("ann").views[-1]
    assert view.errors == {"where": "Please complete this required field."}


@pytest.mark.parametrize(
    ("who", "field", "answer"),
    [
        ("ann", "Channel", "ann"),
        ("mia", "Channel", "legal"),
        ("ann", "Public", "legal"),
        ("ann", "Tell", "nobody"),
        ("ann", "Days", "Sunday"),
    ],
)
@pytest.mark.usefixtures("heard")
async def test_what_a_menu_does_not_offer_cannot_be_chosen(sandbox: Sandbox, who: str, field: str, answer: str) -> None:
    with pytest.raises(LookupError, match="only: "):
        await sandbox.person(who).submits(await form(sandbox, who=who), {field: answer})


@pytest.mark.usefixtures("heard")
async def test_an_archived_channel_is_not_offered(sandbox: Sandbox) -> None:
    sandbox.archive("general")
    with pytest.raises(LookupError, match="brand-protection, legal"):
        await sandbox.person("ann").submits(await form(sandbox), {"Channel": "general"})


@pytest.mark.parametrize(("field", "block", "answer"), [("Time", "at", "25:00"), ("Threshold", "least", "10")])
@pytest.mark.usefixtures("heard")
async def test_a_value_the_field_cannot_hold_is_said_beside_it(
    sandbox: Sandbox, field: str, block: str, answer: str
) -> None:
    seen = await sandbox.person("ann").submits(await form(sandbox), {field: answer})
    assert set(seen.errors) == {block}
