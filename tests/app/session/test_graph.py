"""The graph of values: what goes when one is replaced, what stays, what is out of date."""

from collections.abc import Mapping
from dataclasses import dataclass, make_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.session.graph import Graph, declared, needed_for, value, values_of


class Thing:
    """A value that is the same as itself alone."""


@declared
@dataclass(frozen=True, eq=False)
class Kitchen(Graph):
    """A few values, one of each kind."""

    flour: Thing | None = value()
    spice: int = value(default=0, same=lambda before, after: before == after)
    dough: Thing | None = value(needs=("flour",), title="the dough")
    bread: Thing | None = value(needs=("dough",), title="the bread")
    weight: str | None = value(needs=("bread",), derive=lambda now, before: f"of {now.bread}")
    toast: Thing | None = value(
        needs=("flour",), needs_where={"bread": lambda toast: isinstance(toast, Thing)},
        title="the toast",
    )  # fmt: skip
    jars: Mapping[str, int] = value(
        needs=("spice",), join=lambda there, more: {**there, **more}, default_factory=dict
    )
    photo: Thing | None = value(dated_by=("bread", "spice"), title="the photo")


FULL = Kitchen().put(flour=Thing(), spice=1, dough=Thing(), bread=Thing()).put(
    toast=Thing(), jars={"salt": 1}, photo=Thing()
)  # fmt: skip


def test_dropping_goes_on_to_what_hangs_on_what_was_dropped() -> None:
    after = FULL.put(flour=Thing())

    assert (after.dough, after.bread, after.toast) == (None, None, None)


def test_a_value_that_is_put_stays_whatever_changes_with_it() -> None:
    flour, bread = Thing(), Thing()

    after = FULL.put(flour=flour, bread=bread)

    assert (after.flour, after.dough, after.bread) == (flour, None, bread)


def test_the_same_value_changes_nothing() -> None:
    assert FULL.put(flour=FULL.flour, spice=1) is FULL


def test_what_counts_as_the_same_is_declared() -> None:
    assert FULL.put(spice=2).jars == {}
    assert FULL.put(spice=int("1")).jars == FULL.jars


def test_what_is_derived_is_made_anew_unless_it_is_put() -> None:
    bread = Thing()

    assert FULL.put(bread=bread).weight == f"of {bread}"
    assert FULL.put(bread=bread, weight="given").weight == "given"
    assert FULL.put(spice=5).weight is FULL.weight


def test_a_value_may_hang_on_another_only_where_it_is_like_that() -> None:
    plain = FULL.put(toast="from the shop")

    assert plain.put(bread=Thing()).toast == "from the shop"
    assert plain.put(flour=Thing()).toast is None
    assert FULL.put(bread=Thing()).toast is None


def test_one_more_joins_those_that_are_there_and_none_that_are_dropped() -> None:
    assert FULL.put(jars={"sugar": 2}).jars == {"salt": 1, "sugar": 2}
    assert FULL.put(spice=9, jars={"sugar": 2}).jars == {"sugar": 2}


def test_what_is_dated_stays_and_is_out_of_date() -> None:
    after = FULL.put(flour=Thing())

    assert after.photo is FULL.photo
    assert after.outdated == {"photo": {"bread"}}
    assert after.put(spice=1).outdated == {"photo": {"bread"}}
    assert after.put(photo=Thing()).outdated == {}
    assert Kitchen().put(spice=3).outdated == {}, "nothing is there that could be old"


def test_what_was_made_from_an_older_graph_is_out_of_date_at_once() -> None:
    now = FULL.put(spice=7)

    assert now.put(photo=Thing(), made_from=FULL).outdated == {"photo": {"spice"}}
    assert now.put(photo=Thing(), made_from=now).outdated == {}


def test_what_would_go_is_told_by_its_titles() -> None:
    assert [*FULL.would_drop("flour").values()] == ["the dough", "the bread", "the toast"]
    assert FULL.would_drop("spice") == {}
    assert Kitchen().would_drop("flour") == {}
    assert FULL.put(toast="from the shop").would_drop("dough") == {"bread": "the bread"}


def test_a_name_that_is_not_declared_is_refused() -> None:
    with pytest.raises(TypeError, match="There is no value \\['cake'\\]"):
        FULL.put(cake=1)


def test_a_need_that_nobody_declares_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="'bread' needs 'dough', which is not declared above it"):

        @declared
        @dataclass(frozen=True, eq=False)
        class _Shop(Graph):
            bread: object = value(needs=("dough",))


@pytest.mark.parametrize("way", ["needs", "dated_by"])
def test_a_circle_is_refused_at_once(way: str) -> None:
    with pytest.raises(TypeError, match="'hen' needs 'egg', which is not declared above it"):

        @declared
        @dataclass(frozen=True, eq=False)
        class _Farm(Graph):
            hen: object = value(**{way: ("egg",)})
            egg: object = value(needs=("hen",))


def test_all_that_a_value_hangs_on_is_found() -> None:
    assert needed_for(Kitchen, ["bread"]) == {"bread", "dough", "flour"}


Shape = tuple[set[int], ...]
# A graph is drawn as what each value needs among those before it.
shapes = st.integers(1, 8).flatmap(
    lambda count: st.tuples(*(st.sets(st.integers(0, n - 1)) if n else st.just(set())
                              for n in range(count)))
)  # fmt: skip


def toy(shape: Shape) -> type[Graph]:
    names = [f"v{number}" for number in range(len(shape))]
    fields: list[Any] = [
        (name, object, value(needs=tuple(f"v{one}" for one in sorted(needs))))
        for name, needs in zip(names, shape, strict=True)
    ]
    made = make_dataclass("Toy", fields, bases=(Graph,), frozen=True, eq=False)
    return declared(made)


@given(shape=shapes, data=st.data())
def test_exactly_what_hangs_on_a_change_goes(
    shape: tuple[set[int], ...], data: st.DataObject
) -> None:
    kind = toy(shape)
    names = list(values_of(kind))
    full = kind().put(**{name: Thing() for name in names})
    given_names = data.draw(st.sets(st.sampled_from(names), min_size=1))
    new = {name: Thing() for name in given_names}

    after = full.put(**new)

    for name in names:
        if name in given_names:
            assert getattr(after, name) is new[name]
        elif needed_for(kind, [name]) & given_names:
            assert getattr(after, name) is None
        else:
            assert getattr(after, name) is getattr(full, name)


@given(shape=shapes, data=st.data())
def test_putting_what_is_there_changes_nothing(
    shape: tuple[set[int], ...], data: st.DataObject
) -> None:
    kind = toy(shape)
    full = kind().put(**{name: Thing() for name in values_of(kind)})
    names = data.draw(st.sets(st.sampled_from(list(values_of(kind)))))

    assert full.put(**{name: getattr(full, name) for name in names}) is full
