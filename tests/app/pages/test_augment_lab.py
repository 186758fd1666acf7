"""The augmentation lab: every view opens, evidence is a job, and what follows is used."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_sets import HOSTILE, loaded
from image_sets import png, read_folder, write_files
from opened_page import boards, button, captions, finish_jobs, html, open_view, text, visitor
from streamlit.testing.v1 import AppTest

from app.charts.evidence import harm_plot
from app.charts.operations import operation_gains
from app.pages.augment import best as page_of_best
from app.pages.augment.pictures import Source, open_sources
from app.pages.augment.views import VIEWS
from app.session.session import Session
from app.session.workspace import Workspace
from core.augment import OPERATIONS, PRESETS, AugmentPolicy, make_step
from core.augment.draws import draw_steps
from core.augment.evidence import Evidence, measure_evidence
from core.augment.harm import rank_by_harm
from core.augment.policy_text import values_text
from core.augment.trials import Trial
from core.dataset import ImageDataset, Take
from core.dataset.edits import Edits
from core.embed import embed
from core.evaluate import Experiment, Outcome
from core.evaluate.augmentation_answer import BestAugmentation, OperationGain, Tried
from core.evaluate.inference import Effect
from core.evaluate.outcomes import Standing
from core.pictures.encode import encode
from core.resample import TrainingSide, make_plan, resample

TRIALS = [Trial("horizontal_flip"), Trial("rotate", 15), Trial("brightness", 0.8)]


@pytest.fixture(scope="module")
def lab_session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Return arrows to two sides, with evidence that a mirror confuses them."""
    folder = tmp_path_factory.mktemp("lab") / "arrows"
    for number in range(8):
        picture = np.full((48, 48, 3), 200 + number, np.uint8)
        cv2.arrowedLine(picture, (8 + number % 4, 24), (36, 24), (30, 30, 30), 3, tipLength=0.4)
        for name, pixels in (("east", picture), ("west", picture[:, ::-1].copy())):
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name / f"{number}.png").write_bytes(encode(pixels, "PNG"))
    dataset = read_folder(folder)
    embeddings = embed(dataset, encoder="classical", device="cpu")
    return loaded(dataset).put(evidence=measure_evidence(dataset, embeddings, TRIALS))


def evidence_of(session: Session) -> Evidence:
    assert session.evidence is not None
    return session.evidence


def opened(workspace: Workspace, **state: object) -> AppTest:
    page = open_view("augment", workspace, **state)
    assert not page.exception
    return page


def test_the_class_that_is_shown_first_is_the_rarest_that_fills_a_row(
    dataset: ImageDataset,
) -> None:
    page = opened(visitor(loaded(dataset)))

    assert next(box for box in page.selectbox if box.label == "Class").value == "dog"


@pytest.mark.parametrize("view", list(VIEWS))
def test_every_view_draws_pictures(view: str, dataset: ImageDataset) -> None:
    page = opened(visitor(loaded(dataset)), augment_view=view)

    assert sum(len(made) for made in boards(page)[0]["variants"]) >= 6


@pytest.mark.parametrize("view", list(VIEWS))
def test_names_are_data_in_every_view(view: str, hostile_session: Session) -> None:
    page = opened(visitor(hostile_session), augment_view=view, augment_class=HOSTILE[0])

    assert [body for body in html(page) if "<img src=x" in body] == []


def test_there_are_as_many_pictures_as_copies_were_asked_for(dataset: ImageDataset) -> None:
    page = opened(visitor(loaded(dataset)), augment_copies=3)

    assert {len(made) for made in boards(page)[0]["variants"]} == {3}
    assert "augmented pictures 1 to 3, as Export makes them" in text(page)


def test_the_first_pictures_are_those_that_an_export_writes(lab_session: Session) -> None:
    mirror = make_step("horizontal_flip", swapped_labels=[("east", "west")])
    policy = AugmentPolicy((make_step("rotate", probability=1), mirror), seed=7)
    dataset = lab_session.dataset
    assert dataset is not None
    plan = make_plan(dataset, "augment", 40)  # four of each image that may be used
    made = resample(TrainingSide(dataset, plan, policy=policy))
    page = opened(
        visitor(lab_session.put(policy=policy, policy_chosen=True)),
        augment_copies=4,
        augment_class="west",
    )

    shown = dataset.rows_of("west", "train").tolist()
    written = {row: [] for row in shown}
    pictures = made.pictures
    for row, repeat, code in zip(
        pictures.rows.tolist(), pictures.repeats.tolist(), pictures.codes.tolist(), strict=True
    ):
        if row in written:
            text_of = values_text(draw_steps(dataset, policy, row, repeat, code))
            own = code == dataset.codes[row]
            label = "" if own else f"'{dataset.classes[code]}': "
            written[row].append((repeat, label + text_of))
    for row, below in zip(shown, boards(page)[0]["variants"], strict=True):
        first = [text for _, text in sorted(written[row])][:4]
        assert [one["caption"] for one in below] == first
    assert any("'east': " in caption for caption in captions(page))


