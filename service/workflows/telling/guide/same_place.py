"""是同一个地方吗 — what an earlier application said of a place, offered where this one may be about the same.

What belongs to a person is taken over, to be looked at; what belongs to a place is taken over only after the applicant has
said that it is the same place; what belonged to that case never is.
"""

from collections.abc import Collection
from typing import Any

from service.workflows.application.fieldtypes import check_value, say
from service.workflows.telling.guide.rehearsal import EARLIER, TYPED, Rehearsal

PLACE = "place"
ASK = "这次说的，和上次是同一个地方吗？"


def same_place(rehearsal: Rehearsal, needed: Collection[str]) -> dict[str, Any] | None:
    """Return what may be taken over from the place of an earlier application, as {ask, origin, fields}; None for nothing.

    `fields` are [{code, title, value, said}] of what is asked for and still empty. What is known already and differs tells
    that it is another place: then nobody is asked. What is only proposed from other fields tells nothing.
    """
    release, form, earlier = rehearsal.release, rehearsal.work.case.form, rehearsal.earlier
    fields = []
    for name, definition in release.vocabulary.fields.items():
        was = earlier.form.get(name)
        if definition.of != PLACE or earlier.whole or was in (None, "", []):
            continue
        value, wrong = check_value(definition, was)
        copied = name in rehearsal.origins and any(x.startswith(TYPED) for x in definition.source)
        if name in form and not wrong and form[name] != value and not copied:
            return None
        if name in needed and name not in form and not wrong and EARLIER in definition.source:
            said = say(definition, value, release.directory.region)
            fields.append({"code": name, "title": definition.title, "value": value, "said": said})
    return {"ask": ASK, "origin": earlier.said, "fields": fields} if fields else None
