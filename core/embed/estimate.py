"""What can be chosen to embed with, and what that takes, before a model is opened."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pandas as pd

from core.dataset import ImageDataset
from core.embed.adapted import is_adapted
from core.embed.cache import encoder_key
from core.embed.devices import AUTO, CPU, resolve_device
from core.embed.encoders import ENCODERS, find_encoder
from core.embed.pretrained import PRETRAINED, UNKNOWN_CORE_SECONDS
from core.words import count_of, duration_of


class EncoderOffer(Protocol):
    """What an encoder, and a pretrained model that is not here yet, say of themselves."""

    @property
    def title(self) -> str:
        """Return the name that people read."""

    @property
    def help(self) -> str:
        """Return what it sees, and what it misses."""

    @property
    def core_seconds(self) -> float:
        """Return how long one core at 2 GHz takes for a picture: a rough guide."""


def offered_encoders(*, downloads: bool = True) -> dict[str, EncoderOffer]:
    """Return name -> what may be chosen; `downloads` adds the listed models of Hugging Face."""
    here = {name: each for name, each in ENCODERS.items() if each.why_missing() is None}
    return {**here, **(PRETRAINED if downloads else {})}


def seconds_to_embed(encoder: str, count: int, *, cores: int | None = None) -> float:
    """Return how long so many pictures of moderate size take on a CPU, as the record says.

    Args:
        encoder: What `find_encoder` takes; of a model that is not listed, the default is said.
        count: Pictures.
        cores: At work; as many as the computer has unless given.
    """
    offer = offered_encoders().get(encoder)
    if offer is None and is_adapted(Path(encoder)):
        offer = find_encoder(encoder)
    each = UNKNOWN_CORE_SECONDS if offer is None else offer.core_seconds
    return count * each / (cores or os.cpu_count() or 1)


def count_missing(dataset: ImageDataset, encoder: str, cache: Path, *, device: str = AUTO) -> int:
    """Return how many images have no vector in `cache`, by its lists alone.

    A vector that is damaged counts as there.

    Raises:
        SettingError: an unknown encoder, or a device that is not there.
    """
    folder = cache / encoder_key(find_encoder(encoder), resolve_device(device))
    missing = pd.Index(dataset.picture_keys)
    for place in folder.glob("*.parquet"):
        with suppress(OSError, ValueError, KeyError):  # being removed, or damaged
            missing = missing[~missing.isin(pd.read_parquet(place, columns=["key"])["key"])]
    return len(missing)


def embedding_text(encoder: str, count: int, *, device: str, cores: int | None = None) -> str:
    """Return a sentence about the time that embedding takes, and one if an encoder is missing.

    Args:
        encoder: What `find_encoder` takes.
        count: Pictures.
        device: 'cpu', 'cuda' or 'mps'. How fast a graphics processor is was measured on none.
        cores: Of the CPU; as many as the computer has unless given.
    """
    duration = duration_of(seconds_to_embed(encoder, count, cores=cores))
    text = f"Estimated time: {duration}, less if cached."
    if device != CPU:
        text = f"Estimated time on the CPU: {duration}; less on a GPU or if cached."
    missing = dict.fromkeys(why for each in ENCODERS.values() if (why := each.why_missing()))
    return " ".join([text, *missing])


def embedding_first_text(encoder: str, count: int, *, device: str) -> str:
    """Return what comes before work on vectors that are not there, and how long it takes."""
    offered = offered_encoders()
    title = offered[encoder].title if encoder in offered else encoder
    return (
        f"Embeds {count_of(count, 'image')} first, with the encoder '{title}'. "
        f"{embedding_text(encoder, count, device=device)}"
    )
