"""`spotty` on a data directory of its own, in the process of the tests."""

import os
from pathlib import Path

import pytest

from spottypottysense.runtimes.appliance.cli import main


class Spotty:
    """`spotty` on a data directory of its own, in this process: what it printed, and how it ended."""

    def __init__(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.data = data
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        for name in [name for name in os.environ if name.startswith("SPOTTY_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("COLUMNS", "250")
        monkeypatch.setenv("SPOTTY_DATA", str(data))

    def __call__(self, *words: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        code, out, err = self.run(*words)
        assert code == 0, err
        return out

    def fails(self, *words: str) -> str:
        """Run a command that must fail as foreseen: one sentence, exit code 1, no traceback."""
        code, out, err = self.run(*words)
        assert (code, out) == (1, "")
        assert err.startswith("spotty: ")
        assert "Traceback" not in err
        return err

    def run(self, *words: str) -> tuple[int, str, str]:
        """Run a command and return exit code, output and errors."""
        self._monkeypatch.setattr("sys.argv", ["spotty", *words])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self._capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err
