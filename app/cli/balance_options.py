"""The options of `evenset balance` that say what the files hold and how they are written."""

from app.cli.command import Command


def add_balance_options(balance: Command) -> None:
    """Add them to the parser of the command."""
    balance.add_listed(
        "--policy",
        "how to augment: {names}, or a JSON file",
        "core.augment",
        "PRESETS",
        metavar="NAME_OR_FILE",
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
    balance.add_listed(
        "--layout", "which files: {names} (the first unless named)", "core.export", "LAYOUTS"
    )
    balance.add_listed(
        "--container", "{names}; by the name that --out gives", "core.export", "CONTAINERS"
    )
