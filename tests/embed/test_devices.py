"""What can be computed on, without importing torch."""

import subprocess
import sys

import pytest

from core.embed import Device, available_devices, devices, resolve_device
from core.errors import SettingError


@pytest.fixture
def no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_driver_devices", lambda: ())


@pytest.fixture
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_torch_has_cuda", lambda: True)
    monkeypatch.setattr(devices, "_driver_devices", lambda: ("NVIDIA H200", "NVIDIA H200"))


def test_asking_for_devices_does_not_import_torch() -> None:
    question = (
        "import sys; from core.embed import available_devices, resolve_device; "
        "available_devices(); resolve_device('auto'); sys.exit('torch' in sys.modules)"
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
