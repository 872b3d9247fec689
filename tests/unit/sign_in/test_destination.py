"""Where a browser is sent after signing in: never to somebody else's site, in whatever way it is written."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.sign_in import check_next

HERE = "https://ai.example.test"


@pytest.mark.parametrize(
    "given",
    [
        "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "https://evil.example",
        "HTTPS:evil.example", "javascript:alert(1)", "data:text/html,x", "evil.example", "", "app/", "?next=/app", "#/app",
        "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example", "/ /evil.example", "/app\r\nset-cookie: a=b",
        "/\x00", "/app\x7f", "/\u200b/evil.example", "/\u2028", "/\u202eapp", "/app//evil.example", "/.//evil.example",
        "/..//evil.example", "/app/../..//evil.example", "/app/..", "/%2f%2fevil.example", "/%2Fevil.example",
        "/%5cevil.example", "/%5C%5cevil.example", "/%09/evil.example", "/%2e%2e/%2fevil.example", "/%0d%0aset-cookie:x",
        "/@evil.example\\", "/" + "a" * 2_000,
    ],
)  # fmt: skip
def test_another_site_is_where_a_sign_in_ends(given: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_next(given)
    assert (refused.value.code, refused.value.param) == ("bad_next", "next")
    assert "evil" not in refused.value.message


@pytest.mark.parametrize(
    "given",
    [
        "/", "/app/", "/app/usage?by=day&back=https%3A%2F%2Fexample.test", "/app/models?q=a//b#top", "/app/a%20b", "/app/模型",
        "/app/.well-known", "/app/a..b", "/app/#//x",
    ],
)  # fmt: skip
def test_a_page_of_ours_is_refused(given: str) -> None:
    assert check_next(given) == given


def test_who_asks_for_no_page_is_sent_nowhere() -> None:
    assert check_next(None) == "/app/"


@given(st.text(alphabet="/\\.:@?#%25fFcC09ae \t\n\u3000évil", max_size=12).map("/".__add__))
def test_what_is_let_through_leads_to_this_host(given: str) -> None:
    try:
        passed = check_next(given)
    except Refusal:
        return
    assert urlsplit(urljoin(HERE + "/api/auth/login", passed)).netloc == urlsplit(HERE).netloc
    assert not passed.startswith(("//", "/\\"))
