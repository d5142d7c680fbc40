"""The built-in studies and truths with parts of them switched off, for the tests of the simulation."""

from dataclasses import replace
from importlib.resources import files

from topline.protocol.model import Protocol
from topline.protocol.source import parse_protocol
from topline.simulate.truth import Truth

STUDIES = ("nct02976896", "nct07142421")


def built_in(name: str) -> Protocol:
    return parse_protocol((files("topline") / "studies" / name / "study.yaml").read_text("utf-8"), name)


def without_misreading(truth: Truth) -> Truth:
    return replace(truth, reading=replace(truth.reading, misread=0.0))


def exactly_read(truth: Truth) -> Truth:
    """Return the truth with lesions that all grow as their patient's tumour does and are read without error."""
    exact = replace(
        truth.reading,
        proportional=0.0,
        additive_mm=0.0,
        step_mm=0.0,
        visible_mm=0.0,
        called_small=0.0,
        missing_lesion=0.0,
    )
    return replace(truth, growth=replace(truth.growth, lesion_sd=0.0), reading=exact)


def followed_long(truth: Truth) -> Truth:
    return replace(truth, conduct=replace(truth.conduct, follow_up_months=40.0))
