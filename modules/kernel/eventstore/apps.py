from django.apps import AppConfig


class EventstoreConfig(AppConfig):
    name = "modules.kernel.eventstore"
    label = "eventstore"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Here, not above: models are not ready while Django still imports apps.py.
        from modules.kernel.eventstore import chain, personal
        from modules.kernel.messaging.followers import FollowerKind, follow
        from modules.kernel.messaging.protection import install

        install(personal.SubjectKeys())
        follow(
            FollowerKind(
                name="eventstore.chain", module="", make=chain.Sealer, place=chain.needs_nothing
            )
        )
