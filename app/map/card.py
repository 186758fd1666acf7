"""What the map says of one point: its pictures, its names, its place between its parents."""

from app.map.scene import Scene
from app.shell.thumbnails import thumbnail_url
from core.dataset import LEFT_OUT

NO_PARENTS = "It is a vector without parents: it was not made from two images."


def card(scene: Scene, index: int, route_token: str) -> dict[str, object]:
    """Return the card of a point as plain values; every text in it is a name or a sentence."""
    pick, dataset = scene.pick_of(index), scene.dataset
    if pick.is_real:
        split = str(dataset.table["split"].iloc[pick.number])
        is_told = len(dataset.splits) > 1 or split == LEFT_OUT
        return {
            "title": f"'{dataset.label(pick.number)}'",
            "pictures": [_picture(scene, pick.number, "", route_token)],
            "fraction": None,
            "parents": [],
            "lines": [dataset.path(pick.number), *([split] if is_told else [])],
        }
    layer = scene.layer_of(pick.kind)
    points = layer.synthetic
    label = dataset.classes[points.codes[pick.number]]
    title = f"Synthetic point {pick.number + 1:,}, '{label}'"
    if points.parents is None or points.fractions is None:
        return {
            "title": title, "pictures": [], "fraction": None, "parents": [],
            "lines": [NO_PARENTS, layer.title],
        }  # fmt: skip
    base, neighbour = points.parents[pick.number].tolist()
    fraction = float(points.fractions[pick.number])
    return {
        "title": title,
        "pictures": [
            _picture(scene, base, "base", route_token),
            _picture(scene, neighbour, "neighbour", route_token),
        ],
        "fraction": fraction,
        "parents": scene.parent_points(index),
        "lines": [
            f"{fraction:.0%} of the way from '{_name(scene, base)}' to '{_name(scene, neighbour)}'",
            layer.title,
        ],
    }


def _picture(scene: Scene, row: int, role: str, route_token: str) -> dict[str, str]:
    label = scene.dataset.label(row)
    return {
        "url": thumbnail_url(route_token, scene.dataset, row),
        "alt": f"{role or 'image'}: {label}, {_name(scene, row)}",
        "role": role,
    }


def _name(scene: Scene, row: int) -> str:
    return scene.dataset.path(row).rsplit("/", 1)[-1]
