"""撤销许可 — told, heard, decided by the head; begun by an act on what was granted. Law: 行政许可法 69."""

from service.workflows.definition import models
from service.workflows.proceedings.kind import Kind

GRANTING = ("licence", "renewal")  # lifecycles of items with the act that begins it


def can_be_revoked(item: models.ItemDefinition) -> bool:
    """Tell whether what an item grants can be revoked."""
    return item.lifecycle in GRANTING


# Nobody is barred: there nobody granted anything, the head decides; who reviews in it is told from who decides in it
# as with every item.
KIND = Kind(
    code="revocation", meets=can_be_revoked, by_action=True, barred=False, hangs_on_grant=True
)
