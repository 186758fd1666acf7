"""On Balance: the tabs under the map, of which the open one alone is drawn."""

import streamlit as st

from app.charts import classes as charts
from app.map.point_map import DETAILS
from app.map.scene import Scene
from app.map.selection import NOTHING_SELECTED, Selection
from app.pages.balance.choice import TAB
from app.pages.balance.quality import draw_quality
from app.pages.balance.risks import draw_risks
from app.pages.balance.selection import draw_selection
from app.session.session import Session
from app.shell.page import quiet
from core.export import contents_sentence
from core.resample import STRATEGIES, BalancePlan
from core.resample.risks import risks_of

_TITLES = {"plan": "Plan", "risks": "Risks", "quality": "Quality", "selection": "Selection"}


def draw_details(
    session: Session,
    plan: BalancePlan,
    scene: Scene | None = None,
    selection: Selection = NOTHING_SELECTED,
) -> None:
    """Draw the tabs, and what the chosen one holds.

    Args:
        session: With a dataset.
        plan: What is set, which may differ from what was carried out.
        scene: The points of the map, once there is one.
        selection: Of these points.
    """
    counts = _counts(session, plan, selection)

    def titled(name: str) -> str:
        return f"{_TITLES[name]} ({counts[name]:,})" if counts[name] else _TITLES[name]

    # No `st.tabs`: it is another widget, and is built again, with each change of a count.
    st.session_state.setdefault(TAB, "plan")
    with st.container(key=DETAILS):
        chosen = st.segmented_control(
            "Details of the map", list(_TITLES), key=TAB, required=True, persist_state="session",
            format_func=titled, label_visibility="collapsed",
        )  # fmt: skip
        if chosen == "risks":
            draw_risks(session, plan)
        elif chosen == "quality":
            draw_quality(session, scene, selection)
        elif chosen == "selection":
            draw_selection(session, scene, selection)
        else:
            _draw_plan(session, plan)


def _counts(session: Session, plan: BalancePlan, selection: Selection) -> dict[str, int]:
    """Return how much each tab holds; 0 where it is not known, or nothing."""
    adds_points = STRATEGIES[plan.strategy].effect.adds_points
    risks = session.difficulty is not None and adds_points
    return {
        "plan": 0,
        "risks": len(risks_of(session.difficulty, plan)) if risks and session.difficulty else 0,
        "quality": int(session.quality.is_unsafe.sum()) if session.quality is not None else 0,
        "selection": len(selection) or int(selection.pick is not None),
    }


def _draw_plan(session: Session, plan: BalancePlan) -> None:
    """Draw what the strategy does, to which class how much, and what an export holds then."""
    quiet(STRATEGIES[plan.strategy].help)
    balanced = session.balanced
    made = balanced.made if balanced is not None and balanced.plan == plan else None
    st.plotly_chart(
        charts.plan_chart(plan),
        key="plan_bars",
        config={"displayModeBar": False},
        alt="Training images per class before and after",
    )
    quiet(contents_sentence(plan, made))
    with st.expander("As a table"):
        st.dataframe(
            {
                "class": list(plan.before),
                "before": list(plan.before.values()),
                "after": list(plan.after.values()),
                "weight": [round(plan.weight.get(label, 0.0), 3) for label in plan.before],
            },
            hide_index=True,
            alt="Training images per class before and after, and class weights",
        )
