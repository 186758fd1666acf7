"""What was made is written down, and made again from that: same images, vectors and points."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from drawn_sets import draw_folder, embedded, loaded, smote_made
from hypothesis import given
from hypothesis import strategies as st
from image_sets import read_folder

from app.session.embedding import as_values
from app.session.session import Balanced, Session
from app.session.store import (
    SESSION_FILE,
    OtherVersion,
    SavedSession,
    kept_names,
    read_saved,
    recipe_of,
    reopen,
    save_session,
)
from core.augment import PRESETS
from core.dataset import Take, select
from core.dataset.edits import Edits
from core.errors import SourceError
from core.export import Recipe
from core.pictures.decoding import Decoding
from core.progress import silent
from core.resample import make_plan

# What the images are called, and what is chosen at each export anew.
OF_NO_SESSION = {"source", "originals", "layout"}
COUNTS = {"cat": 12, "dog": 6, "rare": 1}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a workspace's folder with the pictures of a set in it."""
    draw_folder(tmp_path / "place" / "dataset_1" / "pets", COUNTS)
    return tmp_path / "place"


@pytest.fixture
def session(place: Path) -> Session:
    """Return the session right after loading."""
    folder = place / "dataset_1"
    return replace(loaded(read_folder(folder / "pets")), folder=folder)


def saved_again(place: Path, session: Session) -> Session:
    """Return what comes of `session` when it is saved and opened again."""
    save_session(place, session)
    saved = read_saved(place)
    assert saved is not None
    return reopen(place, saved, place / "embeddings", silent)


def test_the_lines_say_what_there_is(place: Path, session: Session) -> None:
    save_session(place, session)

    saved = read_saved(place)

    assert saved is not None
    assert (saved.name, saved.images, saved.classes) == ("pets", 19, 3)
    assert (saved.folder, saved.was_embedded, saved.recipe.strategy) == ("dataset_1", False, None)


def test_the_images_come_back_with_their_audit(place: Path, session: Session) -> None:
    opened = saved_again(place, session)

    assert opened.dataset is not None and session.dataset is not None
    assert opened.dataset.digest == session.dataset.digest
    assert opened.audit is not None
    assert opened.folder == session.folder
    assert not opened.policy_chosen
    assert (opened.embeddings, opened.balanced) == (None, None)


def test_a_part_that_was_taken_comes_back_as_a_part(place: Path, session: Session) -> None:
    assert session.source is not None
    part = select(session.source, Take({"cat": 5, "dog": None}, order="random", seed=3))
    save_session(place, session.put(take=part.take))

    saved = read_saved(place)

    assert saved is not None
    assert (saved.images, saved.classes) == (11, 2)
    opened = reopen(place, saved, place / "embeddings", silent)
    assert opened.source is not None and opened.dataset is not None
    assert len(opened.source) == 19
    assert opened.dataset.digest == part.digest


def test_the_policy_comes_back_as_it_was_chosen(place: Path, session: Session) -> None:
    opened = saved_again(place, session.put(policy=PRESETS["gentle"], policy_chosen=True))

    assert opened.policy_chosen
    assert opened.policy == PRESETS["gentle"]


def test_the_encoder_that_was_chosen_comes_back_before_it_has_embedded(
    place: Path, session: Session
) -> None:
    assert saved_again(place, session.put(encoder="classical")).encoder == "classical"


def test_vectors_and_points_are_the_same_again(place: Path, session: Session) -> None:
    assert session.dataset is not None
    before = smote_made(session.put(**as_values(embedded(session.dataset, place / "embeddings"))))

    after = saved_again(place, before)

    assert after.embeddings is not None and before.embeddings is not None
    np.testing.assert_array_equal(after.embeddings.vectors, before.embeddings.vectors)
    np.testing.assert_array_equal(after.projections["pca"].points, before.projections["pca"].points)
    assert after.balanced is not None and before.balanced is not None
    assert after.balanced.plan == before.balanced.plan
    assert after.balanced.synthetic is not None and before.balanced.synthetic is not None
    np.testing.assert_array_equal(
        after.balanced.synthetic.parents, before.balanced.synthetic.parents
    )
    np.testing.assert_array_equal(
        after.balanced.synthetic.fractions, before.balanced.synthetic.fractions
    )


