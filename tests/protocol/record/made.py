"""Records made for the tests, in our own words."""

import json
from typing import Any

PAGE = """ClinicalTrials.Veeva

Menu

{title}

Example Hospital logo

Example Hospital

Status and phase

{status}
Phase 3
Phase 2

Conditions

Gastric Cancer

Treatments

Drug: Madeupinib
Device: Pump

Study type

Interventional

Funder types

Other
Industry

Identifiers

NCT00000001
EX-1
EX-1B (EudraCT Number)

Details and patient eligibility

About

Sex

is a heading here, and so is the next one.

Ages

Enrollment

1,234 estimated patients

Sex

All

Ages

{ages}

Volunteers

No Healthy Volunteers

Inclusion criteria

  1. Adults.
  2. One of:

     • HB = 90 g/L
     • ANC >= 1.5 x 109/L

Exclusion criteria

  • Pregnancy

Trial design

Primary purpose

Treatment

Allocation

N/A

Interventional model

Single Group Assignment

Masking

{masking}

{people} participants in 2 patient groups, including a placebo group

Madeupinib
Experimental group
Description:
twice a day
* with water
Treatment:
Drug: Madeupinib
Device: Pump
Placebo
Placebo Comparator group
Treatment:
Device: Pump

Trial contacts and locations

12

Loading...

Data sourced from clinicaltrials.gov
"""


def page(**changes: str) -> str:
    """Return a page with some of its values changed."""
    standard = {
        "title": "Madeupinib for Gastric Cancer",
        "status": "Enrolling",
        "ages": "18+ years old",
        "masking": "None (Open label)",
        "people": "1,234",
    }
    return PAGE.format(**{**standard, **changes})


def study(**modules: Any) -> str:
    """Return JSON of a study with some modules."""
    return json.dumps({"protocolSection": modules}, ensure_ascii=False)


def criteria(text: str) -> str:
    """Return JSON of a study with criteria."""
    return study(eligibilityModule={"eligibilityCriteria": text})


FLAT = """Madeupinib for Gastric Cancer
A study of a drug that does not exist.
Gastric Cancer|Stomach Neoplasms
DRUG: Madeupinib|OTHER: Questionnaire
Response rate, Share of patients with a response by RECIST 1.1., 6 months
Overall survival, From randomization to death, assessed up to 24 months|Toxicity, Graded by CTCAE 5.0., Every 3 weeks
Gastric cancer is frequent. Its treatment has improved. Nobody knows the best dose. This study will find it."""
