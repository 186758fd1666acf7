"""Find the images that are most like one image."""

import numpy as np

from core.dataset import Rows
from core.embed import Embeddings
from core.neighbours.search import nearest


def similar_rows(embeddings: Embeddings, row: int, count: int) -> Rows:
    """Return the rows whose vectors are nearest to that of `row`, nearest first, itself left out.

    Raises:
        ValueError: `row` has no vector.
    """
    place = embeddings.positions_of([row])
    count = min(count, len(embeddings) - 1)
    if count < 1:
        return np.empty(0, np.intp)
    query = embeddings.vectors[place]
    # One more, since it finds itself; copies of it may come before it.
    found = nearest(embeddings.vectors, count + 1, queries=query).positions[0]
    rows: Rows = embeddings.rows[found[found != place[0]][:count]]
    return rows
