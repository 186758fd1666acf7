"""What a trainer needs beside the pictures: classes by code, and the numbers that correct them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from core import records
from core.errors import SettingError
from core.resample import BalancePlan, class_weights, find_strategy, log_priors

TRAINING_FILE = "training.json"
CLASS_WEIGHT, LOG_PRIORS, NOTHING = "class_weight", "log_priors", "nothing"  # what is to be used

_VERSION = 1
_NUMBERING = (
    "A class's code is its place in these lists, from 0: in order of folder names, as readers of "
    "folders number them. A reader that looks at 'train' alone leaves out classes whose count is 0."
)
_ALONE = (
    "Use one of 'class_weight' (in the loss), 'sampler_weight' or 'repeats' (in drawing) and "
    "'log_priors' (in the logits) alone: each brings the classes up to the same, and two correct "
    "twice."
)


@dataclass(frozen=True)
class VectorCounts:
    """What `vectors.npz` and `synthetic_vectors.npz` hold of the training split."""

    dimension: int  # numbers of a vector
    real: tuple[int, ...]  # by code
    synthetic: tuple[int, ...]  # by code
    interpolation: str | None  # between the parents of a point; None: points have no parents


@dataclass(frozen=True)
class Training:
    """The content of `training.json`; lists are by code. All is of the pictures as written."""

    strategy: str
    layout: str
    use: str  # CLASS_WEIGHT, LOG_PRIORS or NOTHING
    advice: str  # which numbers to use, so that nothing is corrected twice
    numbering: str
    classes: tuple[records.FileName, ...]
    folders: tuple[str, ...]  # the names that stand for the classes in paths
    counts: tuple[int, ...]  # training pictures
    # How much a mistake on a picture counts; the mean over the pictures is 1, unless all are alike.
    class_weight: tuple[float, ...]
    tau: float
    log_priors: tuple[float | None, ...]  # None: a class without training pictures
    sampler_weight: tuple[float, ...]  # probability of each picture of the class at each draw
    # An epoch in which classes come equally often: each has so many draws, none of its pictures
    # more than `repeats` of them.
    draws_per_class: int
    repeats: tuple[int, ...]
    vectors: VectorCounts | None = None

    @property
    def is_even(self) -> bool:
        """Return whether all classes with training pictures have the same number."""
        return _are_even(self.counts)

    def to_text(self) -> str:
        """Return the content of the file, which `read_training` reads."""
        return records.to_text(self, _VERSION)


def make_training(
    plan: BalancePlan,
    folders: Mapping[str, str],
    counts: Mapping[str, int],
    *,
    layout: str,
    vectors: VectorCounts | None = None,
) -> Training:
    """Return what a trainer needs of an export.

    Args:
        plan: That was carried out.
        folders: Label -> name of the folder, in order of code.
        counts: Label -> training pictures written.
        layout: Name of the layout.
        vectors: What there is of vectors, if the plan made points.
    """
    weights, total = plan_weights(plan, counts), sum(counts.values())
    drawn = sum(weights.get(label, 0.0) * count for label, count in counts.items()) or 1.0
    priors, largest = log_priors(counts), max(counts.values(), default=0)
    strategy = find_strategy(plan.strategy)
    return Training(
        strategy=plan.strategy,
        layout=layout,
        use=_use(plan),
        advice=_advice(plan, counts, has_points=vectors is not None),
        numbering=_NUMBERING,
        classes=tuple(folders),
        folders=tuple(folders.values()),
        counts=tuple(counts[label] for label in folders),
        class_weight=tuple(weights.get(label, 0.0) for label in folders),
        tau=float(plan.settings["tau"]) if strategy.adjusts_logits else 1.0,
        log_priors=tuple(priors.get(label) for label in folders),
        sampler_weight=tuple(weights.get(label, 0.0) / drawn for label in folders),
        draws_per_class=largest if total else 0,
        repeats=tuple(-(-largest // counts[label]) if counts[label] else 0 for label in folders),
        vectors=vectors,
    )


def plan_weights(plan: BalancePlan, counts: Mapping[str, int]) -> dict[str, float]:
    """Return label -> weight, of what was written: a balanced set is not corrected twice."""
    weigh = find_strategy(plan.strategy).weigh
    # Where a strategy has none, a sampler may draw batches by these.
    return weigh(counts, plan.settings) if weigh else class_weights(counts)


def read_training(export: Path) -> Training:
    """Read the training.json of an export, a folder or a zip.

    Raises:
        SettingError: there is none, or it is damaged or of another version.
    """
    content = _content(export)
    if content is None:
        raise SettingError(
            f"'{export}' has no {TRAINING_FILE}. Name a folder or zip that Evenset has exported."
        )
    where = f"The file '{export / TRAINING_FILE}'"
    return records.read_text(Training, content, where, _VERSION)


def _content(export: Path) -> bytes | None:
    """Return what the training.json of a folder or zip holds; None where there is none."""
    if export.is_file() and is_zipfile(export):
        with ZipFile(export) as opened:
            return opened.read(TRAINING_FILE) if TRAINING_FILE in opened.namelist() else None
    file = export / TRAINING_FILE
    return records.read_file(file, "file") if file.is_file() else None


def _use(plan: BalancePlan) -> str:
    strategy = find_strategy(plan.strategy)
    if strategy.adjusts_logits:
        return LOG_PRIORS
    return CLASS_WEIGHT if strategy.weigh else NOTHING


def _are_even(counts: Iterable[int]) -> bool:
    return len({count for count in counts if count}) < 2


def _advice(plan: BalancePlan, counts: Mapping[str, int], *, has_points: bool) -> str:
    """Return which numbers to use for a plan."""
    use = _use(plan)
    if use == LOG_PRIORS:
        text = (
            "Add tau * log_priors to the logits in the training loss, or subtract it from the "
            f"logits of a model that was trained without: not both. {_ALONE}"
        )
    elif _are_even(counts.values()):
        text = (
            "All classes have the same number of training pictures. Use them as they are: each "
            "weight is 1, and there is nothing left to correct."
        )
    elif use == CLASS_WEIGHT:
        text = f"The plan weighs classes: weigh the loss by 'class_weight'. {_ALONE}"
    else:
        text = f"The plan leaves classes of different size. To even out the rest: {_ALONE}"
    if has_points:
        text += (
            " On vectors, learn from the real and the synthetic ones together: these numbers are "
            "of the pictures, and not for them."
        )
    return text
