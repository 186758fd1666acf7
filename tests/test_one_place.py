"""What is done in one place: principal components, and finding the neighbours of a point."""

import ast
from pathlib import Path

import pytest

import core

ROOT = Path(core.__file__).parent.parent
DECOMPOSITIONS = {"svd", "eigh", "eig", "eigvalsh", "svds", "eigsh", "PCA", "TruncatedSVD"}
# By hand a point is left out of its own neighbours by covering the diagonal of a table of all
# pairs, or by asking another search for one more.
SEARCHES = {
    *("fill_diagonal", "NearestNeighbors", "KDTree", "cKDTree", "BallTree", "kneighbors"),
    *("pairwise_distances", "cdist", "squareform"),
}
MAY_DECOMPOSE = {"core/axes.py"}
MAY_SEARCH = {
    "core/neighbours/exact.py": "the search, as an estimator",
    "core/neighbours/tiles.py": "the search: a tile of points against themselves",
    "core/project/placing.py": "a tree in the plane, asked only how far its points reach",
    "core/smote/estimator_search.py": "the neighbours object of another program",
    "core/smote/sampler.py": "scikit-learn's search, of sparse vectors",
    "core/evaluate/vector_heads.py": "a head that is fitted on one side and asked for the other",
}


def calls(source: str, names: set[str]) -> set[str]:
    """Return which of `names` a module calls, as functions or as methods."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)
            found |= {name} & names
    return found


def callers(names: set[str]) -> set[str]:
    """Return which modules of core and app call one of `names`."""
    return {
        path.relative_to(ROOT).as_posix()
        for package in ("core", "app")
        for path in (ROOT / package).rglob("*.py")
        if calls(path.read_text("utf-8"), names)
    }


def test_principal_components_are_found_in_one_place() -> None:
    assert callers(DECOMPOSITIONS) == MAY_DECOMPOSE


def test_a_point_is_left_out_of_its_own_neighbours_in_one_place() -> None:
    assert callers(SEARCHES) == set(MAY_SEARCH)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("values, directions = np.linalg.eigh(table)", DECOMPOSITIONS),
        ("from sklearn.decomposition import PCA\nPCA(2).fit(vectors)", DECOMPOSITIONS),
        ("np.fill_diagonal(squares, np.inf)", SEARCHES),
        ("KDTree(points).query(points, 2)", SEARCHES),
    ],
)
def test_the_rules_of_one_place_can_fail(source: str, names: set[str]) -> None:
    assert calls(source, names)
