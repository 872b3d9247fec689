"""The audit trail as people read it: in their language, by their calendar."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.portal.browser import PHONE, desk
from tests.e2e.portal.office import Office

pytestmark = pytest.mark.e2e

_WORDS = json.loads((Path(__file__).parents[3] / "frontend/src/i18n/en/trail.json").read_text("utf-8"))
_ACTIONS = tuple(each.removeprefix("action.") for each in _WORDS if each.startswith("action."))
"""As they are written: `member.disable`."""


def test_the_trail_speaks_another_language_or_keeps_another_calendar(browser: Browser, office: Office):
    with desk(browser, office.url, cookies=office.owner.cookies, size=PHONE, language="zh-TW") as at:
        # The browser is in Taipei.
        at.page.add_init_script("localStorage.setItem('ai-api.zone', 'America/New_York')")
        at.go("/admin/audit")
        rows = at.page.get_by_role("main").get_by_role("listitem").get_by_role("button")
        shown = rows.all_inner_texts()
        assert len(shown) > 20
        assert any("授予模型" in text for text in shown)
        assert [text for text in shown if any(action in text for action in _ACTIONS)] == []
        kind, action = at.page.get_by_label("對象種類"), at.page.get_by_label("動作")
        for choice in (kind, action):
            words = choice.locator("option").all_inner_texts()
            assert len(words) > 15
            assert [each for each in words if re.fullmatch(r"[a-z_.]+", each)] == []
        action.select_option("tag.create")
        at.page.wait_for_url(re.compile("action=tag.create"))
        expect(rows.first).to_contain_text("建立標籤")
        rows.first.click()
        panel = at.page.get_by_role("complementary", name="事件")
        expect(panel).to_contain_text("紀錄中的名稱")
        expect(panel).to_contain_text("tag.create")
        assert at.overflows() == []
        at.go("/admin/audit")
        at.press("期間")
        at.fill("自", "2026-11-02")
        at.fill("最後一天", "2026-11-01")
        expect(at.page.get_by_text("結束日早於開始日。")).to_be_visible()
        at.fill("最後一天", "2026-11-03")
        at.press("顯示", within="dialog")
        at.page.wait_for_url(re.compile(r"since=2026-11-02T05%3A00%3A00\.000Z&until=2026-11-04T05%3A00%3A00\.000Z"))


def test_a_link_with_no_moment_breaks_the_trail(browser: Browser, office: Office):
    with desk(browser, office.url, cookies=office.owner.cookies) as at:
        at.expected.add(422)
        at.go("/admin/audit?since=yesterday&action=wallet.fill")
        expect(at.page.get_by_role("heading", name="Audit", exact=True)).to_be_visible()
        at.press(re.compile("^From yesterday"))
        expect(at.page.get_by_text("No events match.")).to_be_visible()
