"""Draw the packages of app and core and who imports whom into `design.md`, as a Mermaid diagram.

An arrow is an import that no chain of other arrows stands for, so that what lies lowest is not
pointed at by all. Single modules of core are one box; those of app have a box each.
"""

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "design.md"
BEGIN, END = "<!-- packages: begin -->", "<!-- packages: end -->"
SINGLE = "core/*.py"  # stands for all modules of core that lie in no package

Graph = Mapping[str, set[str]]  # box -> boxes that its modules import


def main() -> None:
    """Write the diagram into the page."""
    PAGE.write_text(with_diagram(PAGE.read_text("utf-8"), diagram(imports(ROOT))), "utf-8")


def with_diagram(page: str, drawn: str) -> str:
    """Return the text of the page with `drawn` between its two marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"{PAGE} has lost its marks {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{drawn}\n{END}{after}"


def imports(root: Path) -> Graph:
    """Return who imports whom, also inside functions and for types."""
    graph: dict[str, set[str]] = {}
    for package in ("app", "core"):
        for module in sorted((root / package).rglob("*.py")):
            if module.parent.name != package or module.name != "__init__.py":
                box = box_of(".".join(module.relative_to(root).with_suffix("").parts), root)
                found = {box_of(name, root) for name in _imported(module.read_text("utf-8"))}
                graph.setdefault(box, set()).update(found - {box, ""})
    return graph


def box_of(name: str, root: Path) -> str:
    """Return the box of a module or of something in it: 'core/embed', 'app/main.py', or ''."""
    package, *rest = name.split(".")
    if package not in {"app", "core"} or not rest:
        return ""
    if (root / package / rest[0]).is_dir():
        return f"{package}/{rest[0]}"
    if not (root / package / f"{rest[0]}.py").is_file():
        return ""  # something that the package itself holds, such as its version
    return SINGLE if package == "core" else f"app/{rest[0]}.py"


def _imported(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{name.name}" for name in node.names}
    return names


def reduced(graph: Graph) -> Graph:
    """Return the graph without the arrows that a chain of other arrows stands for."""
    below = {box: _reached(graph, box) for box in graph}

    def stands_for(other: str, box: str, target: str) -> bool:
        # In a circle each would stand for the others, and none would be left.
        is_in_circle = box in below[other] or other in below[target]
        return target in below[other] and not is_in_circle

    return {
        box: {
            target
            for target in targets
            if not any(stands_for(other, box, target) for other in targets - {target})
        }
        for box, targets in graph.items()
    }


def _reached(graph: Graph, box: str) -> set[str]:
    seen: set[str] = set()
    waiting = [box]
    while waiting:
        new = graph.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += sorted(new)
    return seen


def diagram(graph: Graph) -> str:
    """Return the Mermaid code of the boxes, by app and core, and of their arrows."""
    lines = ["```mermaid", "flowchart TB"]
    for package in ("app", "core"):
        lines.append(f"  subgraph {package}")
        inside = sorted(box for box in graph if box.startswith(f"{package}/"))
        lines += [f'    {_node(box)}["{box.partition("/")[2]}"]' for box in inside]
        lines.append("  end")
    arrows = reduced(graph)
    lines += [
        f"  {_node(box)} --> {_node(target)}"
        for box in sorted(arrows)
        for target in sorted(arrows[box])
    ]
    return "\n".join([*lines, "```"])


def _node(box: str) -> str:
    return box.replace("/", "_").replace(".py", "").replace("*", "modules")


if __name__ == "__main__":
    main()
