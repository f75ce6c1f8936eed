"""People speak to handlers: every route in one table. A handler reads the payload, asks the desk, says the answer."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import Json
from bot.blocks.register import DOORS, TURNS
from handlers import (
    agencies,
    answers,
    approvals,
    authorised,
    bulk,
    cases,
    digests,
    evidence,
    filing,
    home,
    nudging,
    offenders,
    outcomes,
    pausing,
    privacy,
    purchases,
    referrals,
    right_imports,
    rights,
    roles,
    rules,
    takedown,
    tracking,
    ways_in,
)
from handlers import register as the_register
from handlers.requests import Handler, Services, wired

__all__ = ["ROUTES", "Route", "Services", "register"]


Kind = Literal["command", "action", "view", "event", "shortcut"]
Listener = Callable[[AsyncAck, Json], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Route:
    """What Slack sends, by its kind and name, and who answers."""

    kind: Kind
    name: str
    handler: Handler


ROUTES = (
    Route("command", "/takedown", takedown.takedown),
    Route("action", "filing.file", filing.file),
    Route("action", "filing.change", filing.change),
    Route("action", "filing.cancel", filing.cancel),
    Route("action", "filing.undo", filing.undo),
    Route("action", "filing.open", filing.open_form),
    Route("action", "filing.again", filing.again),
    Route("view", "filing.form", filing.submit),
    Route("action", "bulk.open", bulk.switch),
    Route("action", "bulk.start", bulk.open_empty),
    Route("view", "bulk.form", bulk.submit),
    Route("action", "bulk.file", bulk.file),
    Route("action", "bulk.newer", bulk.turn),
    Route("action", "bulk.older", bulk.turn),
    Route("action", "bulk.which", bulk.turn),
    Route("action", "bulk.check", bulk.check_again),
    Route("action", "bulk.again", bulk.try_again),
    Route("action", "bulk.send", bulk.send),
    Route("action", "bulk.csv", bulk.send_template),
    Route("action", "bulk.xlsx", bulk.send_template),
    Route("action", "tracking.details", tracking.details),
    Route("action", "tracking.withdraw", tracking.ask_why),
    Route("view", "tracking.withdraw", tracking.submit_withdrawal),
    Route("action", "tracking.retry", tracking.press_retry),
    Route("action", "tracking.choose", tracking.choose),
    Route("action", "tracking.sort", tracking.choose),
    Route("action", "tracking.export", tracking.press_export),
    Route("action", "tracking.note", tracking.ask_note),
    Route("view", "tracking.note", tracking.submit_note),
    Route("action", "tracking.amend", tracking.press_amend),
    Route("view", "tracking.amend", tracking.submit_amendment),
    Route("action", "tracking.newer", tracking.turn),
    Route("action", "tracking.older", tracking.turn),
    Route("action", "evidence.show", evidence.press_show),
    Route("action", "evidence.ask", evidence.ask),
    Route("view", "evidence.form", evidence.submit),
    Route("action", "evidence.send", evidence.send),
    Route("action", "nudging.snooze", nudging.press_snooze),
    Route("action", "nudging.hand_over", nudging.ask_whom),
    Route("view", "nudging.hand_over", nudging.submit_hand_over),
    Route("action", "answers.accept", answers.accept),
    Route("action", "answers.keep", answers.ask_why),
    Route("view", "answers.keep", answers.submit),
    Route("action", "outcomes.reference", outcomes.ask_reference),
    Route("view", "outcomes.reference", outcomes.submit_reference),
    Route("action", "outcomes.record", outcomes.ask_outcome),
    Route("view", "outcomes.record", outcomes.submit_outcome),
    Route("action", "approvals.approve", approvals.press_approve),
    Route("action", "approvals.refuse", approvals.ask_why),
    Route("view", "approvals.refuse", approvals.submit_refusal),
    Route("action", "approvals.choose", approvals.ask_which),
    Route("view", "approvals.choose", approvals.submit_choice),
    Route("action", "approvals.show", approvals.show),
    Route("action", "approvals.newer", approvals.turn),
    Route("action", "approvals.older", approvals.turn),
    Route("command", "/offenders", offenders.command),
    Route("action", "offenders.show", offenders.show),
    Route("action", "offenders.pick", offenders.pick),
    Route("action", "offenders.newer", offenders.turn),
    Route("action", "offenders.older", offenders.turn),
    Route("action", "offenders.watch", offenders.watch),
    Route("action", "offenders.unwatch", offenders.unwatch),
    Route("action", "offenders.mute", offenders.mute),
    Route("action", "offenders.unmute", offenders.unmute),
    Route("action", "offenders.link", offenders.ask_link),
    Route("view", "offenders.link", offenders.submit_link),
    Route("action", "offenders.unlink", offenders.ask_unlink),
    Route("view", "offenders.unlink", offenders.submit_unlink),
    Route("action", "offenders.dismiss", offenders.dismiss),
    Route("action", "offenders.identify", offenders.ask_identifier),
    Route("view", "offenders.identify", offenders.submit_identifier),
    Route("action", "cases.show", cases.show),
    Route("action", "cases.pick", cases.pick),
    Route("action", "cases.newer", cases.turn),
    Route("action", "cases.older", cases.turn),
    Route("action", "cases.note", cases.ask_note),
    Route("view", "cases.note", cases.submit_note),
    Route("action", "cases.next", cases.ask_next),
    Route("view", "cases.next", cases.submit_next),
    Route("action", "cases.state", cases.ask_state),
    Route("view", "cases.state", cases.submit_state),
    Route("action", "cases.assign", cases.ask_assign),
    Route("view", "cases.assign", cases.submit_assign),
    Route("action", "purchases.show", purchases.show),
    Route("action", "purchases.pick", purchases.pick),
    Route("action", "purchases.list", purchases.show_all),
    Route("action", "purchases.order", purchases.ask_order),
    Route("view", "purchases.order", purchases.submit_order),
    Route("action", "purchases.received", purchases.ask_received),
    Route("action", "purchases.counterfeit", purchases.ask_counterfeit),
    Route("action", "purchases.genuine", purchases.ask_genuine),
    Route("view", "purchases.step", purchases.submit_step),
    Route("action", "purchases.cancelled", purchases.cancelled),
    Route("action", "purchases.send", purchases.send),
    Route("command", "/digest", digests.command),
    Route("action", "digests.newer", digests.turn),
    Route("action", "digests.older", digests.turn),
    Route("action", "digests.add", digests.add),
    Route("action", "digests.edit", digests.edit),
    Route("view", "digests.form", digests.submit),
    Route("action", "digests.settings", digests.settings),
    Route("action", "digests.preview", digests.preview),
    Route("action", "digests.test", digests.test),
    Route("action", "digests.run", digests.run),
    Route("action", "digests.pause", digests.pause),
    Route("action", "digests.resume", digests.resume),
    Route("action", "digests.remove", digests.remove),
    Route("action", "digests.history", digests.history),
    Route("action", "digests.export_xlsx", digests.export_xlsx),
    Route("action", "digests.export_csv", digests.export_csv),
    Route("command", "/referrals", referrals.command),
    *(Route("action", name, heard) for name, heard in referrals.ACTIONS.items()),
    *(Route("view", name, heard) for name, heard in referrals.VIEWS.items()),
    Route("shortcut", "filing.report", ways_in.report),
    Route("shortcut", "filing.new", ways_in.open_anywhere),
    Route("action", "filing.typed", ways_in.open_typed),
    Route("event", "app_mention", ways_in.mentioned),
    Route("command", "/takedown-admin", the_register.command),
    Route("action", "rights.newer", rights.turn),
    Route("action", "rights.older", rights.turn),
    Route("action", "rights.show", rights.show),
    Route("action", "rights.add", rights.add),
    Route("action", "rights.edit", rights.edit),
    Route("view", "rights.form", rights.submit),
    Route("action", "rights.retire", rights.retire),
    Route("action", "rights.restore", rights.restore),
    Route("view", "rights.end", rights.submit_end),
    Route("action", "right_imports.ask", right_imports.ask),
    Route("action", "right_imports.template_xlsx", right_imports.send_template),
    Route("action", "right_imports.template_csv", right_imports.send_template),
    Route("view", "right_imports.form", right_imports.submit),
    Route("view", "right_imports.take_in", right_imports.take_in),
    Route("action", "authorised.newer", authorised.turn),
    Route("action", "authorised.older", authorised.turn),
    Route("action", "authorised.add", authorised.add),
    Route("view", "authorised.form", authorised.submit),
    Route("action", "authorised.withdraw", authorised.ask_why),
    Route("view", "authorised.withdraw", authorised.submit_withdrawal),
    *(Route("action", name, the_register.press) for name in (*(f"register.{door}" for door in DOORS), *TURNS)),
    Route("action", "agencies.show", agencies.press_show),
    Route("action", "agencies.on", agencies.turn_on),
    Route("action", "agencies.off", agencies.turn_off),
    Route("action", "agencies.edit", agencies.press_edit),
    Route("action", "agencies.add", agencies.add),
    Route("view", "agencies.form", agencies.submit),
    Route("action", "roles.give", roles.press_give),
    Route("view", "roles.give", roles.submit_give),
    Route("action", "roles.change", roles.press_change),
    Route("view", "roles.change", roles.submit_change),
    Route("action", "rules.change", rules.change),
    Route("view", "rules.form", rules.submit),
    Route("action", "pausing.ask", pausing.ask),
    Route("view", "pausing.pause", pausing.submit),
    Route("action", "pausing.resume", pausing.press_resume),
    Route("action", "privacy.look", privacy.look),
    Route("action", "privacy.run", privacy.run),
    Route("action", "privacy.ask", privacy.ask),
    Route("view", "privacy.erase", privacy.submit),
    Route("event", "app_home_opened", home.opened),
    *(Route("action", name, home.turn) for name in home.TURNS),
    *(Route("action", name, home.show_list) for name in home.LISTS),
    Route("action", "home.show", home.show_notice),
)


def register(app: AsyncApp, services: Services) -> None:
    """Give Bolt every route: one listener a kind, because it asks its listeners one after the other."""
    listeners = {(one.kind, one.name): wired(one.name, home.redrawn(one.handler), services) for one in ROUTES}

    def those(kind: Kind) -> tuple[re.Pattern[str], Listener]:
        """What Bolt matches the names of a kind with, and who then looks the one up."""
        ours = {name: listener for (its, name), listener in listeners.items() if its == kind}

        async def listener(ack: AsyncAck, body: Json) -> None:
            await ours[_NAMED[kind](body)](ack, body)

        return re.compile(rf"\A(?:{'|'.join(map(re.escape, ours))})\Z"), listener

    listens: Mapping[Kind, Callable[[re.Pattern[str]], Callable[[Listener], object]]] = {
        "command": app.command,
        "action": app.action,
        "view": app.view,
        "shortcut": app.shortcut,
        "event": app.event,
    }
    for kind, listen in listens.items():
        names, listener = those(kind)
        listen(names)(listener)
    app.event("message")(_ignore)


_NAMED: Mapping[Kind, Callable[[Json], str]] = {
    "command": lambda body: str(body["command"]),
    "action": lambda body: str(body["actions"][0]["action_id"]),
    "view": lambda body: str(body["view"]["callback_id"]),
    "shortcut": lambda body: str(body["callback_id"]),
    "event": lambda body: str(body["event"]["type"]),
}
"""Where the name stands that Bolt matched. Source: slack_bolt 1.30, listener_matcher/builtins.py."""


async def _ignore(ack: AsyncAck, body: Json) -> None:
    """Slack may send more than we ask for; that is no error."""
    await ack()
