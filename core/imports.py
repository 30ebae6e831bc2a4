"""The lock under which the heavy libraries are imported for the first time."""

import threading

IMPORTS = threading.RLock()
"""transformers and trl fill their modules lazily and fail when several threads import them at once (tried: three of
four threads got an ImportError). Whoever imports them holds this lock for the time of the import."""
