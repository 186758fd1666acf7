"""The question on Load: how the pictures are decoded, both ways to be seen, the other one taken."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from drawn_sets import HOSTILE, embedded, loaded, rename_classes, smote_made
from image_sets import read_folder, saved, write_files
from open_pictures import DARK, WHITE, icon, write_icons, write_scans
from opened_page import button, finish_jobs, html, markdown, open_view, text, visitor
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from app.server import ROUTE, thumbnail
from app.session.embedding import as_values
from app.session.session import Pending, Session
from app.session.store import read_saved, reopen, save_session
from app.session.workspace import Workspace
from app.upload import loading, reading
from core.dataset import Choices, ImageDataset, Take, read_picture, select
from core.dataset.edits import Edits
from core.dataset.questions import questions
from core.embed import embed
from core.limits import DEFAULT_LIMITS
from core.pictures.decoding import DEFAULT_DECODING, Decoding
from core.progress import silent

SERVER = Starlette(routes=[Route(f"{ROUTE}/thumb/{{token}}/{{name}}", thumbnail)])


@pytest.fixture(scope="module")
def icons(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    folder = tmp_path_factory.mktemp("icons") / "icons"
    return read_folder(write_icons(folder, {"shield": [WHITE] * 4, "sword": [WHITE] * 7 + [DARK]}))


@pytest.fixture(scope="module")
def made(icons: ImageDataset, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Return the session of `icons` with vectors and points."""
    vectors = embedded(icons, tmp_path_factory.mktemp("vectors"))
    return smote_made(loaded(icons).put(**as_values(vectors)))


def addresses(workspace: Workspace) -> list[str]:
    """Return the addresses of the pictures in the question."""
    page = open_view("load", workspace)
    bodies = [body for body in html(page) if 'class="way"' in body]
    return [part.split('"')[0] for body in bodies for part in body.split('src="')[1:]]


def test_a_set_that_needs_no_decision_asks_nothing(dataset: ImageDataset) -> None:
    page = open_view("load", visitor(loaded(dataset)))

    assert [one.label for one in page.button if one.label.startswith("Use ")] == [
        "Use 19 training images"
    ]


def test_the_proposal_is_said_in_the_words_of_core(icons: ImageDataset) -> None:
    page = open_view("load", visitor(loaded(icons)), notes=True)

    assert not page.exception
    shown = text(page)
    [question] = questions(icons)
    assert question.text in shown
    assert "On grey, now" in shown and "On white" in shown
    button(page, "Use white")


def test_audit_says_the_same_sentence(icons: ImageDataset) -> None:
    shown = text(open_view("audit", visitor(loaded(icons)), other_findings=True))

    assert questions(icons)[0].text in shown


def test_both_ways_are_shown_with_four_pictures_each(icons: ImageDataset) -> None:
    workspace = visitor(loaded(icons))

    found = addresses(workspace)

    assert len(found) == 8
    with TestClient(SERVER) as client:
        shown = [client.get(address) for address in found]
    assert {one.status_code for one in shown} == {200}
    assert [_corner(one.content) for one in shown] == [128] * 4 + [255] * 4


def _corner(content: bytes) -> int:
    """Return what lies behind: JPEG keeps a plain area as it is, give or take one."""
    with Image.open(BytesIO(content)) as image:
        value = int(np.asarray(image.convert("L"))[0, 0])
    return min((128, 255), key=lambda level: abs(level - value))


@pytest.mark.parametrize("way", [".blue.65535", ".white.12", ".white.99999", ".white", ".."])
def test_a_way_that_there_is_not_has_no_picture(icons: ImageDataset, way: str) -> None:
    token = visitor(loaded(icons)).route_token

    with TestClient(SERVER) as client:
        assert client.get(f"/evenset/thumb/{token}/0{way}.jpg").status_code == 404


def test_taking_the_other_changes_the_set_without_another_reading(icons: ImageDataset) -> None:
    workspace = visitor(loaded(icons))
    page = open_view("load", workspace)

    button(page, "Use white").click().run()
    finish_jobs(workspace)

    session = workspace.session
    assert session.dataset.decoding == DEFAULT_DECODING
    assert session.dataset.table is icons.table
    assert session.taken is session.dataset
    shown = text(open_view("load", workspace))
    assert "white lies behind them as chosen, where grey is proposed." in shown
    button(open_view("load", workspace), "Use grey")


def test_of_vectors_that_come_by_themselves_nobody_is_asked(icons: ImageDataset) -> None:
    embeddings = embed(icons, encoder="classical", device="cpu")
    workspace = visitor(loaded(icons).put(embeddings=embeddings))

    button(open_view("load", workspace), "Use white").click().run()
    finish_jobs(workspace)

    assert workspace.session.dataset.decoding == DEFAULT_DECODING
    assert workspace.session.embeddings is None


def test_what_was_made_goes_only_when_that_is_confirmed(made: Session) -> None:
    workspace = visitor(made)
    page = open_view("load", workspace)

    button(page, "Use white").click().run()

    assert workspace.session is made
    assert (
        "Using white discards what was made from the current pictures: the embedding and its "
        "maps and what the strategy made." in text(page)
    )
    button(page, "Keep what there is").click().run()
    assert workspace.session is made
    assert "Using white discards" not in text(page)

    button(page, "Use white").click().run()
    button(page, "Use white anyway").click().run()
    finish_jobs(workspace)

    assert workspace.session.dataset.decoding == DEFAULT_DECODING
    kept = workspace.session.balanced
    assert workspace.session.embeddings is None
    assert kept is not None
    assert kept.plan == made.balanced.plan
    assert kept.made is None


