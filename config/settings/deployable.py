"""What this deployable is: all in which the settings of a monolith and of a service differ.

`manage.py startmodule` adds to it, and `manage.py extract` writes another one into the service;
the other settings are the same in both. The environment has the last word; see `base`.
"""

#: The modules that there are, in the order in which they are made ready.
ALL_MODULES: list[str] = [
    "catalog",
    "ordering",
    "payments",
    "inventory",
    "shipping",
    "notifications",
    "partners",
    "gateway",
    "console",
]
#: Those that this deployable has.
MODULES = ALL_MODULES
#: Those of them that another is in charge of until they are moved here.
AWAITED_MODULES: list[str] = []
#: What it is called at the broker.
NAME = "quarry"
#: Who may call its modules beside those whose manifests are here: ``caller:module.Interface``.
CALLERS: list[str] = []
