"""What is to be compared on Evaluate, and how; what it takes, and its start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import streamlit as st

from app.jobs.queue import Job
from app.pages.evaluate.comparison import (
    Asked,
    FromBalance,
    SoFar,
    embed_and_evaluate,
    from_balance,
)
from app.session.embedding import VectorSource
from app.session.session import Session
from app.session.store import PREDICTIONS_FOLDER
from app.shell.page import current_workspace, plain, quiet
from core.augment import AugmentPolicy
from core.dataset import TEST, TRAIN, ImageDataset
from core.embed import judge_of
from core.embed.adapted import is_adapted
from core.errors import SettingError
from core.evaluate import (
    BASELINE,
    CANDIDATE_SETS,
    DEFAULT_HEAD,
    HEADS,
    METRICS,
    PRIMARY,
    EvaluationReport,
    augmentations,
    parse_candidate,
    parse_candidates,
)
from core.evaluate.candidates import PLAN, all_names, check_suits, names_for, picture_rows
from core.evaluate.estimate import Joining, Planned, estimate, offer_pictures
from core.evaluate.experiment import DEFAULT_FOLDS, default_repeats, share_of
from core.evaluate.heads import check_head
from core.resample import STRATEGIES
from core.words import count_of

JOB = "evaluate"
METRIC_KEY = "evaluate_metric"
_NAMES_KEY, _SET_KEY = "evaluate_strategies", "evaluate_set"
_HEAD_KEY, _SEED_KEY = "evaluate_head", "evaluate_seed"
_TEST_KEY, _LEAK_KEY = "evaluate_on_test_split", "evaluate_shows_leak"
_FOLDS_KEY, _REPEATS_KEY = "evaluate_folds", "evaluate_repeats"
_MARGIN_KEY = "evaluate_margin"
_PICTURES_KEY = "evaluate_pictures"
_ASKED_KEY = "evaluate_asked_for_pictures"  # by a button below the list of strategies
_MOST_FOLDS, _MOST_REPEATS = 20, 100
_MOST_POINTS = 50.0


def remember(session: Session, running: Asked | None) -> None:
    """Fill what the page's memory lacks with what was asked for last.

    A reload, and another tab, has a memory of its own that knows nothing of what was typed.
    """
    asked = running or _asked_for(session.evaluation, session.policy) or _default(session.policy)
    wanted: dict[str, object] = {
        _NAMES_KEY: [name for name in asked.strategies if name != BASELINE],
        _HEAD_KEY: asked.head,
        METRIC_KEY: asked.metric,
        _SEED_KEY: asked.seed,
        _TEST_KEY: asked.on_test_split,
        _LEAK_KEY: asked.shows_leak,
        _FOLDS_KEY: min(asked.folds, _MOST_FOLDS),
        _REPEATS_KEY: asked.repeats,
        _MARGIN_KEY: round(100 * asked.margin, 3),
    }
    # A button has asked for more than the list has.
    lists = {_NAMES_KEY} if st.session_state.pop(_ASKED_KEY, False) else set()
    for key, value in wanted.items():
        if key not in st.session_state or key in lists:
            st.session_state[key] = value


@dataclass(frozen=True, eq=False)
class Ready:
    """What can be started: what is asked for, what joins it on request, and its time."""

    asked: Asked
    pictures: Joining
    time: str


def draw(session: Session, dataset: ImageDataset, metric: str) -> Ready | None:
    """Draw the settings and return what they come to; None where that cannot be compared."""
    names = _strategies(session.policy)
    balance = _balance(session, names)
    left, right, middle = st.columns(3, vertical_alignment="bottom")
    with left:
        head = st.selectbox(
            "Model", list(HEADS), format_func=lambda name: HEADS[name].title,
            help="  \n".join(f"**{one.title}**: {one.help}" for one in HEADS.values()),
            key=_HEAD_KEY, persist_state="session",
        )  # fmt: skip
    with middle:
        # With results, it stands above them.
        if session.evaluation is None:
            metric_box(metric)
    with right:
        seed = st.number_input(
            "Seed", min_value=0, max_value=2**31 - 1, key=_SEED_KEY,
            help="Same seed, same folds.", persist_state="session",
        )  # fmt: skip
    on_test_split = TEST in dataset.splits and st.checkbox(
        "Score on the original test split instead of folds",
        key=_TEST_KEY, persist_state="session",
    )  # fmt: skip
    adapts = session.embeddings is not None and session.embeddings.base is not None
    shows_leak = not (HEADS[head].learns_from_pictures or adapts) and st.checkbox(
        "Lesson: show what resampling before the split would have reported",
        key=_LEAK_KEY, persist_state="session",
    )  # fmt: skip
    folds, repeats = _repeats(head, is_held_out=on_test_split, adapts=adapts)
    asked = Asked(
        names_for(HEADS[head], names), head, metric, session.policy, int(seed), on_test_split,
        shows_leak, folds, repeats, _margin(),
    )  # fmt: skip
    _tell_left_out(names, asked)
    if session.evaluation is not None:
        _tell_what_differs(asked, session.evaluation)
    return _ready(session, dataset, asked, balance)


def _balance(session: Session, names: Sequence[str]) -> FromBalance | None:
    """Draw what is set on Balance, and return it where it is to be compared."""
    balance = from_balance(session.balanced.plan if session.balanced is not None else None)
    if balance is None or (balance.is_default and balance.row in {BASELINE, *names}):
        return balance
    title = parse_candidate(balance.row).title
    words = STRATEGIES[balance.strategy].changed(balance.settings)
    told = plain(f"{title} ({words})" if words else title)
    is_wanted = st.checkbox(
        f"As set on Balance: {told}", value=True, key="evaluate_from_balance",
        help="Adds a row and uses these settings for every row with that strategy. Targets "
            "per class and the limit per image are not used.",
        persist_state="session",
    )  # fmt: skip
    return balance if is_wanted else None


def _with_balance(asked: Asked, balance: FromBalance | None) -> Asked:
    """Return what is asked for with the plan of Balance; its pictures are not part of it yet."""
    if balance is None:
        return asked
    is_row = not parse_candidate(balance.row).makes_pictures(HEADS[asked.head])
    settings = {} if balance.is_default else {balance.strategy: balance.settings}
    return replace(asked, beside=[balance.row] if is_row else [], settings=settings)


def _pictures(asked: Asked, balance: FromBalance | None, planned: Planned) -> Joining:
    """Return which rows of augmented pictures join what is asked for, and which wait."""
    plan = PLAN if balance is None else balance.row
    names = picture_rows(asked.strategies, planned.head, plan)
    rows = parse_candidates([*asked.rows, *names], asked.settings, asked.policy)
    return offer_pictures(planned, [row for row in rows if row.name in names])


def _tell_left_out(names: Sequence[str], asked: Asked) -> None:
    if len(asked.strategies) < len(names):
        quiet(
            "Rules such as shrunken LDA change a linear model, so this model is compared without "
            "them."
        )


def metric_box(metric: str) -> None:
    """Draw the choice of the figure that the verdict is about."""
    st.selectbox(
        "Metric that matters to you", list(METRICS), format_func=lambda name: METRICS[name].title,
        help=METRICS[metric].help, key=METRIC_KEY, persist_state="session", width=320,
    )  # fmt: skip


def _tell_what_differs(asked: Asked, report: EvaluationReport) -> None:
    """Say what the results were made with where something else is asked for now.

    Fewer folds than asked for are those that there are groups for.
    """
    differs = {
        f"the model '{HEADS[report.head].title}'": asked.head != report.head,
        f"seed {report.seed}": asked.seed != report.seed,
        "the original test split" if report.is_held_out else "folds": (
            asked.on_test_split != report.is_held_out
        ),
        count_of(report.folds, "fold"): not report.is_held_out and asked.folds < report.folds,
        count_of(report.repeats, "repeat"): asked.repeats not in {None, report.repeats},
        f"a margin of {100 * report.margin:g} points": asked.margin != report.margin,
    }
    if others := [text for text, is_other in differs.items() if is_other]:
        quiet(
            f"The results above were made with {' and '.join(others)}. Compare again to see them "
            "with these settings."
        )


def _default(policy: AugmentPolicy) -> Asked:
    return Asked(CANDIDATE_SETS["default"].rows(policy), DEFAULT_HEAD, PRIMARY, policy, seed=0)


def _asked_for(report: EvaluationReport | None, policy: AugmentPolicy) -> Asked | None:
    """Return what a finished comparison was asked for, as far as it tells."""
    if report is None:
        return None
    head = HEADS[report.head]
    default = default_repeats(
        head, is_held_out=report.is_held_out, adapts=is_adapted(Path(report.encoder))
    )
    return Asked(
        list(report.settings), report.head, report.metric, policy, report.seed, report.is_held_out,
        any(row.leaky is not None for row in report.strategies),
        DEFAULT_FOLDS if report.is_held_out else report.folds,
        None if report.asked_repeats == default else report.asked_repeats,
        report.margin,
    )  # fmt: skip


def _strategies(policy: AugmentPolicy) -> list[str]:
    """Draw the sets to begin with and the names, and return these."""
    sets = {name: one.rows(policy) for name, one in CANDIDATE_SETS.items()}
    choices = [name for name in all_names() if name != BASELINE] + augmentations(policy)[:-1]
    titles = {name: parse_candidate(name).title for name in choices}
    # The one that is lit is the one that the names below are.
    names = list(st.session_state.get(_NAMES_KEY, []))
    st.session_state[_SET_KEY] = next(
        (key for key, rows in sets.items() if set(rows) == set(names)), None
    )
    st.pills(
        "Start with", list(sets), format_func=lambda name: CANDIDATE_SETS[name].title,
        key=_SET_KEY, on_change=_take_set, args=(sets,),
    )  # fmt: skip
    return st.multiselect(
        "Strategies besides 'None'",
        choices,
        # What a person writes comes back as it is shown, so it is shown as it was written.
        format_func=lambda name: titles.get(name, name),
        accept_new_options=True,
        help="You can also type: smote@50% fills up to half the largest class, and "
        "smote@50%+class_weights weighs the remaining imbalance. Pictures are augmented with "
        "the policy from Augment.",
        key=_NAMES_KEY,
        persist_state="session",
    )


def _take_set(sets: Mapping[str, list[str]]) -> None:
    chosen = st.session_state[_SET_KEY]
    if chosen is not None:
        st.session_state[_NAMES_KEY] = sets[chosen]


def _repeats(head: str, *, is_held_out: bool, adapts: bool) -> tuple[int, int | None]:
    """Draw how often each strategy is scored, and return folds and repeats."""
    with st.expander("Folds and repeats"):
        left, right, _ = st.columns(3, vertical_alignment="bottom")
        with left:
            folds = st.number_input(
                "Folds", min_value=2, max_value=_MOST_FOLDS, key=_FOLDS_KEY,
                disabled=is_held_out, persist_state="session",
                help="Number of cross-validation folds; a small class is in fewer of them.",
            )  # fmt: skip
        default = default_repeats(HEADS[head], is_held_out=is_held_out, adapts=adapts)
        with right:
            repeats = st.number_input(
                "Number of seeds" if is_held_out else "Repeats", min_value=1,
                max_value=_MOST_REPEATS, value=None, placeholder=f"{default} by default",
                key=_REPEATS_KEY, persist_state="session",
                help="More make the intervals narrower and take proportionally longer."
                + (" At least two." if is_held_out else ""),
            )  # fmt: skip
    return int(folds), None if repeats is None else int(repeats)


def _margin() -> float:
    """Draw the difference that matters, and return it as a share."""
    points = st.number_input(
        "Margin in points", min_value=0.1, max_value=_MOST_POINTS, step=0.5, key=_MARGIN_KEY,
        persist_state="session", width=320,
        help="A difference below this does not matter to you: the two are practically the same.",
    )  # fmt: skip
    return share_of(points)


def _ready(
    session: Session, dataset: ImageDataset, asked: Asked, balance: FromBalance | None
) -> Ready | None:
    try:
        asked = _with_balance(asked, balance)
        check_suits(asked.candidates, HEADS[asked.head])
        encoder = session.embeddings.encoder if session.embeddings else session.encoder
        check_head(HEADS[asked.head], judge_of(encoder))
        planned = Planned(
            dataset.counts(TRAIN), HEADS[asked.head], encoder,
            0 if session.embeddings else len(dataset),
            asked.folds, asked.repeats, asked.on_test_split,
        )  # fmt: skip
        pictures = _pictures(asked, balance, planned)
        if pictures.joined and st.checkbox(
            plain(pictures.joined_text), value=True, key=_PICTURES_KEY, persist_state="session",
            help="As set on Augment and Balance, and as an export writes them.",
        ):  # fmt: skip
            joined = [one.name for one in pictures.joined]
            asked = replace(asked, beside=[*asked.beside, *joined])
        cost = estimate(planned, asked.candidates)
    except SettingError as error:
        st.error(plain(str(error)))
        return None
    fairness = (
        "No strategy learns from the test split."
        if asked.on_test_split
        else "Folds are drawn first. Near-duplicates and groups stay on one side, and only the "
        "training side is resampled and learned from."
    )
    settings = "All strategies use their default settings."
    if asked.settings:
        titles = ", ".join(STRATEGIES[name].title for name in asked.settings)
        settings = (
            f"{titles} is compared with its settings on Balance, the others with their defaults."
        )
    quiet(f"{settings} {fairness}")
    return Ready(asked, pictures, cost.text)


def start_buttons(session: Session, dataset: ImageDataset, ready: Ready | None) -> None:
    """Draw the button that starts the comparison, and its time."""
    if ready is None:
        return
    asked, pictures = ready.asked, ready.pictures
    with st.container(horizontal=True, vertical_alignment="center"):
        _start_button(session, dataset, asked)
        more = [one.name for one in pictures.waiting]
        if more and st.button(pictures.button, key="evaluate_start_pictures"):
            st.session_state[_ASKED_KEY] = True
            _start(session, dataset, replace(asked, strategies=[*asked.strategies, *more]))
            st.rerun()
        quiet(ready.time)
    if pictures.waiting_text:
        quiet(pictures.waiting_text)


def _start_button(session: Session, dataset: ImageDataset, asked: Asked) -> None:
    count = len(asked.rows)
    text = f"Compare {count_of(count, 'strategy')}"
    if session.embeddings is None:
        text = f"Embed {count_of(len(dataset), 'image')} and {text.lower()}"
    is_wanted = session.evaluation is None or bool(session.evaluation_stale)
    if st.button(
        text, type="primary" if is_wanted else "secondary", disabled=count < 2,
        key="evaluate_start",
    ):  # fmt: skip
        _start(session, dataset, asked)
        st.rerun()


def _start(session: Session, dataset: ImageDataset, asked: Asked) -> None:
    workspace = current_workspace()
    taken = session.taken
    if taken is not None and taken.digest != dataset.digest:
        asked = replace(asked, original=taken)
    so_far = SoFar(asked)
    source = VectorSource.of(session, workspace.vectors_folder)
    kept = workspace.folder / PREDICTIONS_FOLDER
    run = partial(embed_and_evaluate, dataset, source, so_far, kept)
    job = Job(
        JOB, "Comparing strategies", run,
        needs=("dataset", "embeddings"),
        puts=("embeddings", "projections", "evaluation", "predictions"),
        so_far=so_far, keep=so_far.kept,
    )  # fmt: skip
    workspace.start(job, session, of=(asked,))
