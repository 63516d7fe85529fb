"""Modules as the kernel sees them: a manifest, and one place where each registers itself.

`ModuleConfig` is the `AppConfig` every module derives from. When Django is ready it
reads the module's ``module.toml``, registers the message classes of its contracts,
and calls `register`, which is the module's only wiring.
"""

from modules.kernel.manifests.manifest import Manifest, ManifestError, read_manifest
from modules.kernel.manifests.module_config import (
    ModuleConfig,
    Registration,
    installed_modules,
    module_of_app,
)
from modules.kernel.manifests.routes import Audience, Route, read_route, without_converters

__all__ = [
    "ModuleConfig",
    "Registration",
    "installed_modules",
    "module_of_app",
    "Manifest",
    "Route",
    "Audience",
    "read_route",
    "without_converters",
    "ManifestError",
    "read_manifest",
]
