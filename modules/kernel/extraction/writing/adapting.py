"""Files of the monolith with what is not there taken out: layers, project, settings.

Works on the text, so that comments and order stay. Where the expected place is not found
nothing is guessed.
"""

import re

from modules.kernel.extraction.writing.facts import Facts

_LAYER = re.compile(r"^    \(\w+\)(?: : \(\w+\))*(?=\n    kernel$)", re.MULTILINE)
_CONTAINER = re.compile(r"^    modules\.(\w+)\n", re.MULTILINE)


class NoPlace(ValueError):
    """This says which line was not found in which file."""


def layers(text: str, facts: Facts) -> str:
    """This gives importlinter.ini for what the service has."""
    found = _LAYER.search(text)
    if found is None:
        raise NoPlace("importlinter.ini: the layer of the modules, above `kernel`, is not found")
    there = {facts.module, *facts.neighbours}
    names = [f"({one})" for one in re.findall(r"\w+", found[0]) if one in there]
    text = text[: found.start()] + "    " + " : ".join(names) + text[found.end() :]
    gone = set(facts.all_modules) - {facts.module}
    return _CONTAINER.sub(lambda line: "" if line[1] in gone else line[0], text)


def project(text: str, facts: Facts) -> str:
    """This gives pyproject.toml under the service's name, without what checks the monolith."""
    summary = facts.manifest.summary.replace('"', "'")
    for pattern, replacement in (
        (r'^name = "quarry"$', f'name = "quarry-{facts.module.replace("_", "-")}"'),
        (r'^description = ".*"$', f'description = "{summary}"'),
        (r'^(files = \[.*), "benchmarks"', r"\1"),
        # What is imported here and declared is the monolith's to check: the kernel is its.
        (r"^\[tool\.deptry\](.|\n)*", ""),
    ):
        text, number = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
        if not number:
            raise NoPlace(f"pyproject.toml: nothing is like {pattern}")
    return text.rstrip() + "\n"
