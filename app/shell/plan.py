"""The plan: the strategy, its parameters, and how far to go, set on Balance and on Export alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from app.session.session import Balanced
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
_PROPOSED = "plan_proposed"  # what a page has set by itself: key -> value
_SHOWN = 1  # parameters beside the strategy; the others are behind a fold


@dataclass(frozen=True)
class Chosen:
    """What the person chose."""

    plan: BalancePlan
    seed: int

    def of(self, balanced: Balanced | None) -> Balanced:
        """Return what was made of it, where that is what was chosen last; else the plan alone."""
        if balanced is not None and balanced.seed == self.seed and balanced.plan.asks_as(self.plan):
            return balanced
        return Balanced(self.plan, self.seed)


def choose_plan(
    dataset: ImageDataset,
    balanced: Balanced | None,
    *,
    default: str = "smote",
    more: Callable[[], None] | None = None,
) -> Chosen:
    """Draw the settings and return what they come to.

    Args:
        dataset: The images.
        balanced: What was chosen last: it stands there where nothing was set since the page opened.
        default: The strategy that stands there where none was chosen.
        more: Draws what one page alone has among the further settings.
    """
    _fill(dataset, balanced, default)
    strategy = STRATEGIES[
        st.selectbox(
            "Strategy", list(STRATEGIES), format_func=lambda name: STRATEGIES[name].title,
            key="strategy", persist_state="session",
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
                "Seed", min_value=0, max_value=2**31 - 1, key="balance_seed",
                help="Same seed, same result.", persist_state="session",
            )
        )  # fmt: skip
        if strategy.source:
            quiet(f"Source: {strategy.source}.")
        if more is not None:
            more()
    given: Settings = settings
    plan = make_plan(dataset, strategy.name, target, settings=given, most_per_image=most)
    return Chosen(plan, seed)


def _fill(dataset: ImageDataset, balanced: Balanced | None, default: str) -> None:
    """Fill what the page remembers of a plan where the person has set none.

    What another page has proposed, and nobody has touched since, is no choice of theirs.
    """
    state = st.session_state
    proposed: Mapping[str, Any] = state.get(_PROPOSED, {})
    is_untouched = all(key in state and state[key] == value for key, value in proposed.items())
    if "strategy" in state and not (proposed and is_untouched):
        return
    for key in proposed:
        state.pop(key, None)
    last = balanced or Balanced(make_plan(dataset, default), 0)
    shown = _shown(last.plan, last.seed, dataset)
    state[_PROPOSED] = {key: state.setdefault(key, value) for key, value in shown.items()}


def show_plan(plan: BalancePlan, seed: int, dataset: ImageDataset) -> None:
    """Set what `choose_plan` draws to a plan of `dataset`, before it draws."""
    st.session_state.update(_shown(plan, seed, dataset))
    st.session_state.pop(_table_key(dataset), None)


def _shown(plan: BalancePlan, seed: int, dataset: ImageDataset) -> dict[str, Any]:
    """Return what the page remembers of a plan that is set: key -> value."""
    strategy, target = STRATEGIES[plan.strategy], plan.target
    shown: dict[str, Any] = {f"set_{name}": value for name, value in plan.settings.items()}
    shown |= {"strategy": plan.strategy, "balance_seed": seed}
    shown["is_capped"] = plan.most_per_image is not None
    if plan.most_per_image is not None:
        shown["most_per_image"] = plan.most_per_image
    choice: str | None = None
    if isinstance(target, Mapping):
        choice, shown[_reach_key(dataset)] = "by_class", {**plan.before, **target}
    elif isinstance(target, str) and target.removesuffix("%").isdecimal():
        choice, shown["target_share"] = "share", int(target.removesuffix("%"))
    elif target in strategy.targets:
        choice = str(target)
    elif target is not None:  # a number, or a share such as 12.5%
        choice, shown["target_number"] = "number", max(plan.after.values())
    if choice is not None:
        shown[f"target_{strategy.default_target}"] = choice
    return shown


def _table_key(dataset: ImageDataset) -> str:
    return f"target_by_class_{dataset.digest}"


def _reach_key(dataset: ImageDataset) -> str:
    return f"reach_by_class_{dataset.digest}"


def _widget(parameter: Parameter | Choice) -> float | str:
    # Strategies share parameters, and a person who looks at two of them wants the same value.
    key = f"set_{parameter.name}"
    if isinstance(parameter, Choice):
        options = parameter.options
        st.session_state.setdefault(key, parameter.default)
        return str(
            st.selectbox(
                parameter.title, list(options), format_func=options.__getitem__,
                help=parameter.help, key=key, persist_state="session",
            )
        )  # fmt: skip
    kind = int if float(parameter.step).is_integer() else float
    st.session_state[key] = kind(st.session_state.get(key, parameter.default))
    return float(
        st.slider(
            parameter.title, kind(parameter.low), kind(parameter.high), step=kind(parameter.step),
            help=parameter.help, key=key, persist_state="session",
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
        st.session_state.setdefault("target_share", 50)
        share = st.slider(
            "Share of the largest class", 1, 100, step=1, format="%d%%", key="target_share",
            persist_state="session",
        )  # fmt: skip
        return f"{share}%"
    if choice == "number":
        st.session_state.setdefault("target_number", largest)
        return int(
            st.number_input(
                "Images per class", min_value=1, max_value=most_of_a_class(counts),
                key="target_number", persist_state="session",
            )
        )  # fmt: skip
    return _by_class(counts, dataset) if choice == "by_class" else str(choice)


def _by_class(counts: dict[str, int], dataset: ImageDataset) -> dict[str, int]:
    # Streamlit keeps edits by line: of other images they would mean other classes. And it drops
    # them when the page is left, so what they came to is kept beside it.
    key, kept = _table_key(dataset), _reach_key(dataset)
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
    st.session_state.setdefault("most_per_image", 10)
    return int(
        st.number_input(
            "Maximum per image of a class", min_value=1, max_value=10_000,
            key="most_per_image", persist_state="session",
        )
    )  # fmt: skip
