"""Boundaries between modules, and what refuses to have them crossed (promise P1).

- `importlinter.ini` refuses imports; `imports` reads its verdict.
- `checks` are Django system checks over the app registry and the modules' source.
- `declarations` compares each ``module.toml`` with what the module's code does.
- `query_guard` refuses, while the code runs, SQL on another module's table.
- ``manage.py boundaries check`` puts all of it in one report, with a ratchet.

Nothing imports this package: it stands above all that it judges.
"""
