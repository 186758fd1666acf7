"""What this computer can compute on, found without importing torch (which takes seconds)."""

import ctypes
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from core.errors import SettingError

CPU, CUDA, MPS, AUTO = "cpu", "cuda", "mps", "auto"
FLOAT32, FLOAT16, BFLOAT16 = "float32", "float16", "bfloat16"  # as torch names them

_TITLES: Mapping[str, str] = {CUDA: "CUDA", MPS: "MPS"}
_PROCESSOR = Path("/proc/cpuinfo")
_METAL = "/System/Library/Frameworks/Metal.framework/Metal"
_FIRST_MACOS = 14  # that torch computes on the graphics processor of
_COMPUTE_CAPABILITY_MAJOR = 75  # the driver's number of this attribute
_FIRST_WITH_BFLOAT16 = 8


@dataclass(frozen=True)
class Device:
    """A place to compute: the name that settings use, and the title that people read."""

    name: str
    title: str


def available_devices() -> list[Device]:
    """Return the CPU, then the graphics processor that both torch and its driver can use."""
    devices = [Device(CPU, "CPU")]
    if _torch_has_cuda():
        devices += [Device(CUDA, f"{title} (CUDA)") for title in _driver_devices()[:1]]
    if _why_no_mps() is None:
        devices.append(Device(MPS, "Apple GPU (MPS)"))
    return devices


def resolve_device(name: str) -> str:
    """Return 'cpu', 'cuda' or 'mps'; for 'auto' the first that is there of CUDA, MPS and the CPU.

    Raises:
        SettingError: another name, or a device that is not there.
    """
    if name not in (AUTO, CPU, CUDA, MPS):
        raise SettingError(f"Device '{name}' is unknown. Use auto, cpu, cuda or mps.")
    there = {device.name for device in available_devices()}
    if name == AUTO:
        return next(device for device in (CUDA, MPS, CPU) if device in there)
    if name not in there:
        reason = _why_no_cuda() if name == CUDA else _why_no_mps()
        raise SettingError(f"{_TITLES[name]} cannot be used: {reason}. Choose cpu or auto.")
    return name


def precision_on(device: str) -> str:
    """Return in which numbers networks compute on a device: BFLOAT16, FLOAT16 or FLOAT32.

    The CPU takes bfloat16 where it has instructions for it: on one core of an AMD EPYC with
    AVX512-BF16 EfficientNet-Lite0, ResNet-18, DINOv2 small and ConvNeXt tiny took 1 / 2.3, 1.7, 2.3
    and 3.1 of the time. Without them it would be slower. Of 64-bit ARM and outside Linux nothing
    was measured.
    """
    if device == CUDA:
        return BFLOAT16 if _compute_capability() >= _FIRST_WITH_BFLOAT16 else FLOAT16
    if device == CPU and _processor_flags() & {"avx512_bf16", "amx_bf16"}:
        return BFLOAT16
    return FLOAT32


def _why_no_cuda() -> str:
    if find_spec("torch") is None:
        return "torch is not installed"
    if not _torch_has_cuda():
        return "the installed torch is built without it"
    return "no NVIDIA driver or GPU was found"


def _why_no_mps() -> str | None:
    """Return what is missing; None where it can be used."""
    if platform.system() != "Darwin" or platform.machine() != "arm64":
        return "it needs a Mac with Apple silicon"
    if int(platform.mac_ver()[0].partition(".")[0] or 0) < _FIRST_MACOS:
        return f"it needs macOS {_FIRST_MACOS} or newer"
    if find_spec("torch") is None:
        return "torch is not installed"
    # Every torch for such a Mac is built with it.
    return None if _has_metal_device() else "macOS reports no GPU"


@cache
def _has_metal_device() -> bool:
    try:
        create = ctypes.CDLL(_METAL).MTLCreateSystemDefaultDevice
    except (OSError, AttributeError):
        return False
    create.restype = ctypes.c_void_p
    return bool(create())


@cache
def _processor_flags() -> frozenset[str]:
    """Return the names of a Linux x86 processor's extensions; elsewhere none."""
    try:
        lines = _PROCESSOR.read_text("utf-8", "replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())


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


@cache
def _compute_capability() -> int:
    """Return the generation of the first CUDA device; 0 where the driver does not tell."""
    driver = _load_driver()
    device, major = ctypes.c_int(), ctypes.c_int()
    if (
        driver is None
        or driver.cuInit(0)
        or driver.cuDeviceGet(ctypes.byref(device), 0)
        or driver.cuDeviceGetAttribute(ctypes.byref(major), _COMPUTE_CAPABILITY_MAJOR, device)
    ):
        return 0
    return major.value


def _load_driver() -> ctypes.CDLL | None:
    for library in ("libcuda.so.1", "nvcuda.dll"):
        try:
            return ctypes.CDLL(library)
        except OSError:
            continue
    return None
