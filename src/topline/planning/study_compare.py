"""Candidates for the hypotheses of a study: beside its own rule, written to a folder, and one chosen into its file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from topline.design.comparison.origin import Endpoint
from topline.design.single_arm import SingleArmDesign
from topline.design.to_protocol import from_protocol
from topline.exchange.output import check_output
from topline.exchange.study_file import read_study
from topline.planning.candidates import Candidate, Candidates, Request, find_candidates, with_choice
from topline.planning.choice import choose_design, write_choice
from topline.planning.compare import told
from topline.planning.comparison import asked_text
from topline.planning.origins import capability_lines, origin_lines, sources
from topline.planning.output import Compared, written
from topline.planning.plan import PROTOCOL, Plan, context, hypotheses
from topline.protocol.model import Protocol
from topline.protocol.rule.condensed import condensed


def compare_study(plan: Plan) -> Iterator[str]:
    """Yield what to tell of the designs for the hypotheses of a study, after writing what was asked for.

    Nothing is written before everything is known, and the study file last.

    Raises ToplineError as `compare_designs`.
    """
    protocol, _ = read_study(plan.study)
    asked, own = hypotheses(plan.rates, protocol.design), protocol_design(protocol)
    folder = plan.out or Path("out") / f"{protocol.identifiers.study.lower()}-design"
    check_output(folder)
    found = find_candidates(with_choice(plan.designs, plan.choose), Request(asked, plan.max_n, plan.looks))
    patients = own.boundary.patients
    yield f"{protocol.identifiers.study}  {protocol.identifiers.title.en}"
    yield f"{protocol.endpoint(protocol.design.endpoint).label.en}. {asked_text(asked)}"
    yield ""
    yield from told(found, (Candidate(PROTOCOL, replace(own, hypotheses=asked)), *found.found), plan)
    if asked != own.hypotheses:
        yield f"The study itself states another request: {asked_text(own.hypotheses)}"
    rule = condensed(own.boundary)
    same = [each.name for each in found.found if condensed(each.design.boundary) == rule]
    yield f"The protocol's own rule is {' and '.join(same)}" if same else "No candidate has the protocol's own rule"
    origins = sources(patients, endpoint_kind(protocol), own.hypotheses)
    yield from ("", *origin_lines(patients, origins, everything=False))
    yield from ("", *capability_lines(patients, asked))
    chosen = choose_design(plan.study, found.chosen(plan.choose), plan.conduct.loss) if plan.choose else None
    yield from ("", *written(folder, _shown(chosen.protocol if chosen else protocol, found, plan)))
    if chosen:
        yield from ("", *write_choice(chosen))


def _shown(protocol: Protocol, found: Candidates, plan: Plan) -> Compared:
    """Return what the folder of a study shows: the design that it states beside the candidates."""
    own = protocol_design(protocol)
    listed = (Candidate(PROTOCOL, own), *found.found)
    origins = sources(own.boundary.patients, endpoint_kind(protocol), own.hypotheses)
    met = context(plan.conduct, protocol.endpoint(protocol.design.endpoint).label)
    return Compared(protocol.identifiers.study, listed, origins, met, plan.shown, 0, protocol.digest)


def protocol_design(protocol: Protocol) -> SingleArmDesign:
    """Return the design of a study as its protocol states it, with the rule as it stands."""
    found = from_protocol(protocol.design)
    return replace(found, source=found.source or f"protocol of {protocol.identifiers.study}")


def endpoint_kind(protocol: Protocol) -> Endpoint:
    """Return what kind of endpoint decides: it narrows the null rates that anybody would choose.

    A rate of disease control at a landmark is a landmark rate, one without is disease control, others are response.
    """
    analysis = protocol.endpoint(protocol.design.endpoint).analysis
    parameter = getattr(analysis, "parameter", "")
    if parameter == "DCLM":
        return Endpoint.LANDMARK
    return Endpoint.CONTROL if parameter in ("DCR", "CDCR", "CB", "CCB") else Endpoint.RESPONSE
