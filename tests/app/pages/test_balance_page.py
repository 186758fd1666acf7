"""Balance: what can be set, what speaks against it, and how good the points are."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawn_sets import draw_dataset, embedded, loaded
from opened_page import finish_jobs, html, open_view, text, visitor
from streamlit.testing.v1 import AppTest

from app.session.embedding import as_values
from app.session.session import Session
from app.session.workspace import Workspace
from core.resample import STRATEGIES, make_plan
from core.resample.difficulty import measure_difficulty
from core.resample.quality import measure_quality


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("balance")
    dataset = draw_dataset(folder / "set", {"cat": 24, "dog": 8, "owl": 6})
    return loaded(dataset).put(**as_values(embedded(dataset, folder / "cache")))


def tabs(page: AppTest) -> list[str]:
    """Return what the tabs under the map are called."""
    group = next(one for one in page.button_group if one.key == "balance_tab")
    return list(group.options)


def carry_out(workspace: Workspace, **state: object) -> Workspace:
    """Press the page's button with these settings, and wait for what it starts."""
    page = open_view("balance", workspace, **state)
    page.button(key="carry_out").click().run()
    assert not page.exception
    finish_jobs(workspace)
    assert workspace.message == ""
    return workspace


@pytest.mark.long
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_is_carried_out_by_its_button(session: Session, strategy: str) -> None:
    workspace = visitor(session)
    page = open_view("balance", workspace)
    page.selectbox(key="strategy").set_value(strategy).run()

    page.button(key="carry_out").click().run()
    finish_jobs(workspace)
    page.run()

    assert not page.exception
    assert "Traceback" not in text(page)
    assert workspace.message == ""
    balanced = workspace.session.balanced
    assert balanced is not None and balanced.plan.strategy == strategy
    assert (balanced.made is not None) == STRATEGIES[strategy].needs_embeddings


def test_settings_of_a_strategy_reach_its_plan(session: Session) -> None:
    workspace = carry_out(visitor(session), strategy="smote", set_k_neighbors=3, set_bases="even")

    assert workspace.session.balanced is not None
    plan = workspace.session.balanced.plan
    assert (plan.settings["k_neighbors"], plan.settings["bases"]) == (3, "even")


def test_a_share_and_a_limit_bound_what_is_made(session: Session) -> None:
    workspace = carry_out(
        visitor(session), strategy="smote", target_largest="share", target_share=75,
        is_capped=True, most_per_image=1,
    )  # fmt: skip

    assert workspace.session.balanced is not None
    plan = workspace.session.balanced.plan
    assert (plan.target, plan.most_per_image) == ("75%", 1)
    assert plan.add == {"cat": 0, "dog": 8, "owl": 6}


def test_the_limits_of_smote_are_looked_for_before_it_runs(session: Session) -> None:
    workspace = visitor(session)
    page = open_view("balance", workspace, balance_tab="risks")
    assert "Avoid when: Classes overlap" in text(page)

    page.button(key="look_for_risks").click().run()
    finish_jobs(workspace)
    page.run()

    assert workspace.session.difficulty is not None
    assert not page.exception
    lonely = workspace.session.difficulty.classes["owl"]
    assert lonely.images == 6
    assert re.search(r"\d+ of 34 points are for '(dog|owl)', where|is safe: it lies", text(page))


def test_the_limits_go_with_other_vectors(session: Session) -> None:
    workspace = visitor(session)
    page = open_view("balance", workspace, balance_tab="risks")
    page.button(key="look_for_risks").click().run()
    finish_jobs(workspace)
    measured = workspace.session

    assert measured.embeddings is not None
    again = measured.put(embeddings=replace(measured.embeddings))

    assert (again.difficulty, again.quality) == (None, None)


def test_points_are_measured_and_the_unsafe_ones_listed(session: Session) -> None:
    workspace = carry_out(visitor(session), strategy="smote")
    workspace.session = replace(workspace.session, quality=None)  # it may have begun by itself
    page = open_view("balance", workspace, balance_tab="quality")

    page.button(key="measure_quality").click().run()
    finish_jobs(workspace)
    page.run()

    quality = workspace.session.quality
    assert quality is not None
    assert not page.exception
    unsafe = int(quality.is_unsafe.sum())
    told = text(page)
    assert ("No point looks unsafe" in told) == (unsafe == 0)
    if unsafe:
        assert f"{unsafe} of {len(quality.margin):,} points look" in told
        assert f"Quality ({unsafe})" in tabs(page)


