"""Where the modules stand in the map, and which way the lines between them run.

Modules stand in layers, dependents above what they depend on; a line that passes a layer
gets a gap of its own there, and within a layer everything moves towards its neighbours.
Source: Sugiyama, Tagawa & Toda (1981), with the barycentre method.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from modules.console.domain.relations import Relation, RelationKind

BOX_WIDTH, BOX_HEIGHT = 172, 64
_GAP, _LAYER_HEIGHT, _MARGIN = 66, 142, 12
_PASSAGE_WIDTH = 28
_SWEEPS = 6

#: Where on its line a label stands, so that labels of neighbouring lines keep apart.
_LABEL_AT = {RelationKind.COMMANDS: 0.40, RelationKind.EVENTS: 0.63, RelationKind.CALLS: 0.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """This is a module in the map; `x` and `y` are its upper left corner."""

    module: str
    x: float
    y: float

    @property
    def centre(self) -> float:
        return self.x + BOX_WIDTH / 2

    @property
    def title_y(self) -> float:
        return self.y + BOX_HEIGHT / 2 - 5

    @property
    def words_y(self) -> float:
        return self.y + BOX_HEIGHT / 2 + 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """This is a relation in the map: an SVG path, and the middle of its label."""

    relation: Relation
    path: str
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """This is the drawing, in a coordinate system of `width` by `height`."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


@dataclass(slots=True)
class _Place:
    """A module in its layer, or the passage of a line through a layer it does not stop in."""

    name: str
    layer: int
    width: float
    x: float = 0.0
    above: list["_Place"] = field(default_factory=list)
    below: list["_Place"] = field(default_factory=list)

    @property
    def is_box(self) -> bool:
        return self.width == BOX_WIDTH


def lay_out(modules: Sequence[str], found: Sequence[Relation]) -> Map:
    """This draws the map of the modules and the relations between them."""
    pairs = dict.fromkeys(relation.above_below for relation in found)
    layers = _layers(modules, list(pairs))
    boxes = {name: _Place(name, layers[name], BOX_WIDTH) for name in modules}
    rows: dict[int, list[_Place]] = defaultdict(list)
    for place in boxes.values():
        rows[place.layer].append(place)
    ways = {(up, down): _way(boxes[up], boxes[down], rows) for up, down in pairs}
    width = _arrange([rows[layer] for layer in sorted(rows)])
    drawn = _lines(found, ways)
    return Map(
        boxes=tuple(
            Box(module=name, x=place.x - BOX_WIDTH / 2, y=_top(place.layer))
            for name, place in boxes.items()
        ),
        lines=tuple(drawn),
        width=width,
        height=_top(max(layers.values(), default=0)) + BOX_HEIGHT + _MARGIN,
    )


def _layers(modules: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Longest path from the top; a pair that closes a circle does not count."""
    above: dict[str, list[str]] = defaultdict(list)
    for up, down in pairs:
        above[down].append(up)
    layers: dict[str, int] = {}

    def layer(module: str, on_the_way: frozenset[str]) -> int:
        if module not in layers:
            way = on_the_way | {module}
            ups = [layer(up, way) for up in above[module] if up not in way]
            layers[module] = max(ups, default=-1) + 1
        return layers[module]

    for module in modules:
        layer(module, frozenset())
    return layers


def _way(up: _Place, down: _Place, rows: dict[int, list[_Place]]) -> list[_Place]:
    """The places a line touches, from the upper module to the lower one."""
    way = [up]
    for layer in range(up.layer + 1, down.layer):
        passage = _Place(f"{up.name}→{down.name}", layer, _PASSAGE_WIDTH)
        rows[layer].append(passage)
        way.append(passage)
    way.append(down)
    for upper, lower in pairwise(way):
        upper.below.append(lower)
        lower.above.append(upper)
    return way


def _arrange(rows: list[list[_Place]]) -> float:
    """Puts the places of each row side by side, each near its neighbours; gives the width."""
    widths = [sum(place.width + _gap(place) for place in row) for row in rows]
    width = max(widths, default=0) + 2 * _MARGIN
    for row, row_width in zip(rows, widths, strict=True):
        _spread(row, width, row_width)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for row, row_width in zip(rows, widths, strict=True):
            row.sort(key=lambda place: _barycentre(place, downwards=downwards))
            _spread(row, width, row_width)
    return width


def _gap(place: _Place) -> float:
    return _GAP if place.is_box else _GAP / 4


def _barycentre(place: _Place, *, downwards: bool) -> float:
    near = (place.above if downwards else place.below) or place.above or place.below
    return sum(neighbour.x for neighbour in near) / len(near) if near else place.x


def _spread(row: list[_Place], width: float, row_width: float) -> None:
    # What is left over goes between the places, so that short rows are not huddled together.
    spare = (width - 2 * _MARGIN - row_width) / (len(row) + 1)
    x = _MARGIN + spare
    for place in row:
        place.x = x + (place.width + _gap(place)) / 2
        x += place.width + _gap(place) + spare


def _lines(found: Sequence[Relation], ways: dict[tuple[str, str], list[_Place]]) -> list[Line]:
    ports = _ports(found, ways)
    lines = []
    for relation in found:
        way = ways[relation.above_below]
        points = []
        for place in way:
            y = _top(place.layer)
            if not place.is_box:
                points += [(place.x, y), (place.x, y + BOX_HEIGHT)]
            elif place is way[0]:
                points.append((ports[relation, place.name], y + BOX_HEIGHT))
            else:
                points.append((ports[relation, place.name], y))
        upwards = relation.source != way[0].name
        if upwards:
            points.reverse()
        (x1, y1), (x2, y2) = points[-2:] if len(points) == 2 else points[:2]
        share = _LABEL_AT[relation.kind]
        if upwards:
            share = 1 - share
        eased = share * share * (3 - 2 * share)
        lines.append(
            Line(
                relation=relation,
                path=_path(points),
                label_x=round(x1 + (x2 - x1) * eased, 1),
                label_y=round(y1 + (y2 - y1) * share, 1),
            )
        )
    return lines


def _ports(
    found: Sequence[Relation], ways: dict[tuple[str, str], list[_Place]]
) -> dict[tuple[Relation, str], float]:
    """Where on a box each of its lines ends: side by side, in the order of the far ends."""
    sides: dict[tuple[str, bool], list[tuple[float, int, Relation, _Place]]] = defaultdict(list)
    for number, relation in enumerate(found):
        way = ways[relation.above_below]
        sides[way[0].name, True].append((way[1].x, number, relation, way[0]))
        sides[way[-1].name, False].append((way[-2].x, number, relation, way[-1]))
    ports = {}
    for ends in sides.values():
        ends.sort(key=lambda end: end[:2])
        step = min(BOX_WIDTH * 0.8 / len(ends), 30)
        for number, (_, _, relation, place) in enumerate(ends):
            ports[relation, place.name] = place.x + (number - (len(ends) - 1) / 2) * step
    return ports


def _top(layer: int) -> float:
    return _MARGIN + layer * _LAYER_HEIGHT


def _path(points: list[tuple[float, float]]) -> str:
    """A curve that leaves and enters each point upright."""
    (x, y), *rest = points
    path = [f"M{x:.1f} {y:.1f}"]
    for x2, y2 in rest:
        middle = (y + y2) / 2
        path.append(f"C{x:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}")
        x, y = x2, y2
    return "".join(path)
