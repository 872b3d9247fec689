"""Writes which lane serves which dialect at which family of providers into docs/reference/families.md."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.contract.families import ROWS

from ai_api.providers import lanes
from ai_api.providers.port import Operation, Wiring
from ai_api.providers.wiring import VENDORS, Vendor, address, derive, vendor
from scripts import generated_block

PAGE = Path("docs/reference/families.md")
BLOCK = "python -m scripts.families"
COMPATIBLE = ("ollama", "lm-studio", "vllm", "any other name")
"""Names that are in no table: servers of OpenAI's dialect at an address of their own."""
DOORS: Mapping[Operation, str] = {
    "chat": "`/v1/chat/completions`",
    "responses": "`/v1/responses`",
    "messages": "`/v1/messages`",
    "generate": "`:generateContent`",
    "embeddings": "`/v1/embeddings`",
    "embed": "`:embedContent`",
}
"""Where a caller asks for each operation that is described here."""
NOT_SERVED = "\N{EN DASH}"
SCHEMES = {
    "header": "",
    "aws": "; or signs with an access key of AWS",
    "google": ": a token, got with a service account",
}


def table() -> str:
    """One line a family."""
    lines = [
        f"| provider | {' | '.join(DOORS.values())} | how the key is shown | held by a test |",
        "|---" * (len(DOORS) + 3) + "|",
    ]
    lines += [_line(name) for name in (*VENDORS, *COMPATIBLE)]
    return "\n".join(lines)


def served(name: str, operation: Operation) -> str:
    """How a family serves an operation of a model that offers all it can."""
    lane = lanes.lane_for(_wiring(name), operation, lanes.DECLARED)
    if lane is None:
        return NOT_SERVED
    over, _, chat_lane = lane.rpartition(" over ")
    way = "native" if chat_lane == "native" else "translated"
    if not over:
        return way
    base = "embeddings" if operation == "embed" else "chat"
    return f"over {base}" if way == "native" else f"over {base}, {way}"


def undescribed() -> set[str]:
    """Operations that a vendor serves, or that are forms of a conversation, and that have no column."""
    return ({*lanes.OVER_CHAT} | {each for row in VENDORS.values() for each in row.operations}) - DOORS.keys()


def _line(name: str) -> str:
    ways = [served(name, operation) for operation in DOORS]
    shown = name if name == COMPATIBLE[-1] else f"`{name}`"
    held = [f"`{row}`" for row, held in ROWS.items() if name == (held.provider or row)]
    return f"| {shown} | {' | '.join(ways)} | {_key(name)} | {', '.join(held) or NOT_SERVED} |"


def _key(name: str) -> str:
    wiring, known = _wiring(name), _vendor(name)
    shown = f"`{wiring.auth_header}: {wiring.auth_prefix}…`{SCHEMES[wiring.scheme]}"
    if "generate" in wiring.lanes and wiring.scheme == "header":
        shown += ", `x-goog-api-key: …`"
    return shown if known.needs_secret else f"{shown}, or none"


def _vendor(name: str) -> Vendor:
    return vendor("other" if name == COMPATIBLE[-1] else name)


def _wiring(name: str) -> Wiring:
    known = _vendor(name)
    return derive(name, *address(name, known.base_url or known.example, None))


def main() -> int:
    """Fills the page."""
    generated_block.write(PAGE, BLOCK, table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
