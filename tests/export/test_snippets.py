"""Code to paste runs as it stands on an export, and does what its title says."""

import inspect
import json
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from export_sets import manifest
from fake_keras import Sequential, fake_keras
from fake_trainer import FakeArguments, FakeTrainer
from scipy.stats import chi2
from snippet_runs import COUNTS, Names, export_for, run_snippet, write_exports
from torch.nn.functional import cross_entropy

from core.errors import SettingError
from core.export import SNIPPETS, find_snippet, fitting_snippets, read_training
from core.export.trainer_code import Snippet

TORCH = [name for name, one in SNIPPETS.items() if one.library == "PyTorch"]
KERAS = [name for name, one in SNIPPETS.items() if one.library == "Keras"]
# transformers takes seconds to import.
EACH = [
    pytest.param(name, marks=[pytest.mark.long] * (one.library == "transformers"))
    for name, one in SNIPPETS.items()
]
SIX_EPOCHS = range(6)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_exports(tmp_path_factory.mktemp("snippets"))


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[Sequential]:
    """Put a Keras in the place of what is not installed; return the models that were fitted."""
    keras, models = fake_keras()
    monkeypatch.setitem(sys.modules, "keras", keras)
    return models


def run(name: str, exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Names:
    snippet = SNIPPETS[name]
    if snippet.library == "transformers":
        import transformers

        monkeypatch.setitem(transformers.__dict__, "Trainer", FakeTrainer)
        monkeypatch.setitem(transformers.__dict__, "TrainingArguments", FakeArguments)
    torch.manual_seed(0)
    return run_snippet(snippet, export_for(snippet, exports))


def is_likely(counts: list[int], shares: list[float]) -> bool:
    """Return whether counts are of draws by shares: worse ones come in one case of a thousand."""
    expected = np.array(shares) * sum(counts)
    statistic = ((np.array(counts) - expected) ** 2 / expected).sum()
    return bool(statistic < chi2.ppf(0.999, len(counts) - 1))


# --- Each


@pytest.mark.usefixtures("fitted")
@pytest.mark.parametrize("name", EACH)
def test_a_snippet_runs_as_it_stands(
    name: str, exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(name, exports, monkeypatch)


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_is_short_and_names_its_folder_once(name: str) -> None:
    code = SNIPPETS[name].code("some 'folder'")

    assert code.count("FOLDER = ") == 1
    assert """FOLDER = "some 'folder'"\n""" in code
    assert '"FOLDER"' not in code
    assert len(code.splitlines()) <= 115
    assert "evenset" not in code.lower() and "import core" not in code


def test_each_file_is_a_snippet() -> None:
    folder = Path(inspect.getfile(Snippet)).parent / "snippets"

    assert sorted(path.stem for path in folder.glob("*.py")) == sorted(SNIPPETS)


def test_what_a_plan_asks_for_comes_first(exports: dict[str, Path]) -> None:
    names = {
        plan: [one.name for one in fitting_snippets(read_training(folder))]
        for plan, folder in exports.items()
    }

    assert names["class_weights"][0] == "torch_class_weights"
    assert names["logit_adjustment"][0] == "torch_logit_adjustment"
    assert names["augment"] == ["torch_pictures", "torch_balanced_batches"]
    assert names["smote"][0] == "sklearn_vectors"
    assert "keras_class_weight" not in names["smote"]
    assert "torch_vectors" not in names["class_weights"]


def test_a_snippet_that_does_not_fit_is_refused(exports: dict[str, Path]) -> None:
    training = read_training(exports["augment"])

    with pytest.raises(SettingError, match=r"'torch_sampler' does not fit .* torch_pictures, "):
        find_snippet("torch_sampler", training)
    with pytest.raises(SettingError, match="'torch_smapler' does not exist"):
        find_snippet("torch_smapler", training)


# --- PyTorch


@pytest.mark.parametrize("name", TORCH)
def test_a_model_learns_by_each_snippet_of_pytorch(
    name: str, exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = run(name, exports, monkeypatch)

    if "loader" not in names:  # of a loss
        names["loader"] = run("torch_sampler", exports, monkeypatch)["loader"]
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.LazyLinear(len(COUNTS)))
    inputs, codes = next(iter(names["loader"]))
    assert inputs.dtype == torch.float32
    assert set(codes.tolist()) == {0, 1, 2}
    loss = names.get("criterion", cross_entropy)(model(inputs), codes)
    loss.backward()
    assert torch.isfinite(loss)
    assert all(torch.isfinite(weight.grad).all() for weight in model.parameters())


def test_pictures_are_those_of_the_manifest(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    train = run("torch_sampler", exports, monkeypatch)["train"]

    rows = [row for row in manifest(exports["class_weights"]) if row["split"] == "train"]
    assert [row["path"] for row in train.rows] == [row["path"] for row in rows]
    assert Counter(train.codes) == {0: 8, 1: 3, 2: 1}
    pixels, code = train[0]
    assert (tuple(pixels.shape), code) == ((3, 224, 224), 0)
    assert 0 <= pixels.min() < pixels.max() <= 1


def test_classes_come_equally_often_by_weight(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = run("torch_sampler", exports, monkeypatch)

    drawn = Counter(names["train"].codes[place] for _ in range(100) for place in names["sampler"])

    assert is_likely([drawn[code] for code in range(3)], [1 / 3] * 3)


def test_weights_in_the_loss_are_those_of_the_classes(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    criterion = run("torch_class_weights", exports, monkeypatch)["criterion"]

    assert criterion.weight.tolist() == pytest.approx([12 / 24, 12 / 9, 12 / 3])


def test_logit_adjustment_takes_class_sizes_out_of_a_model_that_knows_nothing_else(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best logits without pictures are the log priors; adjusted, no class is favoured."""
    names = run("torch_logit_adjustment", exports, monkeypatch)
    codes = torch.tensor([0] * 8 + [1] * 3 + [2])
    priors = torch.log(torch.tensor([8, 3, 1]) / 12)

    assert names["adjusted"](priors).tolist() == pytest.approx([0, 0, 0], abs=1e-6)
    logits = torch.zeros(3, requires_grad=True)
    names["criterion"](logits.expand(12, 3), codes).backward()
    assert logits.grad is not None
    assert logits.grad.abs().max() < 1e-6


def test_every_class_is_in_each_batch_and_comes_round(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    snippet, folder = SNIPPETS["torch_balanced_batches"], exports["class_weights"]
    names = run_snippet(snippet, folder)
    batches = names["BalancedBatches"](names["train"].codes, per_class=2)

    first, second = list(batches), list(batches)

    assert len(first) == len(batches) == 4
    assert first != second
    for batch in first:
        codes = [names["train"].codes[place] for place in batch]
        assert Counter(codes) == {0: 2, 1: 2, 2: 2}
    drawn = Counter(place for batch in first for place in batch)
    assert [drawn[place] for place in range(8)] == [1] * 8
    assert {drawn[place] for place in range(8, 11)} == {2, 3}


def in_process(sampler: object, rank: int) -> object:
    """Return a sampler as it is in one of two processes."""
    sampler.__dict__.update(rank=rank, world_size=2)
    return sampler


def test_draws_in_two_processes_have_the_stated_frequency(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = run("torch_distributed", exports, monkeypatch)
    training = read_training(exports["class_weights"])
    weights = [training.sampler_weight[code] for code in names["train"].codes]
    drawn: Counter[int] = Counter()
    for epoch in range(200):
        for rank in (0, 1):
            sampler = in_process(names["WeightedDraws"](weights), rank)
            sampler.set_epoch(epoch)
            own = list(sampler)
            assert len(own) == len(sampler) == 6
            drawn.update(own)

    assert is_likely([drawn[place] for place in range(12)], weights)


@pytest.mark.parametrize("epoch", SIX_EPOCHS)
def test_repeats_are_kept_and_no_picture_is_drawn_by_two_processes(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch, epoch: int
) -> None:
    names = run("torch_distributed", exports, monkeypatch)
    training, codes = read_training(exports["class_weights"]), names["train"].codes
    draws = []
    for rank in (0, 1):
        monkeypatch.setattr("torch.distributed.is_initialized", lambda: True)
        monkeypatch.setattr("torch.distributed.get_rank", lambda rank=rank: rank)
        monkeypatch.setattr("torch.distributed.get_world_size", lambda: 2)
        sampler = names["RepeatedDraws"](codes, training.draws_per_class)
        sampler.set_epoch(epoch)
        draws.append(list(sampler))

    assert not set(draws[0]) & set(draws[1])
    # 24 draws; the fox stands in one process with its 8, which is then longer by at most as many.
    assert len(draws[0]) == len(draws[1]) == len(sampler) >= (24 - 8) // 2
    for place, count in Counter(draws[0] + draws[1]).items():
        assert count <= training.repeats[codes[place]]


def test_alone_every_class_is_drawn_equally_often_and_each_picture_too(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = run("torch_distributed", exports, monkeypatch)
    sampler, codes = names["repeated"], names["train"].codes
    epochs = []
    for epoch in SIX_EPOCHS:
        sampler.set_epoch(epoch)
        epochs.append(Counter(sampler))

    for drawn in epochs:
        by_class = Counter(codes[place] for place in drawn.elements())
        assert by_class == {0: 8, 1: 8, 2: 8}
        assert sorted(drawn[place] for place in range(8, 11)) == [2, 3, 3]
    # What does not divide goes to other pictures in another epoch.
    assert len({tuple(drawn[place] for place in range(8, 11)) for drawn in epochs}) > 1


# --- Vectors


def test_a_batch_of_vectors_is_balanced_and_its_points_are_those_of_the_export(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = run("torch_vectors", exports, monkeypatch)
    assert isinstance(names["vectors"], np.memmap)
    with np.load(exports["smote"] / "synthetic_vectors.npz") as points:
        written = np.concatenate([names["vectors"][names["own"]], points["vectors"]])

    vectors, codes = next(iter(names["BalancedVectors"](batch_size=30)))

    assert Counter(codes.tolist()) == {0: 10, 1: 10, 2: 10}
    distances = np.abs(vectors.numpy()[:, None] - written[None]).max(axis=2)
    assert distances.min(axis=1).max() < 1e-6
    assert (names["codes"][distances.argmin(axis=1)] == codes.numpy()).all()


def test_workers_share_the_batches_of_an_epoch(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = run("torch_vectors", exports, monkeypatch)
    batches = names["BalancedVectors"](batch_size=6, batches=5)
    whole = [codes.tolist() for _, codes in batches]

    parts = []
    for worker in (0, 1):
        info = SimpleNamespace(id=worker, num_workers=2)
        monkeypatch.setitem(names, "get_worker_info", lambda info=info: info)
        parts.append([codes.tolist() for _, codes in batches])

    assert [len(part) for part in parts] == [3, 2]
    assert [parts[n % 2][n // 2] for n in range(5)] == whole
    batches.set_epoch(1)
    assert [codes.tolist() for _, codes in batches] != parts[1]


def test_scikit_learn_learns_from_both_kinds_of_vectors(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run("sklearn_vectors", exports, monkeypatch)

    vectors = read_training(exports["smote"]).vectors
    assert vectors is not None
    assert len(names["X"]) == sum(vectors.real) + sum(vectors.synthetic)
    assert "test: balanced accuracy" in capsys.readouterr().out


# --- Keras


def test_keras_weighs_the_classes_of_its_folders(
    exports: dict[str, Path], fitted: list[Sequential], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("keras_class_weight", exports, monkeypatch)

    assert fitted[0].class_weight == pytest.approx({0: 12 / 24, 1: 12 / 9, 2: 12 / 3})
    assert Counter(np.concatenate([codes for _, codes in fitted[0].batches])) == {0: 8, 1: 3, 2: 1}


def test_keras_gets_the_weight_of_each_picture_once(
    exports: dict[str, Path], fitted: list[Sequential], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("keras_sample_weight", exports, monkeypatch)

    [(pictures, codes, weights)] = fitted[0].batches
    assert pictures.shape == (12, 224, 224, 3)
    assert sum(weights) == pytest.approx(12)
    assert {weight for weight, code in zip(weights, codes, strict=True) if code == 2} == {4}


def test_keras_gets_balanced_batches_of_vectors(
    exports: dict[str, Path], fitted: list[Sequential], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("keras_vectors", exports, monkeypatch)

    [(vectors, codes)] = fitted[0].batches
    assert vectors.shape == (256, 6)
    assert set(Counter(codes.tolist()).values()) == {85, 86}


# --- transformers


@pytest.mark.long
def test_the_trainer_draws_by_weight_and_weighs_the_loss(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = run("transformers_sampler", exports, monkeypatch)["trainer"]
    sampler = drawing._get_train_sampler()
    drawn = Counter(drawing.train_dataset.codes[place] for _ in range(100) for place in sampler)
    assert is_likely([drawn[code] for code in range(3)], [1 / 3] * 3)

    names = run("transformers_class_weights", exports, monkeypatch)
    outputs = SimpleNamespace(logits=torch.zeros(12, 3))
    codes = torch.tensor(names["trainer"].train_dataset.codes)
    loss = names["weighted_loss"](outputs, codes, num_items_in_batch=torch.tensor(24))
    # The weights of 12 pictures sum up to 12, of 24 that are accumulated.
    assert loss == pytest.approx(np.log(3) * 12 / 24)
    assert len(names["trainer"].losses) == 1


@pytest.mark.long
def test_the_trainer_has_what_the_snippets_use_of_it() -> None:
    from transformers import Trainer, TrainingArguments

    made = list(inspect.signature(Trainer.__init__).parameters)
    assert made[1:3] == ["model", "args"]
    assert {"train_dataset", "compute_loss_func"} <= set(made)
    assert list(inspect.signature(Trainer._get_train_sampler).parameters) == [
        "self",
        "train_dataset",
    ]
    fields = set(inspect.signature(TrainingArguments).parameters)
    assert {"num_train_epochs", "per_device_train_batch_size", "seed"} <= fields


# --- Lists


def test_the_folder_may_be_called_anything(tmp_path: Path, exports: dict[str, Path]) -> None:
    place = tmp_path / 'it\'s "here" \\n'
    place.mkdir()
    text = (exports["class_weights"] / "training.json").read_text()
    (place / "training.json").write_text(text)

    names = run_snippet(SNIPPETS["torch_class_weights"], place)

    assert names["training"] == json.loads(text)
