"""Pretrained vision models as encoders: by their name on Hugging Face, or from a folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from core.embed import preparation
from core.embed.backbone import open_encoder, read_dimension
from core.embed.cut_backbone import cut_backbone
from core.embed.encoder import Encoder
from core.embed.hub import PREFIX
from core.embed.snapshots import PREPROCESSORS, find_snapshot, read_settings
from core.words import size_of


@dataclass(frozen=True)
class PretrainedModel:
    """What people should know of a model before they choose it. Sizes are about right."""

    repository: str
    title: str
    parameters_millions: int  # of all that is downloaded
    megabytes: int  # to download
    licence: str
    speed: Literal["fast", "medium", "slow"]  # of embedding, on a CPU
    about: str  # what it learned from and is good at

    @property
    def name(self) -> str:
        """Return the name to find the encoder by."""
        return f"{PREFIX}{self.repository}"

    @property
    def help(self) -> str:
        """Return what people read before they choose it."""
        size = size_of(self.megabytes * 1e6)
        return f"{self.about} {_PRIVACY} {size}, {self.licence}, {self.speed} on a CPU."

    @property
    def core_seconds(self) -> float:
        """Return how long one core at 2 GHz takes for a picture: a rough guide."""
        return _CORE_SECONDS[self.speed]


_CORE_SECONDS: Mapping[str, float] = {"fast": 0.05, "medium": 0.2, "slow": 0.7}
UNKNOWN_CORE_SECONDS = _CORE_SECONDS["medium"]  # of a model that is not in the list

_PRIVACY = "The weights are downloaded from Hugging Face once; your pictures stay on this computer."

PRETRAINED: Mapping[str, PretrainedModel] = {
    model.name: model
    for model in (
        PretrainedModel(
            repository="microsoft/resnet-18",
            title="ResNet-18",
            parameters_millions=12,
            megabytes=47,
            licence="Apache-2.0",
            speed="fast",
            about="Trained on the 1,000 classes of ImageNet. A small, well-known baseline.",
        ),
        PretrainedModel(
            repository="facebook/dinov2-small",
            title="DINOv2 small",
            parameters_millions=22,
            megabytes=88,
            licence="Apache-2.0",
            speed="medium",
            about=(
                "Trained on pictures without labels. Good at shapes, parts and fine differences; "
                "try it first if the default encoder is too coarse."
            ),
        ),
        PretrainedModel(
            repository="microsoft/resnet-50",
            title="ResNet-50",
            parameters_millions=26,
            megabytes=102,
            licence="Apache-2.0",
            speed="medium",
            about="Trained on the 1,000 classes of ImageNet. The baseline of many papers.",
        ),
        PretrainedModel(
            repository="facebook/convnext-tiny-224",
            title="ConvNeXt tiny",
            parameters_millions=29,
            megabytes=114,
            licence="Apache-2.0",
            speed="medium",
            about="Trained on the 1,000 classes of ImageNet, with better accuracy than ResNet-50.",
        ),
        PretrainedModel(
            repository="google/vit-base-patch16-224",
            title="ViT base",
            parameters_millions=86,
            megabytes=346,
            licence="Apache-2.0",
            speed="slow",
            about="Trained on the 21,000 classes of the large ImageNet, then on 1,000 of them.",
        ),
        PretrainedModel(
            repository="facebook/dinov2-base",
            title="DINOv2 base",
            parameters_millions=87,
            megabytes=346,
            licence="Apache-2.0",
            speed="slow",
            about=(
                "Trained on pictures without labels. Finer than DINOv2 small and four times slower."
            ),
        ),
        PretrainedModel(
            repository="laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
            title="CLIP ViT-B/32 of LAION",
            parameters_millions=151,
            megabytes=605,
            licence="MIT",
            speed="medium",
            about=(
                "Trained on pictures with captions, so it captures meaning: drawings and "
                "photographs of one thing are close to each other."
            ),
        ),
        PretrainedModel(
            repository="google/siglip-base-patch16-224",
            title="SigLIP base",
            parameters_millions=203,
            megabytes=813,
            licence="Apache-2.0",
            speed="slow",
            about=(
                "Trained on pictures with captions, like CLIP, and sees smaller details than the "
                "CLIP above."
            ),
        ),
    )
}


def find_pretrained(name: str) -> Encoder:
    """Return the encoder of a pretrained model; its weights are loaded when it is opened.

    The model's own settings say how pictures are prepared. What is not on this computer yet is
    asked of Hugging Face, under 'hf:' names only.

    Args:
        name: 'hf:owner/model', or a folder with config.json, preprocessor_config.json and
            weights in the safetensors format.

    Raises:
        SettingError: the model is not there, is no vision model, or cannot be reached.
        OutputError: what was downloaded cannot be kept.
    """
    snapshot = find_snapshot(name)
    file = next(file for file in PREPROCESSORS if (snapshot.folder / file).is_file())
    prepared = preparation.read_preparation(read_settings(snapshot, file), name)
    dimension = read_dimension(snapshot, prepared.side_px)
    known = PRETRAINED.get(name)
    if snapshot.repository is None:
        title, source = snapshot.folder.resolve().name, str(snapshot.folder)
        help_ = "A model from a local folder."
    else:
        title = known.title if known else snapshot.repository
        source = f"https://huggingface.co/{snapshot.repository}"
        help_ = known.help if known else f"A model that you named. {_PRIVACY}"
    return Encoder(
        name=name,
        title=title,
        help=help_,
        source=source,
        dimension=dimension,
        input_px=prepared.side_px,
        version=f"{preparation.VERSION}-{snapshot.version}",
        open=partial(open_encoder, snapshot, prepared),
        core_seconds=known.core_seconds if known else UNKNOWN_CORE_SECONDS,
        cut=partial(cut_backbone, snapshot, prepared),
        prepare=prepared.square,
        kept=prepared.kept,
    )
