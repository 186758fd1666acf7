"""Embedding ahead: when it begins by itself, to whom it gives way, and when it stays away."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_sets import draw_dataset, loaded
from image_sets import jpeg, write_files
from opened_page import button, finish_jobs, open_app, open_view, text, visitor

from app.jobs.queue import AHEAD, MAIN, Job
from app.session import ahead
from app.session.ahead import AheadBudget, embed_ahead
from app.session.embedding import VectorSource
from app.session.session import Pending, Session
from app.session.store import SavedSession, read_saved, reopen, save_session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.settings import ServerSettings
from app.upload import loading, reading
from core.dataset import ImageDataset, Take
from core.dataset.edits import Edits
from core.embed import DEFAULT_ENCODER, embed, embedding_first_text
from core.errors import EmptyDatasetError
from core.limits import DEFAULT_LIMITS
from core.progress import Progress, silent

LOCAL = ServerSettings(host="127.0.0.1")
SHARED = ServerSettings(host="0.0.0.0")
PATIENCE = 60


class Gate:
    """Embedding that reports until it may go on, in place of the real one."""

    def __init__(self, embed: Callable[..., object]) -> None:
        self.embed, self.opened = embed, threading.Event()
        self.begun: list[str] = []  # the encoders

    def __call__(
        self, dataset: ImageDataset, encoder: str, device: str, cache: Path, progress: Progress
    ) -> object:
        self.begun.append(encoder)
        while not self.opened.wait(0.01):
            progress("embedding images", 1, 2)
        return self.embed(dataset, encoder, device, cache, progress)

    def wait_for(self, count: int) -> None:
        """Wait until it has begun so often."""
        wait_until(lambda: len(self.begun) >= count)


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(ahead.embed_and_map)
    monkeypatch.setattr(ahead, "embed_and_map", gate)
    yield gate
    gate.opened.set()


@pytest.fixture
def workspace(dataset: ImageDataset) -> Iterator[Workspace]:
    workspace = visitor(loaded(dataset).put(encoder="classical"))
    yield workspace
    workspace.cancel_all()
    finish_jobs(workspace)


def waiting(opened: threading.Event, **said: object) -> Job:
    """Return a person's job that ends once it may."""

    def work(progress: Progress) -> bool:
        while not opened.wait(0.01):
            progress("working", 0, 0)
        return True

    return Job("work", "Work", work, **said)  # type: ignore[arg-type]


def begin_and_finish(workspace: Workspace, settings: ServerSettings = LOCAL) -> Session:
    embed_ahead(workspace, settings)
    finish_jobs(workspace)
    return workspace.session


def test_images_are_embedded_before_anybody_asks(workspace: Workspace) -> None:
    session = begin_and_finish(workspace)

    assert session.embeddings is not None and len(session.embeddings) == 19
    assert session.embeddings.encoder == "classical"
    assert set(session.projections) == {"pca"}
    assert workspace.message == ""


def test_the_default_encoder_is_taken_where_none_was_chosen(dataset: ImageDataset) -> None:
    assert Session().encoder == DEFAULT_ENCODER
    workspace = visitor(loaded(dataset))

    embed_ahead(workspace, LOCAL)

    job = workspace.job_in(AHEAD)
    assert job is not None and job.needs == ("taken", "encoder")
    finish_jobs(workspace)
    assert workspace.session.embeddings is not None
    assert workspace.session.embeddings.encoder == DEFAULT_ENCODER


@pytest.mark.parametrize("encoder", ["hf:facebook/dinov2-small", "hf:nobody/nothing"])
def test_a_model_that_may_have_to_be_downloaded_waits_for_a_click(
    workspace: Workspace, encoder: str
) -> None:
    workspace.session = workspace.session.put(encoder=encoder)

    embed_ahead(workspace, LOCAL)

    assert workspace.jobs() == []


def test_the_setting_turns_it_off(workspace: Workspace) -> None:
    embed_ahead(workspace, replace(LOCAL, embeds_ahead=False))

    assert workspace.jobs() == []


def test_without_images_there_is_nothing_to_do() -> None:
    workspace = visitor()

    embed_ahead(workspace, LOCAL)

    assert workspace.jobs() == []


def test_what_is_embedded_is_not_embedded_again(
    workspace: Workspace, embedded_session: Session
) -> None:
    workspace.session = embedded_session

    embed_ahead(workspace, LOCAL)

    assert workspace.jobs() == []


