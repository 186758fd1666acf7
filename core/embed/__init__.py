"""Images to vectors: encoders, devices, the threaded pipeline, its cache and its files.

Read `encoder` first (the record), then `encoders` (those that are here): `halves` joins the learned
half, by the network `efficientnet`, and the `classical` one; `fit_directions` found the directions
of both. `pretrained` has models of Hugging Face, by `hub`, `snapshots`, `preparation` and
`backbone`. `estimate` says what can be chosen and how long it takes. `pipeline` embeds with threads
(`computing`) on one of the `devices`, with a `cache`, into `embeddings`; `store` keeps them.
`cutting` and `cut_backbone` open an encoder for learning; `adapted` is one whose last block has.
"""

from core.embed.cutting import CutEncoder
from core.embed.devices import Device, available_devices, resolve_device
from core.embed.embeddings import Embeddings
from core.embed.encoder import Encoder
from core.embed.encoders import DEFAULT_ENCODER, ENCODERS, find_encoder, judge_of
from core.embed.estimate import (
    embedding_first_text,
    embedding_text,
    offered_encoders,
    seconds_to_embed,
)
from core.embed.pipeline import embed, unadapted
from core.embed.pretrained import PRETRAINED, PretrainedModel
from core.embed.store import StoredEmbeddings, StoredMeta, read_embeddings, write_embeddings

__all__ = [
    "DEFAULT_ENCODER",
    "ENCODERS",
    "PRETRAINED",
    "CutEncoder",
    "Device",
    "Embeddings",
    "Encoder",
    "PretrainedModel",
    "StoredEmbeddings",
    "StoredMeta",
    "available_devices",
    "embed",
    "embedding_first_text",
    "embedding_text",
    "find_encoder",
    "judge_of",
    "offered_encoders",
    "read_embeddings",
    "resolve_device",
    "seconds_to_embed",
    "unadapted",
    "write_embeddings",
]
