"""`python -m tests.fuzz stream|envelope FOLDER seconds=60`: looks for inputs that break a property.

With `runs=3000` it makes so many tries, and always the same ones.

With atheris it looks at which branches an input reached, and the folder keeps those that reached something new, for the next run.
Where atheris has no wheels, inputs are changed at random. One that fails is written into the folder, as `crash-…`; it belongs into the
seeds once the defect is gone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import random
import sys
import time
from pathlib import Path

SEED = 4


def guided(kind: str, folder: Path, how_long: str, number: int) -> None:
    """libFuzzer, which ends the process by itself."""
    import atheris

    with atheris.instrument_imports(include=["ai_api.wire"]):
        from tests.fuzz import properties, seeds
    known = folder / "known"
    known.mkdir(parents=True, exist_ok=True)
    seeds.write(kind, known)
    bound = [f"-max_total_time={number}"] if how_long == "seconds" else [f"-runs={number}", f"-seed={SEED}"]
    options = [*bound, "-timeout=10", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], str(known), *options], getattr(properties, kind))
    atheris.Fuzz()


def blind(kind: str, folder: Path, how_long: str, number: int) -> None:
    """Changes at random. Raises what the property raises."""
    from tests.fuzz import mutate, properties, seeds

    holds, known = getattr(properties, kind), list(seeds.load(kind).values())
    chance = random.Random(SEED if how_long == "runs" else None)
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
    how_long, _, number = sys.argv[3].partition("=")
    if how_long not in {"seconds", "runs"}:
        raise SystemExit(__doc__)
    look(sys.argv[1], Path(sys.argv[2]), how_long, int(number))