def test_a_set_that_takes_more_than_a_minute_waits_for_a_click(
    workspace: Workspace, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "seconds_to_embed", lambda encoder, count: 61 * count)

    session = begin_and_finish(workspace)

    assert session.embeddings is None
    assert (gate.begun, workspace.message, session.not_ahead) == ([], "", "")


def test_what_the_cache_has_is_not_counted(
    workspace: Workspace, dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "seconds_to_embed", lambda encoder, count: 30 * count)
    embed(dataset, encoder="classical", cache=workspace.vectors_folder, rows=range(17))

    session = begin_and_finish(workspace)

    assert session.embeddings is not None


@pytest.mark.parametrize(("settings", "begins"), [(LOCAL, True), (SHARED, False)])
def test_who_shares_the_server_has_a_minute_for_all_sets_together(
    workspace: Workspace, settings: ServerSettings, begins: bool
) -> None:
    workspace.of(AheadBudget).spent_seconds = 60

    session = begin_and_finish(workspace, settings)

    assert (session.embeddings is not None) is begins


def test_the_time_is_charged_however_it_ends(workspace: Workspace, gate: Gate) -> None:
    embed_ahead(workspace, SHARED)
    gate.wait_for(1)
    time.sleep(0.1)

    workspace.cancel_all()
    finish_jobs(workspace)

    assert workspace.of(AheadBudget).spent_seconds >= 0.1


def test_it_ends_when_it_takes_longer_than_was_estimated_on_a_shared_server(
    workspace: Workspace, gate: Gate
) -> None:
    workspace.of(AheadBudget).spent_seconds = ahead.MOST_SECONDS - 3

    for _ in range(2):
        session = begin_and_finish(workspace, SHARED)  # its gate stays closed

    assert len(gate.begun) == 1
    assert session.embeddings is None
    assert session.not_ahead == "The images are not embedded yet. You can embed them on Balance."


def test_a_reload_and_another_tab_find_the_one_that_runs(workspace: Workspace, gate: Gate) -> None:
    embed_ahead(workspace, LOCAL)
    first = workspace.jobs()

    embed_ahead(workspace, LOCAL)

    assert workspace.jobs() == first
    assert len(first) == 1


def test_a_change_of_labels_leaves_it_alone(workspace: Workspace, gate: Gate) -> None:
    embed_ahead(workspace, LOCAL)
    session = workspace.session

    workspace.put(session, session.put(edits=Edits().leave_out([0]).relabel([1], "dog")))
    gate.opened.set()
    finish_jobs(workspace)

    assert workspace.session.embeddings is not None and len(workspace.session.embeddings) == 19
    assert len(gate.begun) == 1


@pytest.mark.parametrize("change", ["take", "source", "encoder"])
def test_other_images_and_another_encoder_are_begun_anew_without_a_word(
    change: str, workspace: Workspace, gate: Gate, split_dataset: ImageDataset
) -> None:
    value = {
        "take": Take({"cat": 3, "dog": 3}),
        "source": split_dataset,
        "encoder": "efficientnet-fast",
    }
    embed_ahead(workspace, LOCAL)
    gate.wait_for(1)
    old = workspace.jobs()[0]

    workspace.put(workspace.session, workspace.session.put(**{change: value[change]}))
    assert (old.is_cancelled, workspace.message) == (True, "")
    embed_ahead(workspace, LOCAL)
    gate.opened.set()
    finish_jobs(workspace)

    session = workspace.session
    assert session.embeddings is not None and session.taken is not None
    assert len(session.embeddings) == len(session.taken)
    assert session.embeddings.encoder == session.encoder
    assert workspace.message == ""


def test_a_persons_job_starts_at_once_and_embedding_goes_on_after_it(
    workspace: Workspace, gate: Gate
) -> None:
    opened = threading.Event()
    embed_ahead(workspace, LOCAL)
    gate.wait_for(1)
    early = workspace.jobs()[0]

    assert workspace.start(waiting(opened, puts=("policy_chosen",)), workspace.session)

    assert early.has_given_way
    assert [job.slot for job in workspace.jobs()] == [MAIN]
    embed_ahead(workspace, LOCAL)
    assert [job.slot for job in workspace.jobs()] == [MAIN], "it does not run beside it"
    opened.set()
    finish_jobs(workspace)
    assert (workspace.session.policy_chosen, workspace.message) == (True, "")
    gate.opened.set()
    assert begin_and_finish(workspace).embeddings is not None
    assert workspace.session.not_ahead == ""


