from django.apps import AppConfig
from django.conf import settings


class PlacementsConfig(AppConfig):
    name = "modules.kernel.placements"
    label = "placements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from modules.kernel.placements.reading import StoredPlacements
        from modules.kernel.placements.wiring import use

        if settings.QUARRY_MODULES_MOVE:
            use(StoredPlacements(awaited=settings.QUARRY_AWAITED_MODULES))
