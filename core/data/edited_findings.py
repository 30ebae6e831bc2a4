"""What is worth knowing about the rows as they stand with what was changed by hand."""

from core.data.dataset import Dataset
from core.data.edits import Edits
from core.findings import Finding


def edited_findings(dataset: Dataset, edits: Edits) -> list[Finding]:
    """The version's findings without the rows that were changed or deleted, and what is found in each changed row."""
    raise NotImplementedError
