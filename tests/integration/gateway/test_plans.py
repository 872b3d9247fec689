"""How Postgres finds the rows of the data plane's statements: by their keys, whatever it thinks of the size of a table.

A plan is made once for a connection, perhaps while a table is empty. Postgres is asked for the plan that it would make then.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg
import pytest

from ai_api import gateway
from ai_api.core.db import PLANS_BY_KEY

_SQL = re.compile(r"\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\b")
# One row, or a row for each replica or route: there is nothing to look up.
_READ_WHOLE = {"world", "replicas", "route_health", "routes"}
_FRAGMENTS = {"_NAMES", "_GIVEN", "_BOOKED"}


def _statements() -> dict[str, str]:
    """The SQL of the data plane, by module and name. What is only a part of others is not among them."""
    found = {}
    for module in pkgutil.iter_modules(gateway.__path__, "ai_api.gateway."):
        if ".store_" not in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.isupper() and name not in _FRAGMENTS and isinstance(value, str) and _SQL.match(value):
                found[f"{module.name.rpartition('.')[2]}.{name}"] = value
    return found


STATEMENTS = _statements()


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _reads_whole(node: Mapping[str, Any]) -> bool:
    kind = node["Node Type"]
    return kind == "Seq Scan" or (
        kind in {"Index Scan", "Index Only Scan", "Bitmap Index Scan"} and "Index Cond" not in node
    )


def test_the_statements_are_found():
    """Or the next test would be of nothing."""
    assert {"store_admission._ADMIT", "store_settlement._SETTLE", "store_extend._CHANGE"} <= set(STATEMENTS)
    assert len(STATEMENTS) > 20


@pytest.mark.parametrize("name", STATEMENTS)
async def test_rows_are_found_by_their_keys(shared_database: str, name: str):
    """No statement of the data plane reads the whole of a table that grows, nor the whole of an index."""
    connection = await asyncpg.connect(shared_database, server_settings=PLANS_BY_KEY)
    try:
        count = len((await connection.prepare(STATEMENTS[name])).get_parameters())
        await connection.execute(f"PREPARE one AS {STATEMENTS[name]}")
        text = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE one ({', '.join(['NULL'] * count)})")
    finally:
        await connection.close()
    whole = [
        f"{node['Node Type']} on {node.get('Relation Name') or node.get('Index Name')}"
        for node in _nodes(json.loads(text)[0]["Plan"])
        if _reads_whole(node) and node.get("Relation Name") not in _READ_WHOLE
    ]
    assert not whole