@pytest.mark.parametrize("strategy", ["none", "class_weights", "random_undersampling", "augment"])
def test_a_strategy_without_points_needs_no_vectors(
    place: Path, session: Session, strategy: str
) -> None:
    assert session.dataset is not None
    plan = make_plan(session.dataset, strategy)

    opened = saved_again(place, session.put(balanced=Balanced(plan, 4, None)))

    assert opened.balanced is not None
    assert (opened.balanced.plan, opened.balanced.seed) == (plan, 4)
    assert opened.embeddings is None


def test_every_choice_comes_back(place: Path, session: Session) -> None:
    usual = usual_recipe(session)
    session = session.put(take=Take({"cat": 8, "dog": None}, "random", 2))
    session = session.put(decoding=Decoding("grey", 4_095))
    session = session.put(edits=Edits().relabel([0], "owl"))
    policy = replace(PRESETS["gentle"], seed=5)
    session = session.put(policy=policy, policy_chosen=True)
    assert session.taken is not None and session.dataset is not None
    session = session.put(**as_values(embedded(session.taken, place / "embeddings")))
    plan = make_plan(
        session.dataset, "smote", {"cat": 7, "dog": 9}, settings={"k_neighbors": 3},
        most_per_image=4,
    )  # fmt: skip
    session = session.put(balanced=Balanced(plan, 7))

    after = saved_again(place, session)

    before = recipe_in(place)
    save_session(place, after)
    assert recipe_in(place) == before
    # So that what a recipe has one day more is not forgotten here.
    same = {
        one.name for one in fields(Recipe) if getattr(before, one.name) == getattr(usual, one.name)
    }
    assert same == OF_NO_SESSION


def usual_recipe(session: Session) -> Recipe:
    """Return the recipe of who has chosen nothing."""
    assert session.dataset is not None
    return recipe_of(session, session.dataset, None, [])


def recipe_in(place: Path) -> Recipe:
    """Return the recipe that is kept in a workspace."""
    saved = read_saved(place)
    assert isinstance(saved, SavedSession)
    return saved.recipe


def test_the_index_is_written_once(place: Path, session: Session) -> None:
    save_session(place, session)
    index = place / "dataset_1" / "index" / "images.parquet"
    first = index.stat().st_mtime_ns

    save_session(place, session.put(policy=PRESETS["gentle"], policy_chosen=True))

    assert index.stat().st_mtime_ns == first


def test_a_set_that_is_read_in_place_is_read_there_again(tmp_path: Path) -> None:
    root = draw_folder(tmp_path / "pets", COUNTS)
    folder = tmp_path / "place" / "dataset_1"
    folder.mkdir(parents=True)

    opened = saved_again(tmp_path / "place", replace(loaded(read_folder(root)), folder=folder))

    assert opened.dataset is not None
    assert opened.dataset.root == root


def test_pictures_that_are_gone_are_said_with_their_place(tmp_path: Path) -> None:
    root = draw_folder(tmp_path / "pets", COUNTS)
    folder = tmp_path / "place" / "dataset_1"
    folder.mkdir(parents=True)
    session = replace(loaded(read_folder(root)), folder=folder)
    save_session(tmp_path / "place", session)
    saved = read_saved(tmp_path / "place")
    for picture in (root / "dog").iterdir():
        picture.unlink()

    assert saved is not None
    with pytest.raises(SourceError, match=r"^6 of 19 files of 'pets' .*pets' any more\. Put them"):
        reopen(tmp_path / "place", saved, tmp_path / "vectors", silent)


