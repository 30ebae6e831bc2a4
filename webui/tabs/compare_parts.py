"""The components of Compare that stand twice, and its folded settings."""

from typing import Any

import gradio as gr

from core.chat.requests import Sampling
from webui.text import Text


def column(side: str) -> tuple[gr.HTML, gr.HTML, gr.HTML]:
    """Heading, turns and ending of one side. No gr.Chatbot: even without Markdown it renders tags in an answer."""
    with gr.Column(min_width=300, elem_classes=f"side {side}"):
        return gr.HTML(), gr.HTML(elem_id=f"compare-{side}", autoscroll=True), gr.HTML(elem_id=f"compare-{side}-end")


def settings(text: Text) -> tuple[gr.Textbox, list[gr.Slider | gr.Number]]:
    """The instructions, and the settings in the order of `Sampling`'s fields."""

    def slider(name: str, low: float, high: float, step: float, value: float) -> gr.Slider:
        return gr.Slider(low, high, value, step=step, buttons=["reset"], **words(name))

    def words(name: str) -> dict[str, Any]:
        return {"label": text(f"compare.{name}"), "info": text(f"compare.{name}_help"), "elem_id": f"compare-{name}"}

    system = gr.Textbox(lines=2, **words("system"))
    normal = Sampling()
    with gr.Row():
        drawn = [
            slider("temperature", 0, 2, 0.05, normal.temperature),
            slider("top_p", 0.05, 1, 0.05, normal.top_p),
            slider("top_k", 0, 200, 1, normal.top_k),
        ]
    with gr.Row():
        drawn.append(slider("repetition", 0.5, 2, 0.05, normal.repetition_penalty))
        drawn.append(slider("length", 16, 2048, 16, normal.max_new_tokens))
        seed = gr.Number(normal.seed, precision=0, **words("seed"))
    return system, [*drawn, seed]
