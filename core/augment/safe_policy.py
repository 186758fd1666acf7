"""From evidence to a policy: each operation as strong as is safe, for the classes it spares."""

from collections.abc import Mapping
from dataclasses import replace

from core.augment.evidence import Cell, Evidence
from core.augment.operations import OPERATIONS
from core.augment.policy import AugmentPolicy, Step, make_step
from core.augment.trials import Trial, leading
from core.augment.verdict import HARMFUL, UNDECIDED, Verdict
from core.errors import SettingError
from core.parameters import Range, RangeValues

# Each operation was tried alone: all of them on one picture would be another thing.
_AT_ONCE = 2


def safe_policy(evidence: Evidence, *, seed: int = 0) -> AugmentPolicy:
    """Return a policy in which each class gets what is safe for it, and nothing that harms it.

    Safe is not helpful: the encoder still finds the label, and whether a model gains is told by a
    comparison. Two of the steps are done to a picture, drawn evenly. An operation runs from nothing
    to the strongest level that is safe for most classes, each side of it on its own (darker and
    lighter). Classes for which that level is not safe, or a milder one harms, are left alone by the
    step. A class of which nothing can be said gets what harms no other, where of most something
    can, unless it lost more labels than can be borne; one that would be left without any step keeps
    the operation that harms it least.

    Raises:
        SettingError: nothing is safe for any class.
    """
    steps = []
    for name in dict.fromkeys(trial.operation for trial in evidence.trials):
        step = _step(evidence, name)
        if step is not None:
            steps.append(step)
    if not steps:
        raise SettingError(
            "No operation is shown to be safe for any class. Try other operations, more images, or "
            "another encoder."
        )
    return AugmentPolicy(tuple(_with_orphans(evidence, steps)), seed, pick=_AT_ONCE)


def safe_for(evidence: Evidence, label: str) -> list[Trial]:
    """Return the strongest safe trial of each operation for one class."""
    strongest: dict[tuple[str, bool], Trial] = {}
    for trial in evidence.trials:
        if _serves(evidence, label, trial):
            strongest[trial.operation, _is_upward(trial)] = trial
    return list(strongest.values())


def _step(evidence: Evidence, operation: str) -> Step | None:
    trials = [trial for trial in evidence.trials if trial.operation == operation]
    served = {
        trial: {label for label in evidence.labels if _serves(evidence, label, trial)}
        for trial in trials
    }
    chosen = []
    for is_upward in (False, True):
        side = [trial for trial in trials if _is_upward(trial) == is_upward]
        # Of levels that serve equally many, the stronger one, which comes later.
        best = max(reversed(side), key=lambda trial: len(served[trial]), default=None)
        if best is not None and served[best]:
            chosen.append(best)
    if not chosen:
        return None
    helped = set.intersection(*(served[trial] for trial in chosen))
    if not helped:
        chosen = [max(chosen, key=lambda trial: len(served[trial]))]
        helped = served[chosen[0]]
    others = set(evidence.labels) - helped
    cells = {label: [evidence.by_place[label, one] for one in chosen] for label in others}
    open_to_it = {label for label in others if all(_is_open(cell) for cell in cells[label])}
    is_harmless = not any(cell.verdict in HARMFUL for label in others for cell in cells[label])
    # What harms nobody is done to the classes that could not be judged, too: mostly rare ones. An
    # encoder that could judge the fewer half says nothing of the others.
    if is_harmless and 2 * len(open_to_it) <= len(evidence.labels):
        others -= open_to_it
    return make_step(operation, _values(chosen), probability=1, except_labels=others)


def _serves(evidence: Evidence, label: str, trial: Trial) -> bool:
    is_safe = evidence.by_place[label, trial].verdict is Verdict.SAFE
    return is_safe and _is_spared_below(evidence, label, trial)


def _is_open(cell: Cell) -> bool:
    """Tell whether nothing can be said, and nothing speaks against it either."""
    return (
        cell.verdict in UNDECIDED and cell.figures.lost <= cell.figures.borne * cell.figures.judged
    )


def _is_spared_below(evidence: Evidence, label: str, trial: Trial) -> bool:
    """Tell whether no milder level of the same side harms the class: a range holds them all."""
    milder = evidence.trials[: evidence.trials.index(trial)]
    return not any(
        evidence.by_place[label, other].verdict in HARMFUL
        for other in milder
        if other.operation == trial.operation and _is_upward(other) == _is_upward(trial)
    )


def _is_upward(trial: Trial) -> bool:
    """Tell whether a level lies above the value that changes nothing: lighter, not darker."""
    if trial.level is None or not OPERATIONS[trial.operation].idle:
        return True
    first = OPERATIONS[trial.operation].parameters[0]
    return trial.level >= OPERATIONS[trial.operation].idle[first.name]


def _values(trials: list[Trial]) -> RangeValues:
    """Return ranges from the value that changes nothing to the levels of `trials`."""
    operation = OPERATIONS[trials[0].operation]
    levels = [trial.level for trial in trials if trial.level is not None]
    if not levels:
        return {}
    strong_is_high = operation.levels[-1] > operation.levels[0]
    return {
        one.name: _range(one, operation.idle, levels, strong_is_high=strong_is_high)
        for one in leading(operation.name)
    }


def _range(
    parameter: Range, idle: Mapping[str, float], levels: list[float], *, strong_is_high: bool
) -> tuple[float, float]:
    if parameter.low < 0:
        return -max(levels), max(levels)
    if parameter.name in idle:
        return min(*levels, idle[parameter.name]), max(*levels, idle[parameter.name])
    # Without such a value, the mild end is that of the range which the operation has by itself.
    low, high = parameter.default
    level = levels[0]
    return (min(level, low), level) if strong_is_high else (level, max(level, high))


def _with_orphans(evidence: Evidence, steps: list[Step]) -> list[Step]:
    """Return the steps, with each class that none would change let in to the kindest one."""
    for label in evidence.labels:
        if any(label not in step.except_labels for step in steps):
            continue
        place = max(range(len(steps)), key=lambda number: _kindness(evidence, label, steps[number]))
        kindest = steps[place]
        steps[place] = replace(kindest, except_labels=kindest.except_labels - {label})
    return steps


def _kindness(evidence: Evidence, label: str, step: Step) -> tuple[bool, float, float]:
    cells: list[Cell] = [
        evidence.by_place[label, trial]
        for trial in evidence.trials
        if trial.operation == step.operation
    ]
    mildest = cells[0]
    harms = mildest.verdict in HARMFUL
    return not harms, mildest.figures.kept, min(mildest.figures.move, 1.0)
