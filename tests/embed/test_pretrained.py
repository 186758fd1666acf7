"""Pretrained models: tiny ones, made here and saved as the Hub keeps them."""

import contextlib
import json
import shutil
import socket
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.embed import computing, hub
from core.embed.backbone import Backbone
from core.embed.encoder import open_encoder
from core.embed.preparation import Preparation, read_preparation
from core.embed.pretrained import PRETRAINED, find_pretrained
from core.errors import SettingError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TRANSFORMER: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "image_size": 32,
    "patch_size": 8,
}
TEXT: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 20,
    "max_position_embeddings": 8,
}


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute in float32, to be compared with the library."""
    monkeypatch.setattr(computing, "precision_on", lambda device: "float32")


Model = Any  # the library's classes have no common type that says what they return


def resnet() -> Model:
    sizes = {"embedding_size": 8, "hidden_sizes": [8, 12], "depths": [1, 1]}
    config = transformers.ResNetConfig(**sizes, layer_type="basic")
    return transformers.ResNetForImageClassification(config)


def convnext() -> Model:
    config = transformers.ConvNextConfig(hidden_sizes=[8, 12], depths=[1, 1], num_stages=2)
    return transformers.ConvNextForImageClassification(config)


def mobilenet() -> Model:
    # With as much noise as the library begins with, every value ends below 1e-26.
    config = transformers.MobileNetV2Config(
        depth_multiplier=0.1, image_size=32, initializer_range=0.25, finegrained_output=False
    )
    return transformers.MobileNetV2ForImageClassification(config)


def mobilevit() -> Model:
    widths = {"hidden_sizes": [8, 8, 8], "neck_hidden_sizes": [4, 4, 8, 8, 8, 8, 16]}
    config = transformers.MobileViTConfig(
        **widths, image_size=64, num_attention_heads=2, initializer_range=0.3
    )
    return transformers.MobileViTModel(config)


def vit() -> Model:
    return transformers.ViTModel(transformers.ViTConfig(**TRANSFORMER))


def vit_classifier() -> Model:
    return transformers.ViTForImageClassification(transformers.ViTConfig(**TRANSFORMER))


def dinov2() -> Model:
    return transformers.Dinov2Model(transformers.Dinov2Config(**TRANSFORMER))


def dinov3() -> Model:
    config = transformers.DINOv3ViTConfig(**TRANSFORMER, num_register_tokens=2)
    return transformers.DINOv3ViTModel(config)


def swin() -> Model:
    sizes = {"embed_dim": 8, "depths": [1, 1], "num_heads": [1, 2], "window_size": 4}
    return transformers.SwinModel(transformers.SwinConfig(**sizes, image_size=32))


def clip() -> Model:
    config = transformers.CLIPConfig(vision_config=TRANSFORMER, text_config=TEXT, projection_dim=12)
    return transformers.CLIPModel(config)


def clip_vision() -> Model:
    return transformers.CLIPVisionModel(transformers.CLIPVisionConfig(**TRANSFORMER))


def siglip() -> Model:
    config = transformers.SiglipConfig(vision_config=TRANSFORMER, text_config=TEXT)
    return transformers.SiglipModel(config)


def siglip_vision() -> Model:
    return transformers.SiglipVisionModel(transformers.SiglipVisionConfig(**TRANSFORMER))


def bert() -> Model:
    return transformers.BertModel(transformers.BertConfig(**TEXT))


def squeezing() -> Model:
    return transformers.ViTImageProcessorPil(size={"height": 32, "width": 32})


def cropping() -> Model:
    return transformers.CLIPImageProcessorPil(size={"shortest_edge": 36}, crop_size=32)


def blue_first() -> Model:
    return transformers.MobileViTImageProcessorPil(size={"shortest_edge": 72}, crop_size=64)


def convnext_cropping() -> Model:
    return transformers.ConvNextImageProcessorPil(size={"shortest_edge": 64}, crop_pct=0.875)


MODELS: dict[str, tuple[Callable[[], Model], Callable[[], Model]]] = {
    "ResNet": (resnet, convnext_cropping),
    "ConvNeXt": (convnext, convnext_cropping),
    "MobileNetV2": (mobilenet, cropping),
    "MobileViT": (mobilevit, blue_first),
    "ViT": (vit, squeezing),
    "ViT classifier": (vit_classifier, squeezing),
    "DINOv2": (dinov2, cropping),
    "DINOv3": (dinov3, squeezing),
    "Swin": (swin, squeezing),
    "CLIP": (clip, cropping),
    "CLIP vision": (clip_vision, cropping),
    "SigLIP": (siglip, squeezing),
    "SigLIP vision": (siglip_vision, squeezing),
}
every_model = pytest.mark.parametrize("kind", MODELS)


def save(folder: Path, make: Callable[[], Model], processor: Callable[[], Model]) -> Path:
    """Save a model as the Hub keeps it, and return its folder."""
    torch.manual_seed(0)
    make().eval().save_pretrained(folder)
    processor().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of a kind of model, saved once; it is not to be changed."""
    root = tmp_path_factory.mktemp("models")

    def find(kind: str) -> Path:
        folder = root / kind
        return folder if folder.exists() else save(folder, *MODELS[kind])

    return find


