"""A page never points at a file that is not there."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from scripts.tree import repository_files

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
FENCED = re.compile(r"^ *(```|~~~).*?^ *\1", re.DOTALL | re.MULTILINE)
INLINE_CODE = re.compile(r"`[^`\n]*`")
ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|#)", re.IGNORECASE)


def broken_links(page: Path, text: str, root: Path) -> list[str]:
    """Lists the relative links of a page whose file does not exist. Code is not read; what follows a `#` is not looked up."""
    prose = INLINE_CODE.sub("", FENCED.sub("", text))
    targets = [match[1] or match[2] for match in LINK.finditer(prose)]
    broken = []
    for target in targets:
        if ELSEWHERE.match(target):
            continue
        path = unquote(target.split("#")[0])
        # A link that starts at the root works on a forge and nowhere else.
        if (
            path.startswith("/")
            or not (page.parent / path).exists()
            or not (page.parent / path).resolve().is_relative_to(root.resolve())
        ):
            broken.append(target)
    return broken


def test_no_page_points_at_nothing():
    pages = [file for file in repository_files(ROOT) if file.suffix == ".md"]
    assert Path("README.md") in pages
    found = [
        f"{page}: {target}"
        for page in pages
        for target in broken_links(ROOT / page, (ROOT / page).read_text(encoding="utf-8"), ROOT)
    ]
    assert found == []


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "there is.md").write_text("")
    page = tmp_path / "docs" / "page.md"
    text = """[a](there%20is.md) [b](<missing.md>) ![c](gone.png "title") [d](/docs/page.md) [e](../../outside.md)
[f](#part) [g](https://example.com/x) [h](there%20is.md#part) `[i](code.md)`

```
[j](fenced.md)
```

[k]: nowhere.md
"""
    assert broken_links(page, text, tmp_path) == [
        "missing.md",
        "gone.png",
        "/docs/page.md",
        "../../outside.md",
        "nowhere.md",
    ]
