"""The process may open what the system lets it open."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ai_api.cli.open_files import ENOUGH

ASK = """
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, min({most}, hard) if hard != resource.RLIM_INFINITY else {most}))
from ai_api.cli.open_files import allow_many
allowed = allow_many()
print(allowed, *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize("most", [512, 1024])
def test_five_hundred_streams_use_up_what_a_shell_allows(most):
    said = subprocess.run(
        [sys.executable, "-c", ASK.format(most=most)], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.split() == [str(most)] * 3
    assert most < ENOUGH
