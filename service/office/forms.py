"""空白表、样表 — the forms that a pack gives to its materials, to read, print and fill in; they are anybody's."""

from datetime import UTC, datetime
from functools import partial

from service.errors import NotFound
from service.office import press
from service.office.desk import Desk
from service.office.printing import Form
from service.workflows.notices import FORM_KINDS, FormKind, form_html, form_markup, form_of

UNDATED = datetime(2026, 1, 1, tzinfo=UTC)  # the same form is the same file, whenever it is fetched
NO_FORM = "这份材料没有{}，请看办事指南上的说明。"


class Forms(Desk):
    """Papers to fill in, before there is any application."""

    async def material_form(
        self, bundle: str, material: str, which: FormKind, form: Form
    ) -> tuple[str, bytes]:
        """Return the file name and the content of a material's blank form or example.

        Raises NotFound: no such bundle or material, or it has none. Unavailable: the PDF cannot be made here.
        """
        release = await self.catalogue.newest(bundle)
        asked = release.vocabulary.materials.get(material)
        text = release.texts.get((asked and getattr(asked, which)) or "")
        if asked is None or text is None:
            raise NotFound(NO_FORM.format(FORM_KINDS[which]))
        sheet = form_of(which, asked.title, text, example=release.directory.example)
        name = f"{asked.title}（{FORM_KINDS[which]}）.{form}"
        if form == "html":
            return name, form_html(sheet).encode()
        markup, inputs = form_markup(sheet, press.fonts())
        return name, await press.set_apart(partial(press.pdf, markup, inputs, UNDATED))
