"""What is chosen but not started: kept on the server, so that a reload or another language loses nothing."""

import json
import threading
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.workspace import Workspace, write_atomic


class Draft(BaseModel):
    """The choices of the six tabs before Start. Unknown fields of a newer version are dropped on reading."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    dataset: str | None = None  # id of a data set version
    model: str = "starter"  # catalogue name, folder, or hub id
    endpoint: str | None = None  # address of the model source; None: Hugging Face
    quantization: str | None = None  # None: automatic
    recipe: str = "faq"  # goal, presets/recipes/<name>.yaml
    recipe_chosen: bool = False  # whether the person chose the goal; else it follows an example that is chosen
    intensity: str = "balanced"  # how thorough, presets/recipes/<name>.yaml
    changes: dict[str, Any] = {}  # RunSpec fields that the person set by hand
    run: str | None = None  # the run looked at in Training, Compare and Share
    room: str = "data"  # the open tab


class DraftStore:
    """One draft per workspace, read and written whole."""

    def __init__(self, workspace: Workspace) -> None:
        self._path = workspace.drafts / "draft.json"
        self._lock = threading.Lock()

    def load(self) -> Draft:
        """The draft as last saved; an unreadable or missing file gives an empty draft."""
        try:
            return Draft.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return Draft()

    def update(self, **changes: Any) -> Draft:
        """Change some fields and save; returns the new draft. Raises OSError when the disk refuses."""
        return self.change(lambda draft: changes)

    def change(self, decide: Callable[[Draft], dict[str, Any]]) -> Draft:
        """Change what `decide` says of the draft as it is; nobody else changes it in between. {} changes nothing.

        `decide` must not use this store. Raises OSError when the disk refuses, and what `decide` raises.
        """
        with self._lock:
            draft = self.load()
            if not (changes := decide(draft)):
                return draft
            draft = Draft.model_validate({**draft.model_dump(), **changes})
            write_atomic(self._path, json.dumps(draft.model_dump(), ensure_ascii=False, indent=1))
            return draft
