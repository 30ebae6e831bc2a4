import gradio as gr
from webui.parts import Bar, TabParts

def bar(ctx, snap, text):
    return Bar("-", "")

def build(ctx, text, parts):
    gr.HTML("-")
    return TabParts([], lambda snap: [])
