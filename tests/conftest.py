"""What holds for every test."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

STRICT = os.environ.get("SPOTTY_TEST_STRICT") == "1"

# What may land must not depend on dice; everybody else's runs go on exploring.
settings.register_profile("strict", derandomize=True)
if STRICT:
    settings.load_profile("strict")


def _strict(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure that tells its reason, if `SPOTTY_TEST_STRICT=1` asks for it."""
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        report.outcome = "failed"
        report.longrepr = f"{reason}\nSkipping is failing here, because SPOTTY_TEST_STRICT=1."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look at each test's report."""
    report = yield
    _strict(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look at each module's report: it may skip itself as a whole."""
    report = yield
    _strict(report)
    return report
