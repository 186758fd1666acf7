"""A browser test that fails once is told and kept; one that fails twice fails."""

import json
from pathlib import Path

import pytest

PASSES_THE_SECOND_TIME = """
    import pytest
    from pathlib import Path

    @pytest.fixture(scope="module")
    def tries():
        place = Path("tries")
        place.write_text(place.read_text() + "x" if place.exists() else "x")
        yield len(place.read_text())
        place.with_name("taken_down").touch()

    @pytest.mark.browser
    def test_it(tries):
        assert tries % 2 == 0, "the page was empty"

    @pytest.mark.browser
    def test_next(tries): ...
"""


@pytest.fixture(autouse=True)
def _browser_mark(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makeini("[pytest]\nmarkers = browser")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def run(pytester: pytest.Pytester) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", "second_try")


def kept(pytester: pytest.Pytester) -> list[dict[str, str]]:
    (file,) = pytester.path.glob(".pytest_cache/d/*/flaked.jsonl")
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.mark.long
@pytest.mark.parametrize("options", [[], ["-n", "1"]], ids=["alone", "in another process"])
def test_a_test_that_fails_once_is_told_and_stops_nothing(
    pytester: pytest.Pytester, options: list[str]
) -> None:
    pytester.makepyfile(PASSES_THE_SECOND_TIME)

    done = pytester.runpytest_subprocess("-p", "second_try", *options)

    done.stdout.fnmatch_lines(
        ["*FAILED ONCE, PASSED THE SECOND TIME*", "*::test_it: seen 1 time", "*the page was empty*"]
    )
    assert "2 passed, 1 rerun" in done.outlines[-1]
    assert done.ret == 0
    assert [line["test"].partition("::")[2] for line in kept(pytester)] == ["test_it"]
    assert "the page was empty" in kept(pytester)[0]["seen"]


def test_the_second_try_starts_from_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        PASSES_THE_SECOND_TIME.replace("% 2 == 0", "== 2 and Path('taken_down').exists()")
    )

    assert run(pytester).ret == 0


def test_one_that_is_seen_often_is_to_be_mended(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PASSES_THE_SECOND_TIME)
    for _ in range(2):
        run(pytester)
        Path("tries").unlink()

    third = run(pytester)
    Path("tries").write_text("x")
    fourth = run(pytester)  # passes at once

    for done in (third, fourth):
        done.stdout.fnmatch_lines(["*::test_it: seen 3 times: mend it, *flaked.jsonl"])
    third.stdout.fnmatch_lines(["*the page was empty*"])


def test_one_that_fails_twice_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PASSES_THE_SECOND_TIME.replace("% 2 == 0", "== 0"))

    done = run(pytester)

    done.assert_outcomes(failed=1, passed=1)
    assert done.ret == 1
    assert "SECOND TIME" not in done.stdout.str()
    assert kept(pytester) == []


@pytest.mark.parametrize("place", ["yield len", "place.with_name"], ids=["before", "after"])
def test_what_fails_before_or_after_a_test_has_a_second_try_too(
    pytester: pytest.Pytester, place: str
) -> None:
    source = PASSES_THE_SECOND_TIME.replace("assert tries % 2 == 0,", "")
    pytester.makepyfile(source.replace(place, f"assert len(place.read_text()) > 1; {place}"))

    done = run(pytester)

    assert "2 passed, 1 rerun" in done.outlines[-1]
    assert done.ret == 0


def test_a_test_without_a_browser_fails_at_once(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PASSES_THE_SECOND_TIME.replace("@pytest.mark.browser", ""))

    run(pytester).assert_outcomes(failed=1, passed=1)


def test_the_browser_is_gone_before_another_test(pytester: pytest.Pytester) -> None:
    # Playwright's loop of events would be in the way of theirs.
    pytester.makepyfile("""
        import asyncio, pytest

        @pytest.fixture(scope="session")
        def browser():
            with asyncio.Runner() as runner:
                asyncio._set_running_loop(runner.get_loop())
                yield
                asyncio._set_running_loop(None)

        @pytest.mark.browser
        def test_page(browser): ...

        def test_other():
            asyncio.run(asyncio.sleep(0))
    """)

    run(pytester).assert_outcomes(passed=2)
