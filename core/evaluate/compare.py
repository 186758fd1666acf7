"""Compare candidates on images that none of them saw, repeat by repeat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.dataset import TRAIN
from core.embed import unadapted
from core.evaluate.bench import Bench, Clock, Laid, Scored, open_bench
from core.evaluate.buffer import make_buffer
from core.evaluate.candidates import Candidate, check_targets, parse_candidates
from core.evaluate.experiment import Design, Experiment, draw_design
from core.evaluate.kept import KeptRepeat, KeptRepeats
from core.evaluate.leaky import measure_leaky
from core.evaluate.notes import added_notes, write_notes
from core.evaluate.predictions import Predictions
from core.evaluate.report import Done, EvaluationReport, Spent
from core.progress import Progress, silent

STAGE = "comparing strategies"
_FEWEST_KEPT = 2  # candidates that were compared before, so that another one is added to them

OnDone = Callable[[Done], None]


def evaluate(
    experiment: Experiment,
    candidates: Sequence[Candidate] | None = None,
    *,
    kept: Path | None = None,
    clock: Clock = perf_counter,
    on_done: OnDone | None = None,
    progress: Progress = silent,
) -> EvaluationReport:
    """Compare candidates by how well a head labels images that it never saw.

    The training split is divided into folds first. In each fold everything is fitted on the
    training side alone: the scaling, the directions, what a candidate adds, how strongly the head
    is held back, and the head. Each repeat is run for all candidates before the next one begins.

    Args:
        experiment: What all candidates share.
        candidates: What is compared, the baseline among them or not; the defaults unless given. A
            head that always predicts the largest class is there besides.
        kept: A folder for predictions: repeats that lie there are not run again.
        clock: Tells seconds.
        on_done: Given what is known when a candidate has its first repeat, and after each further
            repeat of all.
        progress: Told of pictures compared, folds drawn and pictures made, then of fits.

    Raises:
        TooFewClassesError: fewer than two classes have two different training images, or groups.
        SettingError: a candidate that cannot be compared, or groups of which no folds can be made.
        OutputError: the folder cannot be written, or there is no room.
    """
    asked = _with_baseline(parse_candidates() if candidates is None else candidates)
    check_targets(asked, experiment.dataset.counts(TRAIN))
    design = draw_design(experiment, progress)
    repeats = KeptRepeats(kept, experiment, design)
    repeats.forget_others()
    comparison = _Comparison(experiment, design, asked, repeats)
    comparison.run(clock, on_done, progress)
    return comparison.done().report()


def _with_baseline(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates, the baseline first and each once."""
    (baseline,) = parse_candidates([])
    return list({one.name: one for one in (baseline, *candidates)}.values())


