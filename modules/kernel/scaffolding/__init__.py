"""Scaffolding: `manage.py startmodule NAME` writes a complete small module, `removemodule` takes
modules out.

What it writes stands in ``blueprint/``, laid out as a module is; a test makes a module of it
and runs everything that this repository asks of one.
"""

from modules.kernel.scaffolding.names import BadModuleName, ModuleName
from modules.kernel.scaffolding.plan import Plan, carry_out, make_plan
from modules.kernel.scaffolding.registration import NoPlaceToRegister
from modules.kernel.scaffolding.removal import Needed, Removal, make_removal, remove

__all__ = [
    "ModuleName",
    "BadModuleName",
    "make_plan",
    "Plan",
    "NoPlaceToRegister",
    "carry_out",
    "make_removal",
    "Removal",
    "Needed",
    "remove",
]
