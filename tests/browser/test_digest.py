"""A message like the desk's digest: charts, a wide table, menus, a file; on a desk and on a telephone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Locator, Page, expect

from bot.sandbox.driver import Sandbox
from tests.browser.conftest import Window
from tests.browser.test_looks import no_sideways_scroll, wrong

pytestmark = pytest.mark.asyncio(loop_scope="session")

CUT_OFF = """box => [...box.querySelectorAll('*')]
  .filter(node => !node.closest('.unseen, svg, [popover]') && !node.matches('.table-wrap, .table-wrap *'))
  .filter(node => node.clientWidth && node.scrollWidth > node.clientWidth + 1)
  .map(node => node.outerHTML.slice(0, 120))"""
OUTSIDE = """svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text, rect, circle, path')].filter(node => {
    const at = node.getBoundingClientRect();
    return at.left < frame.left - 1 || at.right > frame.right + 1 ||
      at.top < frame.top - 1 || at.bottom > frame.bottom + 1;
  }).map(node => node.textContent);
}"""
OVERLAPPING = """svg => {
  const level = [...svg.querySelectorAll('text:not(.axis):not([transform])')].map(node => node.getBoundingClientRect());
  return level.filter((one, at) => level.some((other, before) => before < at &&
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom)).length;
}"""


async def digest(window: Window, width: int, scheme: Literal["light", "dark"] = "light") -> tuple[Page, Locator]:
    await window.page.set_viewport_size({"width": width, "height": 900})
    page = await window.go()
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await window.say("/takedown digest")
    await expect(page.locator(".message")).to_have_count(2)
    return page, page.locator(".message").first


@pytest.mark.parametrize("width", [1280, 390])
async def test_nothing_of_a_digest_is_cut_off_and_the_wide_table_scrolls_in_its_own_box(
    window: Window, width: int
) -> None:
    page, message = await digest(window, width)
    assert await no_sideways_scroll(page)
    assert await message.evaluate(CUT_OFF) == []
    table = message.get_by_role("region", name="Table")
    await expect(table.get_by_role("row")).to_have_count(11)
    await table.scroll_into_view_if_needed()
    await table.evaluate("box => box.scrollLeft = box.scrollWidth")
    await expect(table.get_by_role("cell", name="82", exact=True)).to_be_in_viewport()
    widths = await table.evaluate("box => [...box.querySelectorAll('th')].map(cell => cell.clientWidth)")
    assert min(widths[1:3]) >= 100


@pytest.mark.parametrize("width", [1280, 390])
async def test_charts_have_axes_and_a_legend_and_stay_inside_their_frames(window: Window, width: int) -> None:
    page, message = await digest(window, width)
    day = message.get_by_role("img", name="line chart: Filed and removed a day")
    for words in ("Day", "Notices", "09 Nov", "40"):
        await expect(day.locator("text", has_text=words).first).to_be_visible()
    figure = message.locator("figure", has_text="Filed and removed a day")
    assert await figure.locator(".legend li").all_inner_texts() == ["Filed", "Removed"]
    pie = page.locator("figure", has_text="Why")
    assert (await pie.locator(".legend li").first.inner_text()) == "Copy · 30"
    charts = page.locator(".chart svg")
    assert await charts.count() == 4
    for chart in await charts.all():
        assert await chart.evaluate(OUTSIDE) == []
        assert await chart.evaluate(OVERLAPPING) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_digest_is_legible_by_day_and_by_night(window: Window, scheme: Literal["light", "dark"]) -> None:
    page, message = await digest(window, 1280, scheme)
    await message.locator("summary").first.click()
    for check in ("nameless", "doubled", "faint"):
        assert await wrong(page, check) == []


async def test_the_menu_and_the_buttons_of_a_digest_reach_the_bot(window: Window, sandbox: Sandbox) -> None:
    _, message = await digest(window, 390)
    await message.get_by_label("Show offender…").select_option("lamp-outlet-2")
    await message.get_by_role("button", name="Open in full").click()
    await sandbox.until(lambda: len(sandbox.traffic.of("block_actions")) >= 2)
    chosen, pressed = (call.request["actions"][0] for call in sandbox.traffic.of("block_actions")[:2])
    assert (chosen["selected_option"]["value"], pressed["action_id"]) == ("lamp-outlet-2", "open_full")


async def test_a_file_shows_its_name_and_size_and_can_be_downloaded(window: Window, tmp_path: Path) -> None:
    page = await window.go()
    await window.say("/takedown file")
    message = page.locator(".message", has_text="Here is the full list.")
    await expect(message).to_contain_text("Repeat offenders, week 47")
    await expect(message).to_contain_text("offenders-2026-W47.csv · 31 B")
    async with page.expect_download() as download:
        await message.get_by_role("link", name="Download offenders-2026-W47.csv").click()
    got = await download.value
    assert got.suggested_filename == "offenders-2026-W47.csv"
    await got.save_as(tmp_path / "got.csv")
    assert (tmp_path / "got.csv").read_bytes() == b"seller,upheld\nlamp-outlet-2,34\n"


async def test_troubles_are_made_by_hand_and_seen(window: Window, sandbox: Sandbox) -> None:
    page = await window.go()
    await page.locator("summary", has_text="Troubles").click()
    await page.get_by_label("#brand-protection is archived").check()
    await expect(page.locator("#place-about")).to_contain_text("Archived")
    await expect(page.get_by_role("heading", name="Troubles (1 on)")).to_be_visible()
    await window.say("hello")
    await expect(page.get_by_text("That channel is archived")).to_be_visible()
    await page.get_by_label("#brand-protection is archived").uncheck()
    await page.get_by_label("Slack does not know charts yet").check()
    await sandbox.until(lambda: sandbox.troubles.is_old_slack)


async def test_the_bot_is_invited_with_slacks_own_command(window: Window, sandbox: Sandbox) -> None:
    page = await window.go(place="C0LEGAL")
    await page.fill("#composer-text", "/inv")
    await expect(page.get_by_role("option", name="/invite")).to_contain_text("@takedown-desk")
    await window.say("/invite @takedown-desk")
    await expect(page.locator(".message.ephemeral")).to_contain_text("was added to this channel")
    assert "U0BOT" in sandbox.channel("legal").member_ids
