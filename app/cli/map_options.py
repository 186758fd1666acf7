"""The options of `evenset map` that say how the map is drawn."""

import argparse


def add_map_options(parser: argparse.ArgumentParser) -> None:
    """Add them to the parser of the command."""
    parser.add_argument(
        "--method", choices=("pca", "umap"), default="umap", help="how to draw it (%(default)s)"
    )
    parser.add_argument(
        "--n-neighbors", type=int, metavar="N", help="images that a UMAP holds together (15)"
    )
    parser.add_argument(
        "--min-dist", type=float, metavar="N", help="how near a UMAP lays points, 0 to 1 (0.1)"
    )
    parser.add_argument(
        "--metric", metavar="NAME", help="of a UMAP: euclidean or cosine (euclidean)"
    )