@pytest.fixture
def vit_folder(saved: Callable[[str], Path], tmp_path: Path) -> Path:
    """Return the folder of a ViT that a test may change."""
    return shutil.copytree(saved("ViT"), tmp_path / "vit")


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache of the Hub; the real Hub is neither asked nor forbidden."""
    constants = pytest.importorskip("huggingface_hub.constants")
    cache = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)
    return cache


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the hosts that were called, with every call refused."""
    called: list[str] = []

    def refuse(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        called.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return called


def keep_in_cache(cache: Path, model: Path, without: str = "") -> Path:
    """Lay a model out in the Hub's cache as 'hf:somebody/model'; return its snapshot."""
    place = cache / "models--somebody--model"
    snapshot = place / "snapshots" / COMMIT
    shutil.copytree(model, snapshot)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(COMMIT)
    if without:
        (snapshot / without).unlink()
    return snapshot


def edit(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def pictures(side_px: int, count: int = 5) -> NDArray[np.uint8]:
    """Return read-only pictures of noise."""
    batch = np.random.default_rng(0).integers(0, 256, (count, side_px, side_px, 3), np.uint8)
    batch.setflags(write=False)
    return batch


def vectors_of_library(folder: Path, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what the library's own processor and model make of pictures of the right size."""
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    processor = getattr(transformers, settings["image_processor_type"] + "Pil")(**settings)
    values = processor(
        list(batch), do_resize=False, do_center_crop=False, return_tensors="pt"
    ).pixel_values
    model = transformers.AutoModel.from_pretrained(folder, use_safetensors=True).eval()
    with torch.no_grad():
        if hasattr(model, "get_image_features"):
            output = model.get_image_features(pixel_values=values)
            made = getattr(output, "pooler_output", output)
        else:
            output = model(pixel_values=values)
            is_classifier = folder.name.endswith("classifier")
            made = output.last_hidden_state[:, 0] if is_classifier else output.pooler_output
    return np.asarray(made.flatten(1).numpy())


@pytest.mark.long
@every_model
def test_vectors_are_those_of_the_library(kind: str, saved: Callable[[str], Path]) -> None:
    folder = saved(kind)
    encoder = find_pretrained(str(folder))
    batch = pictures(encoder.input_px)

    vectors = encoder.open("cpu")(batch)

    expected = vectors_of_library(folder, batch)
    np.testing.assert_allclose(vectors, expected, atol=1e-5 * np.abs(expected).max())
    assert np.ptp(vectors, axis=0).max() > 1e-3


@every_model
def test_shorter_numbers_turn_no_vector_by_a_percent(
    kind: str, saved: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = find_pretrained(str(saved(kind)))
    batch = pictures(encoder.input_px)
    whole = encoder.open("cpu")(batch)
    monkeypatch.setattr(computing, "precision_on", lambda device: "bfloat16")

    rounded = encoder.open("cpu")(batch)

    lengths = np.linalg.norm(whole, axis=1) * np.linalg.norm(rounded, axis=1)
    assert ((whole * rounded).sum(axis=1) / lengths).min() > 0.99


@every_model
def test_there_is_a_finite_vector_for_each_picture(kind: str, saved: Callable[[str], Path]) -> None:
    encoder = find_pretrained(str(saved(kind)))

    vectors = encoder.open("cpu")(pictures(encoder.input_px, count=3))

    assert vectors.shape == (3, encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()


@every_model
def test_a_vector_does_not_depend_on_its_batch(kind: str, saved: Callable[[str], Path]) -> None:
    encoder = find_pretrained(str(saved(kind)))
    encode = encoder.open("cpu")
    batch = pictures(encoder.input_px)

    together = encode(batch)

    alone = np.concatenate([encode(picture[None]) for picture in batch])
    np.testing.assert_allclose(together, alone, atol=1e-5 * np.abs(alone).max())


def test_a_cpu_is_given_few_pictures_at_a_time(
    saved: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    describe = Backbone.describe

    def counted(self: Backbone, values: torch.Tensor) -> torch.Tensor:
        seen.append(len(values))
        return describe(self, values)

    monkeypatch.setattr(Backbone, "describe", counted)
    encoder = find_pretrained(str(saved("MobileNetV2")))

    vectors = open_encoder(encoder, "cpu")(pictures(encoder.input_px, count=19))

    assert (len(vectors), seen) == (19, [8, 8, 8])


@every_model
def test_a_model_cut_in_two_gives_its_vectors_and_its_last_block_learns(
    kind: str, saved: Callable[[str], Path]
) -> None:
    encoder = find_pretrained(str(saved(kind)))
    batch = pictures(encoder.input_px)
    assert encoder.cut is not None
    cut = encoder.cut("cpu")

    vectors = cut.finish(torch.tensor(cut.begin(batch)).float())

    whole = encoder.open("cpu")(batch)
    apart = np.linalg.norm(vectors.detach().numpy() - whole, axis=1)
    assert (apart < 0.05 * np.linalg.norm(whole, axis=1)).all()
    weights = torch.tensor(np.random.default_rng(0).standard_normal(vectors.shape))
    (vectors * weights).sum().backward()
    assert any(p.grad is not None and p.grad.abs().max() > 0 for p in cut.block.parameters())


def test_a_model_whose_blocks_cannot_be_told_apart_is_refused(
    vit_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = find_pretrained(str(vit_folder))
    # As if the model did something else after its blocks than it does when they run.
    monkeypatch.setattr(
        "core.embed.cut_backbone._given", lambda last, states: contextlib.nullcontext()
    )
    assert encoder.cut is not None

    with pytest.raises(SettingError, match="cannot be separated"):
        encoder.cut("cpu")


PROCESSORS: dict[str, Callable[[], Model]] = {
    "squeezing": squeezing,
    "cropping": cropping,
    "cropping the whole": partial(
        transformers.CLIPImageProcessorPil, size={"shortest_edge": 32}, crop_size=32
    ),
    "cropping when small": convnext_cropping,
    "squeezing when large": partial(
        transformers.ConvNextImageProcessorPil, size={"shortest_edge": 384}
    ),
}


@pytest.mark.parametrize("size", [(150, 100), (90, 160)])
@pytest.mark.parametrize("processor", PROCESSORS.values(), ids=PROCESSORS)
def test_a_picture_is_prepared_as_the_library_does(
    processor: Callable[[], Model], size: tuple[int, int]
) -> None:
    height, width = size
    down, across = np.mgrid[:height, :width]
    picture = np.stack([down * 255 / height, across * 255 / width, 0 * down], axis=2)
    picture = picture.astype(np.uint8)
    library = processor()

    preparation = read_preparation(library.to_dict(), "a model")
    square = preparation.square(picture, preparation.side_px)

    values = library(picture, do_normalize=False, return_tensors="np").pixel_values[0]
    np.testing.assert_allclose(square.transpose(2, 0, 1) / 255, values, atol=0.025)


@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    kept=st.floats(0.1, 1),
    is_squeezed=st.booleans(),
)
def test_any_picture_becomes_a_square(
    height: int, width: int, kept: float, is_squeezed: bool
) -> None:
    none = (0.0, 0.0, 0.0)
    preparation = Preparation(16, kept, is_squeezed, 1.0, none, (1.0, 1.0, 1.0), False)

    square = preparation.square(np.full((height, width, 3), 7, np.uint8), 16)

    assert square.shape == (16, 16, 3)
    assert (square == 7).all()


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"size": {"longest_edge": 32}}, "size"),
        ({"size": {"height": 32, "width": 48}}, "size"),
        ({"size": 32, "do_center_crop": True}, "crop_size"),
        ({"size": 32}, "image_mean"),
        ({"size": 32, "image_mean": [0.5] * 3, "image_std": [0, 1, 1]}, "image_std"),
        ({"size": 32, "rescale_offset": True}, "rescale_offset"),
    ],
)
def test_a_preparation_that_cannot_be_followed_is_named(
    settings: dict[str, object], what: str
) -> None:
    with pytest.raises(SettingError, match=rf"'a model'.*{what}"):
        read_preparation(settings, "a model")


def test_a_bare_number_as_size_means_both_sides() -> None:
    numbers = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}

    preparation = read_preparation({"size": 32} | numbers, "a model")

    assert (preparation.side_px, preparation.is_squeezed) == (32, True)


def test_weights_in_parts_are_found(saved: Callable[[str], Path], tmp_path: Path) -> None:
    model = transformers.ViTModel.from_pretrained(saved("ViT"))
    model.save_pretrained(tmp_path, max_shard_size="3KB")
    squeezing().save_pretrained(tmp_path)

    vectors = find_pretrained(str(tmp_path)).open("cpu")(pictures(32))

    assert not (tmp_path / "model.safetensors").exists()
    whole = find_pretrained(str(saved("ViT"))).open("cpu")(pictures(32))
    np.testing.assert_array_equal(vectors, whole)


def test_other_weights_are_another_version(vit_folder: Path) -> None:
    before = find_pretrained(str(vit_folder)).version
    torch.manual_seed(1)
    vit().save_pretrained(vit_folder)

    assert find_pretrained(str(vit_folder)).version != before


def test_settings_of_pictures_and_text_together_are_read(vit_folder: Path) -> None:
    old = vit_folder / "preprocessor_config.json"
    (vit_folder / "processor_config.json").write_text(
        json.dumps({"image_processor": json.loads(old.read_text())})
    )
    old.unlink()

    assert find_pretrained(str(vit_folder)).input_px == 32


def test_pickled_weights_are_refused(vit_folder: Path) -> None:
    weights = vit_folder / "model.safetensors"
    weights.rename(vit_folder / "pytorch_model.bin")

    with pytest.raises(SettingError, match="no weights in the safetensors format"):
        find_pretrained(str(vit_folder))


def put_code(folder: Path) -> Path:
    """Put code beside a model and name it in its configuration; return the mark it would leave."""
    mark = folder / "was_run"
    (folder / "custom.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    names = {"AutoConfig": "custom.Config", "AutoModel": "custom.Model"}
    edit(folder / "config.json", auto_map=names)
    return mark


def test_code_beside_a_known_model_is_not_run(vit_folder: Path) -> None:
    mark = put_code(vit_folder)

    find_pretrained(str(vit_folder)).open("cpu")(pictures(32))

    assert not mark.exists()


def test_a_model_that_needs_its_own_code_is_refused(vit_folder: Path) -> None:
    mark = put_code(vit_folder)
    edit(vit_folder / "config.json", model_type="custom")

    with pytest.raises(SettingError, match="never run"):
        find_pretrained(str(vit_folder))
    assert not mark.exists()


def test_a_text_model_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path, bert, squeezing)

    with pytest.raises(SettingError, match="is not a vision model"):
        find_pretrained(str(folder))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"there is no config\.json"):
        find_pretrained(str(tmp_path))


