"""The page on small screens, in the dark, and for people who do not see or point."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Window

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHECKS = Path(__file__).with_name("checks.js").read_text()


async def wrong(page: Page, check: str) -> list[str]:
    """What one of the functions of `checks.js` finds fault with."""
    found: list[str] = await page.evaluate(f"({CHECKS})().{check}()")
    return found


async def no_sideways_scroll(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_control_has_a_name_and_every_word_enough_contrast(
    window: Window, scheme: Literal["light", "dark"]
) -> None:
    page = await window.go()
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await window.say("/takedown all")
    await window.say("/takedown preview")
    await expect(page.locator(".message.ephemeral")).to_be_visible()
    await window.say("/takedown")
    await expect(page.locator("#modal .input").first).to_be_visible()
    assert await wrong(page, "nameless") == []
    assert await wrong(page, "doubled") == []
    assert await wrong(page, "faint") == []


async def test_a_telephone_shows_one_panel_at_a_time_and_never_scrolls_sideways(window: Window) -> None:
    await window.page.set_viewport_size({"width": 390, "height": 844})
    page = await window.go()
    await window.say("/takedown all")
    await window.say("/takedown preview")
    await expect(page.locator(".message.ephemeral")).to_be_in_viewport()
    assert await no_sideways_scroll(page)
    tabs = page.get_by_role("navigation", name="Panels")
    await tabs.get_by_role("button", name="Behind the scenes").click()
    await expect(page.get_by_role("heading", name="Traffic")).to_be_visible()
    await expect(page.locator("#composer-text")).to_be_hidden()
    assert await no_sideways_scroll(page)
    await tabs.get_by_role("button", name="Places").click()
    await expect(page.get_by_label("You are acting as")).to_be_visible()
    await page.get_by_role("link", name="general").click()
    await expect(page.get_by_role("heading", name="#general")).to_be_visible()
    assert await no_sideways_scroll(page)


async def test_the_form_fits_a_telephone(window: Window) -> None:
    await window.page.set_viewport_size({"width": 390, "height": 844})
    page = await window.go()
    await window.say("/takedown")
    await expect(page.get_by_role("button", name="Preview")).to_be_in_viewport()
    assert await no_sideways_scroll(page)


async def test_a_new_message_is_spoken_once_to_those_who_listen(window: Window) -> None:
    page = await window.go()
    await window.say("/takedown inject")
    await expect(page.locator("#announcer")).to_contain_text("<script>")
    assert await page.locator("#announcer").get_attribute("aria-live") == "polite"
