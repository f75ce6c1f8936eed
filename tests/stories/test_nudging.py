"""What waits for us is reminded of, can be handed over, and reminders can wait."""

from __future__ import annotations

from datetime import timedelta

from bot.desk import waits
from bot.desk.steps import step
from bot.model import SYSTEM, Status
from bot.sandbox.driver import Message
from bot.sandbox.marketplace import Mood
from tests.stories.world import CHANNEL, ITEM, World

A_DAY = timedelta(days=1).total_seconds()


async def test_what_a_marketplace_asks_is_reminded_of_until_somebody_sees_to_it(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("TD-1 · submitted")
    world.market.feel(Mood.DOWN)  # and says nothing more
    await asks_us(world, "Please send a picture of the label.")
    await world.passes_many(5, A_DAY)
    reminders = [one for one in world.direct(world.ann) if "waits for us since" in one.words]
    assert reminders, [one.words for one in world.direct(world.ann)]
    assert "They write: Please send a picture of the label." in reminders[0].text

    await world.ann.presses("Snooze TD-1 for a day", on=reminders[0])
    await world.sandbox.until(lambda: any("No reminders of TD-1 until" in one.words for one in told(world)))
    status = await world.ann.types("/takedown status TD-1", channel=CHANNEL)
    assert status.reply is not None
    assert "No reminders until" in status.reply.words


async def test_a_notice_is_handed_over_to_a_colleague_who_is_told_and_may_act(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("TD-1 · submitted")
    refused = await world.bo.types("/takedown owner TD-1 @bo", channel=CHANNEL)
    assert refused.reply is not None
    assert "Only the person who filed TD-1, or an admin, can hand it over" in refused.reply.words
    done = await world.ann.types("/takedown owner TD-1 @bo", channel=CHANNEL)
    assert done.reply is not None
    assert "Bo Lindqvist looks after TD-1 now" in done.reply.words
    await world.sandbox.until(lambda: any("handed TD-1 over to you" in one.words for one in world.direct(world.bo)))
    (handed,) = [one for one in world.direct(world.bo) if "handed TD-1 over to you" in one.words]
    assert "Show TD-1" in handed.buttons
    assert not any(label.startswith("Snooze") for label in handed.buttons), "nothing will be said again"
    shown = await world.bo.types("/takedown status TD-1", channel=CHANNEL)
    assert shown.reply is not None
    assert "Looked after by\nBo Lindqvist" in shown.reply.words
    withdrawn = await world.bo.types("/takedown withdraw TD-1 wrong listing", channel=CHANNEL)
    assert withdrawn.reply is not None
    assert "Asked Acme Market to take TD-1 back" in withdrawn.reply.words


async def test_nobody_is_handed_what_they_may_not_act_on(world: World) -> None:
    await world.files(world.ann, ITEM)
    seen = await world.ann.types("/takedown owner TD-1 @mia", channel=CHANNEL)
    assert seen.reply is not None
    assert "Mia Torres cannot look after TD-1: it takes the role analyst" in seen.reply.words


async def asks_us(world: World, words: str) -> None:
    """The marketplace asks something, and sets no date."""
    notice = await world.notice("TD-1")
    after, records = step(
        notice, at=world.clock(), actor=SYSTEM, kind="decision", words=words, status=Status.NEEDS_INPUT, reason=words
    )
    assert waits.what(after) is waits.Wait.INPUT
    await world.app.desk.store.save(*records)


def told(world: World) -> list[Message]:
    return [*world.direct(world.ann), *world.ann.direct.ephemerals(world.ann.id)]
