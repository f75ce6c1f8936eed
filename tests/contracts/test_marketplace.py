"""What every adapter promises, held against a pretend vendor that speaks its wire format, in every mood.

A new adapter adds a scene to `SCENES`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable, Unsupported
from bot.marketplaces import Ask
from bot.model import Decision, Notice, Status
from bot.sandbox.removals import Mood
from tests.contracts.scenes import SCENES, Opens, Scene


@pytest.fixture(params=list(SCENES))
def opens(request: pytest.FixtureRequest) -> Opens:
    return SCENES[request.param]


@pytest.fixture
async def scene(opens: Opens) -> AsyncIterator[Scene]:
    async with opens() as opened:
        yield opened


@pytest.fixture
def asked(scene: Scene) -> Scene:
    """Of a marketplace that can be asked how a notice stands."""
    if not scene.ours.capabilities.polls:
        pytest.skip("they cannot be asked; people record the outcome")
    return scene


async def filed(scene: Scene, notice: Notice) -> Decision:
    """What became of one notice; what went wrong with it is raised."""
    result = (await scene.ours.submit([notice]))[notice.id]
    if isinstance(result, MarketplaceError):
        raise result
    return result


async def submitted(scene: Scene, notice: Notice) -> Notice:
    decision = await filed(scene, notice)
    return replace(notice, status=decision.status, reference=decision.reference)


def taken(scene: Scene, notice: Notice) -> int:
    return scene.theirs.filed(scene.known_as(notice))


async def test_a_notice_is_taken_once_and_has_their_reference(scene: Scene) -> None:
    notice = scene.notice(1)
    decision = await filed(scene, notice)
    assert not decision.status.final
    assert decision.reference
    assert decision.vendor_status
    assert taken(scene, notice) == 1


async def test_what_may_be_filed_lacks_nothing(scene: Scene) -> None:
    assert scene.ours.lacks(Ask.of(scene.notice(1))) == ""


async def test_an_over_long_statement_is_refused_before_the_call(scene: Scene) -> None:
    notice = scene.notice(1, statement="x" * (scene.ours.capabilities.statement_limit + 1))
    with pytest.raises(Declined, match="characters"):
        await filed(scene, notice)
    assert scene.theirs.log == []


async def test_a_violation_they_do_not_take_is_refused_before_the_call(opens: Opens) -> None:
    async with opens(violations=["other"]) as scene:
        with pytest.raises(Declined, match="take no notices for"):
            await filed(scene, scene.notice(1))
        assert scene.theirs.log == []


async def test_as_many_go_in_one_call_as_they_take(scene: Scene) -> None:
    count = min(scene.ours.capabilities.batch_size, 7)
    notices = [scene.notice(number) for number in range(1, count + 1)]
    assert len({scene.ours.lot_of(notice) for notice in notices}) == (1 if count > 1 else len(notices))
    results = await scene.ours.submit(notices)
    assert set(results) == {notice.id for notice in notices}
    assert all(isinstance(result, Decision) for result in results.values())
    assert [taken(scene, notice) for notice in notices] == [1] * count


async def test_a_notice_is_followed_to_its_removal(asked: Scene) -> None:
    notice = await submitted(asked, asked.notice(1))
    assert not (await asked.ours.check(notice)).status.final
    asked.clock.forward(asked.decides_after)
    decision = await asked.ours.check(notice)
    assert decision.status is asked.removed
    assert decision.vendor_status


async def test_a_rejection_comes_with_its_reason(asked: Scene) -> None:
    notice = await submitted(asked, asked.notice(1))
    asked.theirs.feel(Mood.REJECTS)
    asked.clock.forward(asked.decides_after)
    decision = await asked.ours.check(notice)
    assert decision.status is asked.rejected
    assert decision.reason


async def test_a_word_we_do_not_know_is_never_final_and_is_kept(asked: Scene) -> None:
    notice = await submitted(asked, asked.notice(1))
    asked.theirs.feel(Mood.UNKNOWN_STATUS)
    asked.clock.forward(asked.decides_after)
    decision = await asked.ours.check(notice)
    assert decision.status is Status.IN_REVIEW
    assert "tier" in decision.vendor_status.casefold()


async def test_a_refusal_keeps_their_words_and_files_nothing(scene: Scene) -> None:
    scene.theirs.feel(Mood.REFUSES)
    notice = scene.notice(1)
    with pytest.raises(Declined, match="do not take this"):
        await filed(scene, notice)
    assert taken(scene, notice) == 0


async def test_a_slow_answer_is_waited_for(scene: Scene) -> None:
    scene.theirs.feel(Mood.SLOW)
    began = time.monotonic()
    assert not (await filed(scene, scene.notice(1))).status.final
    assert time.monotonic() - began >= 0.3


async def test_a_vendor_that_hangs_is_given_up_on_in_time(scene: Scene) -> None:
    scene.theirs.feel(Mood.HANGS)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        await filed(scene, scene.notice(1))
    assert time.monotonic() - began < 20


async def test_a_vendor_that_is_down_has_taken_nothing(scene: Scene) -> None:
    scene.theirs.feel(Mood.DOWN)
    notice = scene.notice(1)
    with pytest.raises(Unavailable):
        await filed(scene, notice)
    assert taken(scene, notice) == 0


async def test_their_pace_is_told_in_seconds(scene: Scene) -> None:
    scene.theirs.feel(Mood.RATE_LIMITED)
    notice = scene.notice(1)
    with pytest.raises(Unavailable) as refusal:
        await filed(scene, notice)
    assert refusal.value.retry_after == scene.patience
    assert taken(scene, notice) == 0


async def test_after_a_server_error_it_is_unknown_whether_it_was_taken(scene: Scene) -> None:
    scene.theirs.feel(Mood.BREAKS)
    notice = scene.notice(1)
    with pytest.raises(Unavailable if scene.break_takes_nothing else OutcomeUnknown):
        await filed(scene, notice)
    assert taken(scene, notice) == 0


async def test_a_lost_reply_is_unknown_and_is_looked_up_where_that_can_be_done(scene: Scene) -> None:
    scene.theirs.feel(Mood.LOST_REPLY)
    notice = scene.notice(1)
    with pytest.raises(OutcomeUnknown):
        await filed(scene, notice)
    assert taken(scene, notice) == 1
    scene.theirs.feel(Mood.CALM)
    if not scene.ours.capabilities.read_back:
        with pytest.raises(Unsupported):
            await scene.ours.look_up(notice)
        return
    found = await scene.ours.look_up(notice)
    assert found is not None
    assert found.reference
    assert not found.status.final
    assert not (await scene.ours.check(replace(notice, reference=found.reference))).status.final
    assert scene.theirs.sent(scene.known_as(notice)) == 1


async def test_a_request_cut_off_before_it_was_taken_is_unknown_and_not_found(scene: Scene) -> None:
    scene.theirs.feel(Mood.CUT_BEFORE)
    notice = scene.notice(1)
    with pytest.raises(OutcomeUnknown):
        await filed(scene, notice)
    assert taken(scene, notice) == 0
    scene.theirs.feel(Mood.CALM)
    if scene.ours.capabilities.read_back:
        assert await scene.ours.look_up(notice) is None


async def test_a_broken_answer_leaves_the_filing_unknown(scene: Scene) -> None:
    if scene.not_json:
        pytest.skip("their answer to a filing is no JSON")
    scene.theirs.feel(Mood.BROKEN_JSON)
    notice = scene.notice(1)
    with pytest.raises(OutcomeUnknown):
        await filed(scene, notice)


async def test_a_broken_answer_to_a_question_is_asked_again(asked: Scene) -> None:
    notice = await submitted(asked, asked.notice(1))
    asked.theirs.feel(Mood.BROKEN_JSON)
    with pytest.raises(Unavailable, match="could not be read"):
        await asked.ours.check(notice)
    if asked.ours.capabilities.read_back:
        with pytest.raises(Unavailable, match="could not be read"):
            await asked.ours.look_up(notice)


async def test_a_refused_token_is_renewed_or_told_apart_and_never_repeated(scene: Scene) -> None:
    notice = scene.notice(1)
    if scene.renews:
        await filed(scene, scene.notice(2))
        scene.theirs.feel(Mood.BAD_TOKEN, writes=1)
        assert not (await filed(scene, notice)).status.final
        assert taken(scene, notice) == 1
        return
    scene.theirs.feel(Mood.BAD_TOKEN)
    with pytest.raises(NotAuthorised) as refusal:
        await filed(scene, notice)
    assert not any(secret in str(refusal.value) for secret in scene.secrets)
    assert taken(scene, notice) == 0


async def test_a_listing_they_have_a_notice_of_already(scene: Scene) -> None:
    first = scene.notice(1)
    await filed(scene, first)
    again = scene.notice(2, listing=first.listing)
    if scene.unwelcome is None:
        assert not (await filed(scene, again)).status.final
    else:
        assert (await filed(scene, again)).status is scene.unwelcome


async def test_a_notice_is_taken_back_where_that_can_be_done(scene: Scene) -> None:
    notice = await submitted(scene, scene.notice(1))
    if not scene.ours.capabilities.withdraw:
        with pytest.raises(Unsupported):
            await scene.ours.withdraw(notice)
        return
    await scene.ours.withdraw(notice)
    await scene.ours.withdraw(notice)
    assert (await scene.ours.check(notice)).status is Status.WITHDRAWN


@pytest.mark.parametrize("mood", [mood for mood in Mood if mood is not Mood.HANGS])
async def test_no_mood_ever_makes_anything_but_a_decision_or_a_marketplace_error(scene: Scene, mood: Mood) -> None:
    scene.theirs.feel(mood)
    notice = scene.notice(1, reference="R-1001")
    asks = (filed(scene, notice), scene.ours.look_up(notice), scene.ours.check(notice), scene.ours.withdraw(notice))
    for answer in await asyncio.gather(*asks, return_exceptions=True):
        if isinstance(answer, BaseException):
            assert isinstance(answer, MarketplaceError), repr(answer)
            assert (answer.marketplace, bool(answer.detail)) == (scene.ours.name, True)
            assert not any(secret in str(answer) for secret in scene.secrets)
    assert taken(scene, notice) <= 1


async def test_a_probe_files_nothing(scene: Scene) -> None:
    await scene.ours.probe()
    assert taken(scene, scene.notice(1)) == 0
    scene.theirs.feel(Mood.DOWN)
    with pytest.raises(Unavailable):
        await scene.ours.probe()


async def test_the_pace_is_kept(opens: Opens) -> None:
    async with opens(requests_per_second=20) as scene:
        began = time.monotonic()
        for number in range(1, 6):
            await filed(scene, scene.notice(number))
        assert time.monotonic() - began >= 0.19
