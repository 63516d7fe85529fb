"""Pictures of a definition: Mermaid for a page of text, SVG for anywhere else. Pure.

Steps stand in columns, each right of all that it waits for; the pivot is the thick line
after which there is no way back. ``↩`` names what undoes a step.
"""

from collections import Counter
from collections.abc import Iterator
from html import escape

from modules.kernel.sagas.definition import Definition, Step
from modules.kernel.sagas.state import SagaState

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 196, 66, 34, 22, 14
#: In a row, before the picture goes on below.
_COLUMNS = 5
#: Of 11 px type in a box.
_LONGEST_LINE = 32


def mermaid(definition: Definition) -> str:
    """This gives the definition as a Mermaid flowchart; dotted lines lead to undos."""
    lines = ["flowchart LR"]
    for step in definition.steps:
        left, right = ("{{", "}}") if step.pivot else ("[", "]")
        lines.append(f'    {step.name}{left}"{step.name}<br/>{step.action}"{right}')
        lines += [f"    {one} --> {step.name}" for one in step.after]
        if step.undo:
            lines.append(f'    {step.name} -.-> {step.name}_undo(["{step.undo}"])')
    return "\n".join(lines) + "\n"


def svg(definition: Definition, state: SagaState | None = None) -> str:
    """This gives the definition as SVG.

    Args:
        state: of an instance; each step then has the class ``saga-step-<status>`` and says
            where it is.
    """
    places = _places(definition)
    columns = 1 + max(column for column, _ in places.values())
    rows = 1 + max(row for _, row in places.values())
    width = 2 * _MARGIN + columns * (_WIDTH + _GAP_X) - _GAP_X
    height = 2 * _MARGIN + rows * (_HEIGHT + _GAP_Y) - _GAP_Y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" class="saga-drawing" '
        'font-family="system-ui, sans-serif" font-size="11" fill="none" stroke="#7a8290">',
        f"<title>{escape(definition.name)}, version {definition.version}</title>",
        f"<desc>{escape(_described(definition))}</desc>",
    ]
    for step in definition.steps:
        parts += [_line(places[one], places[step.name]) for one in step.after]
    for step in definition.steps:
        parts += _box(step, *_corner(places[step.name]), state)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _places(definition: Definition) -> dict[str, tuple[int, int]]:
    """This gives each step's column, by the longest way to it, and its row.

    After `_COLUMNS` columns the picture goes on at the left, below.
    """
    depth: dict[str, int] = {}
    beside: Counter[int] = Counter()
    rows: dict[str, int] = {}
    for step in definition.steps:
        depth[step.name] = 1 + max((depth[one] for one in step.after), default=-1)
        rows[step.name] = beside[depth[step.name]]
        beside[depth[step.name]] += 1
    band_rows = [
        max(beside[column] for column in range(first, first + _COLUMNS))
        for first in range(0, 1 + max(depth.values()), _COLUMNS)
    ]
    return {
        name: (column % _COLUMNS, sum(band_rows[: column // _COLUMNS]) + rows[name])
        for name, column in depth.items()
    }


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    column, row = place
    return _MARGIN + column * (_WIDTH + _GAP_X), _MARGIN + row * (_HEIGHT + _GAP_Y)


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x1, y1), (x2, y2) = _corner(start), _corner(end)
    if start[0] < end[0]:
        x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
        middle = (x1 + x2) // 2
        return f'<path d="M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"/>'
    x1, x2, y1 = x1 + _WIDTH // 2, x2 + _WIDTH // 2, y1 + _HEIGHT
    middle = (y1 + y2) // 2
    return f'<path d="M{x1} {y1} V{middle} H{x2} V{y2}"/>'


def _box(step: Step, x: int, y: int, state: SagaState | None) -> Iterator[str]:
    status = state.of(step.name).status.value if state else ""
    shown = f' class="saga-step saga-step-{status}"' if status else ' class="saga-step"'
    yield f'<g{shown} transform="translate({x} {y})">'
    border = 3 if step.pivot else 1
    yield (
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="#f6f7f9" stroke-width="{border}"/>'
    )
    told = f"{step.name} ({status.replace('_', ' ')})" if status else step.name
    lines = [told + (" · pivot" if step.pivot else ""), step.action]
    lines += [f"↩ {step.undo}"] if step.undo else []
    for number, line in enumerate(lines):
        weight = ' font-weight="600"' if number == 0 else ""
        text = line if len(line) <= _LONGEST_LINE else f"…{line[1 - _LONGEST_LINE :]}"
        yield (
            f'<text x="10" y="{19 + number * 18}" fill="#1b2430" stroke="none"{weight}>'
            f"{escape(text)}</text>"
        )
    yield "</g>"


def _described(definition: Definition) -> str:
    return "; ".join(
        f"{step.name}{' (the pivot)' if step.pivot else ''}: {step.action}"
        + (f", undone by {step.undo}" if step.undo else "")
        for step in definition.steps
    )
