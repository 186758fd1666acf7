"""Share the processor among threads that each take products of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import ThreadpoolController

# Asking the libraries for their threads takes 30 ms where many are loaded.
_LEAST_PRODUCTS = 1e10


@contextmanager
def product_threads(products: float) -> Iterator[int]:
    """Yield how many threads may work at a time, and hold each of their products to one thread.

    A product that is shared among threads leaves them spinning while its result is looked
    through: on 2 threads that took 1.5 times the processor time.

    Args:
        products: How many numbers will be multiplied; few are left to one thread.
    """
    if products < _LEAST_PRODUCTS:
        yield 1
        return
    libraries = ThreadpoolController().select(user_api="blas")
    count = max((library["num_threads"] for library in libraries.info()), default=1)
    with libraries.limit(limits=1):
        yield count
