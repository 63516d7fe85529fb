"""Pictures of products, drawn from their names: cut stone instead of photographs.

The category gives the colours, the SKU the motif and its variation; the same names give
the same picture in every process and release.
"""

import hashlib
import math
import random
from collections.abc import Callable

WIDTH, HEIGHT = 400, 300

#: Ground, then three tones from far to near.
_PALETTES = (
    ("#e9e2d3", "#d9b382", "#b9713f", "#6f3d24"),
    ("#dfe6e0", "#a9c3b0", "#5d8f78", "#28574a"),
    ("#e3e4ee", "#b3b9dc", "#6f7cc0", "#33408c"),
    ("#f0e0dc", "#e3ac9c", "#c5695a", "#7c2f31"),
    ("#e2e8ec", "#a8c2d0", "#5b8ea8", "#265872"),
    ("#efe6d2", "#e2c37a", "#c29338", "#75561c"),
    ("#ebe1e8", "#cfabc4", "#9f6790", "#5b3056"),
    ("#e7e6da", "#c2c198", "#8c8f55", "#4d5228"),
)


def draw_product(*, category: str, sku: str) -> str:
    """This draws the picture of a product as an SVG document."""
    ground, *tones = _PALETTES[_number(category) % len(_PALETTES)]
    chance = random.Random(_number(sku))
    shapes = chance.choice(_MOTIFS)(chance, tones)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/>{shapes}</svg>'
    )


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode()).digest()[:6])


def _strata(chance: random.Random, tones: list[str]) -> str:
    """Layers of sediment, and a sun."""
    sun = chance.uniform(90, 310)
    shapes = [
        f'<circle cx="{sun:.0f}" cy="{chance.uniform(80, 120):.0f}" r="38" fill="{tones[1]}"/>'
    ]
    for layer in range(5):
        height = 110 + layer * 40 + chance.uniform(-8, 8)
        swing, shift = chance.uniform(8, 22), chance.uniform(0, math.tau)
        points = " ".join(
            f"{x},{height + swing * math.sin(x / 70 + shift):.1f}" for x in range(0, WIDTH + 1, 10)
        )
        shapes.append(
            f'<polygon points="0,{HEIGHT} {points} {WIDTH},{HEIGHT}" fill="{tones[layer % 3]}"/>'
        )
    return "".join(shapes)


def _arches(chance: random.Random, tones: list[str]) -> str:
    """Two nested vaults, one before the other."""
    shapes = []
    for centre in (chance.uniform(105, 150), chance.uniform(255, 300)):
        outer, wall = chance.uniform(92, 128), chance.uniform(50, 120)
        for ring, tone in enumerate((*tones, tones[0])):
            radius = outer * (1 - ring * 0.25)
            shapes.append(
                f'<path d="M{centre - radius:.1f} {HEIGHT}v{-wall:.1f}a{radius:.1f} {radius:.1f} '
                f'0 0 1 {2 * radius:.1f} 0v{wall:.1f}z" fill="{tone}"/>'
            )
    return "".join(shapes)


def _discs(chance: random.Random, tones: list[str]) -> str:
    """Half and whole discs on a grid, as inlays are cut."""
    shapes = []
    for row in range(3):
        for column in range(4):
            x, y = column * 100, row * 100
            tone = chance.choice(tones)
            shapes.append(
                chance.choice(
                    (
                        f'<circle cx="{x + 50}" cy="{y + 50}" r="34" fill="{tone}"/>',
                        f'<path d="M{x} {y}a50 50 0 0 0 100 0z" fill="{tone}"/>',
                        f'<path d="M{x} {y + 100}a50 50 0 0 1 100 0z" fill="{tone}"/>',
                        f'<path d="M{x} {y}a100 100 0 0 1 100 100h-100z" fill="{tone}"/>',
                        f'<path d="M{x + 100} {y}a100 100 0 0 0 -100 100h100z" fill="{tone}"/>',
                    )
                )
            )
    return "".join(shapes)


def _slabs(chance: random.Random, tones: list[str]) -> str:
    """Upright slabs of unlike height."""
    shapes, x = [], 34.0
    for slab in range(6):
        width, height = chance.uniform(44, 58), chance.uniform(90, 225)
        shapes.append(
            f'<path d="M{x:.1f} {HEIGHT}v{-height:.1f}a{width / 2:.1f} {width / 2:.1f} 0 0 1 '
            f'{width:.1f} 0v{height:.1f}z" fill="{tones[(slab + chance.randrange(2)) % 3]}"/>'
        )
        x += width + 4
    return "".join(shapes)


def _peaks(chance: random.Random, tones: list[str]) -> str:
    """Ridges behind one another, lit from one side."""
    shapes = [f'<circle cx="{chance.uniform(60, 340):.0f}" cy="70" r="26" fill="{tones[0]}"/>']
    for ridge, tone in enumerate((tones[0], tones[1], tones[1], tones[2])):
        x, top = chance.uniform(40, 360), 90 + ridge * 34 + chance.uniform(-12, 12)
        half = chance.uniform(120, 190)
        left, right, fold = x - half, x + half, x + half / 4
        shapes.append(
            f'<polygon points="{left:.1f},{HEIGHT} {x:.1f},{top:.1f} {right:.1f},{HEIGHT}"'
            f' fill="{tone}"/>'
            f'<polygon points="{x:.1f},{top:.1f} {right:.1f},{HEIGHT} {fold:.1f},{HEIGHT}"'
            ' fill="#000" fill-opacity=".1"/>'
        )
    return "".join(shapes)


_MOTIFS: tuple[Callable[[random.Random, list[str]], str], ...] = (
    _strata,
    _arches,
    _discs,
    _slabs,
    _peaks,
)
