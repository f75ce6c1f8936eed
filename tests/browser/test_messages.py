"""Reading and writing messages on the sandbox page."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.sandbox.marketplace import Mood, PretendMarketplace
from tests.browser.conftest import Window

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_kind_of_text_is_drawn_as_slack_draws_it(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown texts")
    card = page.locator(".message", has_text="TD-1 at Acme Market 📦")
    for tag, words in {
        "strong": "bold",
        "em": "slanted",
        "s": "gone",
        "pre": "as *typed*",
        "li li, ul li": "one point",
    }.items():
        await expect(card.locator(tag).filter(has_text=words).first).to_be_visible()
    await expect(card).to_contain_text("a <b> 5 < 6 &lt; a label @Bo")
    await expect(card).to_contain_text("✅ :no_such_emoji: Tuesday, 14 November 2023")
    await expect(card.get_by_role("img", name="A lamp that is not ours")).to_be_visible()
    await expect(card.locator("blockquote")).to_have_text("as they said")
    link = card.get_by_role("link", name="a label")
    assert await link.get_attribute("rel") == "noopener noreferrer"
    await expect(page.locator(".message strong", has_text="heavy")).to_be_visible()


async def test_tables_and_charts_come_with_their_numbers(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown table")
    await expect(page.get_by_role("cell", name="Acme Market")).to_be_visible()
    await window.say("/takedown charts")
    for name in ("bar chart: Per week", "line chart: Trend", "pie chart: By place"):
        await expect(page.get_by_role("img", name=name)).to_be_visible()
    await page.locator("figure", has_text="Per week").locator("summary").click()
    await expect(page.locator("figure", has_text="Per week").get_by_role("row", name="W46 12")).to_be_visible()


async def test_markup_in_a_message_is_only_ever_text(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown inject")
    message = page.locator(".message", has_text="<script>document.title='taken'</script><img src=x onerror=alert(1)>")
    await expect(message).to_contain_text("<!channel> <@U0BO>")
    assert await message.locator("script, .message-body img, .mention").count() == 0
    assert "taken" not in await page.title()


async def test_a_mention_that_got_through_is_seen_to_be_live(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown inject live")
    message = page.locator(".message", has_text="<script>")
    await expect(message.locator(".mention.live")).to_have_text("@channel")
    assert await message.locator("script, .message-body img").count() == 0


async def test_an_answer_only_for_me_says_so_and_gives_way_to_what_replaces_it(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown preview")
    preview = page.locator(".message.ephemeral", has_text="Please check")
    await expect(preview).to_contain_text("Only visible to you")
    await preview.get_by_role("button", name="File").click()
    await expect(page.locator(".message.ephemeral")).to_contain_text("Filed as TD-1")
    await expect(preview).to_have_count(0)


async def test_nobody_else_sees_what_was_only_for_me(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown preview")
    await expect(page.locator(".message.ephemeral")).to_be_visible()
    await page.get_by_label("You are acting as").select_option("U0BO")
    await expect(page.locator(".message.ephemeral")).to_have_count(0)


async def test_replies_open_beside_the_channel_and_can_be_answered(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown preview")
    await page.get_by_role("button", name="File").click()
    await page.get_by_role("link", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("It has been sent")
    await thread.get_by_label("Reply in this thread").fill("Thank you")
    await thread.get_by_label("Reply in this thread").press("Enter")
    await expect(thread.locator(".message")).to_have_count(3)
    await expect(page.get_by_role("link", name="2 replies")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(thread).to_be_hidden()


async def test_a_danger_button_asks_first_and_no_means_no(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown texts")
    press = page.get_by_role("button", name="Withdraw TD-1")
    await press.click()
    await expect(page.locator("#confirm")).to_contain_text("This takes TD-1 back.")
    await page.keyboard.press("Escape")
    await expect(page.locator("#confirm")).to_be_hidden()
    await expect(press).to_be_focused()
    await press.click()
    await page.locator("#confirm").get_by_role("button", name="Withdraw").click()
    await expect(page.locator(".message", has_text="Withdrawn")).to_contain_text("(edited)")


async def test_a_bot_that_is_too_slow_is_told_in_words_and_the_command_comes_back(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown slow")
    await expect(page.locator(".composer-status")).to_have_text("Waiting for the bot…")
    await expect(page.locator(".toast")).to_contain_text("did not answer within three seconds", timeout=8000)
    await expect(page.locator("#composer-text")).to_have_value("/takedown slow")


async def test_typing_is_kept_while_messages_arrive_and_after_a_reload(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown texts")
    await page.locator("#composer-text").press_sequentially("half a sen")
    await page.evaluate("fetch('/page/say', {method: 'POST', headers: {'Content-Type': 'application/json'},"
                        " body: JSON.stringify({as: 'U0BO', channel: 'C0BRAND', text: 'Hello from Bo'})})")  # fmt: skip
    await expect(page.locator(".message", has_text="Hello from Bo")).to_be_visible()
    await expect(page.locator("#composer-text")).to_be_focused()
    await page.reload()
    await expect(page.locator("#composer-text")).to_have_value("half a sen")


async def test_a_slash_lists_the_commands_and_the_example_fills_the_box(window: Window) -> None:
    page = await window.go()
    await page.locator("#composer-text").press_sequentially("/ta")
    await expect(page.get_by_role("option", name="/takedown").first).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.locator("#composer-text")).to_have_value("/takedown ")
    await page.get_by_role("button", name="/takedown https://acme.example/item/4711 counterfeit").click()
    await expect(page.locator("#composer-text")).to_have_value("/takedown https://acme.example/item/4711 counterfeit")


async def test_the_traffic_shows_both_sides_of_a_call_when_it_is_opened(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown preview")
    call = page.locator("#traffic li", has_text="/takedown").or_(page.locator("#traffic li", has_text="slash")).first
    await call.locator("summary").click()
    await expect(call).to_contain_text("Request")
    await expect(call).to_contain_text("Response")
    assert "xoxb-" not in await page.locator("#traffic").inner_text()


async def test_the_mood_of_a_marketplace_is_set_and_shown_on_the_page(
    window: Window, market: PretendMarketplace
) -> None:
    page = await window.go()
    mood = page.get_by_label("Mood of Acme Market")
    await expect(mood).to_have_value(Mood.CALM)
    async with page.expect_response("**/page/mood"):
        await mood.select_option(Mood.LOST_REPLY)
    assert market.mood is Mood.LOST_REPLY
    market.mood = Mood.DOWN
    await expect(mood).to_have_value(Mood.DOWN)
