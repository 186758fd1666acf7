"""How torch computes on a device. CUDA and MPS are stood in for: what is asked of them is seen."""

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from core.embed import ENCODERS, computing, halves
from core.embed.cache import encoder_key
from core.embed.computing import (
    in_precision,
    is_out_of_memory,
    memory_format,
    on_device,
    stay_in_this_thread,
    take_a_stream,
    turn_on,
)

torch = pytest.importorskip("torch")

Tensor = Any  # torch may be absent

PICTURES = np.arange(2 * 5 * 4 * 3, dtype=np.uint8).reshape(2, 5, 4, 3)
PICTURES.setflags(write=False)


def compute_in(precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (computing, halves):
        monkeypatch.setattr(module, "precision_on", lambda device: precision)


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_a_network_computes_in_the_numbers_of_the_device_and_gives_float32(
    precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute_in(precision, monkeypatch)
    seen: list[object] = []

    def describe(batch: Tensor) -> Tensor:
        made = batch @ torch.eye(3)
        seen.append(made.dtype)
        return made

    vectors = in_precision(describe, torch.ones(2, 3), "cpu")

    assert seen == [getattr(torch, precision)]
    assert vectors.dtype == torch.float32


def test_a_row_too_large_for_half_precision_is_computed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compute_in("float16", monkeypatch)
    batch = torch.tensor([[1.0, 2.0], [60_000.0, 60_000.0]])

    vectors = in_precision(lambda rows: rows @ torch.ones(2, 1), batch, "cpu")

    assert vectors.tolist() == [[3.0], [120_000.0]]


def test_shorter_numbers_turn_no_built_in_vector_by_a_percent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 256, (8, 7, 7, 3)).repeat(32, axis=1).repeat(32, axis=2)
    pictures = corners.astype(np.uint8)
    compute_in("float32", monkeypatch)
    exact = halves.open_encoder(224, "cpu")(pictures)

    compute_in("bfloat16", monkeypatch)
    rounded = halves.open_encoder(224, "cpu")(pictures)

    assert (exact != rounded).any()
    assert (exact * rounded).sum(axis=1).min() > 0.99


def test_vectors_of_shorter_numbers_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = set()
    for precision in ("float32", "bfloat16", "float16"):
        monkeypatch.setattr("core.embed.encoder.precision_on", lambda device, p=precision: p)
        keys.add(encoder_key(ENCODERS["efficientnet"], "cpu"))

    assert len(keys) == 3


def test_an_exact_encoder_shares_its_vectors_whatever_the_device_prefers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = set()
    for precision in ("float32", "bfloat16"):
        monkeypatch.setattr("core.embed.encoder.precision_on", lambda device, p=precision: p)
        keys.add(encoder_key(ENCODERS["classical"], "cpu"))

    assert len(keys) == 1


def test_pictures_go_to_cuda_from_pinned_memory_without_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def pin(tensor: Tensor) -> Tensor:
        asked.append("pin")
        return tensor

    def move(tensor: Tensor, *place: object, **how: object) -> Tensor:
        asked.append((place, how))
        return tensor

    monkeypatch.setattr(torch.Tensor, "pin_memory", pin)
    monkeypatch.setattr(torch.Tensor, "to", move)

    batch = on_device(PICTURES, "cuda")

    assert asked == ["pin", (("cuda",), {"non_blocking": True})]
    np.testing.assert_array_equal(batch.numpy(), PICTURES)


def test_on_mps_pictures_and_weights_lie_with_channels_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = torch.tensor
    monkeypatch.setattr(torch, "tensor", lambda pixels, device: real(pixels))

    batch = on_device(PICTURES, "mps")

    assert batch.permute(0, 3, 1, 2).is_contiguous()
    np.testing.assert_array_equal(batch.numpy(), PICTURES)
    assert memory_format("mps") == torch.contiguous_format


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_elsewhere_weights_lie_as_pixels_do(device: str) -> None:
    assert memory_format(device) == torch.channels_last


def test_one_thread_at_a_time_computes_on_mps() -> None:
    with turn_on("mps"):
        assert not turn_on("mps").acquire(blocking=False)  # type: ignore[attr-defined]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_elsewhere_threads_need_not_wait_for_one_another(device: str) -> None:
    with turn_on(device), turn_on(device):
        pass


@pytest.fixture
def three_threads() -> Iterator[None]:
    """Let torch use three threads, whatever the computer has."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("three_threads")
def test_a_thread_that_keeps_torch_to_itself_leaves_the_others_alone() -> None:
    counts: dict[str, int] = {}

    def stay() -> None:
        stay_in_this_thread()
        counts["staying"] = torch.get_num_threads()

    def usual() -> None:
        counts["begun later"] = torch.get_num_threads()

    for target in (stay, usual):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()

    assert counts == {"staying": 1, "begun later": 3}
    assert torch.get_num_threads() == 3


def test_a_thread_takes_its_own_stream_once_the_weights_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: asked.append("wait"))
    monkeypatch.setattr(torch.cuda, "Stream", lambda: "a stream")
    monkeypatch.setattr(torch.cuda, "set_stream", asked.append)

    take_a_stream()

    assert asked == ["wait", "a stream"]


OUT_OF_MEMORY = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("MPS backend out of memory (MPS allocated: 8.0 GB, max allowed: 9.0 GB)."),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=str)
def test_too_little_memory_is_told_from_other_faults(error: Exception) -> None:
    assert is_out_of_memory(error)


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), ValueError("out of memory")])
def test_another_fault_is_not_taken_for_too_little_memory(error: Exception) -> None:
    assert not is_out_of_memory(error)
