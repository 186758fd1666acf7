"""Measure how many more images would help, and of which class: on request, on frozen vectors.

`core.evaluate.curve_text` says what was found.
"""

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.dataset import TRAIN, ImageDataset, Rows
from core.embed import judge_of, unadapted
from core.errors import SettingError
from core.evaluate.bench import Bench, Side, open_bench
from core.evaluate.candidates import Candidate, parse_candidate
from core.evaluate.curve_cells import FRACTIONS, FitPredict, PartsDesign, measure_cells
from core.evaluate.curve_text import Foretold, MoreImages
from core.evaluate.curves import fit_curve
from core.evaluate.estimate import Planned, estimate
from core.evaluate.experiment import Design, Experiment, Run, draw_design
from core.evaluate.folds import Fold
from core.evaluate.heads import find_head
from core.evaluate.report import EvaluationReport
from core.progress import Progress, silent
from core.randomness import stream_seed
from core.words import count_of

REPEATS = 5
EVERY_CLASS = None  # in place of a label: all classes grow, and the figure is balanced accuracy
_HEAD = "discriminant"  # in closed form: a curve takes a hundred fits
_MOST_NAMED = 20  # classes


def suitable_candidates(report: EvaluationReport) -> list[Candidate]:
    """Return what a curve can be measured with: what learns from vectors, the recommended first."""
    recommended = report.verdicts[report.metric].recommended
    found = []
    for row in report.strategies[:-1]:
        candidate = parse_candidate(row.name, _by_strategy(row.name, report))
        if not _learns_from_pictures(candidate):
            found.append(candidate)
    return sorted(found, key=lambda one: one.name != recommended)


def _by_strategy(name: str, report: EvaluationReport) -> dict[str, dict[str, float | str]]:
    """Return strategy -> settings, of a candidate as the report has them."""
    settings: dict[str, dict[str, float | str]] = {}
    for key, value in report.settings[name].items():
        strategy, dot, setting = key.rpartition(".")
        own = strategy if dot else name.partition("@")[0].partition(":")[0]
        settings.setdefault(own, {})[setting] = value
    return settings


def default_labels(dataset: ImageDataset, scored: Sequence[str], most: int = 5) -> list[str | None]:
    """Return all classes together, and the smallest of those scored: they have most to gain."""
    counts = dataset.counts(TRAIN)
    return [EVERY_CLASS, *sorted(scored, key=lambda label: (counts.get(label, 0), label))[:most]]


def parse_labels(text: str, dataset: ImageDataset) -> list[str] | None:
    """Return the classes that `text` names, as 'a,b'; None for 'all': each, and all together.

    Raises:
        SettingError: a class that there is not.
    """
    counts = {label: count for label, count in dataset.counts(TRAIN).items() if count}
    if text in counts:
        return [text]
    if text.strip() == "all":
        return None
    named = list(dict.fromkeys(piece.strip() for piece in text.split(",")))
    for label in named:
        if label not in counts:
            raise SettingError(
                f"There is no class '{label}' among the training images. Name classes as "
                f"CLASS,CLASS, or all. The classes are: {', '.join(list(counts)[:_MOST_NAMED])}."
            )
    return named


def cost_text(
    dataset: ImageDataset, encoder: str, candidate: Candidate, labels: Sequence[str | None]
) -> str:
    """Return what the curves will take, in a sentence."""
    planned = Planned(
        dataset.counts(TRAIN), find_head(_HEAD), judge_of(encoder),
        repeats=REPEATS * len(FRACTIONS) * len(labels),
    )  # fmt: skip
    fits = planned.runs
    return f"{count_of(fits, 'fit')}. {estimate(planned, [candidate]).text}"


def foretell_more_images(
    experiment: Experiment,
    candidate: Candidate,
    labels: Sequence[str | None],
    *,
    progress: Progress = silent,
) -> MoreImages:
    """Return what more images of each class would bring, or of all.

    A closed-form head learns from a quarter, half, three quarters and all of the images to learn
    from in each fold. An encoder that has learned the labels is not used: its base stands in.

    Args:
        experiment: What was compared; its head, and where it scores, play no part.
        candidate: How classes are balanced.
        labels: Classes, or EVERY_CLASS.
        progress: Told of folds drawn, then of fits.

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
    codes = [_code_of(label, asked, design) for label in labels]
    found = []
    for place, (label, code) in enumerate(zip(labels, codes, strict=True)):

        def tell(stage: str, done: int, total: int, place: int = place) -> None:
            progress(stage, place * total + done, len(codes) * total)

        curve = fit_curve(measure_cells(parts, fit_predict, code=code, progress=tell))
        counts = dataset.counts(TRAIN)
        images = sum(counts.values()) if label is None else counts[label]
        found.append(Foretold(label, images, curve, experiment.margin))
    return MoreImages(candidate.name, candidate.title, tuple(found))


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
    if _learns_from_pictures(candidate):
        raise SettingError(
            f"'{candidate.name}' learns from augmented pictures, and what more images bring is "
            "measured on vectors. Choose a candidate without pictures, such as 'class_weights'."
        )


def _learns_from_pictures(candidate: Candidate) -> bool:
    return any(part.needs_pictures(head_takes_pictures=False) for part in candidate.parts)


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
