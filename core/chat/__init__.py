"""Talking to a model: what is asked (requests), how answers stream (answers), base and tuned in one batch (compare)."""
