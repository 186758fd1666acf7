"""The ways to balance a dataset, one record each."""

from collections.abc import Mapping
from functools import partial

from core.errors import SettingError
from core.resample import effects, oversampling, undersampling
from core.resample.cost import estimate_smote, warn_of_batches, warn_of_small_classes
from core.resample.drawing import ADASYN, SAFE_LEVEL
from core.resample.made import TrainingSide
from core.resample.settings import (
    AGREEMENT,
    BASES,
    BATCH_SIZE,
    BETA,
    BORDER,
    CLEANING_NEIGHBORS,
    COMPONENTS,
    INTERPOLATION,
    K_NEIGHBORS,
    LEAST_SHARE,
    LINK_SIDE,
    M_NEIGHBORS,
    NEAR_MISS_NEIGHBORS,
    TAU,
    UNSAFE,
    VERSION,
)
from core.resample.strategy import Strategy
from core.resample.weights import adjust_logits, class_weights

_UP = ("largest", "median")
_DOWN = ("smallest", "median")

STRATEGIES: Mapping[str, Strategy] = {
    strategy.name: strategy
    for strategy in (
        Strategy(
            name="none",
            title="None",
            help="Leave the dataset as it is. The row that every other one is compared with.",
            bad_idea="Rare classes matter to you and are hardly ever recognised.",
            source="",
            make=TrainingSide.as_it_is,
            effect=effects.NOTHING,
            is_usual=True,
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
            make=TrainingSide.as_it_is,
            effect=effects.WEIGHTS,
            weigh=lambda counts, _: class_weights(counts),
            is_usual=True,
        ),
        Strategy(
            name="effective_weights",
            title="Effective-number weights",
            help="Class weights by the effective number of images, (1 - beta^n) / (1 - beta): "
            "the hundredth image of a class tells less than the first.",
            bad_idea="Every class has few images: then it is nearly the same as class weights.",
            source="Cui et al., CVPR 2019, arXiv:1901.05555",
            make=TrainingSide.as_it_is,
            effect=effects.WEIGHTS,
            parameters=(BETA,),
            weigh=lambda counts, settings: class_weights(
                counts, "effective", beta=float(settings["beta"])
            ),
            is_usual=True,
        ),
        Strategy(
            name="logit_adjustment",
            title="Logit adjustment",
            help="Train as usual, then subtract the logarithm of the class sizes from the scores. "
            "Nothing is added, and it can be undone.",
            bad_idea="The trained model cannot be changed, or its scores are used as "
            "probabilities of the imbalanced world.",
            source="Menon et al., ICLR 2021, arXiv:2007.07314",
            make=adjust_logits,
            effect=effects.OFFSETS,
            parameters=(TAU,),
            adjusts_logits=True,
            is_usual=True,
        ),
        Strategy(
            name="random_oversampling",
            title="Random oversampling",
            help="Repeat randomly chosen images of the small classes as byte copies.",
            bad_idea="A strong network is trained without augmentation: it learns the copies by "
            "heart.",
            source="imbalanced-learn's RandomOverSampler",
            make=oversampling.add_copies,
            effect=effects.COPIES,
            targets=_UP,
            is_usual=True,
        ),
        Strategy(
            name="augment",
            title="Augmented pictures",
            help="Fill the small classes up with augmented pictures of their images.",
            bad_idea="A step changes what the label means (a mirrored digit), or one image would "
            "have to stand for hundreds.",
            source="Shorten & Khoshgoftaar, J. Big Data 6 (2019), doi:10.1186/s40537-019-0197-0",
            make=oversampling.add_pictures,
            effect=effects.PICTURES,
            targets=_UP,
            parameters=(LEAST_SHARE,),
        ),
        Strategy(
            name="smote",
            title="SMOTE",
            help="Make synthetic vectors between an image of a small class and one of its nearest "
            "neighbours in the embedding. SMOTE makes vectors, not pictures.",
            bad_idea="Classes overlap or labels are noisy: points between them make it worse.",
            source="Chawla et al., JAIR 16 (2002), doi:10.1613/jair.953",
            make=oversampling.add_points,
            effect=effects.POINTS,
            warns=warn_of_small_classes,
            estimate=estimate_smote,
            targets=_UP,
            parameters=(K_NEIGHBORS, BASES, INTERPOLATION, COMPONENTS, UNSAFE),
            needs_embeddings=True,
            is_usual=True,
        ),
        Strategy(
            name="borderline_smote",
            title="Borderline-SMOTE",
            help="SMOTE that starts only at images with many neighbours of other classes, where "
            "a border runs.",
            bad_idea="Labels are noisy: wrong labels lie at borders too.",
            source="Han, Wang & Mao, ICIC 2005, doi:10.1007/11538059_91",
            make=oversampling.add_points,
            effect=effects.POINTS,
            warns=warn_of_small_classes,
            targets=_UP,
            parameters=(K_NEIGHBORS, M_NEIGHBORS, BORDER, BASES, UNSAFE),
            needs_embeddings=True,
            is_usual=True,
        ),
        Strategy(
            name="safe_level_smote",
            title="Safe-level SMOTE",
            help="SMOTE that keeps its points nearer to the parent with more neighbours of its own "
            "class.",
            bad_idea="The border between classes is what the model has to learn better.",
            source="Bunkhumpornpat et al., PAKDD 2009, doi:10.1007/978-3-642-01307-2_43",
            make=partial(oversampling.add_points, variant=SAFE_LEVEL),
            effect=effects.POINTS,
            warns=warn_of_small_classes,
            targets=_UP,
            parameters=(K_NEIGHBORS, BASES, UNSAFE),
            needs_embeddings=True,
        ),
        Strategy(
            name="adasyn",
            title="ADASYN",
            help="SMOTE that makes more points where more neighbours are of other classes.",
            bad_idea="Labels are noisy or outliers are common: they get most of the points.",
            source="He et al., IJCNN 2008, doi:10.1109/IJCNN.2008.4633969",
            make=partial(oversampling.add_points, variant=ADASYN),
            effect=effects.POINTS,
            warns=warn_of_small_classes,
            targets=_UP,
            parameters=(K_NEIGHBORS, UNSAFE),
            needs_embeddings=True,
        ),
        Strategy(
            name="batched_smote",
            title="Batched SMOTE",
            help="SMOTE inside shuffled batches, as often advised for large image sets. It is here "
            "to be compared: SMOTE proper searches block by block and needs no batches.",
            bad_idea="Small classes have a few images in a batch or none: true neighbours are "
            "missed, and points that were asked for cannot be made.",
            source="Common advice; its cost is measured where it is chosen",
            make=oversampling.add_points_in_batches,
            effect=effects.POINTS,
            warns=warn_of_batches,
            targets=_UP,
            parameters=(K_NEIGHBORS, BATCH_SIZE, UNSAFE),
            needs_embeddings=True,
        ),
        Strategy(
            name="smote_enn",
            title="SMOTE, then edited neighbours",
            help="SMOTE, and then real and synthetic points whose neighbours speak against their "
            "label are left out.",
            bad_idea="A class overlaps others: most of it may be left out.",
            source="Batista et al., SIGKDD Explorations 6 (2004), doi:10.1145/1007730.1007735",
            make=oversampling.add_points_then_edit,
            effect=effects.CLEANED_POINTS,
            warns=warn_of_small_classes,
            targets=_UP,
            parameters=(K_NEIGHBORS, CLEANING_NEIGHBORS, AGREEMENT, UNSAFE),
            needs_embeddings=True,
            cleans=True,
        ),
        Strategy(
            name="smote_tomek",
            title="SMOTE, then Tomek links",
            help="SMOTE, and then pairs of two classes that are each other's nearest are left out.",
            bad_idea="Every image counts: each link costs two.",
            source="Batista et al., SIGKDD Explorations 6 (2004), doi:10.1145/1007730.1007735",
            make=oversampling.add_points_then_unlink,
            effect=effects.CLEANED_POINTS,
            warns=warn_of_small_classes,
            targets=_UP,
            parameters=(K_NEIGHBORS, UNSAFE),
            needs_embeddings=True,
            cleans=True,
        ),
        Strategy(
            name="random_undersampling",
            title="Random undersampling",
            help="Leave out randomly chosen images of the large classes.",
            bad_idea="The smallest class is tiny: nearly everything is thrown away.",
            source="imbalanced-learn's RandomUnderSampler",
            make=undersampling.drop_at_random,
            effect=effects.FEWER,
            default_target="smallest",
            targets=_DOWN,
            is_usual=True,
        ),
        Strategy(
            name="near_miss",
            title="NearMiss",
            help="Keep the images of large classes that lie near the other classes.",
            bad_idea="Labels are noisy: the images next to the border are the doubtful ones.",
            source="Zhang & Mani, ICML 2003 workshop on imbalanced datasets",
            make=undersampling.keep_near_others,
            effect=effects.FEWER,
            default_target="smallest",
            targets=_DOWN,
            parameters=(VERSION, NEAR_MISS_NEIGHBORS),
            needs_embeddings=True,
        ),
        Strategy(
            name="cluster_centroids",
            title="Cluster centres",
            help="Divide a large class into as many clusters as images are to stay, and keep the "
            "image nearest to the middle of each.",
            bad_idea="Rare looks inside a class matter: they rarely are the middle of a cluster.",
            source="imbalanced-learn's ClusterCentroids with hard voting",
            make=undersampling.keep_centres,
            effect=effects.FEWER,
            default_target="smallest",
            targets=_DOWN,
            needs_embeddings=True,
        ),
        Strategy(
            name="tomek_links",
            title="Without Tomek links",
            help="Leave out images of larger classes that are the nearest to an image of another "
            "class, and it to them.",
            bad_idea="You want equal counts: it removes few images, at borders only.",
            source="Tomek, IEEE Trans. SMC 6 (1976), doi:10.1109/TSMC.1976.4309452",
            make=undersampling.drop_links,
            effect=effects.CLEANED,
            parameters=(LINK_SIDE,),
            needs_embeddings=True,
            cleans=True,
        ),
        Strategy(
            name="edited_neighbours",
            title="Edited neighbours",
            help="Leave out images of larger classes whose neighbours speak against their label.",
            bad_idea="The encoder does not see what tells the classes apart: it removes what is "
            "right.",
            source="Wilson, IEEE Trans. SMC 2 (1972), doi:10.1109/TSMC.1972.4309137",
            make=undersampling.drop_contradicted,
            effect=effects.CLEANED,
            parameters=(CLEANING_NEIGHBORS, AGREEMENT),
            needs_embeddings=True,
            cleans=True,
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
