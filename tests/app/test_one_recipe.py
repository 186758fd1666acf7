"""One way is one recipe, whoever has gone it, and all say the same of how a set was made."""

import zipfile
from dataclasses import fields, replace
from pathlib import Path

import pytest
from drawn_sets import draw_dataset, embedded, loaded
from opened_page import button, finish_jobs, open_view, text, visitor

from app.cli import main
from app.session.embedding import as_values
from app.session.session import Session
from app.session.store import SavedSession, read_saved, save_session
from core.augment import PRESETS
from core.dataset import ImageDataset, Take, select
from core.dataset.edits import Edits
from core.dataset.edits_file import edits_text, name_edits
from core.embed import encoder
from core.export import DEFAULT_ORIGINALS, ENCODED_ANEW, Recipe, make_recipe, read_recipe
from core.parameters import Parameter
from core.resample import STRATEGIES, make_plan

COUNTS = {"cat": 9, "dog": 4, "owl": 3}


def in_zip(archive: Path, name: str) -> str:
    with zipfile.ZipFile(archive) as opened:
        return opened.read(name).decode()


def by_page(session: Session, strategy: str, **state: object) -> tuple[Session, Path]:
    """Go through Balance and Export as a person does who leaves all as it is."""
    workspace = visitor(session)
    page = open_view("balance", workspace, strategy=strategy, **state)
    page.button(key="carry_out").click().run()
    finish_jobs(workspace)
    page = open_view("export", workspace)
    button(page, "Write ").click().run()
    finish_jobs(workspace)
    assert workspace.message == ""
    written = workspace.session.export_path()
    assert written is not None
    return workspace.session, written


def by_command(dataset: ImageDataset, out: Path, *options: str) -> Path:
    assert main(["balance", str(dataset.root), "--out", str(out), *options]) == 0
    return out


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    return draw_dataset(tmp_path_factory.mktemp("one_recipe") / "pets", COUNTS)


@pytest.mark.parametrize(
    ("strategy", "state", "options"),
    [
        ("augment", {}, []),
        ("logit_adjustment", {}, []),
        ("random_undersampling", {}, []),
        ("augment", {"set_least_share": 0.25}, ["--set", "least_share=0.25"]),
    ],
)
def test_the_same_way_gives_the_same_recipe_byte_for_byte(
    pets: ImageDataset,
    tmp_path: Path,
    strategy: str,
    state: dict[str, object],
    options: list[str],
) -> None:
    _, written = by_page(loaded(pets), strategy, **state)

    other = by_command(pets, tmp_path / "out.zip", "--strategy", strategy, *options)

    assert in_zip(written, "recipe.json") == in_zip(other, "recipe.json")


@pytest.mark.long
def test_so_it_does_with_vectors(pets: ImageDataset, tmp_path: Path) -> None:
    session = loaded(pets).put(**as_values(embedded(pets, tmp_path / "vectors")))
    _, written = by_page(session, "smote")

    other = by_command(
        pets, tmp_path / "out.zip", "--strategy", "smote", "--encoder", "classical", "--no-cache"
    )

    assert in_zip(written, "recipe.json") == in_zip(other, "recipe.json")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_widgets_give_and_what_is_left_out_are_one_recipe(
    pets: ImageDataset, strategy: str
) -> None:
    record = STRATEGIES[strategy]
    given = {
        one.name: float(one.default) if isinstance(one, Parameter) else one.default
        for one in record.parameters
    }
    said = make_plan(pets, strategy, record.default_target, settings=given)
    texts = {one.name: f"{one.default}" for one in record.parameters}
    written = make_plan(pets, strategy, settings=record.parse(texts))

    recipes = [
        make_recipe(pets, plan, PRESETS["standard"]).to_text()
        for plan in (said, written, make_plan(pets, strategy))
    ]

    assert len(set(recipes)) == 1


def test_names_stand_in_order_whoever_has_written_them(pets: ImageDataset) -> None:
    policy = PRESETS["standard"]
    one = select(pets, Take({"owl": 2, "cat": None}))
    other = select(pets, Take({"cat": None, "owl": 2}))
    plans = [
        make_plan(one, "augment", {"owl": 4, "cat": 9}),
        make_plan(other, "augment", {"cat": 9, "owl": 4}),
    ]

    texts = {
        make_recipe(dataset, plan, policy).to_text()
        for dataset, plan in zip([one, other], plans, strict=True)
    }

    assert len(texts) == 1


def test_a_recipe_that_is_followed_gives_itself(pets: ImageDataset, tmp_path: Path) -> None:
    first = by_command(pets, tmp_path / "a.zip", "--strategy", "augment", "--take", "cat=5",
                       "--take", "*", "--target", "cat=6", "--target", "owl=9")  # fmt: skip
    recipe = tmp_path / "recipe.json"
    recipe.write_text(in_zip(first, "recipe.json"), "utf-8")

    again = by_command(pets, tmp_path / "b.zip", "--recipe", str(recipe))

    assert in_zip(again, "recipe.json") == in_zip(first, "recipe.json")