def test_points_that_look_unsafe_can_be_left_out(session: Session) -> None:
    every = carry_out(visitor(session), strategy="smote").session.balanced
    safe = carry_out(visitor(session), strategy="smote", set_unsafe="leave_out").session.balanced

    assert every is not None and every.synthetic is not None
    assert safe is not None and safe.synthetic is not None
    assert session.dataset is not None and session.embeddings is not None
    quality = measure_quality(session.dataset, session.embeddings, every.synthetic)
    kept = ~quality.is_unsafe
    np.testing.assert_array_equal(safe.synthetic.parents, every.synthetic.parents[kept])
    assert safe.plan.total_added == kept.sum()


def test_batches_show_what_they_cost(session: Session) -> None:
    workspace = carry_out(visitor(session), strategy="batched_smote", set_batch_size=16)
    page = open_view("balance", workspace, strategy="batched_smote", balance_tab="quality")

    assert [metric.label for metric in page.metric] == [
        "True neighbours found", "Distance to a neighbour", "Points not generated",
    ]  # fmt: skip
    assert "without batches" in "\n".join(html(page))


def test_cleaning_shows_the_counts_that_came_out(session: Session) -> None:
    workspace = carry_out(visitor(session), strategy="edited_neighbours")
    balanced = workspace.session.balanced
    assert balanced is not None and balanced.made is not None

    assert sum(balanced.plan.keep.values()) == len(balanced.made.kept)
    page = open_view("balance", workspace, strategy="edited_neighbours")
    assert f"{balanced.plan.total_left_out or 'no'} image" in text(page)


def test_what_works_on_embeddings_makes_them_first_and_says_how_long(tmp_path: Path) -> None:
    dataset = draw_dataset(tmp_path / "set", {"cat": 5, "dog": 2})
    page = open_view("balance", visitor(loaded(dataset)), strategy="adasyn")

    button = page.button(key="carry_out")
    assert (button.label, button.disabled) == ("Make 3 synthetic points", False)
    assert "Embeds 7 images first, with the encoder 'Things, shapes and colours'." in text(page)
    assert "Estimated time: " in text(page)


def test_a_page_that_is_opened_again_shows_the_plan_that_was_chosen_last(session: Session) -> None:
    workspace = carry_out(visitor(session), strategy="smote", target_largest="share",
                          target_share=75, set_k_neighbors=3)  # fmt: skip

    again = open_view("balance", workspace)

    assert again.selectbox(key="strategy").value == "smote"
    assert again.slider(key="target_share").value == 75
    assert again.slider(key="set_k_neighbors").value == 3


def test_where_nothing_is_to_be_made_the_page_says_so(session: Session) -> None:
    down = open_view(
        "balance", visitor(session), strategy="random_undersampling", target_smallest="number",
        target_number=24,
    )  # fmt: skip
    up = open_view(
        "balance", visitor(session), strategy="smote", target_largest="number", target_number=6
    )

    assert "No class is above the target" in text(down)
    assert "No class is below the target" in text(up)


def test_all_classes_of_one_image_are_named_at_once(tmp_path: Path) -> None:
    counts = {"cat": 5, **{f"lone {number}": 1 for number in range(6)}}
    dataset = draw_dataset(tmp_path / "set", counts)

    page = open_view("balance", visitor(loaded(dataset)), strategy="smote")

    told = text(page)
    assert "'lone 0', 'lone 1', 'lone 2', 'lone 3' and 2 more classes: 1 image each;" in told
    assert told.count("SMOTE needs at least 2") == 1
    label = page.button(key="carry_out").label
    assert label == "Make 0 synthetic points"


def test_a_class_too_small_for_safe_images_is_not_called_a_risk(tmp_path: Path) -> None:
    dataset = draw_dataset(tmp_path / "set", {"cat": 24, "dog": 9, "owl": 3})
    embeddings, projection = embedded(dataset, tmp_path / "cache")
    add = make_plan(dataset, "smote").add
    session = replace(
        loaded(dataset).put(**as_values((embeddings, projection))),
        difficulty=measure_difficulty(dataset, embeddings, add),
    )

    both = text(open_view("balance", visitor(session), balance_tab="risks"))
    tiny = text(
        open_view(
            "balance", visitor(session), target_largest="share", target_share=35,
            balance_tab="risks",
        )
    )  # fmt: skip

    assert "points are for 'owl'" not in both
    assert "have at most 5 images each: too few to tell" in tiny


