"""What candidates make of each training side, and the pictures that are learned from, made once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.augment import AugmentPolicy, Pictures
from core.augment.draws import join_pictures
from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.evaluate.candidates import Candidate
from core.evaluate.features import policy_key
from core.evaluate.inputs import HeadInput, encoder_input
from core.evaluate.picture_cache import PictureCache, fill_cache
from core.evaluate.threads import one_thread
from core.evaluate.training_set import AppliedPart, apply_candidate
from core.progress import Progress

STAGE = "balancing the folds"
WHOLE = -1  # in place of a fold's number: all images that are compared


@dataclass(frozen=True, eq=False)
class Side:
    """A training side, the seed of its fold, and the vectors that the fold has."""

    rows: Rows
    seed: int
    embeddings: Embeddings


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a candidate makes of one training side, and which of its pictures are learned from."""

    steps: Sequence[AppliedPart]
    pictures: Sequence[tuple[AugmentPolicy, Pictures]]
    seconds: float

    @property
    def caches(self) -> set[str]:
        """Return the keys of the caches that hold its pictures."""
        return {policy_key(policy) for policy, _ in self.pictures}


def prepare_sides(
    dataset: ImageDataset,
    sides: Mapping[int, Side],
    candidates: Sequence[Candidate],
    *,
    takes_pictures: bool,
    clock: Callable[[], float],
    progress: Progress,
) -> dict[tuple[str, int], Prepared]:
    """Return, by candidate and fold, what is made where augmented pictures are learned from.

    Args:
        dataset: The images.
        sides: Of each fold, by its number.
        candidates: What is compared.
        takes_pictures: The head sees pictures, and so learns from no vector.
        clock: Tells seconds.
        progress: Told of training sides.
    """
    wanted = [
        (candidate, number)
        for candidate in candidates
        if any(part.needs_pictures(head_takes_pictures=takes_pictures) for part in candidate.parts)
        for number in sides
    ]
    prepared = {}
    for done, (candidate, number) in enumerate(wanted):
        progress(STAGE, done, len(wanted))
        side = sides[number]
        begin = clock()
        with one_thread():
            steps = apply_candidate(dataset, side.embeddings, side.rows, candidate, seed=side.seed)
        pictures = [
            (step.part.made_by, step.pictures(takes_pictures=takes_pictures)) for step in steps
        ]
        prepared[candidate.name, number] = Prepared(
            steps, [one for one in pictures if len(one[1])], clock() - begin
        )
    return prepared


def fill_caches(
    dataset: ImageDataset,
    embeddings: Embeddings,
    prepared: Mapping[tuple[str, int], Prepared],
    head_input: HeadInput | None,
    progress: Progress,
    clock: Callable[[], float],
) -> dict[str, PictureCache]:
    """Return, for each policy, the pictures that some training side learns from.

    `head_input` is that of the head; None for one that takes vectors, as the encoder makes them.
    """
    wanted: dict[str, list[Pictures]] = {}
    policies: dict[str, AugmentPolicy] = {}
    for one in prepared.values():
        for policy, pictures in one.pictures:
            key = policy_key(policy)
            policies[key] = policy
            wanted.setdefault(key, []).append(pictures)
    if not wanted:
        return {}
    head_input = head_input or encoder_input(embeddings)
    return {
        key: fill_cache(dataset, join_pictures(parts), policies[key], head_input, progress, clock)
        for key, parts in wanted.items()
    }
