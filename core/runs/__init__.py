"""All that knows a run folder: the folder and its derived status, its events, its checkpoints."""