@dataclass(eq=False)
class _Comparison:
    """What is known so far: it grows with each repeat of each candidate."""

    experiment: Experiment
    design: Design
    candidates: list[Candidate]
    kept: KeptRepeats
    scores: dict[str, NDArray[np.float16]] = field(default_factory=dict)  # (R, N, C)
    spent: dict[str, list[KeptRepeat]] = field(default_factory=dict)  # by repeat, without scores
    leaky: dict[str, dict[str, float]] = field(default_factory=dict)
    told: list[Candidate] = field(default_factory=list)  # of which something may be known
    missing: list[Candidate] = field(default_factory=list)  # of which some repeat is to be run
    added: list[Candidate] = field(default_factory=list)  # to what was compared before

    @property
    def _fits(self) -> int:
        """Return how many steps a candidate takes in a repeat."""
        return self.experiment.head.steps * len(self.design.repeats[0])

    @property
    def _total(self) -> int:
        return len(self.design.repeats) * len(self.candidates) * self._fits

    def run(self, clock: Clock, on_done: OnDone | None, progress: Progress) -> None:
        """Run what is not kept, and tell of it: rows with pictures after all that need none."""
        self.missing = self._missing()
        self.added = [one for one in self.missing if self.kept.find(one, 0) is None]
        whole = len(self.candidates) - len(self.missing)
        if len(self.missing) > len(self.added) or whole < _FEWEST_KEPT:
            self.added = []
        first, *later = self._stages()
        self.told = list(first)
        bench = self._run(first, clock, on_done, progress)
        for stage in later:
            self._run(stage, clock, None, progress)
            self.told += stage
            if on_done is not None:
                on_done(self.done())
        if self.experiment.shows_leak:
            self._show_leak(bench or self._open(self.candidates, clock, progress))
        progress(STAGE, self._total, self._total)

    def _run(
        self,
        stage: Sequence[Candidate],
        clock: Clock,
        on_done: OnDone | None,
        progress: Progress,
    ) -> Bench | None:
        """Run candidates repeat by repeat; return the bench where one was needed."""
        bench: Bench | None = None
        fits, total = self._fits, self._total
        for repeat in range(len(self.design.repeats)):
            laid: list[Laid] = []
            for candidate in stage:
                before = fits * sum(map(len, self.spent.values()))
                progress(STAGE, before, total)
                found = self.kept.find(candidate, repeat)
                if found is None:
                    bench = bench or self._open(stage, clock, progress)
                    laid = laid or bench.lay_out(repeat, progress)

                    def tell(done: int, of: int, before: int = before) -> None:
                        progress(STAGE, before + done * fits // max(1, of), total)

                    found = _joined(self.design, bench.run(candidate, laid, tell), laid)
                    self.kept.put(candidate, repeat, found)
                self._take(candidate, repeat, found)
                is_last = candidate is stage[-1]
                if on_done is not None and (repeat == 0 or is_last):
                    on_done(self.done())
        return bench

    def _stages(self) -> list[list[Candidate]]:
        """Return the candidates, those last whose pictures have to be made first.

        All are one stage where nothing could be compared before, and where what a bench holds is
        dear and not to be made twice: an encoder that learns in each fold, all of a leak's sides.
        """
        experiment = self.experiment
        later = [one for one in self.candidates if one.makes_pictures(experiment.head)]
        first = [one for one in self.candidates if one not in later]
        is_dear = experiment.shows_leak or experiment.embeddings.base is not None
        return [self.candidates] if len(first) < 2 or not later or is_dear else [first, later]

    def _missing(self) -> list[Candidate]:
        """Return the candidates of which some repeat is not kept."""
        repeats = range(len(self.design.repeats))
        return [
            one
            for one in self.candidates
            if any(self.kept.find(one, repeat) is None for repeat in repeats)
        ]

    def done(self) -> Done:
        """Return what all candidates that are told of have in common: whole repeats."""
        told = [one.name for one in self.candidates if one in self.told]
        begun = [name for name in told if name in self.spent]
        count = min(len(self.spent[name]) for name in begun)
        dataset, design = self.experiment.dataset, self.design
        predictions = Predictions(
            design.rows,
            np.searchsorted(design.codes, design.actual).astype(np.intp),
            design.groups[design.rows],
            tuple(dataset.classes[code] for code in design.codes),
            np.stack([design.fold_of(repeat) for repeat in range(count)]),
            {name: self.scores[name][:count] for name in begun},
            self.experiment.on_test_split,
        )
        return Done(
            self.experiment,
            self.candidates,
            predictions,
            {name: _spent(self.spent[name][:count]) for name in begun},
            (
                *added_notes(self.added, len(self.candidates)),
                *write_notes(self.experiment, design, self.candidates),
            ),
            len(design.whole),
            len(design.repeats),
            self.leaky,
            self._edited(predictions),
        )

    def _edited(self, predictions: Predictions) -> Predictions | None:
        """Return the predictions of the images that are there now, by the labels of now."""
        if self.experiment.original is None:
            return None
        dataset, design = self.experiment.dataset, self.design
        codes = dataset.codes[design.rows]
        is_kept = (dataset.split_codes[design.rows] >= 0) & np.isin(codes, design.codes)
        return predictions.only(is_kept, np.searchsorted(design.codes, codes).astype(np.intp))

    def _open(self, stage: Sequence[Candidate], clock: Clock, progress: Progress) -> Bench:
        """Return the bench of what is not kept; of all, where each has to show its leak."""
        experiment = self.experiment
        wanted = [one for one in stage if one in self.missing or experiment.shows_leak]
        if experiment.head.learns_from_pictures:
            own = unadapted(experiment.dataset, experiment.embeddings, progress=progress)
            experiment = replace(experiment, embeddings=own)
        return open_bench(experiment, self.design, wanted, clock, progress)

    def _take(self, candidate: Candidate, repeat: int, found: KeptRepeat) -> None:
        if candidate.name not in self.scores:
            shape = (len(self.design.repeats), len(self.design.rows), len(self.design.codes))
            self.scores[candidate.name] = make_buffer(shape, np.float16)
        self.scores[candidate.name][repeat] = found.scores
        without = replace(found, scores=np.empty((0, 0), np.float16))
        self.spent.setdefault(candidate.name, []).append(without)

    def _show_leak(self, bench: Bench) -> None:
        for candidate in self.candidates:
            if candidate.adds and bench.store is None:
                self.leaky[candidate.name] = measure_leaky(bench, candidate)


def _joined(design: Design, answers: Sequence[Scored], laid: Sequence[Laid]) -> KeptRepeat:
    """Return a repeat of what a candidate answered in each of its folds."""
    scores = np.zeros((len(design.rows), len(design.codes)), np.float16)
    for answer, one in zip(answers, laid, strict=True):
        scores[np.searchsorted(design.rows, one.run.fold.test)] = answer.scores
    curves = tuple(answer.curve for answer in answers if answer.curve)
    return KeptRepeat(
        scores,
        float(np.mean([answer.seconds for answer in answers])),
        float(np.mean([answer.change for answer in answers])),
        curves,
    )


def _spent(repeats: Sequence[KeptRepeat]) -> Spent:
    return Spent(
        float(np.mean([one.seconds for one in repeats])),
        float(np.mean([one.change for one in repeats])),
        tuple(curve for one in repeats for curve in one.curves),
    )
