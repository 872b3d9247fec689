"""An example request for every route of the portal that writes, or takes a body, with what has to be there first.

A route that has none fails `test_every_write_is_audited`: add one, in the file of its area, together with the route.
"""

from tests.support.portal_writes import devices, models, people, rights, sign_in
from tests.support.portal_writes.examples import WRITES, Example
from tests.support.portal_writes.people import MEMBER, TAG
from tests.support.portal_writes.stage import Ask, Stage

AREAS = (sign_in, people, models, rights, devices)
"""Where examples stand. Importing them added theirs to `WRITES`."""

__all__ = ["AREAS", "MEMBER", "TAG", "WRITES", "Ask", "Example", "Stage"]
