"""The policy as text: saved and loaded as JSON, copied as a program."""

import streamlit as st

from app.shell.page import plain
from core.augment import AugmentPolicy
from core.augment.as_code import CODE_FORMS
from core.errors import SettingError

_PASTED = "What you pasted"


def policy_in_and_out(policy: AugmentPolicy) -> AugmentPolicy | None:
    """Draw the policy as text; return another one when the person has brought it."""
    st.download_button(
        "Save as JSON", policy.to_text(), "policy.json", "application/json", on_click="ignore",
        key="policy_save", help="For 'evenset balance --policy', or to load it here later.",
    )  # fmt: skip
    name = st.segmented_control(
        "As code", list(CODE_FORMS), default=next(iter(CODE_FORMS)), required=True,
        format_func=lambda one: CODE_FORMS[one].title, key="policy_form",
    )  # fmt: skip
    form = CODE_FORMS[name or next(iter(CODE_FORMS))]
    st.caption(form.help)
    st.code(form.write(policy), language="python", height=260)
    brought = st.text_area("Load a policy: paste its JSON", key="policy_text", height=90)
    if not st.button("Use it", key="policy_load", disabled=not brought.strip()):
        return None
    # Told here, beside what was pasted: the page below stays.
    try:
        return AugmentPolicy.from_text(brought, _PASTED)
    except SettingError as error:
        st.error(plain(str(error)))
        return None
