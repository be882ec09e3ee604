from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.runtimes.appliance.backoff import Backoff


@given(st.integers(1, 40))
def test_waits_grow_to_their_bound_and_differ(steps: int) -> None:
    """Each wait lies between half of its step and the whole of it, and no step exceeds the bound."""
    backoff = Backoff(first=0.2, most=30.0)
    for step in range(steps):
        whole = min(0.2 * 2**step, 30.0)
        assert whole / 2 <= backoff.next() <= whole
    backoff.reset()
    assert backoff.next() <= 0.2
