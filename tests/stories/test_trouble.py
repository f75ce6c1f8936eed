"""When the marketplace or Slack is in trouble."""

from __future__ import annotations

from typing import cast

import httpx
import pytest

from bot.marketplaces import Marketplace
from bot.model import Status
from bot.sandbox.marketplace import Mood
from tests.stories.world import ITEM, World


@pytest.mark.parametrize("mood", [Mood.DOWN, Mood.RATE_LIMITED, Mood.CUT_BEFORE])
async def test_a_marketplace_that_takes_nothing_is_tried_until_it_does(world: World, mood: Mood) -> None:
    world.market.mood = mood
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.sandbox.until(lambda: world.market.sent("TD-1") >= 1)
    await world.passes(10)
    await world.sandbox.until(lambda: len(world.market.log) >= 2)
    assert world.market.filed("TD-1") == 0
    world.market.mood = Mood.CALM
    await world.passes_until("TD-1 · removed")
    assert world.market.filed("TD-1") == 1


async def test_a_marketplace_that_is_down_is_named_on_the_card(world: World) -> None:
    world.market.mood = Mood.DOWN
    await world.files(world.ann, ITEM)
    await world.passes(31)
    card = await world.card("takes no requests just now")
    assert "TD-1 · sending" in card.words
    events = await world.app.desk.store.events("TD-1")
    await world.passes_many(5, 600)
    assert len(await world.app.desk.store.events("TD-1")) == len(events), "said once, not at every attempt"


async def test_a_lost_reply_is_looked_up_before_anything_is_sent_again(world: World) -> None:
    world.market.honours_keys = False  # it would file twice if it were sent twice
    world.market.feel(Mood.LOST_REPLY, writes=1)
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.sandbox.until(lambda: world.market.filed("TD-1") == 1)
    await world.passes_until("TD-1 · removed")
    assert world.market.filed("TD-1") == 1
    assert any(event.status is Status.UNCERTAIN for event in await world.app.desk.store.events("TD-1"))


async def test_withdrawing_what_never_arrived_sends_nothing(world: World) -> None:
    world.market.mood = Mood.DOWN
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("takes no requests just now")
    await world.ann.types("/takedown withdraw TD-1 never mind", channel="brand-protection")
    world.market.mood = Mood.CALM
    await world.passes_until("TD-1 · withdrawn")
    assert world.market.filed("TD-1") == 0


async def test_after_a_day_without_an_answer_a_person_is_told(world: World) -> None:
    world.market.mood = Mood.DOWN
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("takes no requests just now")
    await world.passes_many(24, 1000)
    await world.passes(25 * 3600)
    card = await world.card("Retry TD-1")
    assert "day" in card.words


async def test_a_refused_token_fails_no_notice_and_the_admins_hear_of_it(world: World) -> None:
    world.market.mood = Mood.BAD_TOKEN
    await world.files(world.ann, ITEM)
    await world.passes(31)
    card = await world.card("refuses our access")
    assert "This token is not valid." in card.words
    assert "TD-1 · sending" in card.words
    await world.sandbox.until(lambda: bool(world.direct(world.ada)))
    assert "refuses our credentials" in world.direct(world.ada)[0].text
    world.market.mood = Mood.CALM  # an admin has mended it
    await world.passes(1000)
    await world.passes_until("TD-1 · removed")
    assert world.market.filed("TD-1") == 1
    await world.sandbox.until(lambda: len(world.direct(world.ada)) == 2)
    assert "answers again" in world.direct(world.ada)[1].text


async def test_their_refusal_is_shown_in_their_words_and_not_repeated(world: World) -> None:
    world.market.mood = Mood.REJECTS
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.passes_until("TD-1 · rejected")
    assert world.market.sent("TD-1") == 1


async def test_a_question_of_theirs_waits_for_us_and_is_said_in_the_thread(world: World) -> None:
    world.market.mood = Mood.ASKS_FOR_INFORMATION
    await world.files(world.ann, ITEM)
    await world.passes(31)
    card = await world.passes_until("TD-1 · needs input")
    assert "asks for more information" in (await world.reply_to(card)).words
    seen = await world.ann.types("/takedown list waiting", channel="brand-protection")
    assert seen.reply is not None
    assert "TD-1" in seen.reply.words