def test_the_difference_is_another_picture(dataset: ImageDataset) -> None:
    plain, difference = (
        boards(opened(visitor(loaded(dataset)), **state))[0]["variants"]
        for state in ({}, {"augment_difference": True})
    )

    assert plain != difference


def test_a_policy_is_chips_and_the_chosen_one_has_its_sliders(dataset: ImageDataset) -> None:
    page = opened(visitor(loaded(dataset)))

    chips = [one.label for one in page.button if str(one.key).startswith("choose_")]
    assert chips[:3] == ["**Crop** 0\\.8 to 1", "**Horizontal flip** 50\\%", "**Rotate** ±15°"]
    assert [one.key for one in page.slider] == ["fraction_crop_0", "chance_crop_0"]

    page.button(key="choose_rotate").click().run()

    assert [one.key for one in page.slider] == ["degrees_rotate_0", "chance_rotate_0"]


def test_an_operation_is_removed_by_its_chip_and_can_be_added_again(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    page = opened(workspace)

    page.button(key="remove_crop").click().run()

    assert "crop" not in [step.operation for step in workspace.session.policy.steps]
    assert "up to 4 operations" in text(page)

    page.button(key="add_crop").click().run()

    assert not page.exception
    assert workspace.session.policy.ordered_steps[0] == make_step("crop")
    assert "up to 5 operations" in text(page)
    assert page.slider[0].key.startswith("fraction_crop")


def test_an_original_that_was_left_out_here_stays_to_be_taken_back(dataset: ImageDataset) -> None:
    session = loaded(dataset)
    row = int(dataset.rows_of("dog", "train")[0])

    page = opened(visitor(session.put(edits=session.edits.leave_out([row]))), augment_class="dog")

    board = boards(page)[0]
    assert board["mode"] == "grid"
    assert board["done"] == [["leave_out", "", row, [row]]]
    assert len(board["variants"]) == dataset.counts("train")["dog"]


def test_a_policy_is_loaded_from_its_json(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    policy = AugmentPolicy((make_step("shear", probability=0.5),), seed=7, pick=1, border="edge")
    page = opened(workspace, policy_text=json.dumps(policy.to_json()))

    page.button(key="policy_load").click().run()

    assert not page.exception
    assert workspace.session.policy == policy


def test_a_preset_brings_how_many_operations_it_picks(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    page = opened(workspace)

    page.button(key="preset_randaugment").click().run()

    assert not page.exception
    policy, preset = workspace.session.policy, PRESETS["randaugment"]
    assert (policy.ordered_steps, policy.pick) == (preset.ordered_steps, 2)
    assert "made with 2 of 13 operations" in text(page)


def test_two_classes_are_swapped_by_a_mirror(lab_session: Session) -> None:
    workspace = visitor(lab_session)
    page = opened(workspace)

    page.button(key="choose_horizontal_flip").click().run()
    page.multiselect(key="swapped_horizontal_flip_0").set_value(["east", "west"]).run()

    assert not page.exception
    flips = [step for step in workspace.session.policy.steps if step.swapped_labels]
    assert flips[0].swapped_labels == {("east", "west")}


@pytest.mark.long
def test_evidence_is_a_job_at_its_button_and_ends_as_a_plot(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset).put(encoder="classical"))
    page = opened(workspace, evidence_images=5)
    assert "814 augmented pictures to make and judge: " in text(page)

    button(page, "Embed 19 images and try").click().run()
    assert "cancel_evidence_here" in [one.key for one in page.button]
    assert "evidence_start" not in [one.key for one in page.button]
    finish_jobs(workspace)
    page.run()

    assert not page.exception
    assert workspace.message == ""
    evidence = evidence_of(workspace.session)
    assert set(evidence.labels) == {"cat", "dog", "rare"}
    assert "Judged by the encoder 'classical'" in text(page)
    assert "could not be judged" in text(page)


def test_the_answer_tells_what_a_flip_does(lab_session: Session) -> None:
    page = opened(visitor(lab_session))

    assert "A horizontal flip changes the label of 'east' and 'west'." in text(page)


def test_the_pictures_behind_what_harms_most_are_there_without_a_click(
    lab_session: Session,
) -> None:
    page = opened(visitor(lab_session))

    assert "**Horizontal flip**: 0 of 16 images stay recognised: harms 2 of 2 classes." in text(
        page
    )
    behind = boards(page)[1]["variants"]
    assert len(behind) == 4
    assert {made["caption"] for (made,) in behind} == {"looks like 'west'"}


def test_a_click_shows_the_pictures_behind_a_mark(lab_session: Session) -> None:
    place = evidence_of(lab_session).trials.index(Trial("brightness", 0.8))

    page = opened(visitor(lab_session), evidence_pick=place)

    assert "**Brightness 0.8**: " in text(page)
    assert "still 'east'" in captions(page)


def test_a_pick_of_other_evidence_is_forgotten(lab_session: Session) -> None:
    page = opened(visitor(lab_session), evidence_pick=10_000)

    assert "**Horizontal flip**: " in text(page)


def test_one_class_is_looked_at_alone(lab_session: Session) -> None:
    page = opened(visitor(lab_session), evidence_class="west")

    assert "**Horizontal flip**: 0 of 8 images stay recognised: changes the label." in text(page)
    assert set(page.dataframe[-1].value["label"]) == {"west"}


def test_a_set_of_one_class_is_told_that_no_label_can_be_lost(tmp_path: Path) -> None:
    dataset = read_folder(write_files(tmp_path / "set", {"a/0.png": png(1), "a/1.png": png(2)}))

    page = opened(visitor(loaded(dataset)))

    assert "A label can be lost only to another class" in text(page)
    assert "evidence_start" not in [one.key for one in page.button]


def test_the_policy_of_all_safe_operations_is_taken_over_by_its_button(
    lab_session: Session,
) -> None:
    workspace = visitor(lab_session)
    page = opened(workspace)

    page.button(key="evidence_take").click().run()

    assert not page.exception
    operations = [step.operation for step in workspace.session.policy.steps]
    assert "horizontal_flip" not in operations
    assert "brightness" in operations
    # The sliders start from it, and do not write the old policy over it.
    assert workspace.session.policy.pick == 2


def test_other_vectors_or_images_drop_the_evidence(
    lab_session: Session, embedded_session: Session, dataset: ImageDataset
) -> None:
    with_it = replace(embedded_session, evidence=evidence_of(lab_session))
    assert embedded_session.embeddings is not None

    assert with_it.put(embeddings=replace(embedded_session.embeddings)).evidence is None
    assert with_it.put(take=Take({"cat": 3, "dog": 3})).evidence is None


def test_an_image_that_is_left_out_keeps_the_evidence_and_dates_it(lab_session: Session) -> None:
    workspace = visitor(lab_session.put(edits=Edits().leave_out([0])))

    page = opened(workspace)

    assert workspace.session.evidence is lab_session.evidence
    assert (
        "Labels have changed since then: of the 16 images that were tried, 1 is left out"
        in text(page)
    )
    assert "Labels have changed" not in text(opened(visitor(lab_session)))


def test_the_plot_has_a_row_per_operation_a_mark_per_strength_and_a_shape_per_verdict(
    lab_session: Session,
) -> None:
    evidence = evidence_of(lab_session)

    figure = harm_plot(evidence, rank_by_harm(evidence), evidence.trials[0])

    places = sorted(place for trace in figure.data for place in trace.customdata)
    assert places == list(range(len(TRIALS)))
    assert len({trace.marker.symbol for trace in figure.data}) == len(figure.data)
    assert figure.layout.yaxis.ticktext[0].startswith("<b>Horizontal flip</b>")
    assert "harms 2 of 2 classes, n = 16" in figure.layout.yaxis.ticktext[0]


def test_a_name_is_no_html_on_the_plot(lab_session: Session) -> None:
    evidence = evidence_of(lab_session)
    cells = tuple(replace(cell, label="<b>x</b>") for cell in evidence.cells[:3])
    hostile = Evidence(cells, evidence.trials, ("<b>x</b>",), evidence.encoder, 0)

    figure = harm_plot(hostile, rank_by_harm(hostile), None)

    assert all("<b>x" not in hover for trace in figure.data for hover in trace.text)


def test_originals_are_encoded_anew_where_export_is_told_to(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    page = open_view("export", workspace)

    page.checkbox(key="export_normalised").set_value(True)
    button(page, "Write ").click().run()
    finish_jobs(workspace)

    assert not page.exception
    assert workspace.session.exported is not None
    rows = workspace.session.exported.rows
    assert {row.written for row in rows if row.origin == "original"} == {"encoded"}


def test_a_file_that_changed_since_it_was_shown_is_shown_no_more(tmp_path: Path) -> None:
    dataset = read_folder(write_files(tmp_path / "set", {"a/0.png": png(1), "b/0.png": png(2)}))
    first, second = open_sources(dataset, [0, 1])
    assert isinstance(first, Source) and isinstance(second, Source)

    (tmp_path / "set" / "a" / "0.png").write_bytes(png(3))
    (tmp_path / "set" / "b" / "0.png").unlink()

    assert open_sources(dataset, [0, 1]) == [
        "0.png changed after it was loaded",
        "0.png can no longer be read (No such file or directory)",
    ]


def best(policy: AugmentPolicy | None) -> BestAugmentation:
    gain = Effect(0.02, (0.01, 0.03), (0.01, 0.03), 0.02)
    better = Standing("augment:crop", gain, Outcome.BETTER, is_beyond_margin=False)
    same = Standing("augment:grey", Effect(0.0), Outcome.IDENTICAL, is_beyond_margin=False)
    operations = (
        OperationGain("crop", better, Tried("crop", 0.02, "east", 0.5)),
        OperationGain("grey", same, Tried("grey", 0.0, "east", 0.0)),
    )
    return BestAugmentation(operations, better, (("crop",), ()), policy, "classical", 16, 0.01)


def test_the_policy_that_was_chosen_is_taken_over_by_its_button(lab_session: Session) -> None:
    policy = AugmentPolicy((make_step("crop", probability=1),), seed=99, pick=1)
    workspace = visitor(lab_session.put(best_augmentation=best(policy)))
    page = opened(workspace)
    for sentence in best(policy).sentences:
        assert sentence.replace("-", "\u2212") in text(page).replace("-", "\u2212")

    page.button(key="best_take").click().run()

    assert not page.exception
    assert workspace.session.policy == replace(policy, seed=lab_session.policy.seed)
    assert workspace.session.best_augmentation is not None


def test_where_nothing_is_chosen_no_policy_is_suggested(lab_session: Session) -> None:
    page = opened(visitor(lab_session.put(best_augmentation=best(None))))

    assert "best_take" not in [button.key for button in page.button]
    assert "On all images the rule chooses no operation" in text(page)


def test_before_a_choice_nothing_is_called_suggested(lab_session: Session) -> None:
    page = opened(visitor(lab_session))

    assert "best_take" not in [button.key for button in page.button]
    assert "augmented pictures to make" in text(page)
    assert "It speaks of frozen vectors." in text(page)


def test_what_is_chosen_among_is_told_with_its_count(lab_session: Session) -> None:
    page = opened(visitor(lab_session))
    assert page.button(key="best_start").label == "Embed 16 images and choose among 5 operations"

    page.selectbox(key="best_among").set_value("all operations").run()

    assert f"choose among {len(OPERATIONS)} operations" in page.button(key="best_start").label
    assert page.selectbox(key="best_among").options[1] == "the safe operations"


@pytest.mark.long
def test_a_choice_is_a_job_whose_progress_stands_in_its_place(
    embedded_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_of_best, "Experiment", partial(Experiment, n_splits=2, repeats=2))
    one = AugmentPolicy((make_step("brightness"),))
    workspace = visitor(embedded_session.put(policy=one, policy_chosen=True))
    page = opened(workspace)

    button(page, "Choose among 1 operation").click().run()
    assert "cancel_choose_augmentation_here" in [button.key for button in page.button]
    assert "best_start" not in [button.key for button in page.button]
    finish_jobs(workspace)
    page.run()

    assert not page.exception
    found = workspace.session.best_augmentation
    assert found is not None, workspace.message
    assert [one.operation for one in found.operations] == ["brightness"]
    assert "best_start" in [button.key for button in page.button]


def test_a_dot_for_each_operation_is_filled_where_it_was_chosen() -> None:
    figure = operation_gains(best(None))

    dots = {trace.y[0]: trace.marker.symbol for trace in figure.data}
    assert dots == {"Grey": "circle-open", "Crop": "circle"}
    assert [list(trace.x) for trace in figure.data] == [[0.0], [2.0]]
