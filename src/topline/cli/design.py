"""The commands of the design room: candidates side by side for a study or hypotheses, and the rule applied."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from topline.cli.group import answered, main

if TYPE_CHECKING:
    from topline.planning.plan import Further, Plan, Rates

Command = TypeVar("Command", bound=Callable[..., Any])
FILE = click.Path(path_type=Path)


class Number(click.ParamType[float]):
    """A number with a point, such as a rate; a percent sign is refused with the number that is meant."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number that a text states."""
        text = str(value).strip()
        try:
            return float(text)
        except ValueError:
            share = text.removesuffix("%").strip()
            meant = f"; write {text} as {float(share) / 100:g}" if share != text and _is_number(share) else ""
            return self.fail(f"{text!r} is not a number{meant}", param, ctx)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


class Whole(click.ParamType[tuple[int, ...]]):
    """Whole numbers with commas between them; a dash where a look has none."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return the numbers that a text lists; -1 for a dash."""
        parts = [part.strip() for part in str(value).split(",")]
        if all(part == "-" or part.isdecimal() for part in parts):
            return tuple(-1 if part == "-" else int(part) for part in parts)
        return self.fail(f"{value!r} is no list of whole numbers such as 18,35", param, ctx)


NUMBER, WHOLE = Number(), Whole()


