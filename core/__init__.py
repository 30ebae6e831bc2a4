"""Everything that works without a window: data, models, settings, training, chat, export.

Importing this package loads no torch and no gradio. It switches off what the libraries below would
send or record on their own, which has to happen before any of them is imported:
the Hub's and TRL's telemetry, Gradio's analytics and its history of inputs in the browser.
"""

import os

os.environ.update(
    HF_HUB_DISABLE_TELEMETRY="1",
    GRADIO_ANALYTICS_ENABLED="False",
    GRADIO_RUN_HISTORY="False",
    TOKENIZERS_PARALLELISM="false",  # tokenizers would otherwise warn after every fork
    TRL_EXPERIMENTAL_SILENCE="1",
)
