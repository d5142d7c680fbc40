"""The command `topline` itself, and what all its commands share: help, messages, exit codes."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click


def answered(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn errors of a call into a message and an exit code."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        from topline.errors import ToplineError

        try:
            return command(*args, **options)
        except ToplineError as error:
            click.echo(str(error), err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            click.echo("interrupted; earlier outputs stand as they were", err=True)
            sys.exit(130)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="topline", prog_name="topline")
def main() -> None:
    """Take a phase II oncology trial from protocol to topline results, every number traceable.

    \b
    Examples:
      topline demo                                   both example trials on virtual patients
      topline run nct02976896                        one of them, into out/nct02976896
      topline run my-trial/study.yaml --data sdtm/   a trial on its own SDTM files
      topline trace out/nct02976896 ORR/all/rate     from a number back to its records
    """
