"""The simulator as a process of its own: it ends with whoever started it, whatever hangs."""

import os
import threading
import time
from pathlib import Path

import pytest
import urllib3

from spottypottysense.simulator.remote import Remote
from spottypottysense.simulator.server import spawn


def test_an_error_beside_it_passes_on_at_once() -> None:
    """A test or a demo that fails while the simulator runs is not held up by it."""
    began = time.monotonic()
    with pytest.raises(RuntimeError, match="no control request"), spawn(empty=True) as url:
        Remote(url).get("nothing")
    assert time.monotonic() - began < 8


def test_a_call_that_hangs_does_not_keep_it() -> None:
    """A request under way and an idle connection are dropped."""
    with spawn() as url, urllib3.PoolManager(2) as pool:
        Remote(url).post("faults", name="hang", path="/v1/")
        assert pool.request("GET", url + "/_control/state").status == 200
        hanging = threading.Thread(target=_hang, args=[url])
        hanging.start()
        while Remote(url).get("requests")["requests"] == []:
            time.sleep(0.01)
        began = time.monotonic()
    assert time.monotonic() - began < 8
    hanging.join(10)
    assert not hanging.is_alive()


def test_a_terminals_ctrl_c_does_not_reach_it() -> None:
    """It has a session of its own, so that music can still be paused while everything stops."""
    before = _children()
    with spawn(empty=True):
        (simulator,) = _children() - before
        assert os.getsid(simulator) == simulator


def _hang(url: str) -> None:
    try:
        urllib3.request("GET", url + "/v1/me/player", timeout=20, retries=False)
    except urllib3.exceptions.HTTPError:
        return


def _children() -> set[int]:
    """Return this process's children, whichever thread started them."""
    tasks = Path("/proc/self/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}
