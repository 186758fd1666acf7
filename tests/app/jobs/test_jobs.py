"""Jobs: states, cancelling, what is said when they fail."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

import pytest
from opened_page import finish_jobs, visitor

from app.jobs.queue import AHEAD, Job, JobQueue, JobState
from core.errors import CancelledError, SettingError
from core.progress import Progress


class Gate:
    """Work that reports, waits to be let through, and reports again."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()

    def work(self, progress: Progress) -> str:
        progress("working", 1, 2)
        self.begun.set()
        assert self.opened.wait(60)
        progress("working", 2, 2)
        return "made"


def run(job: Job) -> Job:
    job.run()
    return job


def raising(error: BaseException) -> Job:
    def work(progress: Progress) -> None:
        raise error

    return Job("key", "Drawing the map", work)


def test_a_job_goes_from_queued_over_running_to_done() -> None:
    gate = Gate()
    job = Job("key", "title", gate.work)
    states = [job.state]

    thread = threading.Thread(target=job.run)
    thread.start()
    assert gate.begun.wait(60)
    states.append(job.state)
    gate.opened.set()
    thread.join()

    assert [*states, job.state] == [JobState.QUEUED, JobState.RUNNING, JobState.DONE]
    assert (job.result, job.stage, job.share, job.is_active) == ("made", "working", 1.0, False)


def test_a_job_cancelled_while_it_waits_never_begins() -> None:
    gate = Gate()
    job = Job("key", "title", gate.work)

    job.cancel()
    job.run()

    assert job.state is JobState.CANCELLED
    assert not gate.begun.is_set()


def test_what_stands_in_for_work_is_done_only_where_that_never_began() -> None:
    done: list[str] = []
    dropped = Job("key", "title", lambda _: None, instead=lambda: done.append("dropped"))
    dropped.cancel()

    run(dropped)
    run(Job("key", "title", lambda _: None, instead=lambda: done.append("finished")))

    assert done == ["dropped"]


def test_a_running_job_stops_at_its_next_report() -> None:
    gate = Gate()
    job = Job("key", "title", gate.work)
    thread = threading.Thread(target=job.run)
    thread.start()
    assert gate.begun.wait(60)

    job.cancel()
    gate.opened.set()
    thread.join()

    assert (job.state, job.result, job.done) == (JobState.CANCELLED, None, 1)


@pytest.mark.parametrize("error", [CancelledError(), SettingError("no"), MemoryError(), OSError()])
def test_what_is_worth_keeping_of_stopped_work_is_its_result(error: Exception) -> None:
    job = raising(error)
    job.keep = lambda: "half"

    run(job)

    assert job.result == "half"
    assert job.state in {JobState.CANCELLED, JobState.FAILED}


def test_work_that_came_to_its_end_keeps_all_of_it() -> None:
    assert run(Job("key", "title", lambda _: "whole", keep=lambda: "half")).result == "whole"


def test_a_refusal_is_shown_in_its_own_words() -> None:
    job = run(raising(SettingError("There is no map 'x'. Use 'pca' or 'umap'.")))

    assert job.state is JobState.FAILED
    assert job.error == "There is no map 'x'. Use 'pca' or 'umap'."


def test_too_little_memory_says_what_to_do() -> None:
    job = run(raising(MemoryError()))

    assert job.state is JobState.FAILED
    assert job.error == (
        "There is not enough memory for 'Drawing the map'. "
        "Choose fewer images on Load and try again."
    )


def test_a_fault_gives_a_sentence_to_the_person_and_the_traceback_to_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, logger="app.jobs.queue"):
        job = run(raising(ZeroDivisionError("division by zero")))

    assert job.state is JobState.FAILED
    assert job.error.startswith("'Drawing the map' stopped because of an error in Evenset")
    assert "division" not in job.error
    assert "ZeroDivisionError: division by zero" in caplog.text


def test_the_time_left_follows_the_pace_of_the_stage() -> None:
    job = Job("key", "title", lambda progress: None)
    job.report("reading", 0, 100)
    job.stage_began -= 30
    assert job.seconds_left is None, "nothing is done yet"

    job.report("reading", 75, 100)

    assert job.seconds_left == pytest.approx(10, abs=0.5)


def test_the_time_left_of_a_new_stage_is_not_guessed_from_the_old_one() -> None:
    job = Job("key", "title", lambda progress: None)
    job.report("reading", 50, 100)
    job.stage_began -= 30

    job.report("auditing", 1, 5)

    assert job.seconds_left is None


