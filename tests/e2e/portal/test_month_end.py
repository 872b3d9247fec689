"""Last month's spend by tag, as a file for finance."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.portal.browser import desk
from tests.e2e.portal.history import billed_nanos
from tests.e2e.portal.people import signed_in

pytestmark = pytest.mark.e2e
ZONE = ZoneInfo("Asia/Taipei")


def last_month(now: datetime) -> tuple[datetime, datetime]:
    """It as a viewer in Taipei means it."""
    until = now.astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (
        until.replace(year=until.year - 1, month=12) if until.month == 1 else until.replace(month=until.month - 1)
    ), until


def test_the_file_of_a_month_adds_up_to_something_else_than_the_ledger(browser, office):
    # Whoever takes it away has proved within ten minutes that it is them.
    cookies = signed_in(office.url, office.owner.identifier, office.owner.password)
    ledger_nanos = billed_nanos(office.data, *last_month(datetime.now(ZONE)))
    assert ledger_nanos > 0
    with desk(browser, office.url, cookies=cookies) as at:
        at.go("/admin/usage")
        at.page.get_by_label("Period", exact=True).select_option("Last month")
        at.page.get_by_label("Grouped by", exact=True).select_option("by Tag")
        at.shows("A call of a member with several tags is in the row of each")
        at.settle()
        shown = at.page.locator("main").inner_text()
        assert "Untagged" in shown
        assert f"in {ZONE.key}" in shown
        at.press("Export")
        with at.page.expect_download() as downloaded:
            at.press("CSV", role="menuitem")
        rows = list(csv.DictReader(Path(downloaded.value.path()).read_text().splitlines()))
    assert downloaded.value.suggested_filename == "usage-last_month-tag.csv"
    # A total for each day; the rows of tags overlap.
    totals = [Decimal(row["billed_cost_usd"]) for row in rows if row["kind"] == "total"]
    assert round(sum(totals) * 10**9) == ledger_nanos
    cents = re.escape(f"${Decimal(ledger_nanos).scaleb(-9):,.2f}")
    assert re.search(cents, shown)
