"""What is slower than its marks allow is named, and real pictures are for the release."""

import kinds
import pytest
from kinds import slow_tests


def report(test: str, duration: float, *marks: str) -> pytest.TestReport:
    keywords = dict.fromkeys((test, *marks), 1)
    place = (test, 1, test)
    return pytest.TestReport(test, place, keywords, "passed", None, "call", duration=duration)


def test_a_slow_test_without_its_mark_is_named() -> None:
    reports = [
        report("quick", 1.0),
        report("slow", 2.0),
        report("slow", 2.5),  # its teardown
        report("marked", 50.0, "long"),
        report("browser", 70.0, "browser"),
        report("real", 200.0, "real_data", "release"),
    ]

    assert slow_tests(reports) == [
        "browser took 70.0 s: mark it release, or make it faster",
        "slow took 4.5 s: mark it long, or make it faster",
    ]
    assert slow_tests(reports, patience=2) == []


def test_the_summary_names_it_before_the_count(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds.ALLOWED_S, "long", 0.01)
    monkeypatch.setattr(kinds, "programs_per_core", lambda: 10)
    pytester.makepyfile("import time\ndef test_it(): time.sleep(0.11)")

    done = pytester.runpytest_inprocess("-p", "kinds")

    done.stdout.fnmatch_lines(["*slower than their marks*", "*::test_it took 0.* mark it long*"])
    assert "1 passed" in done.outlines[-1]


@pytest.mark.parametrize("mark", ["real_data", "readers"])
def test_real_data_and_other_readers_are_for_the_release(
    pytester: pytest.Pytester, mark: str
) -> None:
    pytester.makeini(f"[pytest]\nmarkers = {mark}\n  release")
    pytester.makepyfile(f"import pytest\n@pytest.mark.{mark}\ndef test_it(): ...")

    done = pytester.runpytest_inprocess("-p", "kinds", "-m", "not release")

    done.assert_outcomes(deselected=1)
