"""Notes which inputs a process reads; works where a copy on PYTHONPATH is named sitecustomize."""

import os
import sys

NOTES = os.environ.get("EMISIM_WATCH", "")


def note(event: str, arguments: tuple) -> None:
    """Append the verb and the path to the notes when a file below inputs/ is opened."""
    if event != "open" or not isinstance(arguments[0], str):
        return
    path = os.path.relpath(arguments[0])
    if path.startswith("inputs" + os.sep) and len(getattr(sys, "argv", ())) > 1:
        line = f"{sys.argv[1]} {path}\n".encode()
        file = os.open(NOTES, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(file, line)
        os.close(file)


if NOTES:
    sys.addaudithook(note)