def test_a_model_without_a_preparation_is_refused(vit_folder: Path) -> None:
    (vit_folder / "preprocessor_config.json").unlink()

    with pytest.raises(SettingError, match=r"has no preprocessor_config\.json"):
        find_pretrained(str(vit_folder))


@pytest.mark.parametrize("text", ["{", "[]", "\udcff"])
def test_damaged_settings_are_named(vit_folder: Path, text: str) -> None:
    (vit_folder / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(SettingError, match=r"config\.json of .* cannot be read"):
        find_pretrained(str(vit_folder))


@pytest.mark.parametrize("change", [{"num_channels": 1}, {"image_size": 48}])
def test_a_configuration_that_takes_no_such_pictures_is_refused(
    vit_folder: Path, change: dict[str, int]
) -> None:
    edit(vit_folder / "config.json", **change)

    with pytest.raises(
        SettingError, match=r"not take colour pictures of 32 x 32 px|does not match"
    ):
        find_pretrained(str(vit_folder))


def test_a_part_outside_of_the_folder_is_refused(vit_folder: Path) -> None:
    (vit_folder / "model.safetensors").rename(vit_folder.parent / "outside.safetensors")
    index = vit_folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "../outside.safetensors"}}))

    with pytest.raises(SettingError, match="cannot be read"):
        find_pretrained(str(vit_folder))


