"""Make one augmented picture: draw what is done to it, and do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log1p
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.augment.operation import Drawn, on_planes
from core.augment.operations import OPERATIONS, find_operation
from core.augment.policy import AugmentPolicy, Step
from core.augment.warp import BORDERS, compose, warp
from core.errors import SettingError
from core.randomness import stream

Values = TypeVar("Values", np.uint8, np.uint16)


@dataclass(frozen=True)
class DrawnStep:
    """One operation as it was done to one picture."""

    operation: str
    values: Drawn


@dataclass(frozen=True)
class Wanted:
    """One augmented picture: beside the policy, all that what is drawn for it hangs on."""

    digest: str  # names the picture that is augmented, the same in every run
    repeat: int  # which of the augmented pictures made from that picture, from 1
    label: str  # the picture's label; steps that except it are left out
    ordinal: int = 0  # which it is among pictures with that digest, from 0
    # The class that the augmented picture is to have. None: the label. Another one must stand
    # beside the label in a step's pairs; that step is done then, and else never.
    made_for: str | None = None
    attempt: int = 0  # above 0, other values for the same repeat


@dataclass(frozen=True)
class _Candidate:
    step: DrawnStep
    chance: float  # below the probability, the step is done
    probability: float
    is_swap: bool  # it makes the class that is asked for of the picture's own

    @property
    def rank(self) -> float:
        """Return a number by which the first so many are drawn, the likelier ones more often.

        Source: Efraimidis & Spirakis, Information Processing Letters 97 (2006).
        """
        return -1.0 if self.is_swap else -log1p(-self.chance) / self.probability


def draw(policy: AugmentPolicy, wanted: Wanted) -> tuple[DrawnStep, ...]:
    """Draw what is done to make one augmented picture; at least one step, never an idle one.

    Each step has its own stream of random numbers, so that another step, another picture or
    another order of work moves none of its values.

    Args:
        policy: The steps to draw from.
        wanted: Which picture.

    Returns:
        The steps in the order in which they are applied.

    Raises:
        SettingError: no step of the policy changes pictures with this label.
    """
    candidates: list[_Candidate] = []
    is_swapped = wanted.made_for in {None, wanted.label}
    for step in policy.ordered_steps:
        if step.probability == 0 or wanted.label in step.except_labels:
            continue
        partner = step.partner_of(wanted.label)
        is_swap = partner is not None and partner == wanted.made_for and not is_swapped
        if partner is not None and not is_swap:
            continue
        is_swapped = is_swapped or is_swap
        candidate = _candidate(policy, step, wanted, is_swap=is_swap)
        if candidate is not None:
            candidates.append(candidate)
    if not candidates or not is_swapped:
        raise SettingError(
            f"No step of the policy changes pictures of class '{wanted.label}'. Add an operation "
            "that applies to it, or raise a probability or strength above zero."
        )
    return tuple(candidate.step for candidate in _chosen(candidates, policy.pick))


def apply(image: NDArray[Values], drawn: Sequence[DrawnStep]) -> NDArray[Values]:
    """Return a new picture of the same size to which the drawn steps were done, in their order.

    What moves pixels several times in a row moves them once, by one matrix: no blur adds up, and
    a turn after a crop brings in what lies beside the crop. `image` is (H, W) or (H, W, C).

    Raises:
        SettingError: a step names an unknown operation.
    """
    changed: NDArray[Any] = image
    for moves, group in groupby(
        drawn, lambda step: find_operation(step.operation).matrix is not None
    ):
        steps = list(group)
        # A mirror alone costs less than a warp, and loses nothing.
        if moves and sum(not OPERATIONS[step.operation].is_mirror for step in steps) >= 2:
            changed = _moved(changed, steps)
        else:
            for step in steps:
                changed = OPERATIONS[step.operation].apply(changed, step.values)
    return changed if drawn else image.copy()


def at_scale(drawn: Sequence[DrawnStep], scale: float) -> tuple[DrawnStep, ...]:
    """Return the steps as they look on a picture whose sides are `scale` times as long.

    What is counted in pixels shrinks with the picture, and noise of single pixels fades; all else
    is a share already.
    """
    if scale == 1:
        return tuple(drawn)
    return tuple(
        DrawnStep(step.operation, find_operation(step.operation).at_scale(step.values, scale))
        for step in drawn
    )


def _candidate(
    policy: AugmentPolicy, step: Step, wanted: Wanted, *, is_swap: bool
) -> _Candidate | None:
    """Return one step with its values and its chance; None where the values change nothing."""
    which = (wanted.digest, wanted.ordinal) if wanted.ordinal else (wanted.digest,)
    again = ("again", wanted.attempt) if wanted.attempt else ()
    rng = stream(policy.seed, "augment", *which, wanted.repeat, *again, step.operation)
    chance = rng.random()
    operation = OPERATIONS[step.operation]
    values = operation.draw(rng, step.values)
    if operation.is_idle(values):
        return None
    if operation.fills_border and policy.border != BORDERS[0]:
        values["border"] = BORDERS.index(policy.border)
    return _Candidate(DrawnStep(step.operation, values), chance, step.probability, is_swap)


def _chosen(candidates: Sequence[_Candidate], pick: int | None) -> list[_Candidate]:
    """Return which of the candidates are done, in their order."""
    if pick is not None:
        first = sorted(candidates, key=lambda candidate: candidate.rank)[:pick]
        return [candidate for candidate in candidates if candidate in first]
    done = [one for one in candidates if one.is_swap or one.chance < one.probability]
    # An augmented picture that is a plain copy would be a duplicate under another name: the step
    # that came nearest to its probability is done.
    return done or [min(candidates, key=lambda one: one.chance / one.probability)]


def _moved(pixels: NDArray[Any], steps: Sequence[DrawnStep]) -> NDArray[Any]:
    height, width = pixels.shape[:2]
    matrices = []
    for step in steps:
        matrix = OPERATIONS[step.operation].matrix
        assert matrix is not None, step.operation
        matrices.append(matrix(step.values, height, width))
    whole = compose(matrices)
    border = {"border": max(step.values.get("border", 0) for step in steps)}
    return on_planes(
        lambda planes, drawn: warp(planes, whole, drawn["border"]),
        pixels,
        border,
        keeps_alpha=False,
    )
