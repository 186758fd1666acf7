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
    CLEANING_NEIGHBORS,
    COMPONENTS,
    INTERPOLATION,
    K_NEIGHBORS,
    KIND,
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

# To add one: a record with its effect, parameters and what carries it out.
STRATEGIES: Mapping[str, Strategy] = {
    strategy.name: strategy
    for strategy in (
        Strategy(
            name="none",
            title="None",
            help="Leave the dataset as it is. Every other row is compared with this one.",
            avoid_when="Rare classes matter to you and are hardly ever recognised.",
            source="",
            make=TrainingSide.as_it_is,
            effect=effects.NOTHING,
            is_default=True,
        ),
        Strategy(
            name="class_weights",
            title="Class weights",
            help="Keep the images, and let mistakes on a rare class count more in training: "
            "weight n / (classes x n of the class).",
            avoid_when="A class has a handful of images: a few very heavy images make training "
            "unstable.",
            source="King & Zeng, Political Analysis 9 (2001), "
            "doi:10.1093/oxfordjournals.pan.a004868; scikit-learn's class_weight='balanced'",
            make=TrainingSide.as_it_is,
            effect=effects.WEIGHTS,
            weigh=lambda counts, _: class_weights(counts),
            is_default=True,
        ),
        Strategy(
            name="effective_weights",
            title="Effective-number weights",
            help="Class weights by the effective number of images, (1 - beta^n) / (1 - beta): the "
            "hundredth image of a class adds less than the first.",
            avoid_when=(
                "Every class has few images: the result is then nearly the same as class weights."
            ),
            source="Cui et al., CVPR 2019, arXiv:1901.05555",
            make=TrainingSide.as_it_is,
            effect=effects.WEIGHTS,
            parameters=(BETA,),
            weigh=lambda counts, settings: class_weights(
                counts, "effective", beta=float(settings["beta"])
            ),
        ),
        Strategy(
            name="logit_adjustment",
            title="Logit adjustment",
            help="Train as before, then subtract the logarithm of the class sizes from the scores. "
            "Nothing is added, and it can be undone.",
            avoid_when="You cannot change the scores of the trained model, or need them as "
            "probabilities for imbalanced data.",
            source="Menon et al., ICLR 2021, arXiv:2007.07314",
            make=adjust_logits,
            effect=effects.OFFSETS,
            parameters=(TAU,),
            adjusts_logits=True,
            is_default=True,
        ),
        Strategy(
            name="random_oversampling",
            title="Random oversampling",
            help="Copy randomly chosen images of the small classes.",
            avoid_when="You train a strong network without augmentation: it memorises the copies.",
            source="imbalanced-learn's RandomOverSampler",
            make=oversampling.add_copies,
            effect=effects.COPIES,
            targets=_UP,
            is_default=True,
        ),
        Strategy(
            name="augment",
            title="Augmented pictures",
            help="Fill the small classes up with augmented pictures of their images.",
            avoid_when="An operation changes the meaning of the label (a mirrored digit), or one "
            "image would have to become hundreds.",
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
            avoid_when="Classes overlap or labels are noisy: points between them make it worse.",
            source="Chawla et al., JAIR 16 (2002), doi:10.1613/jair.953",
            make=oversampling.add_points,
            effect=effects.POINTS,
            warns=warn_of_small_classes,
            estimate=estimate_smote,
            targets=_UP,
            parameters=(K_NEIGHBORS, BASES, INTERPOLATION, COMPONENTS, UNSAFE),
            needs_embeddings=True,
            is_default=True,
        ),
        Strategy(
            name="borderline_smote",
            title="Borderline-SMOTE",
            help="SMOTE that starts only from images with many neighbours of other classes, near a "
            "class border.",
            avoid_when="Labels are noisy: wrong labels are at borders too.",
            source="Han, Wang & Mao, ICIC 2005, doi:10.1007/11538059_91",
            make=oversampling.add_points,
            effect=effects.POINTS,
            warns=warn_of_small_classes,
            targets=_UP,
            parameters=(K_NEIGHBORS, M_NEIGHBORS, KIND, BASES, UNSAFE),
            needs_embeddings=True,
        ),
        Strategy(
            name="safe_level_smote",
            title="Safe-level SMOTE",
            help="SMOTE that keeps its points nearer to the parent with more neighbours of its own "
            "class.",
            avoid_when="The model has to learn the border between classes better.",
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
            help=(
                "SMOTE that makes more points around images with more neighbours of other classes."
            ),
            avoid_when="Labels are noisy or outliers are common: they get most of the points.",
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
            help="SMOTE inside shuffled batches, often advised for large image sets. It is here "
            "for comparison: plain SMOTE searches block by block and needs no batches.",
            avoid_when="Small classes have few or no images in a batch: true neighbours are "
            "missed, and some requested points cannot be made.",
            source="Common advice; its cost is measured when it is chosen",
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
            help="SMOTE, then leave out real and synthetic points whose neighbours disagree with "
            "their label.",
            avoid_when="A class overlaps others: most of it may be left out.",
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
            help=(
                "SMOTE, then leave out pairs of two classes that are each other's nearest "
                "neighbours."
            ),
            avoid_when="You need every image: each link removes two.",
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
            avoid_when="The smallest class is tiny: nearly everything is discarded.",
            source="imbalanced-learn's RandomUnderSampler",
            make=undersampling.drop_at_random,
            effect=effects.FEWER,
            default_target="smallest",
            targets=_DOWN,
        ),
        Strategy(
            name="near_miss",
            title="NearMiss",
            help="Keep the images of large classes that are near other classes.",
            avoid_when="Labels are noisy: images near the border are the doubtful ones.",
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
            help="Cluster a large class into as many clusters as images to keep, and keep the "
            "image nearest to each centre.",
            avoid_when=(
                "Rare variants within a class matter: they are rarely at the centre of a cluster."
            ),
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
            help="Leave out images of larger classes that form a Tomek link: a pair of two classes "
            "that are each other's nearest neighbours.",
            avoid_when="You want equal counts: it removes only a few images, at borders.",
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
            help="Leave out images of larger classes whose neighbours disagree with their label.",
            avoid_when="The encoder does not tell the classes apart: it then removes correct "
            "images.",
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
