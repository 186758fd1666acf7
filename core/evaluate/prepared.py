"""What contenders make of each training side, and the pictures that are learned from, made once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.augment import AugmentPolicy, Pictures
from core.augment.draws import join_pictures
from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.evaluate.album import Album, fill_album
from core.evaluate.contenders import Contender
from core.evaluate.features import policy_key
from core.evaluate.learn import CarriedOut, carry_out
from core.evaluate.look import Look, by_encoder
from core.evaluate.threads import one_thread
from core.progress import Progress

STAGE = "balancing the folds"
WHOLE = -1  # in place of a fold's number: all images that are compared


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a contender makes of one training side, and which of its pictures are learned from."""

    steps: Sequence[CarriedOut]
    pictures: Sequence[tuple[AugmentPolicy, Pictures]]
    seconds: float

    @property
    def albums(self) -> set[str]:
        """Return the keys of the albums that hold its pictures."""
        return {policy_key(policy) for policy, _ in self.pictures}


def prepare_sides(
    dataset: ImageDataset,
    embeddings: Embeddings,
    sides: Mapping[int, tuple[Rows, int]],
    contenders: Sequence[Contender],
    *,
    takes_pictures: bool,
    clock: Callable[[], float],
    progress: Progress,
) -> dict[tuple[str, int], Prepared]:
    """Return, by contender and fold, what is made where augmented pictures are learned from.

    Args:
        dataset: The images.
        embeddings: Their vectors.
        sides: Number of a fold -> its training side, and the seed.
        contenders: What is compared.
        takes_pictures: The head sees pictures, and so learns from no vector.
        clock: Tells seconds.
        progress: Told of training sides.
    """
    wanted = [
        (contender, number)
        for contender in contenders
        if any(part.needs_pictures(head_takes_pictures=takes_pictures) for part in contender.parts)
        for number in sides
    ]
    prepared = {}
    for done, (contender, number) in enumerate(wanted):
        progress(STAGE, done, len(wanted))
        rows, seed = sides[number]
        begin = clock()
        with one_thread():
            steps = carry_out(dataset, embeddings, rows, contender, seed=seed)
        pictures = [
            (step.part.made_by, step.pictures(takes_pictures=takes_pictures)) for step in steps
        ]
        prepared[contender.name, number] = Prepared(
            steps, [one for one in pictures if len(one[1])], clock() - begin
        )
    return prepared


def fill_albums(
    dataset: ImageDataset,
    embeddings: Embeddings,
    prepared: Mapping[tuple[str, int], Prepared],
    look: Look | None,
    progress: Progress,
    clock: Callable[[], float],
) -> dict[str, Album]:
    """Return, for each policy, the pictures that some training side learns from.

    `look` is that of the head; None for one that takes vectors, as the encoder makes them.
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
    look = look or by_encoder(embeddings)
    return {
        key: fill_album(dataset, join_pictures(parts), policies[key], look, progress, clock)
        for key, parts in wanted.items()
    }
