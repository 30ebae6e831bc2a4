"""The quiet button of Data, Model and Settings: from the moment data is loaded, one press starts it."""

from webui.snapshot import Snapshot
from webui.text import Text


def quick(snap: Snapshot, text: Text) -> tuple[str, str]:
    """Label and action, ("", "") while something is missing that Start cannot do without."""
    if snap.training:
        return text("bar.training"), "go:training"
    data = snap.dataset
    if (
        data is None
        or data.task == "preference"
        or not data.usable
        or not data.confirmed
        or snap.spec is None
        or not snap.model_here
    ):
        return "", ""
    return text("bar.start_own" if snap.draft.changes else "bar.start_now"), "start"
