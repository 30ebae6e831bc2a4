"""The command line. launch.py reads `arguments` before anything is installed, so this file imports nothing."""
