"""Adapt an encoder to labels: its last block learns from a training side, then makes vectors.

`adapt` does so once, from the training split, for an encoder of its own. A comparison must not use
that one: it has seen the test side of every fold. There the base learns in each fold again, from
that fold's training side alone, once for all strategies.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.dataset import TRAIN, ImageDataset, Rows
from core.embed import (
    DEFAULT_ENCODER,
    CutEncoder,
    Embeddings,
    Encoder,
    find_encoder,
    resolve_device,
    seconds_to_embed,
)
from core.embed.adapted import Adapted, write_adapted
from core.embed.computing import turn_on
from core.errors import SettingError, TooFewClassesError
from core.evaluate.fine_tuning import TRAINING, tune_block
from core.evaluate.folds import Fold
from core.evaluate.head import Fit, Tell
from core.evaluate.inputs import HeadInput, network_input
from core.evaluate.picture_cache import PictureCache
from core.evaluate.picture_store import PictureStore, read_pictures
from core.evaluate.threads import in_own_thread
from core.evaluate.training_set import TrainingSet
from core.progress import Progress, silent
from core.randomness import stream_seed
from core.words import count_of, duration_of

if TYPE_CHECKING:
    from torch import Tensor

    Block = Mapping[str, Tensor]

STAGE = "adapting the encoder"

_DESCRIBED = 256  # pictures at a time


def adapt(
    dataset: ImageDataset,
    folder: Path,
    *,
    encoder: str = DEFAULT_ENCODER,
    device: str = "auto",
    seed: int = 0,
    progress: Progress = silent,
) -> Encoder:
    """Adapt an encoder to the training split, write it to a folder, and return it.

    No image of another split is read. `find_encoder` opens the folder again.

    Args:
        dataset: The images.
        folder: Where to; files of an encoder there are replaced.
        encoder: The base: one that has layers.
        device: 'auto', 'cpu', 'cuda' or 'mps'.
        seed: Same seed, same encoder on the same device.
        progress: Told of pictures read and of passes over them.

    Raises:
        SettingError: the base has no layers, has learned labels itself, or is not there.
        TooFewClassesError: there is nothing to tell apart.
        SourceError: a file cannot be read any more.
        OutputError: the folder cannot be written.
    """
    check_base(encoder)
    rows = dataset.training_rows
    if len(np.unique(dataset.codes[rows])) < 2:
        raise TooFewClassesError(
            f"The training split of '{dataset.name}' has fewer than 2 classes, so there is nothing "
            "to adapt an encoder to. Load more classes, or choose another encoder."
        )
    adapter = open_adapter(encoder, resolve_device(device))
    store = PictureStore(rows, read_pictures(dataset, rows, adapter.input, progress), {})

    def tell(done: int, total: int) -> None:
        progress(STAGE, done, total)

    block = adapter.learn(dataset, rows, store, seed, tell)
    progress(STAGE, TRAINING.epochs, TRAINING.epochs)
    base = adapter.encoder
    learned = {label: count for label, count in dataset.counts(TRAIN).items() if count}
    record = Adapted(base.name, base.version, dataset.name, dataset.digest, learned, seed, "")
    write_adapted(folder, record, block)
    return find_encoder(str(folder))


def check_base(encoder: str) -> None:
    """Refuse an encoder that cannot be adapted.

    Raises:
        SettingError: it has no layers, or has learned labels already; or there is none.
    """
    if find_encoder(encoder).cut is None:
        raise SettingError(
            f"The encoder '{encoder}' cannot be adapted: it has no layers that may learn, or has "
            f"learned labels already. Adapt '{DEFAULT_ENCODER}' or a pretrained model."
        )


def seconds_to_adapt(
    encoder: str, count: int, *, times: float = 1, cores: int | None = None
) -> float | None:
    """Return how long an encoder takes to read pictures and to learn from them; None: not known.

    Args:
        encoder: The base.
        count: Pictures, each read once.
        times: How often all of them are learned from.
        cores: Of the CPU, to read with; as many as the computer has unless given.
    """
    each = find_encoder(encoder).learn_seconds
    if each is None:
        return None
    reading = seconds_to_embed(encoder, count, cores=cores)
    return reading + times * count * TRAINING.epochs * each


def adapting_text(encoder: str, count: int) -> str:
    """Return a sentence about the time that adapting to so many training images takes on a CPU."""
    images = count_of(count, "training image")
    seconds = seconds_to_adapt(encoder, count)
    if seconds is None:
        return f"The encoder first learns from {images}: minutes to hours on a CPU."
    return f"The encoder first learns from {images}: {duration_of(seconds)}."


@dataclass(frozen=True, eq=False)
class Adapter:
    """An encoder in two parts, and its block before it learned."""

    encoder: Encoder
    device: str
    cut: CutEncoder  # its block changes
    start: "Block"

    @property
    def input(self) -> HeadInput:
        """Return what computes the states of pictures, from which the block learns."""
        return network_input(self.encoder, self.cut.begin, self.device)

    def learn(
        self, dataset: ImageDataset, rows: Rows, store: PictureStore, seed: int, tell: Tell
    ) -> "Block":
        """Return the weights of the block once it has learned `rows` and nothing else.

        Args:
            dataset: The images.
            rows: What to learn from, as it is, without balancing.
            store: The states of at least these.
            seed: Same seed, same weights on the same device.
            tell: Told of passes.
        """
        ones, classes = np.ones(len(rows), np.intp), len(dataset.classes)
        side = TrainingSet(
            store.find(rows), dataset.codes[rows], ones, rows,
            np.ones(classes), np.zeros(classes), len(rows), 0,
        )  # fmt: skip
        fit = Fit(classes, seed, self.device, take=store.take)
        self.cut.block.load_state_dict(self.start)

        def work(tell: Tell) -> None:
            tune_block(self.cut, self.device, side, replace(fit, tell=tell))

        if self.encoder.is_small:
            in_own_thread(work, tell)
        else:
            work(tell)
        return _copy(self.cut)

    def describe(self, block: "Block", states: NDArray[np.float16]) -> NDArray[np.float32]:
        """Return (N, D) vectors of states through a block."""
        import torch

        self.cut.block.load_state_dict(block)
        vectors = np.empty((len(states), self.encoder.dimension), np.float32)

        def work(_: Tell) -> None:
            for start in range(0, len(states), _DESCRIBED):
                some = slice(start, start + _DESCRIBED)
                with torch.no_grad(), turn_on(self.device):
                    vectors[some] = self.cut.describe(states[some], self.device).cpu().numpy()

        if self.encoder.is_small:
            in_own_thread(work, lambda *_: None)
        else:
            work(lambda *_: None)
        return vectors


def open_adapter(encoder: str, device: str) -> Adapter:
    """Return an encoder that may learn, with its weights loaded.

    Raises:
        SettingError: it is not there, or cannot be taken apart.
        OutputError: what was downloaded cannot be kept.
    """
    found = find_encoder(encoder)
    assert found.cut is not None, "see check_base"
    cut = found.cut(device)
    return Adapter(found, device, cut, _copy(cut))


@dataclass(frozen=True, eq=False)
class AdaptedFolds:
    """The encoder as each fold's training side has taught it."""

    adapter: Adapter
    blocks: "Sequence[Block]"
    embeddings: Sequence[Embeddings]  # of the images of each fold, on both sides

    def describe(self, number: int, caches: Mapping[str, PictureCache]) -> dict[str, PictureCache]:
        """Return caches of vectors as a fold has them, of caches of states."""
        block = self.blocks[number]
        return {
            key: replace(cache, values=self.adapter.describe(block, cache.values))
            for key, cache in caches.items()
        }


