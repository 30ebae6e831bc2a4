#!/usr/bin/env python3
"""Start LoRA Workbench:  python3 launch.py   (Windows:  py launch.py)

Without a verb it opens the window in the browser; `launch.py --help` lists the verbs. On the first start it
makes its own environment in the folder .venv beside this file.
"""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
if ROOT not in sys.path:  # started with -P, or by another program
    sys.path.insert(0, ROOT)


def main(argv):
    from core import install

    install.speak_anything(sys.stdout, sys.stderr)
    code = install.refuse_python(argv)
    if code is not None:
        return code

    from core.cli import arguments

    choices = arguments.parse_or_exit(argv)  # help and slips of the pen need no environment
    code = install.ready(argv, ROOT, tests=choices.verb == "test")
    if code is not None:
        return code

    from core.cli import main as cli
    from webui.text import load

    return cli.main(choices, load, open_window)


def open_window(workspace, port, open_browser):
    from webui.app import launch_window

    return launch_window(workspace, port=port, open_browser=open_browser)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # before a verb that stops with care has begun
        sys.exit(130)
