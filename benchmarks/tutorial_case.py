"""The tutorials' case for real: python benchmarks/tutorial_case.py CIFAR10_ZIP [REPEATS [PART]].

4,800 cats against 1,200 dogs, the first of each in order of name, tested on 1,000 and 1,000; a
small network from scratch, 10 epochs: as it is, with copies, with class weights, and with
augmented pictures (crop, mirror, noise) up to 4,800. PART 'fixed' learns at one rate as the article
does, 'falling' at one that falls, as the app does, and 'faults' as the article's code does, whose
baseline recognises no dog: a loader that does not shuffle, a softmax before the loss, and both.
All three unless given.
"""

import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from core.augment import AugmentPolicy, make_step
from core.dataset import ImageDataset
from core.embed import Embeddings
from core.evaluate import HEADS, Experiment, evaluate, parse_candidates
from core.evaluate.head import OpenHead
from core.evaluate.inputs import pixel_input
from core.evaluate.network import SIDE_PX, train_network
from core.evaluate.training import Training
from core.ingest import open_source, parse_take

POLICY = AugmentPolicy(
    (
        make_step("crop"),
        make_step("horizontal_flip", probability=0.5),
        make_step("gaussian_noise", {"sigma": (3, 10)}, probability=0.3),
    )
)
PLAIN = Training(epochs=10, patience=0, decays=False)
FALLING = replace(PLAIN, decays=True)
STRATEGIES = ["random_oversampling", "class_weights", "augment"]
FAULTS = {
    "loader does not shuffle": replace(PLAIN, shuffles=False),
    "softmax before the loss": replace(PLAIN, softmax_twice=True),
    "both": replace(PLAIN, shuffles=False, softmax_twice=True),
}


def compare(dataset: ImageDataset, title: str, training: Training, names: list[str]) -> None:
    """Print accuracy and the recall of dogs, and differences with their intervals."""
    ready = OpenHead(partial(train_network, training=training), pixel_input(SIDE_PX), is_small=True)
    head = replace(HEADS["network"], title=title, open=lambda *_: ready, repeats=2)
    rows = np.arange(len(dataset))
    # The network learns from pixels, and none of these strategies asks for vectors.
    blank = Embeddings(np.zeros((len(rows), 1), np.float32), rows, "none", "", "cpu")
    start = perf_counter()
    experiment = Experiment(
        dataset, blank, head, metric="accuracy", on_test_split=True, repeats=REPEATS
    )
    report = evaluate(experiment, parse_candidates(names, policy=POLICY))
    print(f"{title}: {report.repeats} seeds, {perf_counter() - start:.0f} s", flush=True)
    for row in report.strategies:
        accuracy = row.metrics["accuracy"]
        print(
            f"  {row.title:26} accuracy {100 * accuracy:5.1f}, "
            f"recall of dogs {row.recall['dog']:.2f}, "
            f"{'' if row.difference is None else row.difference['accuracy']}, {row.seconds:.0f} s"
        )
    print(f"  {report.verdict}", flush=True)


if __name__ == "__main__":
    REPEATS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    part = sys.argv[3] if len(sys.argv) > 3 else ""
    with tempfile.TemporaryDirectory() as folder:
        images = open_source(sys.argv[1], Path(folder), take=parse_take(["cat=4800", "dog=1200"]))
        if part in {"", "fixed"}:
            compare(images, "one learning rate", PLAIN, STRATEGIES)
        if part in {"", "falling"}:
            compare(images, "the learning rate falls", FALLING, STRATEGIES)
        if part in {"", "faults"}:
            for fault, training in FAULTS.items():
                compare(images, fault, training, ["augment"] if fault == "both" else [])
