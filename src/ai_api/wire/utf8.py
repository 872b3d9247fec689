"""How many bytes a tokenizer may see of a text.

No tokenizer makes more tokens than it sees bytes. Some bring a text into Unicode's compatibility form (NFKC) first, and that can
be longer than what was sent: U+FDFA is three bytes, and thirty-three afterwards.
"""

from __future__ import annotations

import re
import unicodedata

# No character of another plane has a decomposition that is longer than itself.
_LOOKED_AT = 0x2_0000
# A mark that is sorted between a letter and its accent takes the two apart again; the longest such letter grows by this.
_MARK_GROWTH_BYTES = 6


def _growths() -> dict[str, int]:
    """The characters that may be longer in NFKC than as sent, and by how many bytes."""
    found = {}
    for code in (*range(0x80, 0xD800), *range(0xE000, _LOOKED_AT)):
        char = chr(code)
        growth = _MARK_GROWTH_BYTES if unicodedata.combining(char) else 0
        if unicodedata.decomposition(char):
            growth += max(len(unicodedata.normalize("NFKC", char).encode()) - len(char.encode()), 0)
        if growth:
            found[char] = growth
    return found


_GROWTH_BYTES = _growths()
# A set that stays within one plane is looked up by a table; all of the next plane is looked at by its range.
_grows = re.compile("[" + "".join(re.escape(char) for char in _GROWTH_BYTES if char <= "\uffff") + "]")
_beyond = re.compile("[\U00010000-\U0001ffff]")


def bytes_read(text: str) -> int:
    """The most bytes any tokenizer sees of `text`: its UTF-8, or its NFKC form's where that may be longer."""
    if text.isascii():
        return len(text)
    size = len(text.encode("utf-8", "surrogatepass"))
    if not unicodedata.is_normalized("NFKC", text):
        size += sum(map(_GROWTH_BYTES.__getitem__, _grows.findall(text)))
        size += sum(_GROWTH_BYTES.get(char, 0) for char in _beyond.findall(text))
    return size
