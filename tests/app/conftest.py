"""Sessions at each stage of the way, made once from small drawn pictures."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from comparisons import compare
from drawn_sets import HOSTILE, draw_dataset, embedded, loaded, rename_classes, smote_made

from app.session.embedding import as_values, embed_and_map
from app.session.session import Session
from app.session.workspaces import WORKSPACES
from core.dataset import ImageDataset
from core.progress import silent


@pytest.fixture(scope="session", autouse=True)
def _close_workspaces() -> Iterator[None]:
    # One server for all tests, each with visitors of its own.
    # Nothing is embedded ahead: a test of something else has the session that it was given.
    WORKSPACES.settings = replace(WORKSPACES.settings, workspaces=10_000, embeds_ahead=False)
    yield
    WORKSPACES.close()


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    """Return 12 'cat', 6 'dog' and 1 'rare'."""
    return draw_dataset(tmp_path_factory.mktemp("drawn") / "pets", {"cat": 12, "dog": 6, "rare": 1})


@pytest.fixture(scope="session")
def split_dataset(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    """Return 8 'cat' and 4 'dog' to learn from, 3 and 2 held out."""
    counts = {"train/cat": 8, "train/dog": 4, "test/cat": 3, "test/dog": 2}
    return draw_dataset(tmp_path_factory.mktemp("split") / "pets", counts)


@pytest.fixture(scope="session")
def hostile_dataset(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    """Return classes whose names are Markdown and HTML."""
    names = dict(zip("abcd", HOSTILE, strict=True))
    counts = {"a": 12, "b": 5, "c": 4, "d": 1}
    drawn = draw_dataset(tmp_path_factory.mktemp("hostile") / "set", counts)
    return rename_classes(drawn, names)


@pytest.fixture(scope="session")
def embedded_session(dataset: ImageDataset, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Return the session of `dataset` with vectors and a map."""
    return loaded(dataset).put(**as_values(embedded(dataset, tmp_path_factory.mktemp("cache"))))


@pytest.fixture(scope="session")
def smote_session(embedded_session: Session) -> Session:
    """Return the session of `dataset` with synthetic points."""
    return smote_made(embedded_session)


@pytest.fixture(scope="session")
def hostile_session(
    hostile_dataset: ImageDataset, tmp_path_factory: pytest.TempPathFactory
) -> Session:
    """Return the session of `hostile_dataset` with points and a comparison."""
    cache = tmp_path_factory.mktemp("cache")
    vectors, projection = embed_and_map(hostile_dataset, "classical", "cpu", cache, silent)
    session = smote_made(loaded(hostile_dataset).put(**as_values((vectors, projection))))
    return session.put(evaluation=compare(hostile_dataset, vectors, seed=0))
