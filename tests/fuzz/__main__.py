"""`python -m tests.fuzz stream|envelope FOLDER seconds=60`: looks for inputs that break a property.

With `runs=3000` it makes so many tries, and always the same ones. `seed=7` behind it begins elsewhere.

With atheris it looks at which branches an input reached, and the folder keeps those that reached something new, for the next run.
Where atheris has no wheels, inputs are changed at random. One that fails is written into the folder, as `crash-…`; it belongs into the
seeds once the defect is gone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import random
import sys
import time
from pathlib import Path

from tests.support.imported import FILE, telling

SEED = 4


def guided(kind: str, folder: Path, how_long: str, number: int, seed: int | None) -> None:
    """libFuzzer, which ends the process by itself."""
    import atheris

    with atheris.instrument_imports(include=["ai_api.wire"]):
        from tests.fuzz import properties, seeds
    holds = getattr(properties, kind)
    if FILE in os.environ:
        holds = telling(holds, Path(os.environ[FILE]))
    known = folder / "known"
    known.mkdir(parents=True, exist_ok=True)
    seeds.write(kind, known)
    bound = f"-max_total_time={number}" if how_long == "seconds" else f"-runs={number}"
    # libFuzzer takes 0 for one of its own.
    options = [bound, f"-seed={seed or 0}", "-timeout=10", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], str(known), *options], holds)
    atheris.Fuzz()


def blind(kind: str, folder: Path, how_long: str, number: int, seed: int | None) -> None:
    """Changes at random. Raises what the property raises."""
    from tests.fuzz import mutate, properties, seeds

    holds, known = getattr(properties, kind), list(seeds.load(kind).values())
    chance = random.Random(seed)
    began_s, done = time.monotonic(), 0
    while (done if how_long == "runs" else time.monotonic() - began_s) < number:
        done += 1
        data = mutate.mutated(chance, known)
        try:
            holds(data)
        except BaseException:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"crash-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)
            raise


if __name__ == "__main__":
    look = guided if importlib.util.find_spec("atheris") else blind
    given = dict(each.split("=", 1) for each in sys.argv[3:])
    seed = given.pop("seed", str(SEED) if "runs" in given else None)
    if len(given) != 1 or not given.keys() <= {"seconds", "runs"}:
        raise SystemExit(__doc__)
    [(how_long, number)] = given.items()
    look(sys.argv[1], Path(sys.argv[2]), how_long, int(number), None if seed is None else int(seed))
