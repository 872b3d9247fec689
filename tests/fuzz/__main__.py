"""`python -m tests.fuzz stream|envelope FOLDER... [-max_total_time=60]`: libFuzzer over one property, looking at coverage.

Needs atheris. The first folder takes the inputs that reach something new; a failure is written to the present folder.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["ai_api.wire"]):
    from tests.fuzz import properties

if __name__ == "__main__":
    chosen = {"stream": properties.stream, "envelope": properties.envelope}[sys.argv.pop(1)]
    atheris.Setup(sys.argv, chosen)
    atheris.Fuzz()
