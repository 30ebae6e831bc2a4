"""The bar as it is sent: what stands on the buttons and what they do always go out together.

The page's script reads the actions from the plan line; a button whose words came before its action would do
something else than it says until the next tick.
"""

from typing import Any

import gradio as gr

from webui import frame
from webui.parts import Bar
from webui.snapshot import Snapshot
from webui.text import Text


def drawn(snap: Snapshot, bar: Bar, text: Text) -> list[Any]:
    """Plan line with the actions, quiet button, primary button."""
    return [
        gr.update(value=frame.plan(snap, bar, text)),
        gr.update(value=bar.quiet_label, visible=bool(bar.quiet_label)),
        gr.update(value=bar.label),
    ]
