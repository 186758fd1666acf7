"""Values that are made from one another: putting a new one drops what hung on the old one.

A class declares each value once, below those that it needs::

    @declared
    @dataclass(frozen=True, eq=False)
    class Kitchen(Graph):
        flour: str | None = value()
        dough: str | None = value(needs=("flour",))
        bread: str | None = value(needs=("dough",), title="the bread")

    kitchen.put(flour="rye")  # without dough and bread
    kitchen.put(flour="rye", dough="new")  # without bread

`Graph.put` is the only way to change one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from operator import is_
from typing import Any, Self, TypeVar

_DECLARED = "declared"


@dataclass(frozen=True, eq=False)
class Value:
    """What is declared of one value."""

    needs: tuple[str, ...]
    needs_where: Mapping[str, Callable[[Any], bool]]
    dated_by: tuple[str, ...]
    derive: Callable[[Any, Any], Any] | None
    join: Callable[[Any, Any], Any] | None
    same: Callable[[Any, Any], bool]
    title: str
    default: Callable[[], Any]

    def hangs_on(self, now: object) -> tuple[str, ...]:
        """Return what it needs as it is now."""
        return (*self.needs, *(name for name, is_so in self.needs_where.items() if is_so(now)))


def value(
    *,
    needs: tuple[str, ...] = (),
    needs_where: Mapping[str, Callable[[Any], bool]] | None = None,
    dated_by: tuple[str, ...] = (),
    derive: Callable[[Any, Any], Any] | None = None,
    join: Callable[[Any, Any], Any] | None = None,
    same: Callable[[Any, Any], bool] = is_,
    title: str = "",
    default: object = None,
    default_factory: Callable[[], object] | None = None,
) -> Any:  # noqa: ANN401 - of the type that the declaration says
    """Declare a value of a graph.

    Args:
        needs: The values that it is made from: where one changes, it is dropped.
        needs_where: Value -> whether one like this is made from that value too.
        dated_by: The values that do not drop it when they change: it is out of date then.
        derive: Makes it from the new graph and the one before, in place of dropping it.
        join: Adds what is put to what there is, such as one more map beside the others.
        same: Whether nothing changes for what hangs on it, given the old one and the new one.
        title: In words, for what `would_drop` tells: a page may ask before it puts a value.
        default: What it is where it was not made.
        default_factory: Makes that, where the default is not a constant.
    """
    make = default_factory or (lambda: default)
    own = Value(needs, needs_where or {}, dated_by, derive, join, same, title, make)
    return field(default_factory=make, metadata={_DECLARED: own})


@dataclass(frozen=True, eq=False)
class Graph:
    """Base of a class whose fields are values."""

    # Value that is older than something that dates it -> which of these have changed since.
    outdated: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def put(
        self,
        *,
        made_from: Self | None = None,
        outdated: Mapping[str, frozenset[str]] | None = None,
        **given: object,
    ) -> Self:
        """Return the graph with new values; what hung on those that they replace is dropped.

        A value that is put stays, whatever changes with it. One that is the same as before
        changes nothing.

        Args:
            made_from: The graph that the values were made from, where this one may be newer: they
                are out of date at once where something that dates them has changed since.
            outdated: Those of the values that are out of date already, and by what: none unless
                given.
            given: The values by name.
        """
        values = values_of(type(self))
        if unknown := sorted(given.keys() - values.keys()):
            raise TypeError(f"There is no value {unknown}.")
        after, older, changed = self, dict(self.outdated), set[str]()
        for name, own in values.items():
            before = getattr(self, name)
            is_hit = not changed.isdisjoint(own.hangs_on(before))
            if name in given or is_hit:
                older.pop(name, None)
                new = self._new(name, own, after, given, is_hit=is_hit)
            else:
                new = before
                newer = frozenset(changed.intersection(own.dated_by))
                if newer and self.has(name):
                    older[name] = newer | older.get(name, frozenset())
            if name in given and made_from is not None:
                newer = frozenset(
                    one
                    for one in own.dated_by
                    if one not in given and after.differs(made_from, [one])
                )
                if newer:
                    older[name] = newer
            if not own.same(before, new):
                changed.add(name)
            if new is not before:
                after = replace(after, **{name: new})
        older |= outdated or {}
        return replace(after, outdated=older) if older != self.outdated else after

    @property
    def values(self) -> dict[str, Any]:
        """Return all values by name."""
        return {name: getattr(self, name) for name in values_of(type(self))}

    def has(self, name: str) -> bool:
        """Return whether a value was made."""
        own, now = values_of(type(self))[name], getattr(self, name)
        return not (own.same(own.default(), now) or now == own.default())

    def differs(self, other: Self, names: Iterable[str]) -> bool:
        """Return whether one of these values is not the same as in `other`, an older graph."""
        values = values_of(type(self))
        return any(
            not values[name].same(getattr(other, name), getattr(self, name)) for name in names
        )

    def would_drop(self, *names: str) -> dict[str, str]:
        """Return what would go if these values were replaced: name -> title, as declared."""
        changed, titles = set(names), {}
        for name, own in values_of(type(self)).items():
            if name not in names and not changed.isdisjoint(own.hangs_on(getattr(self, name))):
                changed.add(name)
                if own.title and self.has(name):
                    titles[name] = own.title
        return titles

    def _new(
        self, name: str, own: Value, after: Self, given: Mapping[str, object], *, is_hit: bool
    ) -> Any:  # noqa: ANN401
        """Return what becomes of a value that is put, or that has lost what it hung on."""
        if name not in given:
            return own.default() if own.derive is None else own.derive(after, self)
        if own.join is None:
            return given[name]
        return own.join(own.default() if is_hit else getattr(self, name), given[name])


AnyGraph = TypeVar("AnyGraph", bound=type[Graph])


def declared(graph: AnyGraph) -> AnyGraph:
    """Return the class of a graph once its declaration was looked through.

    Raises:
        TypeError: a value needs one that is not declared above it. So none needs itself by way of
            others.
    """
    above = set[str]()
    for name, own in values_of(graph).items():
        for need in (*own.needs, *own.needs_where, *own.dated_by):
            if need not in above:
                raise TypeError(f"'{name}' needs '{need}', which is not declared above it.")
        above.add(name)
    return graph


def needed_for(graph: type[Graph], names: Iterable[str]) -> set[str]:
    """Return these values and all that they hang on, by way of others too."""
    values, found, left = values_of(graph), set[str](), list(names)
    while left:
        name = left.pop()
        found.add(name)
        left += {*values[name].needs, *values[name].needs_where} - found
    return found


def values_of(graph: type[Graph]) -> Mapping[str, Value]:
    """Return what is declared, in its order: each value below those that it needs."""
    return {one.name: one.metadata[_DECLARED] for one in fields(graph) if _DECLARED in one.metadata}
