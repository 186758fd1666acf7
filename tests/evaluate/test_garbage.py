"""No candidate learns from what it is scored on: replaced by garbage, that changes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evaluate_sets import clusters

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.evaluate import HEADS, Experiment, parse_candidates
from core.evaluate.bench import Bench, Laid, open_bench
from core.evaluate.candidates import all_names, names_for
from core.evaluate.experiment import Design, draw_design
from core.evaluate.head import Head
from core.progress import silent

# Pictures are made of files; what is drawn for them is held by the tests of augmented rows.
NAMES = [name for name in all_names() if not name.startswith("augment") and ":" not in name]
ON_VECTORS = [name for name, head in HEADS.items() if not head.learns_from_pictures]


def stopped() -> float:
    return 0.0


def bench_of(
    dataset: ImageDataset, embeddings: Embeddings, head: Head, design: Design | None = None
) -> Bench:
    """Return the bench for all candidates; of the folds of another one where given."""
    experiment = Experiment(dataset, embeddings, head, repeats=1)
    candidates = parse_candidates(names_for(head, NAMES))
    drawn = draw_design(experiment, silent) if design is None else design
    return open_bench(experiment, drawn, candidates, stopped, silent)


def garbled(
    dataset: ImageDataset, embeddings: Embeddings, rows: np.ndarray
) -> tuple[ImageDataset, Embeddings]:
    """Return the set with vectors of `rows` replaced, and the labels of them shuffled."""
    rng = np.random.default_rng(9)
    vectors = embeddings.vectors.copy()
    vectors[rows] = 1e3 * rng.standard_normal((len(rows), vectors.shape[1]))
    labels = dataset.table["label"].to_numpy(object).copy()
    labels[rows] = rng.permutation(labels[rows])
    table = dataset.table.assign(label=pd.Categorical(labels))
    return replace(dataset, table=table), replace(embeddings, vectors=vectors)


def learned(bench: Bench, laid: Laid, names: Sequence[str]) -> Iterator[tuple[str, list[bytes]]]:
    """Yield, of each candidate, all that it learns from and the answers of the head that it fits.

    The head is asked about the training side, which is the same in both.
    """
    head = bench.experiment.head
    for candidate in parse_candidates(names):
        side = bench.training_set(candidate, laid)
        asked = laid.source.real(laid.run.fold.train)
        fit = bench.fit_of(laid, lambda *_: None)
        if candidate.rule is not None and head.fitter is not None:
            scores = candidate.rule.predict(head.fitter, side, asked, fit).scores
        else:
            scores = bench.opened.predict(side, asked, fit).scores
        partners = np.empty(0) if side.partners is None else side.partners
        parts = [
            *(side.features, side.codes, side.votes, side.bases, partners),
            *(side.class_weight, side.shift, scores),
        ]
        yield candidate.name, [np.ascontiguousarray(part).tobytes() for part in parts]


@pytest.mark.parametrize("head", ON_VECTORS)
def test_garbage_on_the_test_side_changes_no_byte_of_what_is_learned(head: str) -> None:
    dataset, embeddings = clusters({"a": 50, "b": 22, "c": 12}, apart=1.2)
    bench = bench_of(dataset, embeddings, HEADS[head])
    fold = bench.design.repeats[0][0].fold
    other = bench_of(*garbled(dataset, embeddings, fold.test), HEADS[head], bench.design)
    names = names_for(HEADS[head], NAMES)

    ours, theirs = (
        dict(learned(each, each.lay_out(0, silent)[0], names)) for each in (bench, other)
    )

    assert len(ours) == len(names)
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert not np.array_equal(
        bench.lay_out(0, silent)[0].source.tested(), other.lay_out(0, silent)[0].source.tested()
    )


def test_garbage_on_the_training_side_is_seen() -> None:
    dataset, embeddings = clusters({"a": 50, "b": 22}, apart=1.2)
    bench = bench_of(dataset, embeddings, HEADS["linear"])
    train = bench.design.repeats[0][0].fold.train
    other = bench_of(*garbled(dataset, embeddings, train[:1]), HEADS["linear"], bench.design)

    ours, theirs = (
        dict(learned(each, each.lay_out(0, silent)[0], ["smote"])) for each in (bench, other)
    )

    assert ours["smote"] != theirs["smote"]
