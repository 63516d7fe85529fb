"""Read models among the followers of the logs: how the drivers come to step projectors."""

from modules.kernel.messaging.followers import Follower, FollowerKind
from modules.kernel.readmodels.projection import Projection


def follower_of(projection: Projection) -> FollowerKind:
    """This is what the drivers step to keep the read model up to date."""

    # Models are imported inside: modules are wired while Django still imports some of them.
    def make(source: str) -> Follower:
        from modules.kernel.readmodels.projector import Projector

        return Projector(projection, source)

    def place(source: str) -> int | None:
        from modules.kernel.readmodels.models import Checkpoint

        rows = Checkpoint.objects.using(projection.database).filter(
            generation__projection=projection.name,
            source=source,
            pos__gt=0,  # One that has never run holds nothing back, like any consumer.
        )
        return rows.order_by("pos").values_list("pos", flat=True).first()

    return FollowerKind(
        name=f"readmodel {projection.name}",
        module=projection.module,
        names=projection.names,
        make=make,
        place=place,
    )
