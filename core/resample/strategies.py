"""The ways to balance a dataset, one record each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.errors import SettingError
from core.parameters import Parameter


class Exports(StrEnum):
    """What a strategy adds to or takes from the files of the training split."""

    ORIGINALS = "originals"
    COPIES = "copies"
    AUGMENTED = "augmented"
    FEWER = "fewer"
    SYNTHETIC = "synthetic"  # vectors, and one augmented picture for each


@dataclass(frozen=True)
class Strategy:
    """One way to balance."""

    name: str
    title: str
    help: str
    bad_idea: str  # when not to use it
    source: str
    exports: Exports
    default_target: str = "largest"
    targets: tuple[str, ...] = ()  # named targets that make sense; empty: it has no target
    parameters: tuple[Parameter, ...] = ()
    is_compared: bool = True  # has a row on Evaluate
    needs_embeddings: bool = False
    uses_weights: bool = False


K_NEIGHBORS = Parameter(
    name="k_neighbors",
    title="Neighbours",
    unit="",
    low=1,
    high=25,
    step=1,
    default=5,
    help="A synthetic point lies between an image and one of this many nearest images of its "
    "class. More neighbours reach farther.",
)
_UP = ("largest", "median")

STRATEGIES: Mapping[str, Strategy] = {
    strategy.name: strategy
    for strategy in (
        Strategy(
            name="none",
            title="None",
            help="Leave the dataset as it is. The row that every other one is compared with.",
            bad_idea="Rare classes matter to you and are hardly ever recognised.",
            source="",
            exports=Exports.ORIGINALS,
        ),
        Strategy(
            name="class_weights",
            title="Class weights",
            help="Keep the images, and let mistakes on a rare class count more in training: "
            "weight n / (classes x n of the class).",
            bad_idea="A class has a handful of images: few, very heavy images make training "
            "unsteady.",
            source="King & Zeng, Political Analysis 9 (2001), "
            "doi:10.1093/oxfordjournals.pan.a004868; scikit-learn's class_weight='balanced'",
            exports=Exports.ORIGINALS,
            uses_weights=True,
        ),
        Strategy(
            name="random_oversampling",
            title="Random oversampling",
            help="Repeat randomly chosen images of the small classes as byte copies.",
            bad_idea="A strong network is trained without augmentation: it learns the copies by "
            "heart.",
            source="imbalanced-learn's RandomOverSampler",
            exports=Exports.COPIES,
            targets=_UP,
        ),
        Strategy(
            name="random_undersampling",
            title="Random undersampling",
            help="Leave out randomly chosen images of the large classes.",
            bad_idea="The smallest class is tiny: nearly everything is thrown away.",
            source="imbalanced-learn's RandomUnderSampler",
            exports=Exports.FEWER,
            default_target="smallest",
            targets=("smallest", "median"),
        ),
        Strategy(
            name="augment",
            title="Augmented pictures",
            help="Fill the small classes up with augmented pictures of their images.",
            bad_idea="A step changes what the label means (a mirrored digit), or one image would "
            "have to stand for hundreds.",
            source="Shorten & Khoshgoftaar, J. Big Data 6 (2019), doi:10.1186/s40537-019-0197-0",
            exports=Exports.AUGMENTED,
            targets=_UP,
            # Its pictures would have to be embedded inside each fold; Evaluate works on vectors.
            is_compared=False,
        ),
        Strategy(
            name="smote",
            title="SMOTE",
            help="Make synthetic vectors between an image of a small class and one of its nearest "
            "neighbours in the embedding. SMOTE makes vectors, not pictures.",
            bad_idea="Classes overlap or labels are noisy: points between them make it worse.",
            source="Chawla et al., JAIR 16 (2002), doi:10.1613/jair.953",
            exports=Exports.SYNTHETIC,
            targets=_UP,
            parameters=(K_NEIGHBORS,),
            needs_embeddings=True,
        ),
    )
}


def find_strategy(name: str) -> Strategy:
    """Return the strategy called `name`.

    Raises:
        SettingError: there is none.
    """
    if name not in STRATEGIES:
        raise SettingError(
            f"There is no strategy '{name}'. The strategies are: {', '.join(STRATEGIES)}."
        )
    return STRATEGIES[name]
