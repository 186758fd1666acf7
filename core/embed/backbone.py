"""Open a vision model of the Transformers library: its class, its size, its vectors.

The class comes from the library's own table and never from code beside the model. Of a model of
pictures and text only the picture side is built.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.embed.computing import in_precision, memory_format, on_device
from core.embed.preparation import Preparation
from core.embed.snapshots import CONFIG, Snapshot, fetch_weights, read_settings
from core.errors import SettingError

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

# What a model's code raises of a configuration or weights that do not belong to it.
_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
# With these a configuration chooses code to download, other libraries, or other numbers.
_LEFT_OUT = ("auto_map", "custom_pipelines", "quantization_config", "dtype", "torch_dtype")
_LEFT_OUT_ENDING = "_implementation"


def read_dimension(snapshot: Snapshot, side_px: int) -> int:
    """Return the length of the model's vectors, without its weights.

    Raises:
        SettingError: it is no vision model, or does not take colour pictures of `side_px`.
    """
    config = read_settings(snapshot, CONFIG)
    _refuse_other_models(config, snapshot.name)
    try:
        return _dimension(json.dumps(config, sort_keys=True), side_px)
    except _FAULTS as error:
        raise SettingError(
            f"'{snapshot.name}' cannot be used: it does not take colour pictures of {side_px} x "
            f"{side_px} px. Choose another model."
        ) from error


@dataclass(frozen=True, eq=False)
class Backbone:
    """A model on a device, and how it takes pictures and gives vectors."""

    model: "Module"
    device: str
    preparation: Preparation
    is_pooler_trained: bool  # the weights hold what the model's own pooled vector needs

    def pixel_values(self, pixels: NDArray[np.uint8]) -> "Tensor":
        """Return (B, 3, side_px, side_px) as the model was taught, of (B, side_px, side_px, 3)."""
        import torch

        how = self.preparation
        scale, mean, std = (
            torch.tensor(values, device=self.device).view(1, -1, 1, 1)
            for values in ([how.scale], how.mean, how.std)
        )
        # Seen with channels first, the pixels keep lying as they are.
        batch = on_device(pixels, self.device).permute(0, 3, 1, 2)
        batch = batch.flip(1) if how.is_bgr else batch
        return (batch * scale - mean) / std

    def describe(self, pixel_values: "Tensor") -> "Tensor":
        """Return (B, D): the model's own vector of a picture, else what its maps or tokens give."""
        output = self.model(pixel_values=pixel_values)
        return _pooled(output, self.model, self.is_pooler_trained)

    def compute(
        self, describe: "Callable[[Tensor], Tensor]", pixels: NDArray[np.uint8]
    ) -> "Tensor":
        """Return (B, ...) float32 that `describe` gives of pictures, in the device's numbers."""
        return in_precision(describe, self.pixel_values(pixels), self.device)


def open_backbone(snapshot: Snapshot, preparation: Preparation, device: str) -> Backbone:
    """Load the weights, from the network if need be.

    Raises:
        SettingError: the weights cannot be had, or do not belong to the model.
        OutputError: the Hub's cache cannot be written.
    """
    fetch_weights(snapshot)
    config = read_settings(snapshot, CONFIG)
    _refuse_other_models(config, snapshot.name)
    from safetensors import SafetensorError

    try:
        model, is_pooler_trained = _load(config, snapshot.folder)
    except (*_FAULTS, SafetensorError) as error:
        raise SettingError(
            f"The weights of '{snapshot.name}' do not match its {CONFIG}, or are damaged. Download "
            "the model again, or choose another one."
        ) from error
    model = model.to(device, memory_format=memory_format(device))
    return Backbone(model, device, preparation, is_pooler_trained)


