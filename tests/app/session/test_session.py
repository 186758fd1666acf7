"""The session: what a new result drops, and what the steps say."""

from dataclasses import replace
from pathlib import Path

import pytest
from comparisons import compare
from drawn_sets import loaded

from app.pages import PAGES
from app.session.embedding import as_values
from app.session.session import Balanced, Session
from app.shell.page import PageState
from core.audit import audit
from core.augment import PRESETS
from core.dataset import ImageDataset, Take, select
from core.dataset.edits import Edits
from core.embed import Embeddings
from core.errors import EmptyDatasetError
from core.export import ExportReport
from core.resample import SyntheticPoints, make_plan
from core.resample.difficulty import measure_difficulty
from core.resample.quality import measure_quality


@pytest.fixture(scope="module")
def full_session(smote_session: Session, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Return a session with everything made."""
    assert smote_session.dataset is not None and smote_session.embeddings is not None
    target = tmp_path_factory.mktemp("export") / "pets.zip"
    target.write_bytes(b"zip")
    report = compare(smote_session.dataset, smote_session.embeddings, strategies=["smote"])
    return (
        replace(smote_session, policy=PRESETS["gentle"], policy_chosen=True)
        .put(evaluation=report)
        .put(exported=ExportReport(target, (), {}, {}, (), 0))
    )


def test_a_comparison_is_out_of_date_where_its_pictures_would_be_made_otherwise(
    embedded_session: Session,
) -> None:
    dataset, embeddings = embedded_session.dataset, embedded_session.embeddings
    for strategy, is_stale in (("augment:horizontal_flip", True), ("class_weights", False)):
        report = compare(dataset, embeddings, strategies=[strategy], repeats=1)
        session = embedded_session.put(evaluation=report)
        assert not session.evaluation_stale

        changed = session.put(policy=PRESETS["gentle"])

        assert changed.evaluation is report
        assert bool(changed.evaluation_stale) == is_stale


def test_a_new_source_keeps_nothing(full_session: Session, split_dataset: ImageDataset) -> None:
    report = audit(split_dataset)

    session = full_session.put(source=split_dataset, audit=report)

    assert vars(session) == {**vars(Session()), "source": split_dataset, "taken": split_dataset,
                             "dataset": split_dataset, "audit": report,
                             "edits": session.edits}  # fmt: skip
    assert not session.edits


def test_a_part_of_the_source_keeps_the_source_and_the_policy_alone(full_session: Session) -> None:
    assert full_session.source is not None
    part = select(full_session.source, Take({"cat": 3, "dog": 3}))

    session = full_session.put(take=part.take)

    assert session.source is full_session.source
    assert session.dataset.digest == part.digest
    assert session.policy == PRESETS["gentle"]
    made = (session.embeddings, session.balanced, session.evaluation, session.exported)
    assert made == (None, None, None, None)
    assert session.projections == {}


def test_a_new_policy_drops_nothing_and_dates_the_export(full_session: Session) -> None:
    session = full_session.put(policy=PRESETS["standard"], policy_chosen=True)

    assert session.policy_chosen
    assert session.export_stale
    assert session.balanced is full_session.balanced
    assert session.evaluation is full_session.evaluation


def test_new_vectors_drop_points_maps_and_scores(full_session: Session) -> None:
    assert full_session.embeddings is not None
    projection = replace(full_session.projections["pca"])

    session = full_session.put(**as_values((replace(full_session.embeddings), projection)))

    assert session.projections == {"pca": projection}
    assert session.balanced is not None and session.balanced.synthetic is None
    assert session.evaluation is None
    assert session.export_stale
    assert session.policy is full_session.policy


def test_new_vectors_keep_a_plan_that_is_not_made_from_vectors(full_session: Session) -> None:
    assert full_session.dataset is not None and full_session.embeddings is not None
    plan = Balanced(make_plan(full_session.dataset, "augment"), 0, None)
    before = replace(full_session, balanced=plan)

    session = before.put(embeddings=replace(full_session.embeddings))

    assert session.balanced is plan
    assert not session.export_stale


def test_a_second_map_stands_beside_the_first(full_session: Session) -> None:
    umap = replace(full_session.projections["pca"], method="umap")

    session = full_session.put(projections={umap.method: umap})

    assert set(session.projections) == {"pca", "umap"}
    assert set(full_session.projections) == {"pca"}
    assert not session.export_stale


def test_another_strategy_dates_the_export_and_keeps_the_scores(full_session: Session) -> None:
    assert full_session.dataset is not None
    plan = Balanced(make_plan(full_session.dataset, "none"), 0, None)

    session = full_session.put(balanced=plan)

    assert session.balanced is plan
    assert session.export_stale
    assert session.evaluation is full_session.evaluation


def test_what_changes_before_any_export_dates_none(smote_session: Session) -> None:
    assert smote_session.balanced is not None

    assert not smote_session.put(policy=PRESETS["gentle"], policy_chosen=True).export_stale
    assert not smote_session.put(balanced=smote_session.balanced).export_stale


def test_a_new_export_is_up_to_date(full_session: Session) -> None:
    assert full_session.exported is not None

    session = full_session.put(policy=PRESETS["standard"], policy_chosen=True).put(
        exported=full_session.exported
    )

    assert not session.export_stale


def test_an_export_that_was_removed_has_no_path(full_session: Session, tmp_path: Path) -> None:
    assert full_session.exported is not None
    gone = replace(full_session.exported, target=tmp_path / "gone.zip")

    assert full_session.export_path() == full_session.exported.target
    assert full_session.put(exported=gone).export_path() is None
    assert Session().export_path() is None


def states(session: Session) -> list[PageState]:
    return [page.state(session) for page in PAGES.values()]


def test_without_images_only_load_is_ready() -> None:
    assert states(Session()) == [PageState.READY] + [PageState.WAITING] * 5


def test_after_loading_all_steps_are_open(dataset: ImageDataset) -> None:
    assert states(loaded(dataset)) == [PageState.DONE] + [PageState.READY] * 5


def test_an_audit_is_done_when_somebody_has_decided_about_what_it_found(
    dataset: ImageDataset,
) -> None:
    session = loaded(dataset)

    assert PAGES["audit"].state(session) is PageState.READY
    decided = session.put(edits=Edits().leave_out([0]))
    assert PAGES["audit"].state(decided) is PageState.DONE


def test_all_steps_but_the_undecided_audit_are_done_when_all_is_made(
    full_session: Session,
) -> None:
    assert states(full_session) == [PageState.DONE, PageState.READY] + [PageState.DONE] * 4


def test_an_export_that_is_older_than_its_settings_is_out_of_date(full_session: Session) -> None:
    session = full_session.put(policy=PRESETS["standard"], policy_chosen=True)

    assert states(session)[2:] == [PageState.DONE] * 3 + [PageState.STALE]


def test_an_export_of_settings_that_changed_meanwhile_is_out_of_date(full_session: Session) -> None:
    meanwhile = full_session.put(policy=replace(full_session.policy, seed=99), policy_chosen=True)
    assert full_session.exported is not None

    finished = meanwhile.put(exported=full_session.exported, made_from=full_session)

    assert finished.export_stale
    assert not full_session.put(exported=full_session.exported, made_from=full_session).export_stale


def measured_parts(session: Session) -> tuple[ImageDataset, Embeddings, SyntheticPoints]:
    assert session.dataset is not None and session.embeddings is not None
    assert session.balanced is not None and session.balanced.synthetic is not None
    return session.dataset, session.embeddings, session.balanced.synthetic


def test_edits_keep_vectors_and_maps_drop_what_hung_on_labels_and_date_scores(
    full_session: Session,
) -> None:
    dataset, embeddings, synthetic = measured_parts(full_session)
    before = full_session.put(difficulty=measure_difficulty(dataset, embeddings, {}))
    before = before.put(quality=measure_quality(dataset, embeddings, synthetic))

    session = before.put(edits=Edits().leave_out([0]).relabel([1], "dog"))

    assert session.embeddings is full_session.embeddings
    assert session.projections == full_session.projections
    assert (session.difficulty, session.quality) == (None, None)
    assert session.evaluation is full_session.evaluation
    assert session.evaluation_stale == "Labels have changed"
    assert session.balanced is not None and session.balanced.made is None
    assert session.export_stale
    assert session.taken is full_session.taken
    assert session.policy is full_session.policy


def test_a_plan_is_kept_and_counted_anew_when_labels_change(full_session: Session) -> None:
    before = full_session.balanced
    assert before is not None and before.plan.before == {"cat": 12, "dog": 6, "rare": 1}

    after = full_session.put(edits=Edits().leave_out([0]).relabel([1], "dog")).balanced

    assert after is not None
    assert after.plan.before == {"cat": 10, "dog": 7, "rare": 1}
    assert (after.plan.strategy, after.seed) == (before.plan.strategy, before.seed)
    assert after.plan.target == before.plan.target
    assert after.plan.settings == before.plan.settings


def test_a_plan_of_other_images_is_dropped(
    full_session: Session, split_dataset: ImageDataset
) -> None:
    assert full_session.put(take=Take({"cat": 3, "dog": 3})).balanced is None
    assert full_session.put(source=split_dataset).balanced is None


def test_the_audit_follows_the_edits(full_session: Session) -> None:
    session = full_session.put(edits=Edits().leave_out([0]).relabel([1], "dog"))

    assert session.audit is not None
    assert session.audit.classes == {"cat": 10, "dog": 7, "rare": 1}


def test_a_review_list_drops_nothing(full_session: Session) -> None:
    session = full_session.put(edits=Edits().review([3, 4]))

    assert session.edits.review_rows.tolist() == [3, 4]
    assert vars(session) == {**vars(full_session), "edits": session.edits}


def test_undoing_gives_the_same_dataset_back(full_session: Session) -> None:
    edits = Edits().move([2], "test").leave_out([0])

    session = full_session.put(edits=edits).put(edits=edits.undo().undo())

    assert session.dataset is full_session.dataset
    assert session.export_stale


def test_edits_that_leave_nothing_are_refused(full_session: Session) -> None:
    with pytest.raises(EmptyDatasetError):
        full_session.put(edits=Edits().leave_out(range(19)))


def test_another_part_has_no_edits(full_session: Session) -> None:
    assert full_session.source is not None
    part = select(full_session.source, Take({"cat": 3, "dog": 3}))

    session = full_session.put(edits=Edits().leave_out([0])).put(take=part.take)

    assert not session.edits
    assert session.dataset.digest == part.digest


def test_an_export_of_labels_that_changed_meanwhile_is_out_of_date(full_session: Session) -> None:
    assert full_session.exported is not None
    meanwhile = full_session.put(edits=Edits().leave_out([0]))

    assert meanwhile.put(exported=full_session.exported, made_from=full_session).export_stale
