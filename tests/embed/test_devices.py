"""What can be computed on, without importing torch."""

import ctypes
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.embed import Device, available_devices, devices, resolve_device
from core.errors import SettingError


@pytest.fixture
def no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_driver_devices", lambda: ())
    monkeypatch.setattr(platform, "system", lambda: "Linux")


@pytest.fixture
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_torch_has_cuda", lambda: True)
    monkeypatch.setattr(devices, "_driver_devices", lambda: ("NVIDIA H200", "NVIDIA H200"))
    monkeypatch.setattr(platform, "system", lambda: "Linux")


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand for a Mac that can compute on its graphics processor."""
    monkeypatch.setattr(devices, "_torch_has_cuda", lambda: False)
    monkeypatch.setattr(devices, "_has_metal_device", lambda: True)
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    monkeypatch.setattr(platform, "mac_ver", lambda: ("14.4", ("", "", ""), "arm64"))


@pytest.fixture
def nothing_remembered() -> Iterator[None]:
    """Forget what was found out about this computer, before and after."""
    found = (devices._processor_flags, devices._compute_capability)
    for answer in found:
        answer.cache_clear()
    yield
    for answer in found:
        answer.cache_clear()


def test_asking_for_devices_does_not_import_torch() -> None:
    question = (
        "import sys; from core.embed import available_devices, devices, resolve_device; "
        "available_devices(); resolve_device('auto'); devices.precision_on('cpu'); "
        "sys.exit('torch' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", question], check=False).returncode == 0


def test_the_cpu_comes_first() -> None:
    assert available_devices()[0] == Device("cpu", "CPU")


@pytest.mark.usefixtures("no_driver")
def test_without_a_driver_there_is_only_the_cpu() -> None:
    assert available_devices() == [Device("cpu", "CPU")]
    assert resolve_device("auto") == "cpu"


def test_without_a_cuda_library_in_torch_a_driver_is_of_no_use(
    one_gpu: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_torch_has_cuda", lambda: False)

    assert available_devices() == [Device("cpu", "CPU")]


@pytest.mark.usefixtures("one_gpu")
def test_the_first_gpu_is_named_for_people_and_taken_by_auto() -> None:
    assert available_devices()[1:] == [Device("cuda", "NVIDIA H200 (CUDA)")]
    assert resolve_device("auto") == "cuda"
    assert resolve_device("cuda") == "cuda"


@pytest.mark.usefixtures("one_gpu")
def test_the_cpu_can_be_asked_for_where_there_is_a_gpu() -> None:
    assert resolve_device("cpu") == "cpu"


@pytest.mark.usefixtures("no_driver")
def test_cuda_that_is_not_there_is_refused_with_a_way_out() -> None:
    with pytest.raises(SettingError, match=r"CUDA cannot be used: .*Choose cpu or auto"):
        resolve_device("cuda")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(SettingError, match=r"'tpu' is unknown\. Use auto"):
        resolve_device("tpu")


@pytest.mark.usefixtures("mac")
def test_a_mac_computes_on_its_graphics_processor() -> None:
    assert [device.name for device in available_devices()] == ["cpu", "mps"]
    assert resolve_device("auto") == "mps"
    assert resolve_device("mps") == "mps"
    assert resolve_device("cpu") == "cpu"


@pytest.mark.usefixtures("mac")
def test_cuda_goes_before_mps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_torch_has_cuda", lambda: True)
    monkeypatch.setattr(devices, "_driver_devices", lambda: ("NVIDIA H200",))

    assert resolve_device("auto") == "cuda"


@pytest.mark.usefixtures("mac")
@pytest.mark.parametrize(
    ("place", "what", "answer", "reason"),
    [
        (platform, "system", "Linux", "needs a Mac with Apple silicon"),
        (platform, "machine", "x86_64", "needs a Mac with Apple silicon"),
        (platform, "mac_ver", ("13.6", ("", "", ""), "arm64"), "macOS 14 or newer"),
        (platform, "mac_ver", ("", ("", "", ""), ""), "macOS 14 or newer"),
        (devices, "find_spec", None, "torch is not installed"),
        (devices, "_has_metal_device", False, "reports no GPU"),
    ],
)
def test_mps_that_is_not_there_is_refused_with_the_reason(
    place: object, what: str, answer: object, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, what, lambda *asked: answer)

    assert resolve_device("auto") == "cpu"
    with pytest.raises(SettingError, match=rf"MPS cannot be used: .*{reason}.*Choose cpu or auto"):
        resolve_device("mps")


@pytest.mark.usefixtures("nothing_remembered")
@pytest.mark.parametrize(
    ("content", "precision"),
    [
        ("processor : 0\nflags : fpu avx2 avx512_bf16 sse\n", "bfloat16"),
        ("flags\t\t: fpu amx_bf16 amx_tile\n", "bfloat16"),
        ("flags : fpu avx2 avx512f\n", "float32"),
        ("Features : fp asimd bf16\n", "float32"),
        ("", "float32"),
    ],
)
def test_the_cpu_takes_short_numbers_where_it_has_instructions_for_them(
    content: str, precision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_PROCESSOR", tmp_path / "cpuinfo")
    (tmp_path / "cpuinfo").write_text(content)

    assert devices.precision_on("cpu") == precision


@pytest.mark.usefixtures("nothing_remembered")
def test_a_cpu_that_nothing_is_known_of_computes_in_float32(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_PROCESSOR", tmp_path / "absent")

    assert devices.precision_on("cpu") == "float32"


@pytest.mark.usefixtures("nothing_remembered")
@pytest.mark.parametrize(("generation", "precision"), [(7, "float16"), (8, "bfloat16")])
def test_cuda_takes_bfloat16_from_the_generation_that_has_it(
    generation: int, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell(into: object, attribute: int, device: ctypes.c_int) -> int:
        into._obj.value = generation if attribute == 75 else 0  # type: ignore[attr-defined]
        return 0

    driver = SimpleNamespace(
        cuInit=lambda flags: 0, cuDeviceGet=lambda into, number: 0, cuDeviceGetAttribute=tell
    )
    monkeypatch.setattr(devices, "_load_driver", lambda: driver)

    assert devices.precision_on("cuda") == precision


@pytest.mark.usefixtures("nothing_remembered")
def test_cuda_of_an_unknown_generation_takes_float16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_load_driver", lambda: None)

    assert devices.precision_on("cuda") == "float16"


def test_mps_computes_in_float32() -> None:
    assert devices.precision_on("mps") == "float32"
