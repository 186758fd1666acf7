"""The options of `evenset evaluate` that say what is compared, and how."""

from pathlib import Path

from app.command import Command, head_names


def add_evaluate_options(parser: Command) -> None:
    """Add them to the parser of the command."""
    parser.add_argument(
        "--strategies",
        metavar="A,B,...",
        help="which, or a set: usual, augmentations (one by one), smote_kin, all; also smote@50%%, "
        "smote:pictures (what an export trains on), augment:crop or smote@50%%+class_weights; the "
        "usual ones by default",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="STRATEGY.SETTING=VALUE",
        help="a setting of a strategy, such as smote.k_neighbors=7; repeatable",
    )
    parser.add_listed("--head", "what learns: {names} (the first unless named)", head_names)
    parser.add_argument("--metric", metavar="NAME", help="the one that matters (balanced_accuracy)")
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
    parser.add_argument("--policy", metavar="NAME_OR_FILE", help="how to augment")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the figures as a table")
