"""What the set has decided about its pixels, and the pictures on which that hangs."""

from core.audit.finding import Finding, Severity
from core.dataset import ImageDataset
from core.dataset.questions import questions, rows_of


def find_decoding(dataset: ImageDataset) -> list[Finding]:
    """Return a finding for each way of decoding that is worth a look."""
    return [
        Finding(
            question.field,
            Severity.LOW if question.is_as_proposed else Severity.MEDIUM,
            rows_of(dataset, question.field),
            question.text,
            f"Look at both on Load. {question.option}",
        )
        for question in questions(dataset)
    ]
