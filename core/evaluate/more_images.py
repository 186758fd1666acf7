"""How many more images would help, and of which class? Asked on request, on frozen vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.embed import unadapted
from core.errors import SettingError
from core.evaluate.bench import Bench, Side, open_bench
from core.evaluate.candidates import Candidate
from core.evaluate.curve_cells import FitPredict, PartsDesign, measure_cells
from core.evaluate.curves import LearningCurve, fit_curve
from core.evaluate.experiment import Design, Experiment, Run, draw_design
from core.evaluate.folds import Fold
from core.evaluate.heads import find_head
from core.progress import Progress, silent
from core.randomness import stream_seed

REPEATS = 5
EVERY_CLASS = None  # in place of a label: all classes grow, and the figure is balanced accuracy
_HEAD = "discriminant"  # in closed form: a curve takes a hundred fits


def foretell_more_images(
    experiment: Experiment,
    candidate: Candidate,
    labels: Sequence[str | None],
    *,
    progress: Progress = silent,
) -> Mapping[str | None, LearningCurve | None]:
    """Return what more images of each class would bring, or of all; None where too few tell.

    A closed-form head learns from a quarter, half, three quarters and all of the images to learn
    from in each fold. An encoder that has learned the labels is not used: its base stands in.

    Args:
        experiment: What was compared; its head, and where it scores, play no part.
        candidate: How classes are balanced.
        labels: Classes, or EVERY_CLASS.
        progress: Told of folds drawn, then of fits of one class after another.

    Raises:
        SettingError: a class that is not scored, or a candidate that learns from pictures.
        TooFewClassesError: fewer than two classes have two different training images, or groups.
    """
    _refuse_pictures(candidate)
    dataset = experiment.dataset
    embeddings = unadapted(dataset, experiment.embeddings, progress=progress)
    asked = replace(
        experiment,
        embeddings=embeddings,
        head=find_head(_HEAD),
        repeats=REPEATS,
        on_test_split=False,
        shows_leak=False,
    )
    design = draw_design(asked, progress)
    bench = open_bench(asked, design, [candidate], perf_counter, progress)
    fit_predict = _fit_predict(bench, candidate)
    folds = [[run.fold for run in runs] for runs in design.repeats]
    parts = PartsDesign(dataset.codes, asked.first_codes, design.groups, folds, experiment.seed)
    return {
        label: fit_curve(
            measure_cells(
                parts, fit_predict, code=_code_of(label, asked, design), progress=progress
            )
        )
        for label in labels
    }


def _code_of(label: str | None, experiment: Experiment, design: Design) -> int | None:
    if label is None:
        return None
    scored = [experiment.dataset.classes[code] for code in design.codes]
    if label not in scored:
        raise SettingError(
            f"'{label}' is not scored, so nothing can be said of it. Choose one of: "
            f"{', '.join(scored)}."
        )
    return experiment.dataset.classes.index(label)


def _refuse_pictures(candidate: Candidate) -> None:
    if any(part.needs_pictures(head_takes_pictures=False) for part in candidate.parts):
        raise SettingError(
            f"'{candidate.name}' learns from augmented pictures, and what more images bring is "
            "measured on vectors. Choose a candidate without pictures, such as 'class_weights'."
        )


def _fit_predict(bench: Bench, candidate: Candidate) -> FitPredict:
    """Return what learns and predicts as a run of the comparison does."""
    count = len(bench.experiment.dataset.classes)

    def fit_predict(train: Rows, test: Rows) -> NDArray[np.float16]:
        seed = stream_seed(bench.experiment.seed, "parts", len(train))
        run = Run(0, 0, 0, Fold(train, test), seed)
        alone = replace(
            bench,
            design=replace(bench.design, repeats=((run,),)),
            sides={0: Side(train, seed, bench.experiment.embeddings)},
        )
        (answer,) = alone.run(candidate, alone.lay_out(0, silent), lambda *_: None)
        found = np.zeros((len(test), count), np.float16)
        found[:, bench.design.codes] = answer.scores
        return found

    return fit_predict