def options(*given: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Return a decorator that adds options in the order in which they are listed."""

    def add(command: Command) -> Command:
        for option in reversed(given):
            command = option(command)
        return command

    return add


HYPOTHESES = options(
    click.option("--p0", "null", type=NUMBER, help="Null rate: not worth a further trial."),
    click.option("--p1", "target", type=NUMBER, help="Target rate: hoped for."),
    click.option("--alpha", type=NUMBER, help="One-sided level. [default: the study's, else 0.05]"),
    click.option("--power", type=NUMBER, help="Power. [default: the study's, else 0.8]"),
)
CONDUCT = options(
    click.option("--accrual", type=NUMBER, help="Patients per month: shows how long the trial takes."),
    click.option("--lag", type=NUMBER, default=0.0, help="Months from entry until the response is known."),
    click.option("--loss", type=NUMBER, default=0.0, help="Share of patients lost: shows how many to enrol."),
    click.option("--confirmed", type=NUMBER, help="Share of responses confirmed: shows what counting does."),
)
OTHERS = options(
    click.option("--median0", type=NUMBER, help="Null median in months (time to event)."),
    click.option("--median1", type=NUMBER, help="Target median in months."),
    click.option("--time", "month", type=NUMBER, help="Months at which --p0 and --p1 are rates without the event."),
    click.option("--shape", type=NUMBER, default=1.0, help="Weibull shape of the null curve; 1 is exponential."),
    click.option("--follow-up", "follow_up", type=NUMBER, help="Months from the last entry to the analysis."),
    click.option("--tox0", type=NUMBER, help="Unacceptable rate of toxicity; of `toxicity`: a rate that stops."),
    click.option("--tox1", type=NUMBER, help="Acceptable rate of toxicity."),
    click.option("--width", type=NUMBER, help="Width of the confidence interval (precision)."),
)


@main.command()
@click.argument("study", required=False)
@HYPOTHESES
@click.option("--design", "designs", multiple=True, metavar="NAME", help="A design, or all; repeatable. See --list.")
@click.option("--max-n", type=int, default=200, show_default=True, help="The most patients that are tried.")
@click.option("--rate", "shown", multiple=True, type=NUMBER, help="A further true rate to show; repeatable.")
@click.option(
    "--first-look", type=int, default=10, show_default=True, help="Patients at a Bayesian design's first look."
)
@click.option("--every", type=int, default=5, show_default=True, help="Patients between its further looks.")
@CONDUCT
@OTHERS
@click.option("--n", "patients", type=int, help="A number of patients: every standard design that gives it.")
@click.option(
    "--endpoint",
    type=click.Choice(["response", "control", "landmark", "rate", "time"]),
    help="What decides, for --n. [default: rate]",
)
@click.option("--choose", default="", metavar="NAME", help="Write this candidate into STUDY, a file of your own.")
@click.option("--list", "listed", is_flag=True, help="List the designs, each in a few words.")
@click.option("--out", type=FILE, help="The folder to write. [default: out/STUDY-design; none without STUDY]")
@answered
def design(**given: Any) -> None:
    """Compare exact single-arm designs for STUDY or for two rates, and choose one.

    \b
    Designs on a response rate: single, safe, minimax, admissible, simon, mander-thompson (these are shown
    unless others are named), balanced, three-stage, curtailed, lee-liu, posterior, thall-simon, bop2,
    fleming; `all` is every one.
    Designs of other kinds, one at a time: gehan, logrank, kwak-jung, exponential, landmark, precision,
    toxicity, bryant-day, bop2-toxicity.

    \b
    Examples:
      topline design nct07142421
      topline design my-trial --choose minimax --loss 0.1
      topline design --p0 .1 --p1 .3 --alpha .05 --power .9 --design all
      topline design --n 43 --endpoint control
      topline design --design logrank --median0 3 --median1 5 --accrual 2.5 --follow-up 6
      topline design --design bryant-day --p0 .1 --p1 .3 --tox0 .3 --tox1 .1
    """
    from topline.planning.candidates import MAKERS

    if given["listed"]:
        from topline.planning.further import listed_designs

        _show(listed_designs())
    elif any(name not in MAKERS and name != "all" for name in given["designs"]):
        _show(_other(given))
    elif given["patients"] is not None:
        _show(_explained(given))
    else:
        _show(_compared(given))


def _show(lines: tuple[str, ...]) -> None:
    for line in lines:
        click.echo(line)


def _compared(given: dict[str, Any]) -> tuple[str, ...]:
    from topline.planning.compare import compare_designs

    if not given["study"] and given["null"] is None and given["target"] is None:
        raise click.UsageError("name a study, or give --p0 and --p1, or --n")
    if given["choose"] and not given["study"]:
        raise click.UsageError("--choose writes into a study: name it")
    return compare_designs(_plan(given))


def _explained(given: dict[str, Any]) -> tuple[str, ...]:
    from topline.design.comparison.origin import Endpoint
    from topline.planning.compare import explain_number

    if given["study"] or given["out"] or given["choose"]:
        raise click.UsageError("--n only lists origins: without STUDY, --choose and --out")
    kinds = {
        "response": Endpoint.RESPONSE,
        "control": Endpoint.CONTROL,
        "landmark": Endpoint.LANDMARK,
        "rate": Endpoint.RATE,
        "time": Endpoint.TIME,
    }
    kind = kinds[given["endpoint"] or "rate"]
    return explain_number(given["patients"], _rates(given), kind, everything="all" in given["designs"])


def _other(given: dict[str, Any]) -> tuple[str, ...]:
    from topline.planning.candidates import MAKERS, unknown_design
    from topline.planning.further import OTHER_DESIGNS, describe_other

    for name in given["designs"]:
        if name not in (*MAKERS, *OTHER_DESIGNS, "all"):
            raise unknown_design(name, (*MAKERS, *OTHER_DESIGNS))
    if given["study"] or len(given["designs"]) > 1 or given["choose"] or given["out"]:
        alone = next(name for name in given["designs"] if name in OTHER_DESIGNS)
        raise click.UsageError(f"{alone} stands alone: without STUDY, --choose, --out and other designs")
    return describe_other(given["designs"][0], _further(given))


def _rates(given: dict[str, Any]) -> "Rates":
    from topline.planning.plan import Rates

    return Rates(given["null"], given["target"], given["alpha"], given["power"])


def _plan(given: dict[str, Any]) -> "Plan":
    from topline.design.looks import Looks
    from topline.planning.plan import Conduct, Plan

    return Plan(
        study=given["study"] or "",
        rates=_rates(given),
        designs=given["designs"],
        max_n=given["max_n"],
        looks=Looks(given["first_look"], given["every"]),
        shown=given["shown"],
        conduct=Conduct(given["accrual"], given["lag"], given["loss"], given["confirmed"]),
        out=given["out"],
        choose=given["choose"],
    )


def _further(given: dict[str, Any]) -> "Further":
    from topline.design.looks import Looks
    from topline.planning.plan import Further

    names = (
        "max_n",
        "accrual",
        "median0",
        "median1",
        "month",
        "shape",
        "follow_up",
        "tox0",
        "tox1",
        "width",
        "patients",
    )
    looks = Looks(given["first_look"], given["every"])
    return Further(rates=_rates(given), looks=looks, **{name: given[name] for name in names})


@main.command()
@click.argument("study", required=False)
@click.option("--responders", type=int, required=True, help="Responders until now, all stages together.")
@click.option("--patients", type=int, required=True, help="Patients until now, all stages together.")
@click.option("--stage", type=int, help="The look that is held with them, 1 the first. [default: the one due, if any]")
@click.option(
    "--earlier",
    metavar="RESPONDERS/PATIENTS",
    help="Those of the first stage, where the second one has another size than planned.",
)
@click.option("--looks", type=WHOLE, help="Without STUDY: patients at each look, for example 18,35.")
@click.option("--futility", type=WHOLE, help="Most responders that stop without success, look by look: 2,6.")
@click.option(
    "--efficacy", type=WHOLE, help="Fewest responders that stop with success: -,7. [default: at the end only]"
)
@HYPOTHESES
@click.option("--confidence", type=NUMBER, default=0.95, show_default=True, help="Two-sided level of the intervals.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@answered
def decide(**given: Any) -> None:
    """Apply the rule of STUDY, or one that is given, to counts: the verdict, what it says, what remains possible.

    \b
    Examples:
      topline decide nct07142421 --responders 8 --patients 35
      topline decide nct07142421 --responders 4 --patients 18 --stage 1
      topline decide nct07142421 --responders 8 --patients 38 --earlier 4/18
      topline decide --p0 .1 --p1 .3 --looks 18,35 --futility 2,6 --responders 8 --patients 35
    """
    from topline.planning.decision import Counts, decide_trial
    from topline.planning.rule import GivenRule

    if bool(given["study"]) == bool(given["looks"]):
        raise click.UsageError("name a study, or give its rule: --looks, --futility, --p0 and --p1")
    rule = GivenRule(given["study"] or "", given["looks"] or (), given["futility"], given["efficacy"], _rates(given))
    counts = Counts(given["responders"], given["patients"], given["stage"], _earlier(given["earlier"]))
    click.echo(decide_trial(rule, counts, given["confidence"], given["form"]), nl=False)


def _earlier(text: str | None) -> tuple[int, int] | None:
    """Return responders and patients of the first stage."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split("/")]
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        raise click.BadParameter(f"{text!r} is not responders/patients such as 4/18", param_hint="--earlier")
    return int(parts[0]), int(parts[1])
