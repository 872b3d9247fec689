"""How many files and sockets the process may have open: as many as the system lets it, not the few it starts with."""

from __future__ import annotations

import resource

ENOUGH = 65_536
"""More than any replica needs; some systems say that there is no limit and then refuse to be taken at their word."""


def allow_many() -> int:
    """Raises the soft limit towards the hard one, and gives what it is then. A stream needs two, and 1,024 is usual."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return ENOUGH if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        # macOS has a smaller number of its own for one process. What there is has to do.
        return soft
    return wanted
