"""A registry record made from a study alone, in the shape of the API of ClinicalTrials.gov, version 2."""

from topline.protocol.draft.wording import (
    LISTS,
    PHASES,
    SEXES,
    age_words,
    arm_words,
    criteria_words,
    outcome_words,
    summary_words,
)
from topline.protocol.model import Arm, Identifiers, Intervention, Population, Protocol

Node = dict[str, object]


def new_record(protocol: Protocol) -> Node:
    """Return a complete record of a study that has none: everything that the study says and a record can hold.

    What a study does not say (sites, contacts, dates, status) is not in it.
    """
    section: Node = {
        "identificationModule": _identification(protocol.identifiers),
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": protocol.identifiers.sponsor}},
        "descriptionModule": {"briefSummary": summary_words(protocol)},
        "conditionsModule": {"conditions": protocol.population.condition.en.split("; ")},
        "designModule": _design(protocol),
        "armsInterventionsModule": _arms(protocol),
        "outcomesModule": _outcomes(protocol),
        "eligibilityModule": _eligibility(protocol),
    }
    return {"protocolSection": section}


def _identification(named: Identifiers) -> Node:
    """Return the names of the trial."""
    own = named.others[0] if named.others and named.study == named.registry else named.study
    further = [each for each in named.others if each != own]
    found: Node = {"nctId": named.registry} if named.registry else {}
    found["orgStudyIdInfo"] = {"id": own}
    if further:
        found["secondaryIdInfos"] = [{"id": each} for each in further]
    return {**found, "briefTitle": named.title.en}


def _design(protocol: Protocol) -> Node:
    """Return phase, allocation, model, and number of patients."""
    single = len(protocol.arms) == 1
    random = protocol.schedule.time_zero == "randomization"
    info: Node = {
        "allocation": "RANDOMIZED" if random else "NA" if single else "NON_RANDOMIZED",
        "interventionModel": "SINGLE_GROUP" if single else "PARALLEL",
        "primaryPurpose": "TREATMENT",
    }
    if single:
        info["maskingInfo"] = {"masking": "NONE"}
    return {
        "studyType": "INTERVENTIONAL",
        "phases": list(PHASES[protocol.identifiers.phase]),
        "designInfo": info,
        "enrollmentInfo": {"count": protocol.population.planned, "type": "ESTIMATED"},
    }


def _arms(protocol: Protocol) -> Node:
    """Return arms and treatments."""
    return {
        "armGroups": [arm_group(arm, protocol) for arm in protocol.arms],
        "interventions": [
            treatment(drug, [arm for arm in protocol.arms if drug.label.en in _names(arm)])
            for drug in {each.label.en: each for arm in protocol.arms for each in arm.interventions}.values()
        ],
    }


def arm_group(arm: Arm, protocol: Protocol) -> Node:
    """Return an arm as registered."""
    return {
        "label": arm.label.en,
        "type": "EXPERIMENTAL",
        "description": arm_words(arm, protocol.schedule.cycle_days),
        "interventionNames": [f"Drug: {name}" for name in _names(arm)],
    }


def treatment(drug: Intervention, arms: list[Arm]) -> Node:
    """Return a drug as registered, with the arms that get it."""
    return {"type": "DRUG", "name": drug.label.en, "armGroupLabels": [arm.label.en for arm in arms]}


def _names(arm: Arm) -> list[str]:
    """Return the names of an arm's drugs, each once."""
    return list(dict.fromkeys(drug.label.en for drug in arm.interventions))


def _outcomes(protocol: Protocol) -> Node:
    """Return the endpoints as outcomes."""
    found: Node = {}
    for objective, name in LISTS.items():
        outcomes = [outcome_words(each, protocol) for each in protocol.endpoints if each.objective == objective]
        if outcomes:
            found[name] = outcomes
    return found


def _eligibility(protocol: Protocol) -> Node:
    """Return criteria, sex and ages."""
    population: Population = protocol.population
    found: Node = {"healthyVolunteers": False, "sex": SEXES[population.sex]}
    text = criteria_words(protocol)
    if text:
        found = {"eligibilityCriteria": text, **found}
    ages = (("minimumAge", population.ages.minimum), ("maximumAge", population.ages.maximum))
    return found | {key: words for key, years in ages if (words := age_words(years))}
