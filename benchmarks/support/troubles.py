"""All troubles that were met in earnest."""

from support.failures_seen import FAILURES
from support.handovers_seen import HANDOVERS
from support.people_seen import PEOPLE
from support.refusals_seen import REFUSALS

TROUBLES = (*REFUSALS.all, *FAILURES.all, *PEOPLE.all, *HANDOVERS.all)
