"""Single pictures that show too little, or are unlike the rest of their set.

A record of QUALITY_CHECKS says by which score a picture is found, from where on, and in which
words. The thresholds were chosen on three sets of clean pictures and planted faults: see
benchmarks/RESULTS.md, "Audit of pictures".
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.audit.check import AuditInput, Check, Need
from core.audit.remedies import review_or_leave_out
from core.audit.severity import severity_of_rows
from core.dataset import ImageDataset, Rows
from core.dataset.finding import Finding, Severity
from core.parameters import Parameter
from core.words import count_of, named, times

Scores = NDArray[np.float64]  # (N,) NaN where an image cannot be measured

_FEW = 20  # images; of fewer nobody can tell what most are like
_MOST = 0.8  # share of a set from which on it is a look of the whole set
_GREY = 3.0  # per cent of colour that rounding and JPEG give to a grey picture
_OF_CLASS = 0.2  # share of a class from which on it is named


@dataclass(frozen=True)
class _Fault:
    """How a picture can stand out, as a check is made of it."""

    name: str
    title: str
    help: str
    scores: Callable[[AuditInput], Scores]
    threshold: Parameter
    reason: Callable[[AuditInput, float], str]  # of the set and the threshold; follows 'are ...:'
    are: str  # 'dark'
    remedy: str  # {} stands for 'it' or 'them'
    is_low: bool = False
    need: Need = Need.PICTURES
    gravest: Severity = Severity.HIGH
    finds_all: bool = False  # also where nearly all images of the set are so
    unless: tuple[Check, ...] = ()  # checks that say more of the same picture


def _check_of(fault: _Fault) -> Check:
    def scores(given: AuditInput) -> Scores:
        values = fault.scores(given).copy()
        for other in fault.unless:
            values[given.beyond(other)] = np.nan
        return values

    def find(given: AuditInput) -> list[Finding]:
        dataset, rows = given.dataset, given.beyond(check)
        # What nearly all have is how the set is: X-rays are soft, and stars are on black.
        most = len(dataset.present_rows) if fault.finds_all else _MOST * len(dataset.present_rows)
        if len(rows) == 0 or len(rows) > most:
            return []
        are = "is" if len(rows) == 1 else "are"
        text = (
            f"{count_of(len(rows), 'image')} of {len(dataset.present_rows):,} {are} {fault.are}: "
            f"{fault.reason(given, given.threshold(check))}. {_place(dataset, rows)}"
        )
        return [
            Finding(
                fault.name,
                severity_of_rows(dataset, rows, most=fault.gravest),
                rows,
                text,
                fault.remedy.format("it" if len(rows) == 1 else "them"),
                remedies=review_or_leave_out(dataset, rows, fault.name)[::-1],
                scores=scores(given)[rows],
            )
        ]

    check = Check(
        fault.name, fault.title, fault.help, find, fault.need, scores, fault.threshold, fault.is_low
    )
    return check


def _place(dataset: ImageDataset, rows: Rows) -> str:
    """Return in which classes images lie, and how many of a class where they are many of it."""
    they = "It lies" if len(rows) == 1 else "They lie"
    counts = np.bincount(dataset.codes[rows], minlength=len(dataset.classes))
    wholes = np.array(list(dataset.counts().values()))
    shares = np.where(counts > 1, counts / np.maximum(wholes, 1), 0.0)
    worst = int(np.argmax(shares))
    if shares[worst] >= _OF_CLASS and len(dataset.classes) > 1:
        return (
            f"{counts[worst]:,} of the {count_of(int(wholes[worst]), 'image')} of "
            f"'{dataset.classes[worst]}' are among them: a model may know the class by that."
        )
    if np.count_nonzero(counts) == np.count_nonzero(wholes):
        return f"{they} in every class."
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    return f"{they} in {named([dataset.classes[code] for code in order.tolist()])}."


def _column(name: str, factor: float = 1.0) -> Callable[[AuditInput], Scores]:
    def scores(given: AuditInput) -> Scores:
        assert given.measures is not None
        return given.measures.columns[name].astype(np.float64) * factor

    return scores


def _said(text: str) -> Callable[[AuditInput, float], str]:
    """Return a reason that names the threshold alone."""
    return lambda _, threshold: text.format(f"{threshold:g}")


def _middle_half(dataset: ImageDataset, values: Scores) -> tuple[float, float]:
    """Return the quartiles of the images that are in a split."""
    low, high = np.quantile(values[dataset.present_rows], (0.25, 0.75))
    return float(low), float(high)


def _apart(dataset: ImageDataset, values: Scores) -> Scores:
    """Return how many times each lies below or above the middle half of all, 1 inside it."""
    if len(dataset.present_rows) < _FEW:
        return np.full(len(values), np.nan)
    low, high = _middle_half(dataset, values)
    return np.asarray(np.maximum(1.0, np.maximum(low / values, values / high)), np.float64)


def _sides(dataset: ImageDataset) -> Scores:
    """Return (N,) the side of the square with as many points, in px."""
    return np.sqrt(dataset.shapes[:, 0] * dataset.shapes[:, 1].astype(np.float64))


def _aspects(dataset: ImageDataset) -> Scores:
    """Return (N,) width by height."""
    return dataset.shapes[:, 0] / dataset.shapes[:, 1].astype(np.float64)


def _why_size(given: AuditInput, threshold: float) -> str:
    low, high = (round(side) for side in _middle_half(given.dataset, _sides(given.dataset)))
    side = f"{low:,} px" if low == high else f"{low:,} to {high:,} px"
    return f"{times(threshold)} smaller or larger than most, which have {side} a side"


def _why_aspect(given: AuditInput, threshold: float) -> str:
    low, high = _middle_half(given.dataset, _aspects(given.dataset))
    ends = list(dict.fromkeys((f"{low:.2f}", f"{high:.2f}")))
    return (
        f"{times(threshold)} narrower or wider than most, which are {' to '.join(ends)} times as "
        "wide as high"
    )


def _share_of_grey(given: AuditInput) -> float:
    """Return the share of grey pictures, of those that could be measured and are in a split."""
    colour = _column("colour", 100)(given)[given.dataset.present_rows]
    colour = colour[np.isfinite(colour)]
    return float(np.mean(colour < _GREY)) if len(colour) >= _FEW else 0.5


def _colour_where(is_this_set: Callable[[float], bool]) -> Callable[[AuditInput], Scores]:
    """Return the scores of colour, of sets alone that are nearly all of the other kind."""

    def scores(given: AuditInput) -> Scores:
        colour = _column("colour", 100)(given)
        return colour if is_this_set(_share_of_grey(given)) else np.full(len(colour), np.nan)

    return scores


def _per_cent(title: str, default: float, high: float, step: float, help_: str) -> Parameter:
    return Parameter("threshold", title, "%", 0, high, step, default, help_)


_LOOK = "Look at {}, and leave out of training what a person could not recognise either."

_BLANK = _check_of(
    _Fault(
        "blank",
        "Blank pictures",
        "Pictures of one colour, such as all black or all white.",
        _column("range", 100),
        _per_cent("Largest difference", 3, 20, 0.5, "Of two points in a colour channel."),
        _said("no two parts differ by more than {}% in any colour"),
        "blank",
        "Leave {} out of training, or get the files again: there is nothing to learn from.",
        is_low=True,
        finds_all=True,
    )
)
_DARK = _check_of(
    _Fault(
        "dark",
        "Dark pictures",
        "Pictures whose lightest points are dark, too.",
        _column("lightest", 100),
        _per_cent("Lightest tone", 25, 60, 1, "Of white; 0.25% of the points may be lighter."),
        _said("even the lightest points are below {}% of white"),
        "dark",
        _LOOK,
        is_low=True,
        unless=(_BLANK,),
    )
)
_BRIGHT = _check_of(
    _Fault(
        "bright",
        "Bright pictures",
        "Pictures whose darkest points are bright, too: overexposed.",
        _column("darkest", 100),
        _per_cent("Darkest tone", 70, 100, 1, "Of white; 0.25% of the points may be darker."),
        _said("even the darkest points are above {}% of white"),
        "bright",
        _LOOK,
        unless=(_BLANK,),
    )
)
_LOW_CONTRAST = _check_of(
    _Fault(
        "low_contrast",
        "Washed-out pictures",
        "Pictures in which the darkest and the lightest points are close together.",
        _column("contrast", 100),
        _per_cent("Contrast", 28, 60, 1, "From the darkest to the lightest tone of a channel."),
        _said("the darkest and the lightest tones are less than {}% of the whole range apart"),
        "washed out",
        _LOOK,
        is_low=True,
        unless=(_BLANK, _DARK, _BRIGHT),
    )
)
_BLURRED = _check_of(
    _Fault(
        "blurred",
        "Blurred pictures",
        "Pictures without a sharp edge, at the size that classifiers see.",
        _column("blur"),
        Parameter(
            "threshold", "Blur", "px", 0.5, 2, 0.05, 0.8, "Of edges, at a short side of 128 px."
        ),
        _said("edges are blurred by more than {} px, at a short side of 128 px"),
        "blurred",
        _LOOK,
        unless=(_BLANK,),
    )
)
_NOISY = _check_of(
    _Fault(
        "noisy",
        "Noisy pictures",
        "Pictures with noise even in their quietest parts.",
        _column("noise"),
        Parameter(
            "threshold", "Noise", "grey levels", 1, 50, 0.5, 5, "Its standard deviation, of 255."
        ),
        _said("even the quietest parts have noise of more than {} grey levels"),
        "noisy",
        _LOOK,
        unless=(_BLANK,),
    )
)
_LOW_INFORMATION = _check_of(
    _Fault(
        "low_information",
        "Pictures that show next to nothing",
        "Pictures that are plain but for a small mark, such as placeholders.",
        _column("detail", 100),
        _per_cent("Detail", 3, 30, 0.5, "Share of 16 x 16 parts that hold any."),
        _said("fewer than {}% of the parts hold any detail"),
        "nearly empty",
        _LOOK,
        is_low=True,
        unless=(_BLANK, _DARK, _BRIGHT, _LOW_CONTRAST, _BLURRED),
    )
)
_ODD_SIZE = _check_of(
    _Fault(
        "odd_size",
        "Pictures of odd size",
        "Pictures that are many times smaller or larger than the middle half of the set.",
        lambda given: _apart(given.dataset, _sides(given.dataset)),
        Parameter("threshold", "Size", "times", 1.25, 20, 0.25, 3, "Smaller or larger than most."),
        _why_size,
        "of odd size",
        "Look at {}: icons, thumbnails and scans hold other detail than the rest of a set.",
        need=Need.ROWS,
        gravest=Severity.MEDIUM,
    )
)
_ODD_ASPECT = _check_of(
    _Fault(
        "odd_aspect",
        "Pictures of odd shape",
        "Pictures that are many times narrower or wider than the middle half of the set.",
        lambda given: _apart(given.dataset, _aspects(given.dataset)),
        Parameter(
            "threshold", "Shape", "times", 1.25, 20, 0.25, 2.5, "Narrower or wider than most."
        ),
        _why_aspect,
        "of odd shape",
        "Look at {}: squeezed or cropped to the shape of the others, things change their look.",
        need=Need.ROWS,
        gravest=Severity.MEDIUM,
    )
)
_GREY_AMONG_COLOUR = _check_of(
    _Fault(
        "grey",
        "Grey pictures among coloured ones",
        "Pictures without colour, where four in five of the set have some.",
        _colour_where(lambda grey: grey <= 1 - _MOST),
        _per_cent("Colour", _GREY, 30, 0.5, "Of the most colourful 1% of the points."),
        lambda given, _: f"{1 - _share_of_grey(given):.0%} of all images are in colour",
        "grey",
        "Check that no class has more of them than others, or make pictures grey in Augment.",
        is_low=True,
        gravest=Severity.MEDIUM,
        unless=(_BLANK, _DARK, _BRIGHT, _LOW_CONTRAST, _LOW_INFORMATION),
    )
)
_COLOUR_AMONG_GREY = _check_of(
    _Fault(
        "colour",
        "Coloured pictures among grey ones",
        "Pictures in colour, where four in five of the set have none.",
        _colour_where(lambda grey: grey >= _MOST),
        _per_cent("Colour", 10, 60, 0.5, "Of the most colourful 1% of the points."),
        lambda given, _: f"{_share_of_grey(given):.0%} of all images are grey",
        "in colour",
        "Check that no class has more of them than others, or save them as grey pictures.",
        gravest=Severity.MEDIUM,
    )
)

QUALITY_CHECKS = (
    *(_BLANK, _DARK, _BRIGHT, _LOW_CONTRAST, _LOW_INFORMATION, _BLURRED, _NOISY),
    *(_ODD_SIZE, _ODD_ASPECT, _GREY_AMONG_COLOUR, _COLOUR_AMONG_GREY),
)
