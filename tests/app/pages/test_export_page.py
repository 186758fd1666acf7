"""Export asks for what it needs, says what was found of its plan, and shows what it writes."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from comparisons import compare
from drawn_sets import draw_dataset, loaded
from opened_page import button, finish_jobs, html, open_view, text, visitor
from streamlit.testing.v1 import AppTest

from app.charts.layout import with_minus
from app.session.session import Session
from app.session.workspaces import WORKSPACES
from core.dataset import ImageDataset
from core.evaluate.row_plans import told_of_plan
from core.export import fitting_snippets, read_training


@pytest.fixture
def _is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WORKSPACES, "settings", replace(WORKSPACES.settings, host="127.0.0.1"))


@pytest.mark.usefixtures("_is_local")
def test_a_folder_is_asked_for_only_where_one_is_written(smote_session: Session) -> None:
    page = open_view("export", visitor(smote_session))
    assert not page.text_input

    page.radio(key="export_format").set_value("folder").run()

    assert [box.label for box in page.text_input] == ["New local folder"]


@pytest.fixture(scope="module")
def compared(smote_session: Session) -> Session:
    report = compare(
        smote_session.dataset, smote_session.embeddings,
        strategies=["smote", "smote@50%", "class_weights", "lda"], repeats=1,
    )  # fmt: skip
    return smote_session.put(evaluation=report)


def test_what_was_found_of_the_plan_stands_beside_it(compared: Session) -> None:
    report = compared.evaluation
    assert report is not None and compared.balanced is not None
    told = told_of_plan(report, compared.balanced.plan, report.metric)

    page = open_view("export", visitor(compared))

    assert told[0].startswith("'SMOTE': balanced accuracy ")
    assert with_minus(told[0]) in text(page)
    assert with_minus(report.verdicts[report.metric].recommendation) in text(page)
    page.selectbox(key="strategy").select("adasyn").run()
    assert "The comparison has no row with these settings." in text(page)


def test_labels_that_changed_since_then_date_the_verdict(compared: Session) -> None:
    relabelled = compared.put(edits=compared.edits.leave_out([0]))

    page = open_view("export", visitor(relabelled))

    assert "Labels have changed since the comparison." in text(page)


def test_a_row_of_evaluate_sets_the_plan_of_export_as_it_was_measured(compared: Session) -> None:
    workspace = visitor(compared)
    page = open_view("evaluate", workspace)

    # It leads to Export, which is not there where a view is opened alone.
    page.button(key="export_this_smote@50%").click().run()

    balanced = workspace.session.balanced
    assert balanced is not None
    assert (balanced.plan.strategy, balanced.plan.target) == ("smote", "50%")
    state = page.session_state
    assert (state["strategy"], state["target_share"]) == ("smote", 50)
    assert workspace.session.evaluation is compared.evaluation


def test_a_row_that_changes_no_images_says_so_in_place_of_its_button(compared: Session) -> None:
    page = open_view("evaluate", visitor(compared))

    keys = {one.key for one in page.button}
    assert {"export_this_none", "export_this_smote", "export_this_class_weights"} <= keys
    assert "export_this_lda" not in keys
    assert "changes the model, not the images" in text(page)


def test_pictures_are_shown_as_they_will_be_written(compared: Session) -> None:
    workspace = visitor(compared)
    page = open_view("export", workspace)
    assert "Making pictures as they will be written." in text(page)

    finish_jobs(workspace)
    page.run()

    samples = workspace.session.samples
    assert samples is not None
    shown = next(body for body in html(page) if 'class="samples"' in body)
    assert shown.count('class="duo"') == len(samples.pictures) == 12
    assert [one.label for one in samples.pictures] == ["rare"] * 6 + ["dog"] * 6


def test_another_strategy_has_other_pictures_and_is_what_is_written(compared: Session) -> None:
    workspace = visitor(compared)
    page = open_view("export", workspace)
    finish_jobs(workspace)

    page.selectbox(key="strategy").select("none").run()
    finish_jobs(workspace)
    page.run()
    assert workspace.session.samples.recipe.strategy == "none"
    button(page, "Write 19 pictures").click().run()
    finish_jobs(workspace)

    assert workspace.session.balanced.plan.strategy == "none"
    assert len(workspace.session.exported.rows) == 19
    assert not workspace.session.export_stale


def test_many_classes_are_a_curve_and_their_names_keep_both_ends(tmp_path: Path) -> None:
    labels = {f"{'a' * 60} {n:02}": 1 + (n == 0) for n in range(21)}
    workspace = visitor(loaded(draw_dataset(tmp_path / "set", labels)))
    page = open_view("export", workspace)
    finish_jobs(workspace)
    page.run()

    (chart,) = page.get("plotly_chart")
    assert '"type":"scatter"' in chart.proto.spec.replace(" ", "")
    captions = " ".join(html(page))
    assert re.search(r"a\.\.\.a+ \d\d</figcaption>", captions)


def test_what_export_proposes_is_not_balances_choice(dataset: ImageDataset) -> None:
    def seen_after(page: AppTest, view: str) -> str:
        state = page.session_state
        memory = {key: state[key] for key in (*state["plan_proposed"], "plan_proposed")}
        return str(open_view(view, visitor(loaded(dataset)), **memory).selectbox("strategy").value)

    export = open_view("export", visitor(loaded(dataset)))
    assert export.selectbox(key="strategy").value == "augment"
    assert seen_after(export, "balance") == "smote"

    export.selectbox(key="strategy").select("adasyn").run()
    assert seen_after(export, "balance") == "adasyn"
    balance = open_view("balance", visitor(loaded(dataset)))
    assert seen_after(balance, "export") == "augment"


def test_images_that_are_not_embedded_are_when_a_strategy_needs_it(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    page = open_view("export", workspace, strategy="smote")
    assert "the pictures are shown once the images are embedded" in text(page)

    button(page, "Embed 19 images and write 36 pictures").click().run()
    finish_jobs(workspace)

    session = workspace.session
    assert session.embeddings is not None and session.exported is not None
    assert session.exported.synthetic == 6
    assert not session.export_stale


def test_a_list_has_no_pictures_and_says_so(smote_session: Session) -> None:
    page = open_view("export", visitor(smote_session))

    page.selectbox(key="export_layout").select("index").run()

    assert not page.exception
    assert "A list has no pictures of its own: it names those of the source." in text(page)
    assert button(page, "Write a list of").label


def test_a_validation_split_is_made_once_and_can_be_undone(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    page = open_view("export", workspace)
    assert "There is no validation split." in text(page)

    button(page, "Make one of 20%").click().run()

    assert not page.exception
    assert "There is no validation split." not in text(page)
    assert "of 19 become the validation split" in workspace.message
    session = workspace.session
    assert session.dataset is not None and "validation" in session.dataset.splits
    assert session.edits.last is not None and session.edits.last.why == "split_off"


def test_the_page_shows_the_code_that_fits_what_was_written(compared: Session) -> None:
    workspace = visitor(compared)
    page = open_view("export", workspace, strategy="class_weights")
    button(page, "Write 19 pictures").click().run()
    finish_jobs(workspace)
    page.run()

    path = workspace.session.export_path()
    assert path is not None
    training = read_training(path)
    snippets = fitting_snippets(training)
    box = page.selectbox(key="snippet")
    assert box.options == [f"{one.library}: {one.title}" for one in snippets]
    assert training.advice in text(page)
    assert snippets[0].code(path.stem).strip() in [block.value for block in page.code]
    box.set_value(snippets[1]).run()
    assert snippets[1].code(path.stem).strip() in [block.value for block in page.code]
