"""`python -m tests.fuzz stream|envelope FOLDER [-max_total_time=60]`: libFuzzer over one property, looking at coverage.

Needs atheris. The folder begins with the seeds and keeps whatever reaches something new, for the next run. An input that fails is
written to a file, whose place is said; it belongs into the seeds once the defect is gone.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ai_api.wire"]):
    from tests.fuzz import properties, seeds

if __name__ == "__main__":
    program, kind, folder, *options = sys.argv
    Path(folder).mkdir(parents=True, exist_ok=True)
    seeds.write(kind, Path(folder))
    atheris.Setup([program, folder, *options], getattr(properties, kind))
    atheris.Fuzz()