@pytest.mark.parametrize("change", [{"num_hidden_layers": 2}, {"intermediate_size": 32}])
def test_weights_of_another_model_are_refused(vit_folder: Path, change: dict[str, int]) -> None:
    edit(vit_folder / "config.json", **change)
    encoder = find_pretrained(str(vit_folder))

    with pytest.raises(SettingError, match=r"weights of .* do not match"):
        encoder.open("cpu")


def test_damaged_weights_are_refused(vit_folder: Path) -> None:
    weights = vit_folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    encoder = find_pretrained(str(vit_folder))

    with pytest.raises(SettingError, match="are damaged"):
        encoder.open("cpu")


def test_a_model_in_the_cache_is_opened_without_a_network(
    saved: Callable[[str], Path], hub_cache: Path, calls: list[str]
) -> None:
    keep_in_cache(hub_cache, saved("ViT"))

    encoder = find_pretrained("hf:somebody/model")
    vectors = encoder.open("cpu")(pictures(32))

    assert vectors.shape == (5, encoder.dimension)
    assert encoder.version.endswith(COMMIT)
    assert calls == []


def test_a_model_is_described_without_its_weights(
    saved: Callable[[str], Path], hub_cache: Path, calls: list[str]
) -> None:
    keep_in_cache(hub_cache, saved("ViT"), without="model.safetensors")

    assert find_pretrained("hf:somebody/model").dimension == 16
    assert calls == []