def test_every_choice_of_a_recipe_is_followed(pets: ImageDataset, tmp_path: Path) -> None:
    edits = tmp_path / "edits.json"
    edits.write_text(edits_text(name_edits(Edits().relabel([0], "dog").done, pets)), "utf-8")
    originals = "--byte-copies" if DEFAULT_ORIGINALS == ENCODED_ANEW else "--normalise-originals"
    first = by_command(
        pets, tmp_path / "a.zip", "--strategy", "augment", "--take", "cat=5", "--take", "*",
        "--target", "cat=6", "--target", "owl=9", "--set", "least_share=0.25",
        "--most-per-image", "2", "--policy", "gentle", "--seed", "3", "--encoder", "classical",
        "--background", "grey", "--edits", str(edits), originals,
    )  # fmt: skip
    recipe = tmp_path / "recipe.json"
    recipe.write_text(in_zip(first, "recipe.json"), "utf-8")

    again = by_command(pets, tmp_path / "b.zip", "--recipe", str(recipe))

    assert in_zip(again, "recipe.json") == in_zip(first, "recipe.json")
    chosen, usual = read_recipe(recipe), make_recipe(pets, None, PRESETS["standard"])
    same = {
        one.name for one in fields(Recipe) if getattr(chosen, one.name) == getattr(usual, one.name)
    }
    # Of layouts there is one (`test_registries` follows the recipe of another), and no vectors.
    assert same == {"source", "layout", "precision"}


def test_page_command_card_and_offer_tell_the_same(
    pets: ImageDataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session, written = by_page(loaded(pets), "augment")
    (tmp_path / "recipe.json").write_text(in_zip(written, "recipe.json"), "utf-8")
    told = read_recipe(tmp_path / "recipe.json").told()
    folder = tmp_path / "place" / "dataset_1"
    folder.mkdir(parents=True)
    save_session(tmp_path / "place", replace(session, folder=folder))
    saved = read_saved(tmp_path / "place")
    capsys.readouterr()

    by_command(pets, tmp_path / "out.zip", "--strategy", "augment")
    workspace = visitor()
    workspace.saved = saved
    offer, page = open_view("load", workspace), open_view("export", visitor(session))

    assert isinstance(saved, SavedSession)
    assert saved.recipe.told() == told
    assert len(told) == 3
    printed, card = capsys.readouterr().out, in_zip(written, "README.md")
    for line in told:
        assert line in printed
        assert f"- {line}" in card
        assert line in text(offer)
        assert line in text(page)


def test_a_recipe_tells_what_was_chosen(pets: ImageDataset) -> None:
    part = select(pets, Take({"cat": 5, "*": None}, order="random", seed=3))
    plan = make_plan(part, "smote", "50%", settings={"k_neighbors": 7}, most_per_image=12)

    told = make_recipe(part, plan, PRESETS["gentle"], seed=9, encoder="classical").told()

    assert told[0] == (
        "Images: 'pets'; all of each other class, at most 5 of 'cat', drawn at random with seed 3."
    )
    assert told[1] == (
        "Balance: SMOTE to 50% of the largest class; at most 12 for each image; neighbours: 7; "
        "seed 9."
    )
    assert told[2].startswith("Augmentation: ") and told[2].endswith("; seed 0.")
    assert told[3] == "Vectors: encoder 'classical'."


def test_a_recipe_keeps_in_which_numbers_vectors_were_computed(
    pets: ImageDataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    smote = ("--strategy", "smote", "--encoder", "efficientnet-fast", "--no-cache")
    recipes, told = {}, {}
    for precision, options in {"float32": smote, "bfloat16": ("--recipe", "float32")}.items():
        monkeypatch.setattr(encoder, "precision_on", lambda _, here=precision: here)
        out = tmp_path / precision
        given = [
            str(tmp_path / one / "recipe.json") if one == "float32" else one for one in options
        ]
        by_command(pets, out, *given, "--container", "folder", "--device", "cpu")
        recipes[precision], told[precision] = read_recipe(out / "recipe.json"), capsys.readouterr()

    assert {name: recipe.precision for name, recipe in recipes.items()} == {
        "float32": "float32",
        "bfloat16": "bfloat16",
    }
    assert "encoder 'efficientnet-fast', computed in float32." in told["float32"].out
    assert "computed in" not in told["float32"].err
    assert (
        "the vectors of the recipe were computed in float32, and here they are in bfloat16"
        in told["bfloat16"].err
    )


def test_a_recipe_names_no_numbers_where_its_strategy_has_no_vectors(
    pets: ImageDataset, tmp_path: Path
) -> None:
    vectors, _ = embedded(pets, tmp_path)
    assert vectors.precision == "float32"

    kept = {
        strategy: make_recipe(pets, make_plan(pets, strategy), PRESETS["standard"])
        .of_vectors(vectors)
        .precision
        for strategy in ("augment", "smote")
    }

    assert kept == {"augment": None, "smote": "float32"}


def test_a_recipe_of_an_encoder_that_is_gone_is_carried_out_where_it_needs_none(
    pets: ImageDataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = make_recipe(pets, make_plan(pets, "augment"), PRESETS["standard"], encoder="builtin")
    path = tmp_path / "recipe.json"
    path.write_text(recipe.to_text(), "utf-8")

    out = by_command(pets, tmp_path / "out", "--recipe", str(path))

    assert read_recipe(out / "recipe.json").encoder == "builtin"
    smote = ["balance", str(pets.root), "--out", str(tmp_path / "other"), "--recipe", str(path)]
    assert main([*smote, "--strategy", "smote"]) != 0
    assert "Encoder 'builtin' is unknown. Choose one of" in capsys.readouterr().err


def test_a_session_without_a_strategy_tells_of_its_images(pets: ImageDataset) -> None:
    assert make_recipe(pets, None, PRESETS["standard"]).told() == ["Images: 'pets'."]


def test_a_strategy_of_another_version_is_told_by_name(pets: ImageDataset) -> None:
    recipe = make_recipe(pets, make_plan(pets, "augment"), PRESETS["standard"])

    told = replace(recipe, strategy="of_tomorrow", source="a\nb\udcff").told()

    assert told[0] == "Images: 'a?b?'."
    assert "'of_tomorrow', which this version does not have" in told[1]
