"""表单控件的值 — what a form sends as text, as the values that fields of the one form have."""

from typing import Any

from service.workflows.language.models import Question, VocabularyField

YES, NO = "yes", "no"


def typed(declared: VocabularyField | Question, sent: list[str]) -> Any:
    """Return the value as its field has it; what cannot be read stays as typed, for the check to say what is wrong."""
    text = sent[0] if sent else ""
    match declared.type:
        case "multi":
            return sent
        case "boolean":
            return {YES: True, NO: False}.get(text, text)
        case "number" | "money" | "integer":
            return _number(text)
        case "list":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "person":
            return {"name": text}
        case _:
            return text


def _number(text: str) -> Any:
    try:
        value = float(text.replace(",", "").replace("，", ""))
    except ValueError:
        return text
    return int(value) if value.is_integer() else value
