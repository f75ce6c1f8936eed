"""Filling in forms and the Home on the sandbox page."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import Window

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def opened(window: Window) -> tuple[Page, Locator]:
    page = await window.go()
    await window.say("/takedown")
    form = page.get_by_role("dialog", name="File a takedown")
    await expect(form).to_be_visible()
    return page, form


async def test_everything_filled_in_reaches_the_bot(window: Window) -> None:
    page, form = await opened(window)
    await form.get_by_label("Addresses").fill("https://acme.example/item/1\nhttps://acme.example/item/2")
    await form.get_by_label("Violation").select_option("Counterfeit")
    await form.get_by_label("Bazaar").check()
    await form.get_by_label("In good faith").check()
    await form.get_by_label("Rather").check()
    await form.get_by_label("Seen on").fill("2026-03-01")
    await form.get_by_label("Colleague").select_option("U0BO")
    room = form.get_by_label("Channel")
    await expect(room).to_have_value("C0BRAND")
    assert await room.locator("option").all_inner_texts() == ["Choose…", "#brand-protection", "#general", "#legal"]
    await room.select_option("C0LEGAL")
    await expect(form.get_by_label("At what time")).to_have_value("09:00")
    await form.get_by_label("At what time").fill("18:30")
    await form.get_by_label("Shop address").fill("https://acme.example/shop")
    await form.get_by_label("Contact").fill("ann@desk.example")
    await form.get_by_label("How many").fill("3")
    evidence = form.locator("[data-input=proof]")
    for name, content in (("shop.png", b"\x89PNG"), ("mail.txt", b"Dear seller"), ("wrong.txt", b"x")):
        file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
        await evidence.locator("input[type=file]").set_input_files([file])
    await expect(evidence).to_contain_text("11 bytes")
    await evidence.get_by_role("button", name="Remove wrong.txt").click()
    await expect(evidence.locator("li")).to_have_count(2)
    await form.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("dialog", name="One thing more")).to_be_visible()
    said = page.locator(".message", has_text="listings")
    for value in (
        "item/2",
        "counterfeit",
        "bazaar",
        "in good faith",
        "rather",
        "2026-03-01",
        "U0BO",
        "C0LEGAL",
        "18:30",
        "'3'",
        "shop.png",
        "mail.txt",
    ):
        await expect(said).to_contain_text(value)
    await expect(said).not_to_contain_text("wrong.txt")


async def test_a_file_that_cannot_go_up_says_so_and_keeps_the_form_until_it_is_taken_off(window: Window) -> None:
    page, form = await opened(window)
    await form.get_by_label("Addresses").fill("https://acme.example/item/1")
    await form.get_by_label("Violation").select_option("Counterfeit")
    await form.get_by_label("In good faith").check()
    evidence = form.locator("[data-input=proof]")
    empty = FilePayload(name="nothing.txt", mimeType="text/plain", buffer=b"")
    await evidence.locator("input[type=file]").set_input_files([empty])
    await form.get_by_role("button", name="Preview").click()
    await expect(form.locator("[data-error=proof]")).to_have_text("nothing.txt: Empty. Please remove it.")
    await evidence.get_by_role("button", name="Remove nothing.txt").click()
    await form.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("dialog", name="One thing more")).to_be_visible()


async def test_what_is_missing_is_said_beside_the_field_and_gets_the_focus(window: Window) -> None:
    page, form = await opened(window)
    await form.get_by_label("Addresses").fill("https://acme.example/item/1")
    await form.get_by_role("button", name="Preview").click()
    violation = form.get_by_label("Violation")
    await expect(violation).to_be_focused()
    await expect(violation).to_have_attribute("aria-invalid", "true")
    await expect(form.locator("[data-input=violation]")).to_contain_text("Please fill this in.")
    await expect(form.locator("[data-error=listings]")).to_have_text("")
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()


async def test_what_the_bot_refuses_is_said_beside_the_field_and_nothing_typed_is_lost(window: Window) -> None:
    _, form = await opened(window)
    await form.get_by_label("Addresses").fill("https://acme.example/item/1")
    await form.get_by_label("Violation").select_option("Copyright")
    await form.get_by_label("In good faith").check()
    await form.get_by_role("button", name="Preview").click()
    await expect(form.locator("[data-error=violation]")).to_have_text("No copyright is on file.")
    await expect(form.get_by_label("Addresses")).to_have_value("https://acme.example/item/1")
    await expect(form.get_by_label("In good faith")).to_be_checked()


async def test_a_form_that_changes_under_the_hand_keeps_what_was_typed(window: Window) -> None:
    _, form = await opened(window)
    await form.get_by_label("Addresses").fill("half an address")
    await form.get_by_role("button", name="Add a line").click()
    await expect(form).to_contain_text("One more line")
    await expect(form.get_by_label("Addresses")).to_have_value("half an address")


async def test_a_second_form_lies_on_the_first_and_both_close(window: Window) -> None:
    page, form = await opened(window)
    await form.get_by_label("Addresses").fill("https://acme.example/item/1")
    await form.get_by_label("Violation").select_option("Counterfeit")
    await form.get_by_label("In good faith").check()
    await form.get_by_role("button", name="Preview").click()
    second = page.get_by_role("dialog", name="One thing more")
    await expect(second.get_by_label("Why")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(form.get_by_label("Addresses")).to_have_value("https://acme.example/item/1")
    await page.keyboard.press("Escape")
    await expect(page.locator("#modal")).to_be_hidden()
    await expect(page.locator("#composer-text")).to_be_focused()


async def test_a_form_can_be_filled_and_sent_by_keyboard_alone(window: Window) -> None:
    page = await window.go()
    await page.locator("#composer-text").focus()
    await page.keyboard.type("/takedown ")
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="File a takedown")
    await expect(form).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.type("https://acme.example/item/1")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Counter")
    for _ in range(3):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(form.get_by_label("In good faith")).to_be_checked()
    send = form.get_by_role("button", name="Preview")
    for _ in range(20):
        if await send.evaluate("node => node === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="One thing more")).to_be_visible()


async def test_the_home_is_drawn_for_whoever_opens_it(window: Window) -> None:
    page = await window.go(place="home")
    await expect(page.get_by_role("heading", name="Your desk")).to_be_visible()
    await page.get_by_role("button", name="Refresh").click()
    await expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
