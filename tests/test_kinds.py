"""What is slower than its marks allow is named, and real pictures are for the release."""

import kinds
import pytest
from kinds import slow_tests, unit_of


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


def test_browser_tests_begin_and_the_longest_file_of_each_kind_goes_first(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeini("[pytest]\nmarkers = long")
    place = pytester.mkdir("tests")
    files = {
        "a_quick": "def test_it(): ...",
        "b_long": "import pytest\n@pytest.mark.long\ndef test_it(): ...",
        "browser/c_short": "def test_it(): ...",
        "browser/d_tall": "def test_one(): ...\ndef test_two(): ...",
    }
    for name, text in files.items():
        file = (place / name).with_name(f"test_{name.rpartition('/')[2]}.py")
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    done = pytester.runpytest_inprocess("-p", "kinds", "--collect-only", "-q")

    units = [unit_of(line) for line in done.outlines if "::" in line]
    assert list(dict.fromkeys(units)) == [
        "tests/browser/test_d_tall.py", "tests/browser/test_c_short.py",
        "tests/test_b_long.py", "tests/test_a_quick.py",
    ]  # fmt: skip


def test_a_file_stays_in_one_process_and_so_does_a_folder_that_shares_much() -> None:
    assert unit_of("tests/browser/test_map.py::test_it[a::b]") == "tests/browser/test_map.py"
    assert unit_of("tests/project/test_a.py::test_it") == unit_of(
        "tests/project/test_b.py::test_it"
    )
