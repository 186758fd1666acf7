"""Maps of small sessions, as the page puts them together."""

from app.map.scene import MADE, OTHER_MADE, PointLayer, Scene
from app.session.session import Session


def scene_of(session: Session, *, twice: bool = False) -> Scene:
    """Return the PCA with the points of `session`; `twice`: with a second layer of the same."""
    projection, dataset = session.projections["pca"], session.dataset
    assert dataset is not None
    points = session.balanced.synthetic if session.balanced is not None else None
    if points is None:
        return Scene(dataset, projection)
    layers = [PointLayer(MADE, "SMOTE", points, projection.place(points))]
    if twice:
        layers.append(PointLayer(OTHER_MADE, "Other", points, projection.place(points)))
    return Scene(dataset, projection, tuple(layers))