def open_encoder(
    snapshot: Snapshot, preparation: Preparation, device: str
) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """Return the function over a batch, its weights loaded as `open_backbone` loads them.

    It takes (B, side_px, side_px, 3) uint8 RGB and returns (B, D) float32.
    """
    import torch

    backbone = open_backbone(snapshot, preparation, device)

    def encode(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode():
            vectors = backbone.compute(backbone.describe, pixels)
            return np.ascontiguousarray(vectors.cpu().numpy(), np.float32)

    return encode


def _refuse_other_models(config: Mapping[str, object], name: str) -> None:
    _quieten()
    from transformers import CONFIG_MAPPING

    kind = str(config.get("model_type"))
    if kind not in CONFIG_MAPPING:
        raise SettingError(
            f"'{name}' is of a type that the installed Transformers library does not know "
            f"('{kind}'). Evenset never runs code that comes with a model; choose another model."
        )
    try:
        found = _architecture(config)
    except _FAULTS as error:
        raise SettingError(
            f"The {CONFIG} of '{name}' does not match its type, '{kind}'. Download the model "
            "again, or choose another one."
        ) from error
    if found is None:
        raise SettingError(
            f"'{name}' is not a vision model: it takes no pictures. Choose a model for pictures."
        )


def _architecture(config: Mapping[str, object]) -> tuple[Any, Any] | None:
    """Return the class of the model and its configuration; None if it takes no pictures."""
    from transformers import CONFIG_MAPPING, MODEL_MAPPING, CLIPConfig, CLIPVisionConfig
    from transformers import CLIPVisionModelWithProjection as ProjectedClip

    known: Any = CONFIG_MAPPING[str(config["model_type"])].from_dict(_without_code(config))
    if isinstance(known, CLIPConfig):
        vision: Any = known.vision_config
        vision.projection_dim = known.projection_dim
        return ProjectedClip, vision
    if isinstance(known, CLIPVisionConfig) and config.get("architectures") == [
        ProjectedClip.__name__
    ]:
        return ProjectedClip, known
    known = getattr(known, "vision_config", known)
    if type(known) not in MODEL_MAPPING:
        return None
    classes: Any = MODEL_MAPPING[type(known)]
    model = classes[0] if isinstance(classes, tuple) else classes
    if model.main_input_name != "pixel_values":
        return None
    if hasattr(known, "mask_ratio"):
        known.mask_ratio = 0.0  # such a model hides parts of the picture by chance
    return model, known


def _without_code(config: Mapping[str, object]) -> dict[str, object]:
    return {
        key: _without_code(value) if isinstance(value, Mapping) else value
        for key, value in config.items()
        if key not in _LEFT_OUT and not key.endswith(_LEFT_OUT_ENDING)
    }


@lru_cache(maxsize=64)
def _dimension(config_text: str, side_px: int) -> int:
    """Return the length of the vector of a picture, on a model that has shapes and no numbers."""
    import torch

    found = _architecture(json.loads(config_text))
    assert found is not None
    model_class, config = found
    with torch.device("meta"), torch.inference_mode():
        model = model_class(config).eval()
        output = model(pixel_values=torch.zeros(1, 3, side_px, side_px))
        return int(_pooled(output, model, is_pooler_trained=True).shape[1])


def _load(config: Mapping[str, object], folder: Path) -> tuple[Any, bool]:
    """Return the model, and whether the weights hold what its pooled vector needs."""
    import torch

    found = _architecture(config)
    assert found is not None
    model_class, known = found
    model, report = model_class.from_pretrained(
        folder,
        config=known,
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=True,
        output_loading_info=True,
    )
    # What is missing is drawn by chance. A classifier is kept without the pooler, which its
    # class token stands in for; anything else would give vectors that mean nothing.
    missing = list(report["missing_keys"])
    poolers = [key for key in missing if key.startswith("pooler.") or ".pooler." in key]
    if len(poolers) < len(missing):
        raise ValueError(f"missing: {missing}")
    return model.eval().requires_grad_(False), not poolers


def _pooled(output: object, model: "Module", is_pooler_trained: bool) -> "Tensor":
    """Return (B, D): the model's own vector of a picture, else what its maps or tokens give."""
    pooled: Tensor | None = getattr(output, "image_embeds", None)
    if pooled is None and is_pooler_trained:
        pooled = getattr(output, "pooler_output", None)
    if pooled is not None:
        return pooled.flatten(1)
    hidden: Tensor = output.last_hidden_state  # type: ignore[attr-defined]
    if hidden.ndim == 4:
        return hidden.mean((2, 3))
    tokens = ("cls_token", "class_embedding")
    has_class_token = any(name.endswith(tokens) for name, _ in model.named_parameters())
    return hidden[:, 0] if has_class_token else hidden.mean(1)


def _quieten() -> None:
    """Keep the library from writing bars and reports into our terminal."""
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("transformers").setLevel(logging.ERROR)