@pytest.mark.usefixtures("hub_cache")
def test_without_a_network_the_hub_is_called_once(calls: list[str]) -> None:
    with pytest.raises(SettingError) as refusal:
        find_pretrained("hf:somebody/model")

    assert calls == ["huggingface.co"]
    assert str(refusal.value) == (
        "'hf:somebody/model' is not on this computer and Hugging Face cannot be reached. Connect "
        "to a network once, or name a folder that contains the model."
    )


def test_missing_weights_without_a_network_are_told(
    saved: Callable[[str], Path], hub_cache: Path, calls: list[str]
) -> None:
    keep_in_cache(hub_cache, saved("ViT"), without="model.safetensors")
    encoder = find_pretrained("hf:somebody/model")

    with pytest.raises(SettingError, match="cannot be reached"):
        encoder.open("cpu")
    assert len(calls) == 1


@pytest.mark.usefixtures("hub_cache")
def test_a_network_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    is_given_up = Event()

    def wait(*_: object, **__: object) -> socket.socket:
        is_given_up.wait(30)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", wait)
    monkeypatch.setattr(hub, "_REACH_S", 0.05)

    with pytest.raises(SettingError, match="cannot be reached"):
        find_pretrained("hf:somebody/model")
    is_given_up.set()


@pytest.mark.usefixtures("hub_cache")
def test_where_asking_is_forbidden_nothing_is_called(
    calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    with pytest.raises(SettingError, match="HF_HUB_OFFLINE blocks"):
        find_pretrained("hf:somebody/model")
    assert calls == []


@pytest.mark.usefixtures("hub_cache")
@pytest.mark.parametrize("name", ["hf:", "hf:../model", "hf:a/b/c", "hf:a b", "hf:a--b"])
def test_a_name_that_no_repository_has_is_refused(name: str, calls: list[str]) -> None:
    with pytest.raises(SettingError, match="not a name on Hugging Face"):
        find_pretrained(name)
    assert calls == []


class FakeHub(ThreadingHTTPServer):
    """A Hub of one model on this computer. It keeps its files, and what it refuses."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.folder = Path()
        self.refusal: tuple[int, str] | None = None


class Answer(BaseHTTPRequestHandler):
    """Answer with a file of the model, as the Hub does."""

    server: FakeHub

    def do_GET(self) -> None:
        path = self.server.folder / self.path.rpartition("/")[2]
        status, code = self.server.refusal or (200, "")
        if status == 200 and not path.is_file():
            status, code = 404, "EntryNotFound"
        content = path.read_bytes() if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{path.name}"')
        if code:
            self.send_header("X-Error-Code", code)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def fake_hub(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """Return a Hub with nothing on it, asked instead of the real one."""
    assert not hub_cache.exists()
    with FakeHub() as server:
        address = f"http://127.0.0.1:{server.server_port}"
        constants = "huggingface_hub.constants"
        monkeypatch.setattr(f"{constants}.ENDPOINT", address)
        template = address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(f"{constants}.HUGGINGFACE_CO_URL_TEMPLATE", template)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_model_is_downloaded_once(fake_hub: FakeHub, saved: Callable[[str], Path]) -> None:
    fake_hub.folder = saved("ViT")
    find_pretrained("hf:somebody/model").open("cpu")
    fake_hub.refusal = (500, "")

    again = find_pretrained("hf:somebody/model")

    from_folder = find_pretrained(str(saved("ViT"))).open("cpu")(pictures(32))
    np.testing.assert_array_equal(again.open("cpu")(pictures(32)), from_folder)
    assert again.version.endswith(COMMIT)


def test_describing_a_model_downloads_no_weights(
    fake_hub: FakeHub, saved: Callable[[str], Path], hub_cache: Path
) -> None:
    fake_hub.folder = saved("ViT")

    find_pretrained("hf:somebody/model")

    names = {path.name for path in (hub_cache / "models--somebody--model/snapshots").rglob("*")}
    assert names == {COMMIT, "config.json", "preprocessor_config.json"}


def test_a_repository_with_pickled_weights_alone_is_refused(
    fake_hub: FakeHub, vit_folder: Path
) -> None:
    (vit_folder / "model.safetensors").rename(vit_folder / "pytorch_model.bin")
    fake_hub.folder = vit_folder
    encoder = find_pretrained("hf:somebody/model")

    with pytest.raises(SettingError, match="no weights in the safetensors format"):
        encoder.open("cpu")


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (404, "RepoNotFound", "has no model 'somebody/model'"),
        (401, "RepoNotFound", "has no model 'somebody/model'"),
        (401, "GatedRepo", "accept its terms"),
        (403, "GatedRepo", "accept its terms"),
        (403, "", r"status 403"),
        (500, "", r"status 500"),
        (200, "", r"has no config\.json"),
    ],
)
def test_what_the_hub_refuses_is_told(
    fake_hub: FakeHub, status: int, code: str, words: str
) -> None:
    fake_hub.refusal = (status, code) if status != 200 else None

    with pytest.raises(SettingError, match=words):
        find_pretrained("hf:somebody/model")


def test_the_list_begins_with_the_smallest() -> None:
    sizes = [model.megabytes for model in PRETRAINED.values()]

    assert sizes == sorted(sizes)


@pytest.mark.parametrize("name", PRETRAINED)
def test_people_can_read_what_a_listed_model_does(name: str) -> None:
    model = PRETRAINED[name]

    assert name == f"hf:{model.repository}"
    assert model.licence in {"Apache-2.0", "MIT"}
    assert "downloaded from Hugging Face" in model.help