def adapt_folds(
    dataset: ImageDataset,
    embeddings: Embeddings,
    folds: Sequence[Fold],
    seed_of: Callable[[int], int],
    progress: Progress,
) -> AdaptedFolds:
    """Return the base of `embeddings` adapted in each fold, from its training side alone.

    Args:
        dataset: The images.
        embeddings: Vectors of an encoder that has learned labels; none of them is used.
        folds: Both sides of each.
        seed_of: Number of a fold -> the seed that it learns from.
        progress: Told of pictures, then of passes.

    Raises:
        SettingError: the base is not there.
        SourceError: a file cannot be read any more.
        OutputError: there is no room for the states.
    """
    assert embeddings.base is not None
    adapter = open_adapter(embeddings.base, embeddings.device)
    rows = np.unique(np.concatenate([side for fold in folds for side in (fold.train, fold.test)]))
    states = read_pictures(dataset, rows, adapter.input, progress)
    store = PictureStore(rows, states, {})
    total = len(folds) * TRAINING.epochs
    blocks, made = [], []
    for number, fold in enumerate(folds):

        def tell(done: int, of: int, number: int = number) -> None:
            progress(STAGE, number * TRAINING.epochs + done * TRAINING.epochs // max(1, of), total)

        seed = stream_seed(seed_of(number), "adapting")
        block = adapter.learn(dataset, fold.train, store, seed, tell)
        vectors = adapter.describe(block, states)
        name = f"{embeddings.digest}:{number}"
        blocks.append(block)
        made.append(replace(embeddings, vectors=vectors, rows=rows, digest=name))
    return AdaptedFolds(adapter, blocks, made)


def adapting_note(base: str, *, learns_from_pictures: bool) -> str:
    """Return a sentence on what a comparison uses in place of an encoder that knows the labels."""
    if learns_from_pictures:
        return (
            f"The encoder '{base}' is used, not the adapted one, which has learned from the images "
            "that are scored here."
        )
    return (
        f"In each fold the encoder '{base}' was adapted again, to the training side alone and once "
        "for all strategies: the adapted encoder itself has learned from images that are scored "
        "here."
    )


def _copy(cut: CutEncoder) -> "Block":
    return {name: value.detach().clone() for name, value in cut.block.state_dict().items()}
