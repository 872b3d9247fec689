"""Every code the program uses is explained, under its kind, and no code is explained that it does not use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripts import error_codes
from scripts.error_codes import Codes

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "errors.md"
ROW = re.compile(r"^\| `([a-z_*]+)` \| ([^|]+) \|", re.MULTILINE)
BESIDES = re.compile(r"^Only in records:.*?(?=\n\n|\Z)", re.DOTALL | re.MULTILINE)
# The portal answers these by themselves, without a kind.
NO_KIND = {"invalid_fields", "invalid_json", "unsupported_media_type", "not_found"}


def documented(page: str) -> dict[str, set[str]]:
    """Each code of a page with the kinds it is said to have; `*` stands for what is put in."""
    found = {code: set(re.findall(r"`([a-z_]+)`", kinds)) for code, kinds in ROW.findall(page)}
    found = {code: kinds for code, kinds in found.items() if kinds or code in NO_KIND}
    besides = BESIDES.search(page)
    return found | {code: set() for code in re.findall(r"`([a-z_]+)` \(", besides[0] if besides else "")}


def problems(page: str, used: Codes) -> list[str]:
    """What a page and the program disagree about."""
    said = documented(page)
    patterns = {code.replace("*", "[a-z_]+") for code in said if "*" in code}
    for code in used.kinds.keys() - said.keys():
        explained = next((each for each in said if re.fullmatch(each.replace("*", "[a-z_]+"), code)), None)
        if explained is not None:
            said[code] = said[explained]
    found = [f"{code} is not explained" for code in sorted(used.kinds.keys() - said.keys())]
    found += [f"{pattern} is not explained" for pattern in sorted(used.patterns - patterns)]
    found += [f"{pattern} is explained and not used" for pattern in sorted(patterns - used.patterns)]
    found += [
        f"{code} is explained and not used"
        for code in sorted(said.keys() - used.kinds.keys())
        if "*" not in code and not any(re.fullmatch(pattern, code) for pattern in used.patterns)
    ]
    found += [
        f"{code} is {', '.join(sorted(kinds))}"
        for code, kinds in sorted(used.kinds.items())
        if kinds and said.get(code) and said[code] != kinds
    ]
    return found


def test_every_code_of_the_program_is_explained_under_its_kind():
    assert problems(PAGE.read_text(encoding="utf-8"), error_codes.read(ROOT / "src")) == []


SOURCE = """
_CODE_OF = {404: "not_found"}

def one():
    raise Refusal("no_money", "exhausted", "…")

def two(what, is_cost):
    code = "cost_gone" if is_cost else "tokens_gone"
    raise Refusal(code, "exhausted", "…")

def three(state):
    raise Refusal(f"allocation_{state}", "forbidden", "…")

def four():
    return Ending("client_closed"), {"outcome": "interrupted"}, problem(code="invalid_json", detail="bad_request")

class Gone(Refusal):
    def __init__(self): super().__init__("store_gone", "unavailable", "…")
"""


@pytest.fixture
def used(tmp_path):
    (tmp_path / "a.py").write_text(SOURCE)
    return error_codes.read(tmp_path)


def test_codes_are_found_wherever_codes_stand(used):
    assert used.kinds == {
        "not_found": set(),
        "no_money": {"exhausted"},
        "cost_gone": {"exhausted"},
        "tokens_gone": {"exhausted"},
        "client_closed": set(),
        "interrupted": set(),
        "invalid_json": set(),
        "store_gone": {"unavailable"},
    }
    assert used.patterns == {"allocation_[a-z_]+"}


GOOD = """
| `no_money` | `exhausted` | … |
| `cost_gone` | `exhausted` | … |
| `tokens_gone` | `exhausted` | … |
| `allocation_*` | `forbidden` | … |
| `store_gone` | `unavailable` | … |
| `invalid_json` | 422 | … |
| `not_found` | 404 | … |

Only in records: `client_closed` (the client left) and
`interrupted` (the process died).
"""


def test_a_page_that_explains_everything_passes(used):
    assert problems(GOOD, used) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("| `no_money` | `exhausted` | … |\n", ""), "no_money is not explained"),
        (("| `allocation_*` | `forbidden` | … |\n", ""), "allocation_[a-z_]+ is not explained"),
        (("`interrupted` (the process died)", "…"), "interrupted is not explained"),
        (("Only in", "| `gone` | `conflict` | … |\n\nOnly in"), "gone is explained and not used"),
        (("`unavailable`", "`internal`"), "store_gone is unavailable"),
    ],
)
def test_a_page_that_is_stale_is_found(used, change, problem):
    assert problems(GOOD.replace(*change), used) == [problem]
