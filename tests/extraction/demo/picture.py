"""Pictures of who has what: before, between and after."""

from config.settings.deployable import ALL_MODULES


def all_here(module: str) -> str:
    """This is one process that has everything."""
    return _box("monolith", ["one process, one database", *_rows(_others(module), module)])


def one_elsewhere(module: str, *, broker: str) -> str:
    """This is the module in a process and a database of its own."""
    left = _box("monolith", ["a process, a database", *_rows(_others(module))]).splitlines()
    right = _box("service", ["a process, a database", f"[{module}]"]).splitlines()
    wire = ["", "", "", "calls, HTTP", "<--------------->", f"messages, {broker}", ""]
    height = max(len(left), len(right))
    rows = zip(
        *(
            [*column, *[""] * (height - len(column))]
            for column in (left, [f"{line:^23}" for line in wire], right)
        ),
        strict=True,
    )
    width = len(left[0])
    return "\n".join(f"{one:<{width}}{two:^23}{three}".rstrip() for one, two, three in rows)


def _others(module: str) -> list[str]:
    return [one for one in ALL_MODULES if one != module]


def _rows(modules: list[str], moving: str = "") -> list[str]:
    names = [*modules, *([f"[{moving}]"] if moving else [])]
    return ["  ".join(names[first : first + 3]) for first in range(0, len(names), 3)]


def _box(title: str, lines: list[str]) -> str:
    width = max(len(line) for line in lines)
    inside = "\n".join(f"| {line:<{width}} |" for line in ["", *lines, ""])
    return f"+-- {title} ".ljust(width + 3, "-") + f"+\n{inside}\n+{'-' * (width + 2)}+"
