"""The limit of threads holds while anybody needs it, and no longer."""

from contextlib import ExitStack

from threadpoolctl import ThreadpoolController, threadpool_limits

from core.threads import one_blas_thread


def blas_threads() -> int:
    return max(
        library["num_threads"] for library in ThreadpoolController().select(user_api="blas").info()
    )


def test_all_are_told_how_many_threads_there_were() -> None:
    with threadpool_limits(2, "blas"), one_blas_thread() as first, one_blas_thread() as second:
        inside = blas_threads()

    assert (first, second, inside) == (2, 2, 1)


def test_one_that_leaves_before_another_lifts_no_limit_and_keeps_none() -> None:
    with threadpool_limits(2, "blas"):
        early, late = ExitStack(), ExitStack()
        early.enter_context(one_blas_thread())
        late.enter_context(one_blas_thread())

        early.close()
        between = blas_threads()
        late.close()

        assert (between, blas_threads()) == (1, 2)
