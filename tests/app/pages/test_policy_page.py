"""A policy that somebody else wrote: it is taken exactly, or refused beside what was pasted."""

import json

import pytest
from drawn_sets import loaded
from opened_page import open_view, text, visitor
from streamlit.testing.v1 import AppTest

from app.session.session import Session
from app.session.workspace import Workspace
from core.augment import AugmentPolicy, make_step
from core.augment.evidence import measure_evidence
from core.augment.policy import LARGEST_SEED
from core.augment.trials import Trial
from core.dataset import ImageDataset
from core.embed import embed


def brought(workspace: Workspace, policy: str) -> AppTest:
    """Return the page after `policy` was pasted and used."""
    page = open_view("augment", workspace, policy_text=policy)
    page.button(key="policy_load").click().run()
    assert not page.exception
    return page


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param("[" * 5_000, id="nested"),
        pytest.param("{", id="cut off"),
        pytest.param('{"version": 1}', id="incomplete"),
        pytest.param('{"version": 1, "seed": 1e400, "steps": []}', id="endless seed"),
    ],
)
def test_a_damaged_policy_is_refused_and_the_page_stays(dataset: ImageDataset, policy: str) -> None:
    workspace = visitor(loaded(dataset))
    before = workspace.session.policy

    page = brought(workspace, policy)

    assert len(page.error) == 1
    assert workspace.session.policy == before
    assert "What each operation does to each class" in [one.value for one in page.subheader]


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(AugmentPolicy((make_step("rotate"),), seed=LARGEST_SEED), id="seed"),
        pytest.param(AugmentPolicy((make_step("rotate"),), pick=9), id="pick"),
        pytest.param(AugmentPolicy((make_step("rotate", probability=1 / 3),)), id="chance"),
    ],
)
def test_the_sliders_leave_a_loaded_policy_as_it_is(
    dataset: ImageDataset, policy: AugmentPolicy
) -> None:
    workspace = visitor(loaded(dataset))

    page = brought(workspace, json.dumps(policy.to_json()))

    assert not page.error
    assert workspace.session.policy == policy


def test_the_answer_picks_no_more_operations_than_there_are(dataset: ImageDataset) -> None:
    policy = AugmentPolicy((make_step("rotate"),), pick=4)

    page = open_view("augment", visitor(loaded(dataset).put(policy=policy, policy_chosen=True)))

    assert "Each augmented picture is made with: rotate." in text(page)


@pytest.fixture
def unjudged(dataset: ImageDataset) -> Session:
    """Return a session whose evidence comes from too few images to judge any class."""
    embeddings = embed(dataset, encoder="classical", device="cpu")
    trials = [Trial("horizontal_flip")]
    evidence = measure_evidence(dataset, embeddings, trials, images_per_class=2)
    return loaded(dataset).put(evidence=evidence)


def test_evidence_that_judges_no_class_claims_nothing(unjudged: Session) -> None:
    page = open_view("augment", visitor(unjudged))

    assert "It could not judge any class" in text(page)
    assert "No class could be judged." in text(page)
    assert "changes a label" not in text(page)


def test_no_policy_is_offered_where_nothing_is_safe(unjudged: Session) -> None:
    page = open_view("augment", visitor(unjudged))

    assert page.button(key="evidence_take").disabled
    assert "no policy of safe ones" in text(page)
