"""Which tests run together, and which are too slow for where they run.

`make quick` leaves out what is marked `browser`, `long` or `release`, `make test` what is marked
`release`. A test that takes longer than its mark allows is named at the end of a run. That is no
failure: the machine may have been busier than it seemed.
"""

import os
from collections import defaultdict
from collections.abc import Sequence

import pytest

ALLOWED_S = {"long": 3.0, "release": 60.0}  # a test that takes longer wants this mark
# What these folders share is dear: a server and a browser, whose pages are drawn without a graphics
# card; what umap-learn compiles.
TOGETHER = ("tests/browser/", "tests/project/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, so that no process is left with one at the end."""
    longs: dict[object, int] = defaultdict(int)
    for item in items:
        longs[item.path] += item.get_closest_marker("long") is not None
        if item.get_closest_marker("real_data") or item.get_closest_marker("readers"):
            item.add_marker("release")
    items.sort(key=lambda item: (not item.nodeid.startswith(TOGETHER), -longs[item.path]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give each process whole files, in their order, and whole folders where they share much.

    The tests of a file share what its fixtures made.
    """
    from xdist.scheduler import LoadFileScheduling

    class WholeFiles(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folders = (folder for folder in TOGETHER if nodeid.startswith(folder))
            return next(folders, super()._split_scope(nodeid))

    config.option.loadscopereorder = False
    return WholeFiles(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that are slower than their marks allow."""
    reports = [
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport)
    ]
    lines = slow_tests(reports, patience=programs_per_core())
    if lines:
        terminalreporter.section("slower than their marks allow")
        for line in lines:
            terminalreporter.write_line(line, yellow=True, bold=True)


def slow_tests(reports: Sequence[pytest.TestReport], *, patience: float = 1) -> list[str]:
    """Return a line for each test that wants a mark, the slowest first.

    Args:
        reports: Of all phases of all tests.
        patience: How many times longer than on an idle machine a test may take.
    """
    seconds: dict[str, float] = defaultdict(float)
    marks: dict[str, set[str]] = {}
    for report in reports:
        seconds[report.nodeid] += report.duration
        marks[report.nodeid] = set(report.keywords)
    lines = []
    for test in sorted(seconds, key=lambda test: -seconds[test]):
        mark = "release" if {"long", "browser"} & marks[test] else "long"
        if "release" not in marks[test] and seconds[test] > ALLOWED_S[mark] * patience:
            lines.append(f"{test} took {seconds[test]:.1f} s: mark it {mark}, or make it faster")
    return lines


def programs_per_core() -> float:
    """Return how many programs share a core, at least 1: a busy machine makes every test slow."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if os.name == "posix" else 1.0
