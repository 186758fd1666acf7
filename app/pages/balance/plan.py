"""What can be set on Balance: the strategy, its parameters, and how far to go."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from app.pages.balance.embed import choose_embedding
from app.session.session import Session
from app.shell.page import quiet
from core.dataset import TRAIN, ImageDataset
from core.parameters import Choice, Parameter
from core.resample import (
    STRATEGIES,
    BalancePlan,
    Settings,
    Strategy,
    Target,
    make_plan,
    most_of_a_class,
)

_TARGETS = {
    "largest": "The largest class",
    "median": "The median class",
    "smallest": "The smallest class",
    "share": "A percentage of the largest class",
    "number": "A number of images",
    "by_class": "A number for each class",
}
_SHOWN = 1  # parameters beside the strategy; the others are behind a fold


@dataclass(frozen=True)
class Chosen:
    """What the person chose."""

    plan: BalancePlan
    seed: int


def choose_plan(session: Session, dataset: ImageDataset) -> Chosen:
    """Draw the settings and return what they come to."""
    strategy = STRATEGIES[
        st.selectbox(
            "Strategy", list(STRATEGIES), index=list(STRATEGIES).index("smote"),
            format_func=lambda name: STRATEGIES[name].title, key="strategy",
            persist_state="session",
        )
    ]  # fmt: skip
    target = _target(strategy, dataset)
    settings: dict[str, Any] = {}
    for parameter in strategy.parameters[:_SHOWN]:
        settings[parameter.name] = _widget(parameter)
    with st.expander("More settings"):
        for parameter in strategy.parameters[_SHOWN:]:
            settings[parameter.name] = _widget(parameter)
        most = _most_per_image(strategy)
        seed = int(
            st.number_input(
                "Seed", min_value=0, max_value=2**31 - 1, value=0, key="balance_seed",
                help="Same seed, same result.", persist_state="session",
            )
        )  # fmt: skip
        if strategy.source:
            quiet(f"Source: {strategy.source}.")
        st.divider()
        choose_embedding(session)
    given: Settings = settings
    plan = make_plan(dataset, strategy.name, target, settings=given, most_per_image=most)
    return Chosen(plan, seed)


def _widget(parameter: Parameter | Choice) -> float | str:
    # Strategies share parameters, and a person who looks at two of them wants the same value.
    key = f"set_{parameter.name}"
    if isinstance(parameter, Choice):
        options = parameter.options
        return str(
            st.selectbox(
                parameter.title, list(options), index=list(options).index(parameter.default),
                format_func=options.__getitem__, help=parameter.help, key=key,
                persist_state="session",
            )
        )  # fmt: skip
    kind = int if float(parameter.step).is_integer() else float
    return float(
        st.slider(
            parameter.title, kind(parameter.low), kind(parameter.high), kind(parameter.default),
            kind(parameter.step), help=parameter.help, key=key, persist_state="session",
        )
    )  # fmt: skip


def _target(strategy: Strategy, dataset: ImageDataset) -> Target | None:
    if not strategy.targets:
        return None
    choice = st.selectbox(
        "Target size",
        [*strategy.targets, "share", "number", "by_class"],
        format_func=_TARGETS.__getitem__,
        key=f"target_{strategy.default_target}",
        persist_state="session",
    )
    counts = dataset.counts(TRAIN)
    largest = max(counts.values())
    if choice == "share":
        share = st.slider(
            "Share of the largest class", 5, 100, 50, 5, format="%d%%", key="target_share",
            persist_state="session",
        )  # fmt: skip
        return f"{share}%"
    if choice == "number":
        return int(
            st.number_input(
                "Images per class", min_value=1, max_value=most_of_a_class(counts),
                value=largest, key="target_number", persist_state="session",
            )
        )  # fmt: skip
    return _by_class(counts, dataset.digest) if choice == "by_class" else str(choice)


def _by_class(counts: dict[str, int], digest: str) -> dict[str, int]:
    # Streamlit keeps edits by line: of other images they would mean other classes. And it drops
    # them when the page is left, so what they came to is kept beside it.
    key, kept = f"target_by_class_{digest}", f"reach_by_class_{digest}"
    if key not in st.session_state:
        st.session_state[f"{kept}_start"] = st.session_state.get(kept, counts)
    start = st.session_state[f"{kept}_start"]
    present = {label: count for label, count in counts.items() if count}
    order = sorted(present, key=lambda label: present[label])
    images = [present[label] for label in order]
    table = st.data_editor(
        pd.DataFrame(
            {"class": order, "images": images, "reach": [start[label] for label in order]}
        ),
        disabled=["class", "images"],
        column_config={
            "reach": st.column_config.NumberColumn(
                min_value=1, max_value=most_of_a_class(counts), step=1, required=True
            )
        },
        hide_index=True,
        key=key,
        alt="Images per class, and the target for each",
    )
    reach = {
        str(label): int(count) for label, count in zip(table["class"], table["reach"], strict=True)
    }
    st.session_state[kept] = reach
    return reach


def _most_per_image(strategy: Strategy) -> int | None:
    if "largest" not in strategy.targets:
        return None
    capped = st.checkbox(
        "Limit per image", key="is_capped", persist_state="session",
        help="A class of 3 images that grows to 3,000 repeats each image a thousand times.",
    )  # fmt: skip
    if not capped:
        return None
    return int(
        st.number_input(
            "Maximum per image of a class", min_value=1, max_value=10_000, value=10,
            key="most_per_image", persist_state="session",
        )
    )  # fmt: skip
