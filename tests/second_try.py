"""Run a browser test that failed once more, and tell of both tries.

A page that is drawn late on a busy machine fails a test once in hundreds of runs. The second try
starts from nothing, with another server and another browser. Where it passes, the run goes on; the
first failure is told at the end, and kept with those of earlier runs: what comes again is a fault.
"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

SHOWN = "what the browser showed"  # the section of a report that says so
OFTEN = 3  # times from which on a test wants mending


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a browser test, and once more after a failure."""
    if item.get_closest_marker("browser") is None:
        return None
    if nextitem is not None and nextitem.get_closest_marker("browser") is None:
        nextitem = None  # take the browser down: its loop of events is in the way of other tests'
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if failures := [report for report in reports if report.failed]:
        end = pytest.CallInfo.from_call(
            # What several tests share may be what is broken.
            lambda: item.session._setupstate.teardown_exact(None),
            when="teardown",
            reraise=(KeyboardInterrupt, pytest.exit.Exception),
        )
        if end.excinfo is not None:
            failures[0].sections.append(("what else failed at the end", str(end.excinfo.value)))
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        for report in failures:
            report.outcome = "rerun"
        reports = [*failures, *reports]
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_report_teststatus(
    report: pytest.TestReport | pytest.CollectReport,
) -> tuple[str, str, str] | None:
    """Count first tries that failed under a name of their own."""
    return ("rerun", "R", "RERUN") if str(report.outcome) == "rerun" else None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell what failed once and then passed, and what has done so often."""
    if hasattr(config, "workerinput"):  # a process of xdist, whose summary nobody reads
        return
    stats = terminalreporter.stats
    failed = {report.nodeid for kind in ("failed", "error") for report in stats.get(kind, [])}
    flaked = {
        report.nodeid: report for report in stats.get("rerun", []) if report.nodeid not in failed
    }
    kept, times = _keep(config, list(flaked.values()))
    lines = []
    for test in {**flaked, **dict.fromkeys(report.nodeid for report in stats.get("passed", []))}:
        often = f"seen {times[test]} time{'s' if times[test] > 1 else ''}"
        if times[test] >= OFTEN:
            lines.append(f"{test}: {often}: mend it, then take it out of {kept}")
        elif test in flaked:
            lines.append(f"{test}: {often}")
        if test in flaked:
            lines += [f"    {line}" for line in seen(flaked[test]).splitlines()]
    if lines:
        terminalreporter.section("FAILED ONCE, PASSED THE SECOND TIME", yellow=True, bold=True)
        for line in lines:
            terminalreporter.write_line(line, yellow=True)


def seen(report: pytest.TestReport) -> str:
    """Return what is known of a failure: where, the exception, and what the browser showed."""
    crash = getattr(report.longrepr, "reprcrash", None)
    what = f"{crash.path}:{crash.lineno}: {crash.message}" if crash else str(report.longrepr)
    what = "\n".join(what.splitlines()[:6])  # Playwright adds the whole page
    shown = [content for header, content in report.sections if header == SHOWN]
    return "\n".join([f"in its {report.when}, {what}", *shown])


def _keep(
    config: pytest.Config, flaked: Sequence[pytest.TestReport]
) -> tuple[Path | None, Counter[str]]:
    """Add failures to those of earlier runs; return where they are kept, and how often which."""
    if not hasattr(config, "cache"):
        return None, Counter(report.nodeid for report in flaked)
    kept = config.cache.mkdir("second_try") / "flaked.jsonl"
    when = datetime.now(UTC).isoformat(timespec="seconds")
    with kept.open("a", encoding="utf-8") as file:
        for report in flaked:
            line = {"test": report.nodeid, "when": when, "seen": seen(report)}
            file.write(json.dumps(line) + "\n")
    lines = kept.read_text("utf-8").splitlines()
    return kept, Counter(json.loads(line)["test"] for line in lines)
