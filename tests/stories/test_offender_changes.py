"""Offenders who are linked and unlinked, forgotten and archived meanwhile; and what is told where Slack is old."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Actor, Announcement, Identifier, Stance
from tests import make
from tests.stories.test_offenders import (
    alerts,
    asks,
    becomes_a_guest,
    looked_at,
    on_the_desk,
    told,
    watch,
)
from tests.stories.world import World, a_world

LINK = "link acme:S-7 acme:S-9 the same return address"
UNLINK = "unlink acme:S-7 acme:S-9 it is a forwarding agent's"


async def follows(world: World) -> dict[str, tuple[bool, bool]]:
    stances = await world.app.desk.store.entries(Stance, world.mia.id)
    return {one.seller: (one.watching, one.muted) for one in stances}


async def test_the_seller_that_is_named_at_filing_is_known_on_earlier_notices_of_the_listing(world: World) -> None:
    await on_the_desk(world, "S-0", "S-0", "S-0", seller=None, listing=make.listing("5"), channel="C0BRAND")
    await world.files(world.ann, "https://acme.example/item/5", words="seller:S-9")
    for notice_id in ("TD-1", "TD-2", "TD-3"):
        seller = (await world.notice(notice_id)).seller
        assert seller is not None
        assert seller.seller_id == "S-9"
    await world.sandbox.until(lambda: bool(alerts(world)))
    assert "S-9" in alerts(world)[0].words
    told_why = [one.words for one in await world.app.desk.store.events("TD-1")]
    assert told_why[-1].endswith("as TD-4 for the same listing shows.")


async def test_nobody_of_whom_the_archive_knows_is_new(world: World) -> None:
    old = world.clock() - timedelta(days=400)
    await on_the_desk(world, "S-9", removed_at=old, decided_at=old, updated_at=old)
    await world.app.housekeep()
    await on_the_desk(world, "S-9", "S-7")
    lines = {line.partition(" at ")[0].split(". ")[-1]: line for line in (await asks(world.mia, "")).text.splitlines()}
    known, unknown = (next(line for title, line in lines.items() if key in title) for key in ("S-9", "S-7"))
    assert "new" not in known
    assert "new" in unknown
    beyond = (await asks(world.mia, "200d")).text
    assert "before that not counted any more" in beyond


async def test_unwatching_and_unmuting_is_of_all_the_linked_sellers(world: World) -> None:
    await on_the_desk(world, "S-7", "S-9")
    for seller in ("S-7", "S-9"):
        await asks(world.mia, f"watch {seller}")
        await asks(world.mia, f"mute {seller}")
    await asks(world.ann, LINK)
    await asks(world.mia, "unwatch S-7")
    assert await follows(world) == {"acme:S-7": (False, True), "acme:S-9": (False, True)}
    assert "no longer watch" in (await asks(world.bo, "unwatch S-7")).words, "there is nothing to take back"
    await asks(world.mia, "unmute S-9")
    assert await follows(world) == {"acme:S-7": (False, False), "acme:S-9": (False, False)}
    assert "S-9" in (await asks(world.mia, "")).words


async def test_what_is_muted_stays_so_when_it_is_unlinked(world: World) -> None:
    await on_the_desk(world, "S-7", "S-9")
    await asks(world.ann, LINK)
    page = await asks(world.mia, "show acme:S-9")
    await world.mia.presses("Mute for me", on=page)
    await asks(world.ann, UNLINK)
    listed = (await asks(world.mia, "")).text
    assert "S-7" in listed
    assert "S-9" not in listed


@pytest.mark.parametrize("refused", [["data_visualization"], ["data_visualization", "rich_text", "header"]])
async def test_a_page_is_told_where_slack_does_not_draw_it(world: World, refused: list[str]) -> None:
    await on_the_desk(world, "S-9", "S-9", "S-9", channel="C0BRAND")
    await looked_at(world, "S-9")
    await world.sandbox.until(lambda: bool(alerts(world)))
    for kind in refused:
        world.sandbox.refuse_blocks(kind)
    pressed = (await world.mia.presses("offenders.show", on=alerts(world)[0])).reply
    assert pressed is not None
    for page in (await asks(world.mia, "show S-9"), pressed):
        assert "Number: 3 upheld" in page.text
        assert bool(page.blocks) is (len(refused) == 1)
        assert not {block["type"] for block in page.blocks} & set(refused)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("offenders.link", "acme:S-9|acme:S-7"),
        ("offenders.unlink", "acme:S-7|acme:S-9"),
        ("offenders.identify", "acme:S-9"),
        ("offenders.identify", "acme:S-404"),
    ],
)
async def test_no_form_with_names_and_reasons_opens_for_a_guest(world: World, action: str, value: str) -> None:
    await on_the_desk(world, "S-9", "S-9", "S-9", "S-7", channel="C0BRAND")
    await looked_at(world, "S-9")
    await world.sandbox.until(lambda: bool(alerts(world)))
    await asks(world.ann, LINK)
    gil = world.person("gil")
    seen = await gil.forges(action, value, on=alerts(world)[0])
    assert seen.view is None
    assert "S-" not in (await world.whispered(gil, "use the takedown desk")).words
    assert not gil.views


async def test_what_is_forgotten_is_gone_and_may_be_put_on_file_again(world: World) -> None:
    await on_the_desk(world, "S-9")
    await asks(world.ann, "identify acme:S-9 phone +49 30 1234567")
    forgotten = await asks(world.ann, "forget acme:S-9 phone 0049 30 1234567")
    assert "erased" in forgotten.words
    (gone,) = await world.app.desk.store.entries(Identifier)
    assert "1234567" not in str(gone)
    assert gone.removed_by == Actor(user_id=world.ann.id, team_id=gone.by.team_id)
    assert "No such phone" in (await asks(world.ann, "forget acme:S-9 phone +49 30 1234567")).words
    await asks(world.ann, "identify acme:S-9 phone +49 30 1234567")
    assert "+49 30 1234567" in (await asks(world.mia, "show S-9")).text
    assert len(await world.app.desk.store.entries(Identifier)) == 1


async def test_a_name_that_fits_several_linked_sellers_is_asked_about(world: World) -> None:
    for seller in ("S-7", "S-9"):
        await on_the_desk(world, seller, seller=make.seller(seller, name="Moon Shop"))
    await asks(world.ann, LINK)
    for text in ('identify "Moon Shop" phone +49 30 1234567', 'forget "Moon Shop" phone +49 30 1234567'):
        assert "may be any of acme:S-7, acme:S-9. Please say which" in (await asks(world.ann, text)).words
    assert not await world.app.desk.store.entries(Identifier)
    assert "Moon Shop" in (await asks(world.mia, "show Moon Shop")).words


async def test_a_desk_that_counts_for_less_than_its_window_lists_what_it_has(tmp_path: Path) -> None:
    async with a_world(tmp_path, settings={"RETENTION_DAYS": "30"}) as world:
        await on_the_desk(world, "S-9")
        assert "Sellers with upheld notices of the last 30 days" in (await asks(world.mia, "")).text


async def test_who_became_a_guest_between_two_tries_is_told_nothing(world: World) -> None:
    await on_the_desk(world, "S-9")
    await watch(world, "S-9", world.mia)
    world.sandbox.fail("chat.postMessage")
    await looked_at(world, "S-9")
    (announcement,) = await world.app.desk.store.entries(Announcement)
    assert announcement.channel.startswith("D"), "it was tried"
    assert announcement.person == world.mia.id
    becomes_a_guest(world, world.bo)
    for_bo = replace(announcement, key="k", version=1, channel=world.bo.direct.id, person=world.bo.id)
    delivery = make.delivery("announce:k", lane="slack:U0BO", due_at=world.clock())
    await world.app.desk.store.save(for_bo, delivery)
    await world.passes_many(2, 900)
    assert told(world, world.mia, "whom you watch")
    assert not world.direct(world.bo)


async def test_a_link_that_makes_a_repeat_offender_says_so_with_the_reason(world: World) -> None:
    await on_the_desk(world, "S-7", "S-9", "S-9", channel="C0BRAND")
    for seller in ("S-7", "S-9"):
        await looked_at(world, seller)
    linked = await asks(world.bo, LINK)
    assert "the channel is told" in linked.words
    await world.sandbox.until(lambda: bool(alerts(world)))
    (alert,) = alerts(world)
    assert "linked by Bo Lindqvist: the same return address" in alert.words
    assert "the last one" not in alert.words


async def test_a_link_to_one_who_was_a_repeat_offender_long_before_is_no_news(world: World) -> None:
    await on_the_desk(world, "S-9", "S-9", "S-9", "S-7", channel="C0BRAND")  # from before anybody looked
    linked = await asks(world.bo, LINK)
    assert "Together they have 4 upheld notices; no alert is due" in linked.words
    await world.passes(60)
    await on_the_desk(world, "S-7", channel="C0BRAND")
    await looked_at(world, "S-7")
    await world.passes(60)
    assert not alerts(world)


async def test_a_link_of_names_that_cannot_be_told_apart_asks_for_ids(world: World) -> None:
    await on_the_desk(world, "S-9", seller=make.seller("S-51", "Trailhead Bargains"))
    refused = await asks(world.bo, "link Trailhead Bargains Lakeside Gear same warehouse")
    assert "I need two ids, such as “link acme:S-51 acme:S-61 REASON”" in refused.words


async def test_an_unlinking_without_a_reason_asks_why_they_are_not_one(world: World) -> None:
    await on_the_desk(world, "S-7", "S-9")
    await asks(world.bo, LINK)
    assert "why these are NOT one seller" in (await asks(world.bo, "unlink S-7 S-9")).words
    assert "will not be suggested again" in (await asks(world.bo, UNLINK)).words


async def test_a_page_counts_the_days_of_the_list_it_was_opened_from(world: World) -> None:
    month = world.clock() - timedelta(days=40)
    await on_the_desk(world, "S-9", removed_at=month, decided_at=month)
    await on_the_desk(world, "S-9")
    assert "counted over the last 90 days" in (await asks(world.mia, "show S-9")).text.splitlines()[0]
    listed = await asks(world.mia, "30d")
    for value, days, upheld in (
        ("30d acme:S-9", 30, 1),
        ("acme:S-9", 90, 2),
        ("900d acme:S-9", 90, 2),
        ("0d acme:S-9", 90, 2),
    ):
        seen = await world.mia.forges("offenders.show", value, on=listed)
        assert seen.reply is not None
        assert f"acme:S-9 · counted over the last {days} days" in seen.reply.text
        assert f"{upheld} upheld in {days} days" in seen.reply.text


async def test_what_was_said_against_a_link_is_on_the_page(world: World) -> None:
    await on_the_desk(world, "S-7", "S-9")
    await asks(world.ann, LINK)
    await asks(world.bo, UNLINK)
    page = (await asks(world.mia, "show S-9")).text
    assert "are not one: it is a forwarding agent's (Bo Lindqvist, " in page


async def test_a_number_is_a_rank_only_where_nothing_else_is_meant(world: World) -> None:
    await on_the_desk(world, "S-9", "S-9", seller=make.seller("S-9", "Polar"))
    await on_the_desk(world, "S-7", seller=make.seller("S-7", "Summit"))
    assert (await asks(world.mia, "show 2")).text.startswith("Summit (S-7)")
    await on_the_desk(world, "S-5", "S-5", "S-5", seller=make.seller("S-5", "Polar 2"))
    refused = await asks(world.mia, "show 2")
    assert "“2” may be the rank of acme:S-9" in refused.words
    assert "part of the name of acme:S-5" in refused.words
    assert "No notice here names" in (await asks(world.mia, "show 99")).words


async def test_the_list_has_who_is_asked_for_and_marks_repeat_offenders(world: World) -> None:
    await on_the_desk(world, "S-9", "S-9", "S-9", "S-7")
    listed = (await asks(world.mia, "")).text
    assert listed.startswith("Sellers with upheld notices")
    assert ["repeat offender" in line for line in listed.splitlines()[2:4]] == [True, False]
    few = (await asks(world.mia, "threshold:2")).text
    assert "at least 2" in few
    assert "S-7" not in few
    assert "S-7" in (await asks(world.mia, "acme:S-7")).text.splitlines()[0]


async def test_a_phone_number_without_its_country_is_not_put_on_file(world: World) -> None:
    await on_the_desk(world, "S-9")
    refused = await asks(world.ann, "identify S-9 phone 030 1234567")
    assert "Write it with the country, such as +49 30 1234567" in refused.words


async def test_no_advice_is_given_twice(world: World) -> None:
    for text in ("frobnicate", "show"):
        assert (await asks(world.mia, text)).words.count("help") <= 1
