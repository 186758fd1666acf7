"""The options of `evenset balance` that say what the files hold and how they are written."""

import argparse


def add_balance_options(balance: argparse.ArgumentParser) -> None:
    """Add them to the parser of the command."""
    balance.add_argument(
        "--policy", metavar="NAME_OR_FILE", help="how to augment: a preset or a JSON file"
    )
    balance.add_argument(
        "--least-augmented",
        type=float,
        metavar="SHARE",
        help="augment at least this share of every class, 0 to 0.9, the largest included",
    )
    originals = balance.add_mutually_exclusive_group()
    originals.add_argument(
        "--normalise-originals",
        action="store_true",
        default=None,
        dest="encodes_anew",
        help="encode originals anew, in every split, as augmented pictures are",
    )
    originals.add_argument(
        "--byte-copies",
        action="store_false",
        default=None,
        dest="encodes_anew",
        help="copy originals byte for byte where every reader sees in them what Evenset sees",
    )
    balance.add_argument(
        "--layout", metavar="NAME", help="which files there are; class_folders is the usual one"
    )
    balance.add_argument(
        "--container", metavar="NAME", help="zip or folder; by the name that --out gives"
    )
