"""A Trainer with the names and the order of transformers' own, which needs accelerate to run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, RandomSampler, Sampler

Batch = dict[str, torch.Tensor]


@dataclass
class FakeArguments:
    output_dir: str
    num_train_epochs: int = 3
    per_device_train_batch_size: int = 8
    seed: int = 42


class FakeTrainer:
    """Goes through the pictures, and keeps the loss of each batch and what it was of."""

    def __init__(
        self,
        model: torch.nn.Module,
        args: FakeArguments,
        train_dataset: Dataset[Any],
        compute_loss_func: Callable[..., torch.Tensor] | None = None,
    ) -> None:
        self.model, self.args, self.train_dataset = model, args, train_dataset
        self.compute_loss_func = compute_loss_func
        self.losses: list[torch.Tensor] = []
        self.batches: list[Batch] = []

    def _get_train_sampler(self, train_dataset: Dataset[Any] | None = None) -> Sampler[int]:
        return RandomSampler(self.train_dataset)

    def train(self) -> None:
        optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)
        size = self.args.per_device_train_batch_size
        sampler = self._get_train_sampler(self.train_dataset)
        for batch in DataLoader(self.train_dataset, batch_size=size, sampler=sampler):
            self.batches.append(dict(batch))
            if self.compute_loss_func is None:
                loss = self.model(**batch)["loss"]
            else:
                labels = batch.pop("labels")
                count = torch.tensor(len(labels))
                loss = self.compute_loss_func(self.model(**batch), labels, num_items_in_batch=count)
            loss.backward()
            optimizer.step()
            self.losses.append(loss.detach())
