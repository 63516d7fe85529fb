"""What `manage.py COMMAND --help` says of our commands, as it is written."""

import sys

import pytest
from django.core.management import get_commands, load_command_class

OURS = {
    name: load_command_class(app, name)
    for name, app in sorted(get_commands().items())
    if isinstance(app, str) and app.startswith("modules.")
}


@pytest.mark.parametrize("name", OURS)
def test_examples_stand_in_lines_and_not_in_one_paragraph(name: str) -> None:
    command = OURS[name]
    examples = getattr(sys.modules[type(command).__module__], "_EXAMPLES", "")
    shown = command.create_parser("manage.py", name).format_help().splitlines()
    assert [line for line in examples.splitlines() if line not in shown] == []
    # What has lines and is no epilogue would be filled up to a paragraph, examples and all.
    assert "\n" not in command.help
