import stat
import threading
from pathlib import Path

import pytest

from spottypottysense.runtimes.appliance.files import locked, private_directory, write_private


def test_a_private_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Old or new, never a part, for the owner alone, and no draft is left beside it."""
    path = private_directory(tmp_path / "keys") / "key"
    for content in (b"old" * 1000, b"new"):
        write_private(path, content)
        assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """A target that cannot be replaced stays as it was, without a draft beside it."""
    (tmp_path / "key" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="key"):
        write_private(tmp_path / "key", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_lock_keeps_others_out_until_it_is_let_go(tmp_path: Path) -> None:
    """Threads are kept out like processes; who does not want to wait is told."""
    path = tmp_path / "lock"
    order: list[str] = []

    def second() -> None:
        with locked(path):
            order.append("second")

    with locked(path):
        thread = threading.Thread(target=second)
        thread.start()
        with pytest.raises(BlockingIOError), locked(path, wait=False):
            pass
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]
