"""文书 — what is told in writing, and how it is printed."""

from service.workflows.notices.citations import cited
from service.workflows.notices.dates import say_date
from service.workflows.notices.face import BLANKS as CERTIFICATE_BLANKS
from service.workflows.notices.face import SCAN as SCAN_CERTIFICATE
from service.workflows.notices.face import Face
from service.workflows.notices.face import face_of as certificate_face
from service.workflows.notices.face import typst as face_markup
from service.workflows.notices.letters import ELEMENTS as LETTER_ELEMENTS
from service.workflows.notices.letters import KNOWN as LETTER_BLANKS
from service.workflows.notices.letters import blanks
from service.workflows.notices.matters import GRANTED as GRANTED_TITLES
from service.workflows.notices.matters import REFUSED as REFUSED_TITLES
from service.workflows.notices.matters import RESULTS as RESULT_TITLES
from service.workflows.notices.printing import STYLE as PAPER_STYLE
from service.workflows.notices.printing import (
    Contents,
    track_address,
    verdict_on_shown,
    verdict_refused,
)
from service.workflows.notices.printing import fingerprint as paper_fingerprint
from service.workflows.notices.printing import html as paper_html
from service.workflows.notices.printing import prepared as prepared_paper
from service.workflows.notices.printing import typst as paper_markup
from service.workflows.notices.printing import verdict as verdict_on_paper
from service.workflows.notices.printing.forms import KINDS as FORM_KINDS
from service.workflows.notices.printing.forms import Which as FormKind
from service.workflows.notices.printing.forms import form_of
from service.workflows.notices.printing.forms import html as form_html
from service.workflows.notices.printing.forms import typst as form_markup
from service.workflows.notices.printing.qr import svg as qr_svg
from service.workflows.notices.wording import NEGATIVE as NEGATIVE_NOTICES
from service.workflows.notices.wording import title_of as notice_title

__all__ = [
    "CERTIFICATE_BLANKS",
    "FORM_KINDS",
    "GRANTED_TITLES",
    "LETTER_BLANKS",
    "LETTER_ELEMENTS",
    "NEGATIVE_NOTICES",
    "PAPER_STYLE",
    "REFUSED_TITLES",
    "RESULT_TITLES",
    "SCAN_CERTIFICATE",
    "Contents",
    "Face",
    "FormKind",
    "blanks",
    "certificate_face",
    "cited",
    "face_markup",
    "form_html",
    "form_markup",
    "form_of",
    "notice_title",
    "paper_fingerprint",
    "paper_html",
    "paper_markup",
    "prepared_paper",
    "qr_svg",
    "say_date",
    "track_address",
    "verdict_on_paper",
    "verdict_on_shown",
    "verdict_refused",
]
