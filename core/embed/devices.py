"""What this computer can compute on, found without importing torch (which takes seconds)."""

import ctypes
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from core.errors import SettingError

CPU, CUDA, AUTO = "cpu", "cuda", "auto"


@dataclass(frozen=True)
class Device:
    """A place to compute: the name that settings use, and the title that people read."""

    name: str
    title: str


def available_devices() -> list[Device]:
    """Return the CPU, then the first CUDA device if both torch and the driver can use one."""
    devices = [Device(CPU, "CPU")]
    if _torch_has_cuda():
        devices += [Device(CUDA, f"{title} (CUDA)") for title in _driver_devices()[:1]]
    return devices


def resolve_device(name: str) -> str:
    """Return 'cpu' or 'cuda' for 'auto' (CUDA if it is there), 'cpu' or 'cuda'.

    Raises:
        SettingError: another name, or 'cuda' where there is none.
    """
    if name not in (AUTO, CPU, CUDA):
        raise SettingError(f"Device '{name}' is unknown. Use auto, cpu or cuda.")
    has_cuda = any(device.name == CUDA for device in available_devices())
    if name == CUDA and not has_cuda:
        raise SettingError(f"CUDA cannot be used: {_why_no_cuda()}. Choose cpu or auto.")
    if name == AUTO:
        return CUDA if has_cuda else CPU
    return name


def _why_no_cuda() -> str:
    if find_spec("torch") is None:
        return "torch is not installed"
    if not _torch_has_cuda():
        return "the installed torch is built without it"
    return "no NVIDIA driver or no graphics processor was found"


def _torch_has_cuda() -> bool:
    """Return whether the installed torch is a CUDA build: only those bring this library.

    The version does not tell: '+cpu' marks some builds without CUDA, and others carry no mark.
    """
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    libraries = Path(spec.origin).parent / "lib"
    return any((libraries / name).exists() for name in ("libtorch_cuda.so", "torch_cuda.dll"))


@cache
def _driver_devices() -> tuple[str, ...]:
    """Return the names of the devices that the NVIDIA driver shows; none without a driver."""
    driver = _load_driver()
    count = ctypes.c_int()
    if driver is None or driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)):
        return ()
    names: list[str] = []
    for ordinal in range(count.value):
        device, name = ctypes.c_int(), ctypes.create_string_buffer(128)
        if driver.cuDeviceGet(ctypes.byref(device), ordinal) or driver.cuDeviceGetName(
            name, len(name), device
        ):
            return tuple(names)
        names.append(name.value.decode("utf-8", "replace"))
    return tuple(names)


def _load_driver() -> ctypes.CDLL | None:
    for library in ("libcuda.so.1", "nvcuda.dll"):
        try:
            return ctypes.CDLL(library)
        except OSError:
            continue
    return None