async def test_a_listing_that_comes_back_is_noticed(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.passes_until("TD-1 · removed")
    world.market.mood = Mood.BRINGS_BACK
    await world.passes(26 * 3600)
    await world.passes_until("TD-1 · reinstated")


async def test_a_word_we_do_not_know_is_never_final(world: World) -> None:
    world.market.mood = Mood.UNKNOWN_STATUS
    await world.files(world.ann, ITEM)
    await world.passes(31)
    card = await world.passes_until("TD-1 · in review")
    assert not (await world.notice("TD-1")).status.final
    assert card.words


async def test_with_the_marketplace_hanging_every_command_answers_meanwhile(world: World) -> None:
    world.market.mood = Mood.HANGS
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.sandbox.until(lambda: world.market.sent("TD-1") == 1)
    for text in (
        f"{ITEM}9 counterfeit",
        "status TD-1",
        "list",
        "list mine",
        "help",
        "withdraw TD-1 too slow",
        "retry TD-1",
        "nonsense",
        "",
    ):
        seen = await world.ann.types(f"/takedown {text}", channel="brand-protection")
        assert seen.error is None, text
        assert world.market.log[-1].status is None, "it hangs still"


async def test_slack_that_loses_a_reply_is_looked_at_before_the_card_is_posted_again(world: World) -> None:
    world.sandbox.lose_reply("chat.postMessage", 1)
    await world.files(world.ann, ITEM)
    await world.passes_until("TD-1 · ")
    await world.passes(31)
    await world.passes_until("TD-1 · removed")
    assert len(world.cards()) == 1


async def test_slack_that_is_busy_is_asked_again_after_it_said(world: World) -> None:
    world.sandbox.rate_limit("chat.postMessage", 2, retry_after=3)
    await world.files(world.ann, ITEM)
    await world.passes_many(4, 5)
    await world.card("TD-1 · ")
    assert len(world.cards()) == 1


async def test_where_the_bot_is_not_let_in_the_card_goes_to_the_filer(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel="legal")
    await world.ann.presses("File", on=seen.reply)
    await world.sandbox.until(lambda: any("TD-1" in message.words for message in world.direct(world.ann)))
    assert any("invite me" in message.words for message in world.direct(world.ann))


async def test_a_card_that_was_deleted_is_posted_again(world: World) -> None:
    await world.files(world.ann, ITEM)
    card = await world.card("TD-1 · queued")
    world.delete(card)
    await world.passes(31)
    await world.card("TD-1 · submitted")


async def test_a_signed_push_settles_a_notice_and_a_replay_is_refused(world: World) -> None:
    world.market.pace = 1000
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("TD-1 · submitted")
    world.market.pace = 0
    headers, body = world.market.signed(world.market.requests[0].id)
    url = f"http://127.0.0.1:{world.app.port}/marketplaces/acme/events"
    async with httpx.AsyncClient() as client:
        assert (await client.post(url, content=body)).status_code == 401
        forged = {**headers, "X-Removal-Signature": "v1=" + "0" * 64}
        assert (await client.post(url, content=body, headers=forged)).status_code == 401
        assert (
            await client.post(url, content=body, headers={**headers, "X-Removal-Timestamp": "soon"})
        ).status_code == 401
        assert (await world.notice("TD-1")).status is Status.SUBMITTED
        assert (await client.post(url, content=body, headers=headers)).status_code == 204
        assert (await client.post(url, content=body, headers=headers)).status_code == 409
        world.clock.advance(301)
        late = await client.post(url, content=body, headers=headers)
        assert late.status_code == 401
    await world.card("TD-1 · removed")


async def test_a_slack_that_does_not_say_who_somebody_is_leaves_nobody_waiting_and_lets_nobody_in(world: World) -> None:
    world.sandbox.hang(8, "users.info")
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel="brand-protection")
    assert seen.error is None
    assert seen.seconds < 3
    assert seen.reply is not None
    assert "could not tell me who you are" in seen.reply.words
    assert await world.statuses() == {}


async def test_a_channel_that_is_archived_later_ends_no_news(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.card("TD-1 · queued")
    await world.passes(0)
    world.channel.archived = True
    await world.passes(31)
    await world.sandbox.until(lambda: any("TD-1" in message.words for message in world.direct(world.ann)), seconds=6)


async def test_a_marketplace_missing_from_the_desk_file_for_a_while_loses_nothing(world: World) -> None:
    world.market.pace = 1000
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("TD-1 · submitted")
    marketplaces = cast(dict[str, Marketplace], world.app.desk.marketplaces)
    gone = marketplaces.pop("acme")
    await world.passes_many(3, 600)
    world.market.pace = 0
    marketplaces["acme"] = gone
    await world.passes_until("TD-1 · removed", step=1000)
