"""Run the commands and sessions of README, tutorial and designs, and write what they print now into the pages.

`make docs` calls it. The tests compare the pages with what is printed, so that a number that moved fails until the page
is refreshed and the difference read. A line `...` in an output stands for lines that are left out, and stays.
"""

import contextlib
import difflib
import doctest
import re
import shlex
import tempfile
from pathlib import Path

from click.testing import CliRunner

from topline.cli import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/tutorial.md", "docs/design.md", "docs/rehearsal.md")
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LEFT_OUT = "..."


class Session(doctest.DocTestRunner):
    """A runner of sessions that keeps what each example prints."""

    def __init__(self) -> None:
        super().__init__(verbose=False)
        self.printed: dict[int, str] = {}

    def report_success(self, out: object, test: object, example: doctest.Example, got: str) -> None:
        """Keep what an example printed; of an error that is shown, the words that stand there."""
        self.printed[example.lineno] = example.want if example.exc_msg else got

    report_failure = report_success


def refreshed(page: str) -> str:
    """Return a page with the outputs that its commands and sessions give now."""
    namespace: dict[str, object] = {"__name__": "manual"}

    def block(found: re.Match[str]) -> str:
        language, text = found.groups()
        if language == "console":
            text = "".join(_command(part) for part in re.split(r"^(?=\$ )", text, flags=re.MULTILINE) if part)
        elif ">>>" in text:
            text = _session(text, namespace)
        else:
            exec(compile(text, "manual", "exec"), namespace)
        return f"```{language}\n{text}```"

    return BLOCK.sub(block, page)


def _command(part: str) -> str:
    """Return a command with what it prints."""
    command, _, before = part.partition("\n")
    after = CliRunner().invoke(main, shlex.split(command)[2:]).output
    return f"{command}\n{_shortened(before, after)}"


def _session(text: str, namespace: dict[str, object]) -> str:
    """Return a session with what it prints."""
    test = doctest.DocTestParser().get_doctest(text, namespace, "session", None, 0)
    runner = Session()
    runner.run(test, out=lambda _: 0, clear_globs=False)
    namespace.update(test.globs)
    shown = [
        "".join(
            f"{'>>>' if first else '...'} {line}".rstrip() + "\n"
            for first, line in zip([True] + [False] * 99, example.source.splitlines(), strict=False)
        )
        + _shortened(example.want, runner.printed.get(example.lineno, ""))
        for example in test.examples
    ]
    return "".join(shown) + "\n"


def _shortened(before: str, after: str) -> str:
    """Return an output, left out where it was before: of each line that stood there, the line most like it."""
    if LEFT_OUT not in before.splitlines():
        return after
    lines, kept = after.splitlines(), []
    for line in before.splitlines():
        if line == LEFT_OUT or not lines:
            kept.append(line)
            continue
        place = max(range(len(lines)), key=lambda n: difflib.SequenceMatcher(None, lines[n], line).ratio())
        kept.append(lines[place])
        lines = lines[place + 1 :]
    return "".join(f"{line}\n" for line in kept)


def refresh() -> None:
    """Write each page whose outputs differ, and say which."""
    for name in PAGES:
        path = ROOT / name
        before = path.read_text("utf-8")
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            after = refreshed(before)
        if after != before:
            path.write_text(after, "utf-8")
            print(name)


if __name__ == "__main__":
    refresh()
