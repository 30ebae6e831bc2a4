"""What things are called on a page: samples and the built-in model have a name in each language (no Gradio here)."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from core.data.samples import samples
from webui.text import Text
from webui.versions import newest

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.models.catalog import ModelRef


def dataset_title(dataset: "Dataset", text: Text) -> str:
    """The name that a person gave, else the file's; a sample's own title as long as nobody has renamed it."""
    if dataset.origin == "sample" and dataset.name in _sample_titles():
        return _sample_titles()[dataset.name][text.language]
    return dataset.name


def version_number(dataset: "Dataset", versions: "Sequence[Dataset]") -> int:
    """Which version it is; its number stays when older ones are deleted. `versions` are all of its family."""
    return next((each.number for each in versions if each.id == dataset.id), dataset.number or 1)


def version_title(dataset: "Dataset", versions: "Sequence[Dataset]", text: Text) -> str:
    """ "FAQ", and "FAQ, version 2" where there are several."""
    title = dataset_title(dataset, text)
    return text("versions.of", name=title, n=version_number(dataset, versions)) if len(versions) > 1 else title


def older(dataset: "Dataset", versions: "Sequence[Dataset]", text: Text, key: str = "versions.older") -> str:
    """ "version 1 of 6, not the newest"; "" for the newest, and where there is only one."""
    last = newest(versions)
    if last is None or last.id == dataset.id:
        return ""
    return text(key, n=version_number(dataset, versions), newest=last.number)


def model_title(model: "ModelRef", text: Text) -> str:
    """The model's name; the built-in one is called differently in each language."""
    return text("model.builtin") if model.kind == "builtin" else model.title


@cache
def _sample_titles() -> dict[str, dict[str, str]]:
    return {sample.file.stem: sample.title for sample in samples()}