def test_a_stage_of_unknown_length_has_no_share() -> None:
    job = Job("key", "title", lambda progress: None)

    job.report("listing files", 40, 0)

    assert (job.share, job.seconds_left) == (None, None)


def test_waiting_jobs_know_how_many_are_before_them() -> None:
    queue, gate = JobQueue(workers=1), Gate()
    running, *waiting = jobs = [Job(str(n), "title", gate.work) for n in range(4)]
    for job in jobs:
        queue.submit(job)
    assert gate.begun.wait(60)

    positions = [queue.position(job) for job in waiting]
    waiting[0].cancel()
    positions_after_cancel = [queue.position(job) for job in waiting[1:]]
    gate.opened.set()

    assert queue.position(running) == 0
    assert positions == [0, 1, 2]
    assert positions_after_cancel == [0, 1]


def test_two_clicks_start_one_job() -> None:
    workspace, gate, other = visitor(), Gate(), Gate()
    workspace.start(Job("embed", "Embedding", gate.work), workspace.session)

    workspace.start(Job("embed", "Embedding", other.work), workspace.session)

    assert len(workspace.jobs()) == 1
    assert workspace.message == ""
    gate.opened.set()
    finish_jobs(workspace)
    assert not other.begun.is_set()


def test_another_button_is_told_what_still_runs() -> None:
    workspace, gate = visitor(), Gate()
    workspace.start(Job("embed", "Embedding images", gate.work), workspace.session)

    workspace.start(Job("export", "Writing", Gate().work), workspace.session)

    assert workspace.message == (
        "Embedding images is still running. Wait for it, or cancel it first."
    )
    gate.opened.set()
    finish_jobs(workspace)


def test_a_start_right_after_cancel_counts_and_waits_for_the_old_job_to_stop() -> None:
    workspace, old, new = visitor(), Gate(), Gate()
    workspace.start(Job("export", "Writing", old.work), workspace.session)
    old.begun.wait(10)
    workspace.jobs()[0].cancel()

    workspace.start(Job("export", "Writing", new.work), workspace.session)

    assert not new.begun.wait(0.2)
    old.opened.set()
    assert new.begun.wait(10)
    new.opened.set()
    finish_jobs(workspace)
    assert workspace.message == ""


def test_a_job_that_waits_for_a_cancelled_one_can_be_cancelled_too() -> None:
    workspace, old, new = visitor(), Gate(), Gate()
    workspace.start(Job("export", "Writing", old.work), workspace.session)
    old.begun.wait(10)
    workspace.jobs()[0].cancel()
    workspace.start(Job("export", "Writing", new.work), workspace.session)

    workspace.jobs()[0].cancel()

    finish_jobs(workspace)
    old.opened.set()
    assert not new.begun.is_set()


def test_as_many_jobs_run_at_a_time_as_the_server_was_told() -> None:
    queue = JobQueue()
    queue.use_workers(3)
    gates = [Gate() for _ in range(4)]
    jobs = [Job(str(number), "Work", gate.work) for number, gate in enumerate(gates)]

    for job in jobs:
        queue.submit(job)

    for gate in gates[:3]:
        assert gate.begun.wait(60)
    assert jobs[3].state is JobState.QUEUED
    for gate in gates:
        gate.opened.set()
    assert gates[3].begun.wait(60)


def wait_for_the_end_of(job: Job) -> None:
    end = time.monotonic() + 60
    while job.is_active:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_gives_way_takes_no_place_and_stops_for_others() -> None:
    queue, gate = JobQueue(workers=1), Gate()
    begun = threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        end = time.monotonic() + 120  # where nothing stops it, the test fails and does not hang
        while time.monotonic() < end:
            progress("working", 0, 0)

    early, other = Job("early", "title", work, slot=AHEAD), Job("job", "title", gate.work)
    queue.submit(early)
    assert begun.wait(60)

    queue.submit(other)
    assert gate.begun.wait(60), "the only worker is free for it"
    late = Job("late", "title", lambda progress: "made", slot=AHEAD)
    queue.submit(late)
    wait_for_the_end_of(early)
    still_waits = late.state is JobState.QUEUED
    gate.opened.set()
    wait_for_the_end_of(late)

    assert (early.has_given_way, still_waits, late.result) == (True, True, "made")


@pytest.mark.parametrize("order", [(Job.cancel, Job.give_way), (Job.give_way, Job.cancel)])
def test_what_a_person_has_cancelled_has_not_given_way(
    order: Sequence[Callable[[Job], None]],
) -> None:
    job = Job("key", "title", lambda progress: None, slot=AHEAD)

    for stop in order:
        stop(job)

    assert not job.has_given_way