def damage(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def apply(place: Path) -> None:
        facts = json.loads((place / SESSION_FILE).read_text())
        change(facts)
        (place / SESSION_FILE).write_text(json.dumps(facts))

    return apply


@pytest.mark.parametrize(
    "spoil",
    [
        lambda place: (place / SESSION_FILE).unlink(),
        lambda place: (place / SESSION_FILE).write_text('{"version": 1, "sav'),
        lambda place: (place / SESSION_FILE).write_text("[]"),
        lambda place: (place / SESSION_FILE).write_bytes(b"\xff\xfe\x00"),
        damage(lambda facts: facts.update(version=True)),
        damage(lambda facts: facts["recipe"].pop("policy")),
        damage(lambda facts: facts["recipe"].update(policy={"steps": 1})),
        damage(lambda facts: facts.update(folder="../dataset_1")),
        damage(lambda facts: facts.update(folder="dataset_2")),
        damage(lambda facts: facts.update(saved_at="soon")),
        damage(lambda facts: facts.update(saved_at=float("nan"))),
        damage(lambda facts: facts.update(images=None)),
        damage(lambda facts: facts["recipe"].update(take=[1])),
        damage(lambda facts: facts["recipe"].update(settings=[])),
        lambda place: (place / "dataset_1" / "index" / "dataset.json").unlink(),
    ],
)
def test_what_is_damaged_or_of_another_version_is_not_offered(
    place: Path, session: Session, spoil: Callable[[Path], object]
) -> None:
    save_session(place, session)
    assert read_saved(place) is not None

    spoil(place)

    assert read_saved(place) is None


@given(content=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.dictionaries(
        st.sampled_from(["version", "folder", "take", "plan", "policy", "steps", "counts"]), inner
    ) | st.lists(inner, max_size=3),
))  # fmt: skip
def test_any_json_in_its_place_is_nothing_to_go_on_with(
    content: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.getbasetemp() / "any_json"
    place.mkdir(exist_ok=True)
    (place / SESSION_FILE).write_text(json.dumps(content))

    # At the most it has a version, of which the person is told.
    assert not isinstance(read_saved(place), SavedSession)


@pytest.mark.parametrize(
    ("name", "value"), [("encoder", "of another version"), ("strategy", "unknown")]
)
def test_what_this_version_does_not_know_is_left_out(
    place: Path, session: Session, name: str, value: str
) -> None:
    assert session.dataset is not None
    plan = Balanced(make_plan(session.dataset, "augment"), 0, None)
    save_session(place, session.put(balanced=plan))
    facts = json.loads((place / SESSION_FILE).read_text())
    facts["recipe"][name] = value
    facts["was_embedded"] = name == "encoder"
    (place / SESSION_FILE).write_text(json.dumps(facts))

    saved = read_saved(place)

    assert saved is not None
    opened = reopen(place, saved, place / "embeddings", silent)
    assert opened.dataset is not None
    assert opened.embeddings is None


def test_nothing_saved_keeps_nothing() -> None:
    assert kept_names(None) == set()


def test_a_saved_session_keeps_its_images_and_the_caches(place: Path, session: Session) -> None:
    save_session(place, session)
    saved = read_saved(place)

    assert isinstance(saved, SavedSession)
    assert kept_names(saved) == {
        "session.json", "comparison.json", "predictions",
        "dataset_1", "embeddings", "encoders", "thumbnails",
    }  # fmt: skip


def test_edits_come_back_with_what_they_changed(place: Path, session: Session) -> None:
    edits = Edits().leave_out([0, 18]).relabel([1], "dog").review([4])
    before = session.put(edits=edits)

    save_session(place, before)
    saved = read_saved(place)

    assert saved is not None
    assert (saved.images, saved.classes) == (17, 2)
    after = reopen(place, saved, place / "embeddings", silent)
    assert after.dataset is not None and before.dataset is not None
    assert after.dataset.digest == before.dataset.digest
    assert after.edits.review_rows.tolist() == [4]
    assert after.edits.undo().undo().undo().apply(after.taken) is after.taken


def test_edits_of_a_part_come_back_with_the_part(place: Path, session: Session) -> None:
    assert session.source is not None
    part = select(session.source, Take({"dog": None}))

    after = saved_again(place, session.put(take=part.take).put(edits=Edits().leave_out([2])))

    assert after.taken is not None and after.dataset is not None
    assert (len(after.taken), after.dataset.counts()) == (6, {"dog": 5})


def test_vectors_are_of_all_images_so_that_one_can_come_back(place: Path, session: Session) -> None:
    assert session.taken is not None
    with_vectors = session.put(**as_values(embedded(session.taken, place / "embeddings")))

    after = saved_again(place, with_vectors.put(edits=Edits().leave_out([0, 1])))

    assert after.embeddings is not None
    assert len(after.embeddings) == 19
    assert len(after.projections["pca"].rows) == 19


@pytest.mark.parametrize("version", [2, 99])
def test_work_of_another_version_is_told_and_stays(
    place: Path, session: Session, version: int
) -> None:
    save_session(place, session)
    damage(lambda facts: facts.update(version=version, evenset="0.0.7"))(place)

    saved = read_saved(place)

    assert isinstance(saved, OtherVersion)
    assert saved.told.startswith(
        f"What was kept here was written by Evenset 0.0.7 in version {version}"
    )
    assert kept_names(saved) == {"session.json", "dataset_1"}
