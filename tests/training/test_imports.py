"""Several threads that need the libraries for the first time at once all get them."""

import subprocess
import sys

from core.workspace import REPOSITORY
from tests.tiny import make_model

PROGRAM = """
import sys, threading
from pathlib import Path
from core import libraries
from core.data import tokens
from core.models.load import load_tokenizer

failed = []
row = {"row": 1, "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}

def work(wake):
    try:
        if wake:
            libraries.wake()
        tokens.encode(load_tokenizer(Path(sys.argv[1])), row)
    except Exception as error:
        failed.append(repr(error))

threads = [threading.Thread(target=work, args=(number == 0,)) for number in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(failed)
"""


def test_first_imports_from_several_threads(tmp_path):
    model = make_model(tmp_path / "tiny")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(model)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().splitlines()[-1:] == ["[]"], done.stdout + done.stderr
