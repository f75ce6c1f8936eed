"""Forms and Homes: triggers, hashes, piles and what a submission is answered with."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.sandbox.driver import Sandbox
from bot.sandbox.strictness import Refusal
from tests.bot.sandbox.conftest import Api, HandClock, connected
from tests.browser.kitchen import FORM, HOME, SECOND_FORM, plain, question

Json = dict[str, Any]
FILLED = {
    "Addresses": "https://acme.example/item/1",
    "Violation": "Counterfeit",
    "Places": ["Acme", "Bazaar"],
    "Declaration": ["In good faith"],
    "How sure": "Very",
    "Seen on": "2026-03-01",
    "Colleague": "U0BO",
    "Channel": "C0BRAND",
    "How many": "3",
}


def trigger(sandbox: Sandbox, user: str = "U0ANN") -> str:
    return sandbox.workspace.triggers.issue(user)


async def test_a_trigger_opens_one_form(api: Api) -> None:
    trigger_id = trigger(api.sandbox)
    answer = await api.call("views.open", trigger_id=trigger_id, view=FORM)
    assert answer["ok"], answer
    assert answer["view"]["id"] == api.sandbox.person("ann").views[0].id
    assert answer["view"]["root_view_id"] == answer["view"]["id"]
    assert await api.error("views.open", trigger_id=trigger_id, view=FORM) == "exchanged_trigger_id"


async def test_a_trigger_lives_three_seconds(api: Api, clock: HandClock) -> None:
    in_time, too_late = trigger(api.sandbox), trigger(api.sandbox)
    clock.forward(seconds=3)
    assert await api.error("views.open", trigger_id=in_time, view=FORM) == "none"
    clock.forward(seconds=0.1)
    assert await api.error("views.open", trigger_id=too_late, view=FORM) == "expired_trigger_id"
    assert await api.error("views.open", trigger_id="1.2.3", view=FORM) == "invalid_trigger_id"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"title": plain("x" * 25)}, "invalid_arguments"),
        ({"submit": plain("x" * 25)}, "invalid_arguments"),
        ({"private_metadata": "x" * 3001}, "invalid_arguments"),
        ({"callback_id": "x" * 256}, "invalid_arguments"),
        ({"colour": "red"}, "invalid_arguments"),
        ({"blocks": [{"type": "markdown", "text": "x"}]}, "invalid_arguments"),
        ({"type": "home"}, "invalid_arguments"),
        (
            {"blocks": [{"type": "section", "text": plain("x" * 2900), "block_id": str(n)} for n in range(90)]},
            "view_too_large",
        ),
    ],
)
async def test_a_form_that_passes_a_limit_is_refused_and_leaves_the_trigger(api: Api, change: Json, error: str) -> None:
    trigger_id = trigger(api.sandbox)
    assert await api.error("views.open", trigger_id=trigger_id, view={**FORM, **change}) == error
    assert await api.error("views.open", trigger_id=trigger_id, view=FORM) == "none"


async def test_a_form_that_asks_needs_a_way_to_send_it(api: Api) -> None:
    view = {name: value for name, value in FORM.items() if name != "submit"}
    answer = await api.call("views.open", trigger_id=trigger(api.sandbox), view=view)
    assert "missing required field: submit [json-pointer:/view]" in str(answer["response_metadata"]["messages"])


async def test_three_forms_lie_on_each_other_and_no_more(api: Api) -> None:
    workspace = api.sandbox.workspace
    first = await api.call("views.open", trigger_id=trigger(api.sandbox), view=FORM)
    under = first["view"]["id"]
    for _ in range(2):
        pushed = await api.call("views.push", trigger_id=workspace.triggers.issue("U0ANN", under), view=SECOND_FORM)
        assert pushed["view"]["previous_view_id"] == under
        under = pushed["view"]["id"]
    error = await api.error("views.push", trigger_id=workspace.triggers.issue("U0ANN", under), view=SECOND_FORM)
    assert error == "push_limit_reached"
    assert len(api.sandbox.person("ann").views) == 3


async def test_an_update_on_an_old_hash_is_a_conflict(api: Api) -> None:
    view = (await api.call("views.open", trigger_id=trigger(api.sandbox), view=FORM))["view"]
    known = {"view_id": view["id"], "hash": view["hash"]}
    assert await api.error("views.update", **known, view=SECOND_FORM) == "none"
    assert await api.error("views.update", **known, view=FORM) == "hash_conflict"
    assert await api.error("views.update", view_id="V0NOWHERE", view=FORM) == "not_found"


async def test_an_external_id_finds_the_form_and_stands_once(api: Api) -> None:
    view = {**FORM, "external_id": "mine"}
    assert await api.error("views.open", trigger_id=trigger(api.sandbox), view=view) == "none"
    assert await api.error("views.update", external_id="mine", view=view) == "none"
    assert await api.error("views.open", trigger_id=trigger(api.sandbox, "U0BO"), view=view) == "duplicate_external_id"


async def test_a_home_is_drawn_for_one_person(api: Api) -> None:
    published = await api.call("views.publish", user_id="U0ANN", view=HOME)
    home = api.sandbox.person("ann").home
    assert home is not None
    assert "Your desk" in home.words
    assert api.sandbox.person("bo").home is None
    old = published["view"]["hash"]
    assert await api.error("views.publish", user_id="U0ANN", view=HOME, hash=old) == "none"
    assert await api.error("views.publish", user_id="U0ANN", view=HOME, hash=old) == "hash_conflict"
    assert await api.error("views.publish", user_id="U0ANN", view=FORM) == "invalid_arguments"


class Desk:
    """A bot that opens the form, and answers what is sent as it is told to."""

    def __init__(self, form: Json = FORM, **answer: Any) -> None:
        self.form = form
        self.answer = answer
        self.bodies: list[Json] = []

    def listens(self, app: AsyncApp) -> None:
        app.command("/desk")(self.opens)
        app.view("form")(self.submitted)
        app.view("second")(self.submitted)
        app.view_closed("form")(self.closed)

    async def opens(self, ack: AsyncAck, body: Json, client: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=self.form)
        await ack()

    async def submitted(self, ack: AsyncAck, body: Json) -> None:
        self.bodies.append(body)
        await ack(**self.answer)

    async def closed(self, ack: AsyncAck, body: Json) -> None:
        self.bodies.append(body)
        await ack()


async def test_what_is_filled_in_arrives_in_slacks_shapes(sandbox: Sandbox) -> None:
    desk = Desk()
    async with connected(sandbox, desk.listens):
        ann = sandbox.person("ann")
        form = (await ann.types("/desk", channel="brand-protection")).view
        assert (await ann.submits(form, FILLED)).error is None
    (body,) = desk.bodies
    assert body["type"] == "view_submission"
    assert body["user"]["team_id"] == "T0DESK"
    values = {block: state["v"] for block, state in body["view"]["state"]["values"].items()}
    counterfeit = {"text": plain("Counterfeit"), "value": "counterfeit"}
    assert values["listings"] == {"type": "plain_text_input", "value": "https://acme.example/item/1"}
    assert values["violation"] == {"type": "static_select", "selected_option": counterfeit}
    assert [one["value"] for one in values["places"]["selected_options"]] == ["acme", "bazaar"]
    assert [one["value"] for one in values["faith"]["selected_options"]] == ["in good faith"]
    assert values["sure"]["selected_option"]["value"] == "very"
    assert values["seen"] == {"type": "datepicker", "selected_date": "2026-03-01"}
    assert values["colleague"] == {"type": "users_select", "selected_user": "U0BO"}
    assert values["room"] == {"type": "conversations_select", "selected_conversation": "C0BRAND"}
    assert values["shop"] == {"type": "url_text_input", "value": None}
    assert ann.views == []


async def test_what_the_slack_app_would_not_send_is_not_sent(sandbox: Sandbox) -> None:
    desk = Desk()
    async with connected(sandbox, desk.listens):
        ann = sandbox.person("ann")
        form = (await ann.types("/desk", channel="brand-protection")).view
        seen = await ann.submits(form, {"Addresses": "x", "Contact": "nobody", "How many": "3.5", "Shop address": "x"})
        assert set(seen.errors) == {"violation", "faith", "mail", "count", "shop"}
    assert desk.bodies == []


@pytest.mark.parametrize(
    ("answer", "titles", "errors", "error"),
    [
        ({}, [], {}, None),
        ({"response_action": "clear"}, [], {}, None),
        (
            {"response_action": "errors", "errors": {"violation": "No."}},
            ["File a takedown"],
            {"violation": "No."},
            None,
        ),
        (
            {"response_action": "errors", "errors": {"top": "No."}},
            ["File a takedown"],
            {},
            "invalid_response_errors",
        ),
        ({"response_action": "update", "view": SECOND_FORM}, ["One thing more"], {}, None),
        ({"response_action": "push", "view": SECOND_FORM}, ["File a takedown", "One thing more"], {}, None),
    ],
)
async def test_the_answer_to_a_submission_decides_what_is_seen_next(
    sandbox: Sandbox, answer: Json, titles: list[str], errors: Json, error: str | None
) -> None:
    async with connected(sandbox, Desk(**answer).listens):
        ann = sandbox.person("ann")
        form = (await ann.types("/desk", channel="brand-protection")).view
        seen = await ann.submits(form, FILLED)
    assert (seen.error, dict(seen.errors)) == (error, errors)
    assert [view.title for view in ann.views] == titles


async def test_closing_a_form_is_told_to_a_bot_that_asked(sandbox: Sandbox) -> None:
    desk = Desk()
    async with connected(sandbox, desk.listens):
        ann = sandbox.person("ann")
        form = (await ann.types("/desk", channel="brand-protection")).view
        await ann.closes(form)
    assert [body["type"] for body in desk.bodies] == ["view_closed"]
    assert ann.views == []


async def test_an_update_keeps_what_was_typed_where_the_ids_are_the_same(api: Api) -> None:
    text = {"type": "plain_text_input"}
    before = {**SECOND_FORM, "blocks": [question("a", "A", text), question("b", "B", text)]}
    view = (await api.call("views.open", trigger_id=trigger(api.sandbox), view=before))["view"]
    workspace = api.sandbox.workspace
    typed = {block: {"v": {"type": "plain_text_input", "value": block * 3}} for block in ("a", "b")}
    workspace.views.fill(workspace.views.get(view["id"]), typed)
    after = {**SECOND_FORM, "blocks": [question("a", "A", text), question("c", "C", text)]}
    await api.call("views.update", view_id=view["id"], view=after)
    values = workspace.views.get(view["id"]).values
    assert {block: state["v"]["value"] for block, state in values.items()} == {"a": "aaa", "c": None}


def asking_for_files(*, optional: bool = False, **limits: Any) -> Json:
    return {**SECOND_FORM, "blocks": [question("proof", "Proof", {"type": "file_input", **limits}, optional=optional)]}


async def test_files_of_a_form_arrive_as_slack_tells_of_them_and_the_bot_can_fetch_them(api: Api) -> None:
    desk = Desk(asking_for_files())
    async with connected(api.sandbox, desk.listens):
        ann = api.sandbox.person("ann")
        form = (await ann.types("/desk", channel="brand-protection")).view
        files = [("Shop 1.PNG", b"\x89PNG"), ("mail.eml", b"From: x")]
        assert (await ann.submits(form, {"Proof": files})).error is None
    state = desk.bodies[0]["view"]["state"]["values"]["proof"]["v"]
    assert state["type"] == "file_input"
    png, mail = state["files"]
    assert (png["name"], png["mimetype"], png["size"], png["user"]) == ("Shop 1.PNG", "image/png", 4, "U0ANN")
    assert mail["mode"] == "hosted"
    bearer = {"Authorization": f"Bearer {api.sandbox.bot_token}"}
    assert (await api.http.get(png["url_private_download"], headers=bearer)).content == b"\x89PNG"
    assert all(not channel.all_messages for channel in api.sandbox.workspace.channels.values()), "shared nowhere"


@pytest.mark.parametrize(
    ("limits", "files", "words"),
    [
        ({}, [], "Please complete this required field."),
        ({"optional": True}, [], ""),
        ({"max_files": 1}, [("a.png", b"x"), ("b.png", b"x")], "Please attach at most 1 file."),
        ({}, [(f"{number}.png", b"x") for number in range(11)], "Please attach at most 10 files."),
        ({"filetypes": ["png", "pdf"]}, [("a.PNG", b"x"), ("a.exe", b"x")], "a.exe cannot be attached here"),
        ({"filetypes": ["png"]}, [("png", b"x")], "png cannot be attached here"),
        ({}, [("a.png", bytes(10_000_001))], "a.png is larger than 10 MB."),
        ({}, [("a.png", bytes(10_000_000))], ""),
        ({}, [("a.png", b"")], "a.png is empty."),
    ],
)
async def test_files_are_held_against_what_the_form_takes(
    sandbox: Sandbox, limits: Json, files: list[tuple[str, bytes]], words: str
) -> None:
    desk = Desk(asking_for_files(**limits))
    async with connected(sandbox, desk.listens):
        ann = sandbox.person("ann")
        form = (await ann.types("/desk", channel="brand-protection")).view
        seen = await ann.submits(form, {"Proof": files} if files else {})
    if not words:
        assert (dict(seen.errors), len(desk.bodies)) == ({}, 1)
        assert len(desk.bodies[0]["view"]["state"]["values"]["proof"]["v"]["files"]) == len(files)
    else:
        assert seen.errors["proof"].startswith(words)
        assert desk.bodies == []


async def test_nobody_can_send_a_file_of_somebody_else(api: Api) -> None:
    bo, ann = (api.sandbox.workspace.person(who) for who in ("U0BO", "U0ANN"))
    file = api.sandbox.acts.attach(bo, "bo.png", b"x")
    opened = await api.call("views.open", trigger_id=trigger(api.sandbox), view=asking_for_files())
    view = api.sandbox.workspace.views.get(opened["view"]["id"])
    with pytest.raises(Refusal, match="file_not_found"):
        await api.sandbox.acts.submit(ann, view, {"proof": {"v": {"type": "file_input", "files": [file]}}})