def test_what_speaks_against_many_classes_is_one_card(tmp_path: Path) -> None:
    counts = {"cat": 12, **{f"kind {number}": 6 for number in range(8)}}
    dataset = draw_dataset(tmp_path / "set", counts)
    embeddings, projection = embedded(dataset, tmp_path / "cache")
    difficulty = measure_difficulty(dataset, embeddings, make_plan(dataset, "smote").add)
    session = replace(
        loaded(dataset).put(**as_values((embeddings, projection))), difficulty=difficulty
    )
    assert sum(limit.id == "few_images" for limit in difficulty.limits) == 8

    told = text(open_view("balance", visitor(session), balance_tab="risks"))

    assert told.count("a matter of luck") == 1
    assert "and 4 more classes: fewer than 10 training images each" in told


def test_targets_by_class_outlive_a_look_at_another_page(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def edited(table: pd.DataFrame, **_: object) -> pd.DataFrame:
        drawn.append(table.copy())
        return table.assign(reach=[count + 5 for count in table["images"]])

    monkeypatch.setattr("streamlit.data_editor", edited)
    page = open_view("balance", visitor(session), strategy="smote", target_largest="by_class")
    # Streamlit keeps an editor's edits only while its page is open; this one keeps none.
    page.run()

    assert drawn[0]["reach"].tolist() == drawn[0]["images"].tolist() == [6, 8, 24]
    assert drawn[-1]["reach"].tolist() == [11, 13, 29]
    assert not page.exception


@pytest.mark.long
@pytest.mark.parametrize("counts", [{"cat": 1, "dog": 6}, {"cat": 1, "dog": 1, "owl": 1}])
@pytest.mark.parametrize("strategy", ["smote", "smote_tomek", "near_miss", "edited_neighbours"])
def test_tiny_sets_can_be_carried_out(
    tmp_path: Path, counts: dict[str, int], strategy: str
) -> None:
    dataset = draw_dataset(tmp_path / "set", counts)
    workspace = visitor(loaded(dataset).put(**as_values(embedded(dataset, tmp_path / "cache"))))
    page = open_view("balance", workspace, strategy=strategy)

    page.button(key="carry_out").click().run()
    finish_jobs(workspace)
    page.run()

    assert not page.exception
    assert workspace.message == ""
    assert workspace.session.balanced is not None


def test_another_encoder_is_offered_after_the_images_were_embedded(session: Session) -> None:
    workspace = visitor(session.put(encoder="classical"))
    page = open_view("balance", workspace)
    again = page.button[[one.label for one in page.button].index("Embed 38 images again")]
    assert again.disabled, "they were embedded so"

    page.selectbox(key="encoder").set_value("efficientnet-fast").run()
    again = page.button[[one.label for one in page.button].index("Embed 38 images again")]
    again.click().run()
    finish_jobs(workspace)

    assert workspace.message == ""
    assert workspace.session.embeddings is not None
    assert workspace.session.embeddings.encoder == workspace.session.encoder == "efficientnet-fast"


def test_the_encoder_that_was_chosen_is_the_one_of_every_page(tmp_path: Path) -> None:
    drawn = draw_dataset(tmp_path / "set", {"cat": 6, "dog": 4})
    workspace = visitor(loaded(drawn))

    open_view("balance", workspace).selectbox(key="encoder").set_value("classical").run()
    page = open_view("evaluate", workspace, evaluate_strategies=["class_weights"])
    page.button(key="evaluate_start").click().run()
    finish_jobs(workspace)

    assert workspace.session.embeddings is not None
    assert workspace.session.embeddings.encoder == "classical"


def test_one_button_embeds_and_makes_points(tmp_path: Path) -> None:
    workspace = visitor(loaded(draw_dataset(tmp_path / "set", {"cat": 6, "dog": 4})))

    carry_out(workspace, encoder="classical", strategy="smote")

    session = workspace.session
    assert session.embeddings is not None and set(session.projections) == {"pca"}
    assert session.balanced is not None and session.balanced.synthetic is not None
    assert len(session.balanced.synthetic) == 2
