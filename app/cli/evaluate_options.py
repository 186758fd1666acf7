"""The options of `evenset evaluate` that say what is compared, and how."""

from pathlib import Path

from app.cli.command import Command


def add_evaluate_options(parser: Command) -> None:
    """Add them to the parser of the command."""
    parser.add_listed(
        "--strategies",
        "which, or a set: {names} (the first unless named); also smote@50%%, smote:pictures "
        "(what an export trains on), augment:crop or smote@50%%+class_weights",
        "core.evaluate.candidate_sets",
        "CANDIDATE_SETS",
        metavar="A,B,...",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="STRATEGY.SETTING=VALUE",
        help="a setting of a strategy, such as smote.k_neighbors=7; repeatable",
    )
    parser.add_listed(
        "--head", "what learns: {names} (the first unless named)", "core.evaluate", "HEADS"
    )
    parser.add_listed(
        "--metric",
        "the one that matters: {names} (the first unless named)",
        "core.evaluate",
        "METRICS",
    )
    parser.add_argument(
        "--folds", type=int, metavar="N", help="parts that are scored in turn, at most (5)"
    )
    parser.add_argument(
        "--repeats",
        type=int,
        metavar="N",
        help="how often folds are drawn anew; with --on-test-split, seeds to learn from "
        "(until there are 10 folds; 1 for slow heads)",
    )
    parser.add_argument(
        "--on-test-split",
        action="store_true",
        help="score on the test split as it came, not on folds",
    )
    parser.add_argument(
        "--show-leak",
        action="store_true",
        help="also tell what resampling before splitting would report",
    )
    parser.add_listed(
        "--policy",
        "how to augment: {names}, or a JSON file",
        "core.augment",
        "PRESETS",
        metavar="NAME_OR_FILE",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the figures as a table")
