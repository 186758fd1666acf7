"""Named streams of random numbers, so that adding a stage moves no other stage's numbers."""

from hashlib import blake2b

import numpy as np

Name = str | int


def stream_seed(seed: int, *names: Name) -> int:
    """Return the 63-bit seed of the stream that `seed` and `names` name."""
    digest = blake2b(digest_size=8)
    for name in (seed, *names):
        # Type and length stand before each name, so that ("ab", "c") is not ("a", "bc").
        # NumPy's whole numbers are numbers like any other.
        kind = "str" if isinstance(name, str) else "int"
        encoded = str(name).encode("utf-8", "surrogatepass")
        digest.update(f"{kind}{len(encoded)}:".encode() + encoded)
    return int.from_bytes(digest.digest(), "little") >> 1


def stream(seed: int, *names: Name) -> np.random.Generator:
    """Return the generator of the stream that `seed` and `names` name.

    The numbers depend on the seed and the names alone: not on the order of calls, the number
    of workers, or which other streams exist.
    """
    return np.random.Generator(np.random.SFC64(stream_seed(seed, *names)))
