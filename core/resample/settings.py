"""What can be set about the ways to balance."""

from collections.abc import Mapping

from core.parameters import Choice, Parameter

Settings = Mapping[str, float | str]  # by name of the parameter

K_NEIGHBORS = Parameter(
    name="k_neighbors",
    title="Neighbours",
    unit="",
    low=1,
    high=25,
    step=1,
    default=5,
    help="A synthetic point lies between an image and one of this many nearest images of its "
    "class. More neighbours reach further.",
)
LEAST_SHARE = Parameter(
    name="least_share",
    title="Augmented share of each class",
    unit="",
    low=0,
    high=0.9,
    step=0.05,
    default=0,
    help="At least this share of every class is augmented, including large ones. Otherwise a model "
    "may recognise a small class by traces of augmentation.",
)
M_NEIGHBORS = Parameter(
    name="m_neighbors",
    title="Neighbours to check for danger",
    unit="",
    low=2,
    high=50,
    step=1,
    default=10,
    help="Images of other classes are counted among this many nearest images.",
)
BASES = Choice(
    name="bases",
    title="Parent images",
    options={"random": "Drawn at random", "even": "Each used equally often"},
    default="random",
    help="Random draws leave some images of a class unused.",
)
INTERPOLATION = Choice(
    name="interpolation",
    title="Path between two images",
    options={"linear": "Straight line", "spherical": "Arc"},
    default="linear",
    help="Vectors of length 1 lie on a sphere; the arc stays on it, the line leaves it.",
)
COMPONENTS = Parameter(
    name="components",
    title="Principal components for neighbours",
    unit="",
    low=0,
    high=512,
    step=1,
    default=0,
    help="Number of principal components of the training images in which to find neighbours; 0 "
    "uses the full embedding. Points are always made in the full embedding.",
)
BATCH_SIZE = Parameter(
    name="batch_size",
    title="Images in a batch",
    unit="images",
    low=16,
    high=16_384,
    step=16,
    default=512,
    help="Each batch finds neighbours only among its own images.",
)
UNSAFE = Choice(
    name="unsafe",
    title="Points that look unsafe",
    options={"keep": "Stay", "leave_out": "Leave out"},
    default="keep",
    help="Points that are nearer to another class than to their own, whose nearest other image has "
    "another label, or whose line between the parents crosses another class.",
)
KIND = Choice(
    name="kind",
    title="Neighbours from",
    options={"borderline-1": "The same class", "borderline-2": "Any class, at most halfway"},
    default="borderline-1",
    help="Borderline-SMOTE 1 and 2 in the paper.",
)
CLEANING_NEIGHBORS = Parameter(
    name="n_neighbors",
    title="Neighbours that vote",
    unit="",
    low=1,
    high=25,
    step=1,
    default=3,
    help="Number of nearest points that vote on the label of each point.",
)
NEAR_MISS_NEIGHBORS = Parameter(
    name="n_neighbors",
    title="Neighbours to measure to",
    unit="",
    low=1,
    high=25,
    step=1,
    default=3,
    help="Nearness is the mean distance to this many images of the smallest class.",
)
AGREEMENT = Choice(
    name="kind_sel",
    title="Keep if",
    options={"all": "All neighbours agree", "mode": "Most neighbours agree"},
    default="all",
    help="'All' removes more.",
)
LINK_SIDE = Choice(
    name="side",
    title="Leave out",
    options={"larger": "The image of a larger class", "both": "Both images"},
    default="larger",
    help="A Tomek link is a pair of images of two classes that are each other's nearest.",
)
VERSION = Choice(
    name="version",
    title="Version",
    options={
        "1": "1: nearest to the closest others",
        "2": "2: nearest to the farthest others",
        "3": "3: around each image of a small class",
    },
    default="1",
    help="The three NearMiss rules of the paper.",
)
BETA = Choice(
    name="beta",
    title="Beta",
    options={beta: beta for beta in ("0.9", "0.99", "0.999", "0.9999")},
    default="0.999",
    help="How much similar images repeat each other: 0.9 hardly weighs classes, 0.9999 weighs "
    "almost by count.",
)
TAU = Parameter(
    name="tau",
    title="Strength",
    unit="",
    low=0.1,
    high=2,
    step=0.1,
    default=1,
    help="1 removes the class sizes from the scores completely, less removes a part.",
)
