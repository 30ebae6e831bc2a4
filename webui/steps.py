"""What was done to a data set, in words. It is made in core, because the command line says it too."""

from core.data.in_words import origin_words, steps_in_words

__all__ = ["origin_words", "steps_in_words"]
