"""Images to vectors: encoders, devices, the threaded pipeline, its cache and its files.

Read `encoders` first, and `pretrained` for models of Hugging Face; `estimate` says what can be
chosen and how long it takes, `pipeline` embeds.
"""

from core.embed.cutting import CutEncoder
from core.embed.devices import Device, available_devices, resolve_device
from core.embed.embeddings import Embeddings
from core.embed.encoders import DEFAULT_ENCODER, ENCODERS, Encoder, find_encoder
from core.embed.estimate import embedding_text, offered_encoders, seconds_to_embed
from core.embed.pipeline import embed
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
    "embedding_text",
    "find_encoder",
    "offered_encoders",
    "read_embeddings",
    "resolve_device",
    "seconds_to_embed",
    "write_embeddings",
]
