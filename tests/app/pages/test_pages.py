"""Each page, opened alone at every stage: no fault, and the right sentence."""

from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from comparisons import compare
from drawn_sets import HOSTILE, draw_dataset, loaded
from opened_page import (
    button,
    finish_jobs,
    html,
    markdown,
    open_view,
    picked,
    remember_begun,
    text,
    visitor,
)
from streamlit.testing.v1 import AppTest

from app.charts.layout import with_minus
from app.jobs.queue import Job
from app.map.scene import MADE, Pick
from app.pages.evaluate.comparison import Asked, SoFar
from app.pages.export import button as export_button
from app.pages.export.button import new_folder
from app.session.session import Balanced, Session
from core.augment import OPERATIONS
from core.dataset import ImageDataset
from core.errors import OutputError, SettingError
from core.evaluate import Epoch
from core.resample import make_plan

VIEWS = ("load", "audit", "augment", "balance", "evaluate", "export")


def has_no_fault(page: AppTest) -> bool:
    return not page.exception


@pytest.mark.parametrize("view", VIEWS[1:])
def test_without_images_a_page_says_what_is_missing_and_offers_it(view: str) -> None:
    page = open_view(view, visitor())

    assert has_no_fault(page)
    assert "There are no images yet." in text(page)
    assert [one.label for one in page.button] == ["Load images", "Load the sample"]


