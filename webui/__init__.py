"""The window: thin Gradio tabs over core. Values in, call core, values out."""
