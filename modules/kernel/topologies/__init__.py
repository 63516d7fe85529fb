"""Topologies: the same modules in one process, or each in a process and a database of its own.

`plan` says which processes there are and what each is told by its environment; `manage.py
processes` prepares them and writes a Procfile for a process manager. Nothing of a module changes.
"""

from modules.kernel.topologies.plan import Part, Plan, plan
from modules.kernel.topologies.procfile import environment_file, procfile

__all__ = ["plan", "Plan", "Part", "procfile", "environment_file"]
