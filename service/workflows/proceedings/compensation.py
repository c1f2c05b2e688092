"""赔偿、补偿 — what the holder lost is claimed and decided: after a revocation that is not his fault, or a permit taken back.

Law: 行政许可法 8, 69 ④; 国家赔偿法 9, 13, 14.
"""

from service.workflows.proceedings.kind import Kind
from service.workflows.proceedings.revocation import by_its_lifecycle_alone

KIND = Kind(code="loss-claim", meets=by_its_lifecycle_alone, by_action=True, barred=False)
