"""A module that holds to what Keras 3 documents of what the snippets use, and learns nothing.

https://keras.io/api/models/model_training_apis, https://keras.io/api/data_loading/image and
https://keras.io/api/utils/python_utils. `make readers` runs the same snippets with Keras itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Batch = tuple[NDArray[Any], ...]


class PyDataset:
    """Batches by index; a subclass has to call `super().__init__`."""

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.is_initialized = True

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitem__(self, index: int) -> Batch:
        raise NotImplementedError

    def on_epoch_end(self) -> None: ...


class Dataset:
    """Batches of a folder, as `image_dataset_from_directory` makes them."""

    def __init__(self, folder: Path, batch_size: int, image_size: tuple[int, int]) -> None:
        self.class_names = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
        self._files = [
            (path, code)
            for code, name in enumerate(self.class_names)
            for path in sorted((folder / name).rglob("*.*"))
        ]
        self._batch_size, self._size = batch_size, image_size

    def __iter__(self) -> Iterator[Batch]:
        for start in range(0, len(self._files), self._batch_size):
            batch = self._files[start : start + self._batch_size]
            pictures = [Image.open(path).convert("RGB").resize(self._size) for path, _ in batch]
            codes = np.array([code for _, code in batch], np.int32)
            yield np.stack([np.asarray(one, np.float32) for one in pictures]), codes


class Sequential:
    """A model that keeps what it was given to learn from."""

    fitted: "list[Sequential]"

    def __init__(self, layers: Sequence[object]) -> None:
        assert len(layers) > 0
        self.batches: list[Batch] = []
        self.class_weight: Mapping[int, float] | None = None

    def compile(
        self,
        optimizer: str,
        loss: Callable[..., Any],
        metrics: Sequence[str] = (),
        weighted_metrics: Sequence[str] = (),
    ) -> None:
        self.loss = loss

    def fit(
        self,
        x: PyDataset | Dataset,
        epochs: int = 1,
        class_weight: Mapping[int, float] | None = None,
    ) -> None:
        assert hasattr(self, "loss"), "compile comes first"
        self.class_weight = class_weight
        for _ in range(epochs):
            for batch in self._batches_of(x):
                assert isinstance(batch, tuple)
                assert len(batch) in {2, 3}, "(x, y) or (x, y, sample_weight)"
                assert len({len(part) for part in batch}) == 1
                if class_weight is not None:
                    assert len(batch) == 2, "not class_weight and sample_weight at once"
                    assert set(batch[1].tolist()) <= set(class_weight)
                self.batches.append(batch)
            if isinstance(x, PyDataset):
                x.on_epoch_end()
        self.fitted.append(self)

    @staticmethod
    def _batches_of(x: PyDataset | Dataset) -> Iterator[Batch]:
        if isinstance(x, Dataset):
            yield from x
            return
        assert getattr(x, "is_initialized", False), "super().__init__ was not called"
        yield from (x[index] for index in range(len(x)))


def fake_keras() -> tuple[ModuleType, list[Sequential]]:
    """Return the module, and a list that gets each model that was fitted."""
    fitted: list[Sequential] = []
    keras = ModuleType("keras")
    model = type("Sequential", (Sequential,), {"fitted": fitted})
    names = ("Rescaling", "Conv2D", "GlobalAveragePooling2D", "Dense")
    layers = SimpleNamespace(**{name: lambda *sizes, **settings: object() for name in names})

    def read(
        directory: Path,
        batch_size: int = 32,
        image_size: tuple[int, int] = (256, 256),
        seed: int | None = None,
    ) -> Dataset:
        return Dataset(Path(directory), batch_size, image_size)

    def cross_entropy(from_logits: bool = False) -> Callable[..., Any]:
        assert from_logits, "the last layer gives logits"
        return lambda *_: 0.0

    keras.__dict__.update(
        Sequential=model,
        layers=layers,
        losses=SimpleNamespace(SparseCategoricalCrossentropy=cross_entropy),
        utils=SimpleNamespace(PyDataset=PyDataset, image_dataset_from_directory=read),
    )
    return keras, fitted
