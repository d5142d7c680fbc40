"""All ADaM tables of safety in one go: ADAE, ADAETTE, ADAECYC, ADEX, ADOCC, and ADSL with the causes of death."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from topline.adam.death_causes import derive_deaths
from topline.adam.event_cycles import derive_event_cycles
from topline.adam.exposure import derive_exposure
from topline.adam.occurrence import derive_occurrences
from topline.adam.onset import derive_onset
from topline.adam.safety import derive_adverse_events, derive_treatment
from topline.adam.treatment_period import safety_rules
from topline.protocol.model import Protocol
from topline.tables.adam_safety import ADAE, ADAECYC, ADAETTE
from topline.tables.findings import findings, join_findings

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Safety:
    """ADSL with the variables of death, the tables of safety by name, and the findings."""

    adsl: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    findings: pl.DataFrame


def derive_safety(
    tables: Tables, adsl: pl.DataFrame, protocol: Protocol, dictionary: pl.DataFrame | None = None
) -> Safety:
    """Return every table of safety from SDTM and ADSL; without AE those of adverse events are empty, not zero.

    `dictionary` codes reported terms, see `code_terms`.
    """
    rules = safety_rules(protocol)
    treatment = derive_treatment(tables, adsl, rules)
    adae, found_events = derive_adverse_events(tables, treatment, rules, dictionary)
    dead, found_deaths = derive_deaths(adsl, adae, treatment.periods, tables)
    adex, found_doses = derive_exposure(tables, dead, treatment, protocol)
    absent = pl.DataFrame({"N": [1]} if "AE" not in tables else {"N": []})
    there = "AE" in tables
    made = {
        "ADAE": adae if there else ADAE.empty(),
        "ADAETTE": derive_onset(adae, treatment, rules) if there else ADAETTE.empty(),
        "ADAECYC": derive_event_cycles(adae, treatment) if there else ADAECYC.empty(),
        "ADEX": adex,
        "ADOCC": derive_occurrences(tables, treatment.periods),
    }
    message = "no table of adverse events: none can be counted"
    lacking = findings("TL-T09", absent, "AE", message=message)
    return Safety(dead, made, join_findings(lacking, found_events, found_deaths, found_doses))
