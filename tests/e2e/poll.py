"""Waiting for something to become true, instead of sleeping and hoping."""

import time


def until(condition, *, within=10.0, every=0.02, what=None):
    """Calls `condition` until it gives something true, and returns that; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        outcome = condition()
        if outcome:
            return outcome
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what or condition}")
        time.sleep(every)
