"""What the caller of the tests ignores or lacks neither hangs nor hides a test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
ENDED_BY_SIGINT = (
    "tests/app/jobs/test_process.py::test_it_ends_with_the_server_however_that_ends[2]"
)


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell that can be deaf")
def test_where_the_caller_ignores_sigint_a_server_still_hears_it() -> None:
    command = 'trap "" INT; exec "$@"'

    done = subprocess.run(
        ["sh", "-c", command, "sh", *PYTEST, ENDED_BY_SIGINT],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.long
@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 error"), ("", "1 skipped")])
def test_a_missing_browser_fails_only_where_that_must_not_be(ci: str, outcome: str) -> None:
    done = subprocess.run(
        [*PYTEST, "-n", "1", "tests/browser/test_what_is_shown.py"],
        cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "CI": ci, "EVENSET_CHROMIUM": "/no/such/file"},
    )  # fmt: skip

    assert outcome in done.stdout.splitlines()[-1]
    assert "no chromium found" in done.stdout.lower()
