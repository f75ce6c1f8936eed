"""What people type after `/takedown-admin`, and what the desk takes it for."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import grammar
from bot.errors import Invalid
from bot.grammar.register import (
    REGISTER_USAGE,
    REGISTER_VERBS,
    EditRoles,
    GiveRoles,
    ListRoles,
    Overview,
    PauseMarketplace,
    RegisterCommand,
    RegisterHelp,
    ResumeMarketplace,
    ShowHistory,
    ShowMarketplaces,
    ShowPolicy,
    TakeRoles,
    WhoAmI,
    parse_register,
    register_usage,
)
from bot.model import Role

ANN, GROUP = "<@U0ANN|ann>", "<!subteam^S0BRAND|@brand-team>"

COMMANDS: list[tuple[str, RegisterCommand]] = [
    ("", Overview()),
    ("   ", Overview()),
    ("whoami", WhoAmI()),
    ("WhoAmI ", WhoAmI()),
    (f"role {ANN} analyst", GiveRoles(holder="U0ANN", roles=(Role.ANALYST,))),
    (f"role {ANN} analyst approver", GiveRoles(holder="U0ANN", roles=(Role.ANALYST, Role.APPROVER))),
    (f"ROLE {ANN} Approver, and ANALYST.", GiveRoles(holder="U0ANN", roles=(Role.APPROVER, Role.ANALYST))),
    (f"role {ANN} viewer viewer", GiveRoles(holder="U0ANN", roles=(Role.VIEWER,))),
    ("role <@W0ENTERPRISE> admin", GiveRoles(holder="W0ENTERPRISE", roles=(Role.ADMIN,))),
    ("role <@U0ANN|Ann Winter> viewer", GiveRoles(holder="U0ANN", roles=(Role.VIEWER,))),
    (f"role {GROUP} viewer", GiveRoles(holder="S0BRAND", roles=(Role.VIEWER,))),
    ("role <!subteam^S0BRAND> viewer", GiveRoles(holder="S0BRAND", roles=(Role.VIEWER,))),
    (f"role {ANN} none", TakeRoles(holder="U0ANN")),
    (f"role {GROUP} nothing", TakeRoles(holder="S0BRAND")),
    (f"role {ANN}", EditRoles(holder="U0ANN")),
    ("role", EditRoles()),
    ("roles", ListRoles()),
    ("roles page:3", ListRoles(page=3)),
    ("roles 2", ListRoles(page=2)),
    ("policy", ShowPolicy()),
    ("marketplaces", ShowMarketplaces()),
    ("marketplaces page:2", ShowMarketplaces(page=2)),
    ("pause ACME their portal &amp; API move", PauseMarketplace(marketplace="acme", why="their portal & API move")),
    ("pause `acme`", PauseMarketplace(marketplace="acme")),
    ("resume acme", ResumeMarketplace(marketplace="acme")),
    ("history", ShowHistory()),
    ("history 2", ShowHistory(page=2)),
    ("history page:2", ShowHistory(page=2)),
    ("history roles", ShowHistory(what="roles")),
    (f"history {ANN} page:4", ShowHistory(what="U0ANN", page=4)),
    ("history <@U0ANN|Ann Winter>", ShowHistory(what="U0ANN")),
    (f"history {GROUP}", ShowHistory(what="S0BRAND")),
    ("history right:ACME-EU page:2", ShowHistory(what="right:ACME-EU", page=2)),
    ("help", RegisterHelp(word=None)),
    ("help Roles", RegisterHelp(word="roles")),
]

WRONG: list[tuple[str, str]] = [
    ("rolse", "Did you mean `role"),
    ("nonsense", "Say one of `whoami`"),
    (f"{ANN} analyst", "Say what to do with them"),
    ("role @ann analyst", "choose the name that Slack offers"),
    ("role ann", "choose the name that Slack offers"),
    (f"role {ANN} analist", "Did you mean `analyst`?"),
    (f"role {ANN} boss", "Roles: admin, approver, analyst, viewer; or `none`."),
    (f"role {ANN} none viewer", "stands alone"),
    ("whoami please", "stands alone"),
    ("policy strict", "stands alone"),
    ("roles page:0", "not a page"),
    ("roles many", "not a page"),
    ("pause", "Say which marketplace by its key"),
    ("resume", "Say which marketplace by its key"),
    ("resume acme now", "nothing more, such as `resume acme`"),
    ("history page:x", "not a page"),
]


@pytest.mark.parametrize(("text", "command"), COMMANDS)
def test_what_is_typed_becomes_a_command(text: str, command: RegisterCommand) -> None:
    assert parse_register(text) == command


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_what_is_not_understood_is_said_in_a_sentence_with_advice(text: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_register(text)
    assert words in str(refused.value)
    assert len(str(refused.value)) < 400


def test_whoami_is_for_those_too_who_may_not_administer_anything() -> None:
    assert grammar.parse("whoami") == grammar.WhoAmI()
    with pytest.raises(Invalid, match="stands alone"):
        grammar.parse("whoami ann")


@pytest.mark.parametrize("verb", sorted(REGISTER_VERBS))
def test_there_is_help_about_every_verb(verb: str) -> None:
    assert f"/takedown-admin {verb}" in register_usage(verb)
    assert any(row[0].split()[1:2] == [verb] for row in REGISTER_USAGE)


@pytest.mark.parametrize("example", [row[0] for row in REGISTER_USAGE])
def test_every_example_of_the_help_can_be_typed(example: str) -> None:
    typed = example.replace("@ann", ANN).replace("@brand-team", GROUP).removeprefix("/takedown-admin")
    parse_register(typed)


def test_help_about_what_there_is_not_offers_what_there_is() -> None:
    assert "Did you mean `policy`?" in register_usage("polici")


pieces = st.sampled_from(
    [*sorted(REGISTER_VERBS), *Role, ANN, GROUP, "none", "page:2", "<@", "|>", "acme", "`", "&lt;", "“", ""]
)


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=200), st.lists(st.one_of(pieces, st.text(max_size=8)), max_size=8).map(" ".join)))
def test_anything_typed_is_a_command_or_a_sentence(text: str) -> None:
    with suppress(Invalid):
        parse_register(text)
