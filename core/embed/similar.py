"""Find the images that are most like one image."""

from core.dataset import Rows
from core.embed import Embeddings
from core.neighbours import nearest_others


def similar_rows(embeddings: Embeddings, row: int, count: int) -> Rows:
    """Return the rows whose vectors are nearest to that of `row`, nearest first, itself left out.

    Raises:
        ValueError: `row` has no vector.
    """
    place = embeddings.positions_of([row])
    rows: Rows = embeddings.rows[
        nearest_others(embeddings.vectors, count, chosen=place).positions[0]
    ]
    return rows