def test_load_without_images_offers_the_samples() -> None:
    page = open_view("load", visitor())

    assert has_no_fault(page)
    assert [one.key for one in page.button] == ["sample_parts", "sample_digits"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_opens_with_a_class_of_one_image(view: str, dataset: ImageDataset) -> None:
    assert has_no_fault(open_view(view, visitor(loaded(dataset)), notes=True))


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_opens_with_splits(view: str, split_dataset: ImageDataset) -> None:
    assert has_no_fault(open_view(view, visitor(loaded(split_dataset)), notes=True))


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_opens_with_one_class(view: str, tmp_path: Path) -> None:
    one = draw_dataset(tmp_path / "set", {"cat": 3})

    page = open_view(view, visitor(loaded(one)))

    assert has_no_fault(page)
    if view == "balance":
        assert "There is only one class, so there is nothing to balance." in text(page)
    if view == "audit":
        assert "There is only one class, 'cat', so there is nothing to balance." in text(page)


@pytest.mark.long
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_and_never_obeyed(view: str, name: str, hostile_session: Session) -> None:
    page = open_view(
        view,
        visitor(hostile_session),
        notes=True,
        augment_class=name,
        **picked(hostile_session, Pick(0, MADE)),
    )

    assert has_no_fault(page)
    assert [line for line in markdown(page) if name in line] == []
    assert [body for body in html(page) if "<img src=x" in body] == []


def test_a_class_that_no_step_changes_is_named_and_not_obeyed(hostile_session: Session) -> None:
    idle = replace(hostile_session.policy, steps=())
    workspace = visitor(replace(hostile_session, policy=idle))

    page = open_view("augment", workspace, augment_class=HOSTILE[0])

    assert f"No step of the policy changes pictures of class '{HOSTILE[0]}'" in text(page)
    assert HOSTILE[0] not in page.info[0].value


def test_a_picture_that_is_gone_is_named_in_plain_text(tmp_path: Path) -> None:
    dataset = draw_dataset(tmp_path / "set", {"cat": 2, "dog": 3})
    file = dataset.root / str(dataset.table["file"].iloc[0])
    hostile = dataset.table.copy()
    hostile.loc[0, "path"] = "cat/<img src=x>.png"
    file.unlink()
    workspace = visitor(loaded(replace(dataset, table=hostile)))

    page = open_view("augment", workspace, augment_class="cat")

    assert has_no_fault(page)
    assert "<img src=x>.png can no longer be read (No such file or directory)." in text(page)
    assert [body for body in html(page) if "<img src=x>" in body] == []


def test_a_part_is_taken_by_its_button(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    page = open_view("load", workspace)
    page.number_input(key=f"take_{dataset.digest[:8]}_cap").set_value(4).run()

    button(page, "Use 9 training images").click().run()

    assert has_no_fault(page)
    assert workspace.session.dataset.counts() == {"cat": 4, "dog": 4, "rare": 1}
    assert "You took 9 images of 3 classes." in text(page)


def test_looking_at_augment_does_not_date_an_export(smote_session: Session) -> None:
    workspace = visitor(smote_session)
    page = open_view("export", workspace)
    button(page, "Write ").click().run()
    finish_jobs(workspace)

    open_view("augment", workspace)

    assert workspace.session.exported is not None
    assert not workspace.session.export_stale


def test_a_preset_replaces_the_policy(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    page = open_view("augment", workspace)

    page.button(key="preset_gentle").click().run()

    assert has_no_fault(page)
    assert [step.operation for step in workspace.session.policy.ordered_steps] == [
        "crop", "rotate", "gaussian_noise",
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["min", "max"])
def test_every_slider_of_augment_can_go_to_its_ends(dataset: ImageDataset, end: str) -> None:
    page = open_view("augment", visitor(loaded(dataset)))
    for name in OPERATIONS:
        is_off = f"add_{name}" in {one.key for one in page.button}
        page.button(key=f"{'add' if is_off else 'choose'}_{name}").click().run()

        for slider in page.slider:
            value = getattr(slider, end)
            slider.set_value((value, value) if isinstance(slider.value, tuple) else value)
        page.run()

        assert has_no_fault(page), name


def test_smote_on_a_balanced_set_has_nothing_to_do(
    embedded_session: Session, tmp_path: Path
) -> None:
    dataset = draw_dataset(tmp_path / "set", {"cat": 3, "dog": 3})
    workspace = visitor(loaded(dataset))
    page = open_view("balance", workspace)
    button(page, "Embed 6 images only").click().run()
    finish_jobs(workspace)
    page = open_view("balance", workspace)

    page.button(key="carry_out").click().run()
    finish_jobs(workspace)
    page.run()

    assert has_no_fault(page)
    assert "SMOTE made no synthetic points" in text(page)


def test_after_smote_the_page_names_the_classes_that_got_points(smote_session: Session) -> None:
    page = open_view("balance", visitor(smote_session))

    assert has_no_fault(page)
    assert "SMOTE put 6 synthetic points between neighbours of 'dog'." in text(page)
    assert "'rare': 1 image; SMOTE needs at least 2." in text(page)


def test_two_clicks_on_embed_start_one_job(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    page = open_view("balance", workspace)

    button(page, "Embed 19 images only").click().run()
    began = workspace.jobs()
    button(page, "Embed 19 images only").click().run()

    assert workspace.message == ""
    assert [job.key for job in began] in ([], ["embed"])
    finish_jobs(workspace)
    assert workspace.session.embeddings is not None


def test_a_picked_dot_shows_its_file(smote_session: Session) -> None:
    page = open_view("balance", visitor(smote_session), **picked(smote_session, Pick(13)))

    assert has_no_fault(page)
    assert "Image, 'dog'" in text(page)
    assert "dog/01.png" in text(page)


def test_a_picked_cross_shows_its_parents_and_that_it_is_no_picture(
    smote_session: Session,
) -> None:
    page = open_view("balance", visitor(smote_session), **picked(smote_session, Pick(2, MADE)))

    assert has_no_fault(page)
    assert "Synthetic point 3, 'dog'" in text(page)
    assert "a vector without a picture" in text(page)


def test_a_pick_of_points_that_are_gone_shows_none(
    smote_session: Session, embedded_session: Session
) -> None:
    gone = picked(smote_session, Pick(2, MADE))
    page = open_view("balance", visitor(embedded_session), **gone)

    assert has_no_fault(page)
    assert "Point at a dot to see its picture" in text(page)


def test_a_choice_of_classes_of_another_dataset_does_no_harm(embedded_session: Session) -> None:
    page = open_view("balance", visitor(embedded_session), augment_class="gone")

    assert has_no_fault(page)


def test_evaluate_shows_its_verdict(embedded_session: Session) -> None:
    report = compare(embedded_session.dataset, embedded_session.embeddings, strategies=["smote"])
    page = open_view("evaluate", visitor(embedded_session.put(evaluation=report)), notes=True)

    assert has_no_fault(page)
    assert with_minus(report.headline(report.metric)) in text(page)
    assert with_minus(report.verdicts[report.metric].uncertainty) in text(page)
    by_chance = page.dataframe[0].value["calibration error by chance"]
    assert list(by_chance) == [100 * row.calibration_by_chance for row in report.strategies]


def test_evaluate_of_one_class_says_what_it_needs(tmp_path: Path) -> None:
    page = open_view("evaluate", visitor(loaded(draw_dataset(tmp_path / "set", {"cat": 3}))))

    assert has_no_fault(page)
    assert "There is only one class, so there is nothing to compare." in text(page)
    assert button(page, "Load images")


def test_evaluate_without_a_rival_says_so(embedded_session: Session) -> None:
    report = compare(embedded_session.dataset, embedded_session.embeddings, strategies=[])
    page = open_view("evaluate", visitor(embedded_session.put(evaluation=report)))

    assert has_no_fault(page)
    assert "There is one candidate, so there is nothing to compare." in text(page)


def test_an_export_is_written_offered_and_written_again(smote_session: Session) -> None:
    workspace = visitor(smote_session)
    page = open_view("export", workspace)
    for _ in range(2):
        button(page, "Write 36 pictures").click().run()
        finish_jobs(workspace)
        assert workspace.message == ""
        page.run()

    assert has_no_fault(page)
    assert "36 pictures written" in text(page)
    name = workspace.session.export_path().stem
    codes = [code.value for code in page.code]
    assert f"unzip {name}.zip -d {name}" in codes
    again = f"--recipe {name}/recipe.json --out {name}-again.zip"
    assert f"evenset balance SOURCE {again}" in codes
    assert page.get("link_button")[0].proto.url == (
        f"/evenset/export/{workspace.route_token}/{workspace.session.export_path().name}"
    )


def test_an_export_that_is_refused_leaves_no_folder(
    smote_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OutputError("The disk is full.")

    monkeypatch.setattr(export_button, "export", refuse)
    workspace = visitor(smote_session)

    button(open_view("export", workspace), "Write 36 pictures").click().run()
    finish_jobs(workspace)

    assert workspace.message == "The disk is full."
    assert not list(workspace.folder.glob("export_*"))


def test_an_export_older_than_its_settings_says_so(smote_session: Session) -> None:
    workspace = visitor(smote_session)
    page = open_view("export", workspace)
    button(page, "Write ").click().run()
    finish_jobs(workspace)
    plan = make_plan(smote_session.dataset, "none")
    workspace.session = workspace.session.put(balanced=Balanced(plan, 0, None))

    page = open_view("export", workspace)

    assert has_no_fault(page)
    assert "Settings have changed since then. Write it again" in text(page)


def test_a_pick_on_another_dataset_is_forgotten(
    smote_session: Session, hostile_session: Session
) -> None:
    workspace = visitor(smote_session)
    page = open_view("balance", workspace, **picked(smote_session, Pick(13)))
    assert "Image, 'dog'" in text(page)

    workspace.session = hostile_session
    remember_begun(workspace)
    page.run()

    assert not page.exception
    assert "Image, '" not in text(page)


@pytest.mark.parametrize("folder", ["", "pictures", "~nobody-of-this-name/out", "/tmp/out.zip"])
def test_a_new_folder_that_is_no_whole_path_is_refused(folder: str) -> None:
    with pytest.raises(SettingError, match="new folder"):
        new_folder(folder)


def test_taking_a_part_stops_the_work_on_what_it_replaces(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    gate = Event()
    job = Job("embed", "Embedding images", lambda progress: gate.wait(10), needs=("taken",))
    workspace.start(job, workspace.session)
    page = open_view("load", workspace)
    page.number_input(key=f"take_{dataset.digest[:8]}_cap").set_value(4).run()

    button(page, "Use 9 training images").click().run()

    assert job.is_cancelled
    assert workspace.jobs() == []
    gate.set()


def test_the_sliders_start_from_the_policy_of_a_new_dataset(
    dataset: ImageDataset, split_dataset: ImageDataset
) -> None:
    workspace = visitor(loaded(dataset))
    page = open_view("augment", workspace)
    page.button(key="preset_gentle").click().run()

    workspace.session = loaded(split_dataset)
    usual = workspace.session.policy
    page.run()

    assert has_no_fault(page)
    assert workspace.session.policy == usual


def test_evaluate_compares_what_was_asked_for(split_dataset: ImageDataset) -> None:
    workspace = visitor(loaded(split_dataset))
    page = open_view("evaluate", workspace, evaluate_strategies=["smote@50%+class_weights"])
    page.checkbox(key="evaluate_on_test_split").check().run()
    page.checkbox(key="evaluate_shows_leak").check().run()

    button(page, "Embed 17 images and compare 2 strategies").click().run()
    finish_jobs(workspace)
    page.run()

    assert workspace.message == ""
    report = workspace.session.evaluation
    assert report is not None
    assert [row.title for row in report.strategies[:2]] == ["None", "SMOTE to 50% + class weights"]
    assert report.is_held_out
    assert has_no_fault(page)
    assert "Lesson: resampling before the split" in text(page)


def test_a_strategy_that_stands_for_nothing_is_told_before_it_runs(
    embedded_session: Session,
) -> None:
    page = open_view("evaluate", visitor(embedded_session), evaluate_strategies=["smote", "magic"])

    assert has_no_fault(page)
    assert "There is no strategy 'magic'" in page.error[0].value.replace("\\", "")


def test_the_verdict_follows_the_metric_that_matters(embedded_session: Session) -> None:
    report = compare(embedded_session.dataset, embedded_session.embeddings, strategies=["smote"])
    page = open_view(
        "evaluate", visitor(embedded_session.put(evaluation=report)), evaluate_metric="brier"
    )

    assert has_no_fault(page)
    assert with_minus(report.headline("brier")) in text(page)


def test_evaluate_shows_how_networks_learned(embedded_session: Session) -> None:
    report = compare(embedded_session.dataset, embedded_session.embeddings, strategies=["smote"])
    curve = tuple(Epoch(loss, 0.5) for loss in (0.7, 0.5, 0.4))
    learned = [replace(row, curves=(curve, curve[:2])) for row in report.strategies[:2]]
    report = replace(report, strategies=(*learned, report.strategies[2]), head="network")
    page = open_view("evaluate", visitor(embedded_session.put(evaluation=report)))

    assert has_no_fault(page)
    assert "Learning curves" in [tab.label for tab in page.tabs]


def test_strategies_that_are_done_show_while_others_are_compared(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)
    asked = Asked(["smote"], "linear", "balanced_accuracy", embedded_session.policy, 0)
    gate, so_far = Event(), SoFar(asked)
    compare(
        embedded_session.dataset, embedded_session.embeddings, strategies=["smote"],
        on_done=so_far.hear,
    )  # fmt: skip
    job = Job("evaluate", "Comparing strategies", lambda progress: gate.wait(10), so_far=so_far)
    workspace.start(job, workspace.session)

    page = open_view("evaluate", workspace)

    assert has_no_fault(page)
    assert "So far" in text(page)
    rows = next(body for body in html(page) if 'class="strategies"' in body)
    assert rows.index("None") < rows.index("SMOTE") < rows.index("points over none")
    gate.set()
    finish_jobs(workspace)
    assert "So far" not in text(page.run())


def test_a_comparison_embeds_what_is_left_out_as_well(dataset: ImageDataset) -> None:
    session = loaded(dataset)
    workspace = visitor(session.put(edits=session.edits.leave_out([0])))
    page = open_view("evaluate", workspace, evaluate_strategies=["class_weights"])

    button(page, "Embed 19 images and compare").click().run()
    finish_jobs(workspace)

    assert workspace.session.embeddings is not None
    assert workspace.session.embeddings.has([0])[0]
