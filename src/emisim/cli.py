"""``emisim VERB``: the doors that workflow rules and people use.

Each verb is the ``run`` function of the module of the same name in ``emisim.stages``, imported
when it is asked for. Exit code 0: done; 1: a fault of the program; 2: a mistake in what the user
gave, told in one message.
"""

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from emisim import __version__
from emisim.commands import (
    CONFIG,
    FACTORS,
    PLACED,
    READ,
    READ_IF,
    READ_MANY,
    VERBS,
    WRITE,
    WRITE_MANY,
)
from emisim.errors import EmisimError, InputError
from emisim.messages import language, say
from emisim.output import attempt
from emisim.stages._inputs import UPSTREAM


class Spoken(logging.Formatter):
    """Puts what is logged in the language of the user, where the catalogue has it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message of ``record``."""
        return say(super().format(record), language())


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    root = argparse.ArgumentParser(prog="emisim", description=__doc__.splitlines()[0])
    root.add_argument("--version", action="version", version=f"emisim {__version__}")
    root.add_argument("--debug", action="store_true", help="show the trace of every error")
    verbs = root.add_subparsers(dest="verb", metavar="VERB")
    for name, (summary, options) in VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=summary)
        for option, settings in options.items():
            verb.add_argument(option if settings in PLACED else f"--{option}", **settings)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code."""
    given = vars(parser().parse_args(arguments))
    verb, debug = given.pop("verb"), given.pop("debug")
    if verb is None:
        return _greet()
    told = logging.StreamHandler(sys.stderr)
    told.setFormatter(Spoken())
    logging.basicConfig(level=logging.INFO, handlers=[told], force=True)
    try:
        _require_readable(verb, given)
        with attempt(_outputs(verb, given)):
            import_module(module(verb)).run(**_keywords(given))
    except EmisimError as error:
        if debug:
            raise
        print(f"emisim {verb}: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    return 0


def _greet() -> int:
    """Print the verbs and, inside a project, the verdicts so far; return the exit code."""
    parser().print_help()
    if Path(CONFIG["default"]).is_file():
        return main(["results"])
    return 0


def module(verb: str) -> str:
    """Return the name of the module behind a verb."""
    return f"emisim.stages.{verb.replace('-', '_')}"


def _outputs(verb: str, given: Mapping[str, Any]) -> list[str]:
    """Return what a verb of the workflow writes."""
    if verb not in UPSTREAM:
        return []
    options = VERBS[verb][1].items()
    written = [given[name] for name, settings in options if settings is WRITE]
    return written + [path for name, o in options if o is WRITE_MANY for path in given[name]]


def _keywords(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``run``; an option named like a Python keyword gets an underscore."""
    return {f"{name}_" if name == "from" else name: value for name, value in given.items()}


def _require_readable(verb: str, given: Mapping[str, Any]) -> None:
    """Raise when a file or folder to read is not there."""
    for option, settings in VERBS[verb][1].items():
        if settings not in (READ, READ_IF, READ_MANY, CONFIG, FACTORS):
            continue
        value = given[option] or []
        for path in [value] if isinstance(value, str) else value:
            if not Path(path).exists():
                message = f"--{option}: there is no such file or folder"
                hint = "check the name; snakemake makes everything under results/"
                raise InputError(message, value=path, hint=hint)
