"""撤销许可 — told, heard, decided by the head; begun by an act on what was granted. Law: 行政许可法 69."""

from service.workflows.definition import models
from service.workflows.proceedings.kind import Kind


def by_its_lifecycle_alone(_: models.ItemDefinition) -> bool:
    """Say that no item comes to it by what it is: what can be revoked says its lifecycle (`effect: {begin: revocation}`)."""
    return False


# Nobody is barred: there nobody granted anything, the head decides; who reviews in it is told from who decides in it
# as with every item.
KIND = Kind(
    code="revocation",
    meets=by_its_lifecycle_alone,
    by_action=True,
    barred=False,
    hangs_on_grant=True,
)
