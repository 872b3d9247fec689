"""Any order of admissions, settlements, crashes, sweeps, changes of limits and of the time, on real replicas and a real database."""

from __future__ import annotations

from tests.properties.arrivals import Arrivals
from tests.properties.changes import Changes
from tests.properties.endings import Endings
from tests.properties.fates import Fates
from tests.properties.growth import Growth


class AnyOrder(Changes, Arrivals, Endings, Growth, Fates):
    """All steps there are."""