def test_who_asks_for_the_same_goes_on_from_what_was_made(
    workspace: Workspace, dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, opened, half_done = threading.Event(), threading.Event(), threading.Event()

    def half(
        taken: ImageDataset, encoder: str, device: str, cache: Path, progress: Progress
    ) -> None:
        begun.set()
        assert opened.wait(PATIENCE)  # it does not look whether it should stop
        embed(taken, encoder=encoder, cache=cache, rows=range(10))
        half_done.set()
        progress("embedding images", 10, 19)

    monkeypatch.setattr(ahead, "embed_and_map", half)
    embed_ahead(workspace, LOCAL)
    source = VectorSource.of(workspace.session, workspace.vectors_folder)
    told: list[int] = []

    def make(progress: Progress) -> dict[str, object]:
        assert half_done.is_set(), "it waits until the cache has what was made"
        return source.vectors(lambda stage, done, total: told.append(done))[1]

    job = Job("embed", "Embedding images", make, puts=("embeddings", "projections"))
    assert begun.wait(PATIENCE)
    workspace.start(job, workspace.session)
    opened.set()
    finish_jobs(workspace)

    assert workspace.session.embeddings is not None
    assert told[0] == 10
    assert workspace.message == ""


def test_what_comes_after_it_gave_way_never_replaces_what_a_person_works_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, real = threading.Event(), ahead.embed_and_map
    monkeypatch.setattr(
        ahead, "embed_and_map", lambda *given: opened.wait(10) and real(*given[:4], silent)
    )
    embed_ahead(workspace, LOCAL)
    early = workspace.jobs()[0]
    done = threading.Event()
    job = waiting(done, needs=("embeddings",), puts=("policy_chosen",))
    workspace.start(job, workspace.session)

    opened.set()
    wait_until(lambda: not early.is_active)
    workspace.collect()

    assert workspace.session.embeddings is None
    assert workspace.jobs() == [job]
    done.set()
    finish_jobs(workspace)
    assert workspace.session.policy_chosen


def test_the_job_of_one_visitor_comes_before_embedding_ahead_for_another(
    workspace: Workspace, gate: Gate
) -> None:
    other, opened = visitor(), threading.Event()
    embed_ahead(workspace, LOCAL)
    gate.wait_for(1)

    other.start(waiting(opened), other.session)
    wait_until(lambda: workspace.jobs() == [])
    workspace.collect()
    embed_ahead(workspace, LOCAL)
    time.sleep(0.2)
    begun_meanwhile = len(gate.begun)
    opened.set()
    finish_jobs(other)

    assert begun_meanwhile == 1
    gate.wait_for(2)
    gate.opened.set()
    finish_jobs(workspace)
    assert workspace.session.embeddings is not None


def test_two_visitors_are_embedded_one_after_the_other(
    workspace: Workspace, gate: Gate, split_dataset: ImageDataset
) -> None:
    other = visitor(loaded(split_dataset).put(encoder="classical"))
    embed_ahead(workspace, LOCAL)
    gate.wait_for(1)

    embed_ahead(other, LOCAL)
    time.sleep(0.1)

    assert len(gate.begun) == 1
    gate.opened.set()
    finish_jobs(workspace)
    finish_jobs(other)
    assert workspace.session.embeddings is not None and len(workspace.session.embeddings) == 19
    assert other.session.embeddings is not None and len(other.session.embeddings) == 17


def cancelled(workspace: Workspace, gate: Gate) -> Workspace:
    """Return the workspace after the person has cancelled it."""
    embed_ahead(workspace, LOCAL)
    gate.wait_for(1)
    workspace.jobs()[0].cancel()
    finish_jobs(workspace)
    gate.opened.set()
    return workspace


def test_what_a_person_has_cancelled_stays_away_from_these_images(
    workspace: Workspace, gate: Gate
) -> None:
    cancelled(workspace, gate)
    assert workspace.session.not_ahead.startswith("The images are not embedded yet.")
    assert workspace.message == "", "no box for what nobody has asked for"

    embed_ahead(workspace, LOCAL)
    smaller = workspace.session.put(take=Take({"cat": 5, "dog": 5}), encoder="efficientnet-fast")
    workspace.put(workspace.session, smaller)
    embed_ahead(workspace, LOCAL)

    assert workspace.jobs() == []


def test_a_cancel_counts_though_a_person_starts_something_before_it_has_stopped(
    workspace: Workspace, gate: Gate
) -> None:
    embed_ahead(workspace, LOCAL)
    gate.wait_for(1)
    opened = threading.Event()
    opened.set()

    workspace.jobs()[0].cancel()
    workspace.start(waiting(opened, puts=("policy_chosen",)), workspace.session)
    finish_jobs(workspace)
    embed_ahead(workspace, LOCAL)

    assert workspace.jobs() == []
    assert workspace.session.policy_chosen


@pytest.mark.parametrize("puts", [("embeddings", "projections"), ("policy_chosen",)])
def test_who_cancels_embedding_that_they_have_asked_for_means_it(
    puts: tuple[str, ...], workspace: Workspace
) -> None:
    workspace.start(waiting(threading.Event(), puts=puts), workspace.session)
    workspace.jobs()[0].cancel()
    finish_jobs(workspace)

    embed_ahead(workspace, LOCAL)

    assert (workspace.jobs() == []) is ("embeddings" in puts)


def test_the_end_of_the_server_is_no_cancel(workspace: Workspace, gate: Gate) -> None:
    embed_ahead(workspace, LOCAL)
    gate.wait_for(1)

    workspace.cancel_all()
    finish_jobs(workspace)

    assert workspace.session.not_ahead == ""


def test_other_images_may_be_embedded_ahead_after_a_cancel(
    workspace: Workspace, gate: Gate, split_dataset: ImageDataset
) -> None:
    cancelled(workspace, gate)

    workspace.session = workspace.session.put(source=split_dataset)

    assert begin_and_finish(workspace).embeddings is not None


def test_a_cancel_holds_for_the_next_start_of_the_server(
    workspace: Workspace, gate: Gate, tmp_path: Path
) -> None:
    session, folder = cancelled(workspace, gate).session, tmp_path / "dataset"
    folder.mkdir()
    save_session(tmp_path, replace(session, folder=folder))

    saved = read_saved(tmp_path)
    assert isinstance(saved, SavedSession)
    again = reopen(tmp_path, saved, tmp_path / "cache", silent)

    assert again.not_ahead == session.not_ahead


def test_what_is_resumed_without_vectors_is_embedded_ahead(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "dataset"
    folder.mkdir()
    save_session(tmp_path, replace(workspace.session, folder=folder))
    saved = read_saved(tmp_path)
    assert isinstance(saved, SavedSession)
    other = visitor(reopen(tmp_path, saved, tmp_path / "cache", silent).put(encoder="classical"))

    assert begin_and_finish(other).embeddings is not None


@pytest.mark.parametrize("error", [MemoryError(), EmptyDatasetError("None can be embedded.")])
def test_a_failure_is_a_quiet_sentence_and_no_loop(
    error: Exception, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []

    def fail(*given: object) -> None:
        begun.append(given)
        raise error

    monkeypatch.setattr(ahead, "embed_and_map", fail)

    for _ in range(3):
        session = begin_and_finish(workspace)

    assert len(begun) == 1
    assert session.not_ahead.startswith("The images could not be embedded in advance. ")
    assert workspace.message == ""


def test_one_picture_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    drawn = draw_dataset(tmp_path / "set", {"cat": 4, "dog": 3})
    workspace = visitor(loaded(drawn).put(encoder="classical"))
    (tmp_path / "set" / "cat" / "00.png").unlink()

    session = begin_and_finish(workspace)

    assert session.embeddings is not None and len(session.embeddings) == 6
    assert (session.not_ahead, workspace.message) == ("", "")


@pytest.fixture
def undecided(tmp_path: Path) -> Workspace:
    """Return a visitor whose images wait for a word about their labels."""
    files = {f"{n}.jpg": jpeg(n) for n in range(3)} | {"cat/9.jpg": jpeg(9), "dog/8.jpg": jpeg(8)}
    folder = write_files(tmp_path / "set", files)
    pending = reading.open_named(str(folder), tmp_path / "unused", DEFAULT_LIMITS, silent)
    assert isinstance(pending, Pending)
    return visitor(Session().put(pending=pending, encoder="classical"))


def answer(workspace: Workspace) -> None:
    """Answer as the person who takes all images."""
    assert workspace.session.pending is not None
    loading.start_reading(workspace, workspace.session.pending, {"outside_classes": "one_class"})
    finish_jobs(workspace)


def test_it_waits_for_no_answer_about_labels(
    undecided: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_and_finish(undecided)
    assert undecided.session.pending is not None and undecided.session.source is None
    assert undecided.message == ""

    answer(undecided)
    # More than the cache lacks would take too long now.
    monkeypatch.setattr(ahead, "seconds_to_embed", lambda encoder, count: 20 * count)
    session = begin_and_finish(undecided)

    assert session.embeddings is not None and len(session.embeddings) == 5


def test_a_cancel_before_the_answer_holds_after_it(undecided: Workspace) -> None:
    embed_ahead(undecided, LOCAL)
    pending = undecided.session.pending
    undecided.jobs()[0].cancel()

    assert pending is not None  # as the page has it, that knows of no cancel yet
    loading.start_reading(undecided, pending, {"outside_classes": "one_class"})
    finish_jobs(undecided)

    assert undecided.session.dataset is not None
    assert begin_and_finish(undecided).embeddings is None


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the app embed ahead."""
    monkeypatch.setattr(WORKSPACES, "settings", replace(WORKSPACES.settings, embeds_ahead=True))


@pytest.mark.usefixtures("served")
def test_the_app_begins_it_shows_it_quietly_and_disables_nothing(
    workspace: Workspace, gate: Gate
) -> None:
    page = open_app(workspace)
    gate.wait_for(1)
    wait_until(lambda: workspace.jobs()[0].stage != "")
    page.run()

    assert "In advance: embedding images, 50 %" in text(page)
    assert not page.get("progress")
    asleep = [one.label for one in page.button if one.disabled]
    gate.opened.set()
    finish_jobs(workspace)
    page.run()
    assert asleep == [one.label for one in page.button if one.disabled]
    assert "In advance: embedding" not in text(page)


@pytest.mark.usefixtures("served")
def test_balance_keeps_its_place_while_vectors_come(workspace: Workspace, gate: Gate) -> None:
    assert "draw_map" in [one.key for one in open_view("balance", workspace).button]

    open_app(workspace)
    gate.wait_for(1)
    page = open_view("balance", workspace)

    assert "Every image becomes a dot; similar pictures are close together." in text(page)
    assert [one.label for one in page.button if one.label == "Cancel"] == ["Cancel"]
    assert "draw_map" not in [one.key for one in page.button]
    gate.opened.set()
    finish_jobs(workspace)
    page = open_view("balance", workspace)
    assert "Every image becomes a dot" not in text(page)
    assert "PCA of 19 images" in text(page)


@pytest.mark.usefixtures("served")
def test_it_is_cancelled_in_the_sidebar_and_says_what_that_means(
    workspace: Workspace, gate: Gate
) -> None:
    page = open_app(workspace)
    gate.wait_for(1)
    wait_until(lambda: workspace.jobs()[0].stage != "")
    page.run()

    page.button(key="cancel_ahead").click().run()
    finish_jobs(workspace)
    page.run()

    assert "The images are not embedded yet. You can embed them on Balance." in text(page)
    assert not page.warning and not page.error
    assert len(gate.begun) == 1


def test_evaluate_says_what_is_left_to_do(dataset: ImageDataset, embedded_session: Session) -> None:
    before = open_view("evaluate", visitor(loaded(dataset)))
    after = open_view("evaluate", visitor(embedded_session))

    assert button(before, "Embed 19 images and compare 8 strategies")
    assert button(after, "Compare 8 strategies")


def test_balance_has_one_button_and_says_what_comes_first(
    dataset: ImageDataset, embedded_session: Session
) -> None:
    before = open_view("balance", visitor(loaded(dataset)))
    after = open_view("balance", visitor(embedded_session))

    assert button(before, "Make 6 synthetic points") and button(after, "Make 6 synthetic points")
    first = embedding_first_text(DEFAULT_ENCODER, 19, device="cpu")
    assert first in text(before) and first not in text(after)