def test_edits_a_part_and_a_policy_stay(icons: ImageDataset) -> None:
    part = select(icons, Take({"sword": 6, "shield": 3}))
    edits = Edits().leave_out([0])
    before = loaded(icons).put(take=part.take).put(edits=edits)
    before = before.put(policy=before.policy, policy_chosen=True)

    after = before.put(decoding=DEFAULT_DECODING)

    assert after.edits == before.edits
    assert after.policy_chosen
    assert len(after.dataset) == 9 and len(after.source) == 12
    assert {one.decoding.background for one in (after.taken, after.dataset)} == {"white"}
    assert after.dataset.digest != before.dataset.digest


def test_an_export_is_out_of_date_afterwards(icons: ImageDataset) -> None:
    exported = replace(loaded(icons), exported=object())

    after = exported.put(decoding=DEFAULT_DECODING)

    assert after.export_stale


def test_a_restart_keeps_the_other_way(icons: ImageDataset, tmp_path: Path) -> None:
    folder = tmp_path / "place" / "dataset_1"
    folder.mkdir(parents=True)
    first = replace(loaded(icons), folder=folder)
    save_session(tmp_path / "place", first)  # with its index, of before
    save_session(tmp_path / "place", first.put(decoding=DEFAULT_DECODING))

    saved_session = read_saved(tmp_path / "place")
    assert saved_session is not None
    opened = reopen(tmp_path / "place", saved_session, tmp_path / "vectors", silent)

    assert opened.source.decoding == opened.dataset.decoding == DEFAULT_DECODING
    assert opened.dataset.proposal == icons.proposal
    assert opened.dataset.choices.background == "white"


def test_a_source_that_grew_keeps_its_way_and_asks(tmp_path: Path) -> None:
    folder = write_icons(tmp_path / "icons", {"shield": [DARK] * 2, "sword": [DARK] * 3})
    workspace = visitor()
    loading.start_source(workspace, str(folder), title="icons")
    finish_jobs(workspace)
    assert "Use grey" not in text(open_view("load", workspace))
    write_files(folder, {f"sword/n{n}.png": saved(icon(70 + n), "PNG") for n in range(9)})

    loading.start_source(workspace, str(folder), title="icons")
    finish_jobs(workspace)

    assert workspace.session.dataset.decoding == DEFAULT_DECODING
    page = open_view("load", workspace)
    assert "white lies behind them as chosen, where grey is proposed." in text(page)
    button(page, "Use grey")


def test_other_images_are_decoded_as_they_propose(icons: ImageDataset, tmp_path: Path) -> None:
    folder = write_scans(tmp_path / "scans", {"a": [4000] * 2, "b": [3000] * 2})

    opened, *_ = reading.open_named(
        str(folder), tmp_path / "dataset", DEFAULT_LIMITS, silent, before=icons
    )

    assert opened.decoding == Decoding(white_level=4095)


def test_what_was_decided_outlives_a_question_about_labels(tmp_path: Path) -> None:
    folder = write_icons(tmp_path / "set", {"a": [WHITE] * 2, "b": [WHITE] * 2})
    before = read_folder(folder, choices=Choices(background="white"))
    rows = b"".join(b"%s/%02d.png,x%d\n" % (b"aabb"[n : n + 1], n, n % 2) for n in range(4))
    write_files(folder, {"labels.csv": b"file,kind\n" + rows})

    pending = reading.open_named(str(folder), tmp_path, DEFAULT_LIMITS, silent, before=before)
    assert isinstance(pending, Pending)
    again = reading.survey_again(pending, Choices(labels_file="labels.csv"), silent)
    dataset, *_ = reading.read_decided(again, {}, DEFAULT_LIMITS, silent)

    assert dataset.classes == ["x0", "x1"]
    assert dataset.decoding == DEFAULT_DECODING


def test_few_bits_in_sixteen_are_asked_about(tmp_path: Path) -> None:
    scans = write_scans(tmp_path / "scans", {"tumor": [4000] * 3, "normal": [3900] * 5})
    workspace = visitor(loaded(read_folder(scans)))
    page = open_view("load", workspace)

    assert "4,095 is white, now" in text(page)
    button(page, "Use 65,535").click().run()
    finish_jobs(workspace)

    with read_picture(workspace.session.dataset, 0) as pixels:
        assert pixels.max() < 20


def test_names_in_the_question_are_shown_and_never_obeyed(icons: ImageDataset) -> None:
    hostile = rename_classes(icons, dict(zip(["shield", "sword"], HOSTILE[:2], strict=True)))
    hostile = replace(hostile, proposal=icons.proposal, decoding=icons.decoding)

    page = open_view("load", visitor(loaded(hostile)))

    assert not page.exception
    assert [body for body in html(page) if "<img src=x" in body] == []
    assert [line for line in markdown(page) if HOSTILE[0] in line] == []
