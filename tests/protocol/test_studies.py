"""The two example studies: whole, faithful, in words of their own, with exact designs."""

import math
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from topline.protocol.endpoints import NotAnalysed, Rate, TimeToEvent
from topline.protocol.keys import study_keys
from topline.protocol.model import Protocol
from topline.protocol.source import parse_protocol, study_text
from topline.protocol.tree import find

STUDIES = Path(__file__).resolve().parents[2] / "src" / "topline" / "studies"
NAMES = ("nct02976896", "nct07142421")
SEEDS = {"nct02976896": "000_a9d24b4ad0fc3b4b.txt", "nct07142421": "003_c0b848b86b553f20.txt"}


def text_of(name: str) -> str:
    return (STUDIES / name / "study.yaml").read_text("utf-8")


def study(name: str) -> Protocol:
    return parse_protocol(text_of(name), f"{name}/study.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_a_study_is_read_written_and_read(name: str) -> None:
    made = study(name)
    assert made.identifiers.registry.lower() == name
    again = parse_protocol(study_text(made))
    assert again == made
    assert again.digest == made.digest


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_stands_in_the_file(name: str) -> None:
    """A default is silent; only what the study does not have may be left out."""
    written = set(re.findall(r"(?:^\s*-? *|[{,] *)([a-z_]+):", text_of(name), re.MULTILINE))
    keys = {key.path.rpartition(".")[2] for key in study_keys() if not key.form or key.form == "rate"}
    absent = {"nct02976896": {"others", "first_stage_patients", "futility_at_most"}, "nct07142421": set()}
    # No margin but those of the questionnaires; nobody has confirmed a criterion; neither design is sequential.
    assert keys - written == absent[name] | {"margins", "by", "on", "digest", "looks"}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_assumed_stands_there_and_has_a_reason(name: str) -> None:
    made = study(name)
    content = made.model_dump(mode="json")
    for path, reason in made.assumed.items():
        assert find(content, path) is not None
        assert len(reason.split()) >= 4, path
    for path in (
        "schedule.time_zero",
        "schedule.scans",
        "criteria.response.stable_minimum_days",
        "criteria.response.confirmation_required",
        "analysis_sets",
        "design.kind",
        "design.null_rate",
        "design.target_rate",
        "design.alpha",
        "design.power",
        "design.success_at_least",
    ):
        assert path in made.assumed


@pytest.mark.parametrize("name", NAMES)
def test_every_criterion_is_either_assumed_or_in_the_record(name: str) -> None:
    made = study(name)
    in_record = {"criteria.adverse_events.standard", "criteria.adverse_events.version", "criteria.questionnaires"}
    settings = {f"criteria.response.{key}" for key in type(made.criteria.response).model_fields}
    settings |= {f"criteria.adverse_events.{key}" for key in type(made.criteria.adverse_events).model_fields}
    assert settings - set(made.assumed) - in_record == set()


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_of_the_record_is_copied(name: str, shared: Path) -> None:
    record = words((shared / "seeds" / SEEDS[name]).read_text("utf-8"))
    runs = {tuple(record[i : i + 9]) for i in range(len(record) - 8)}
    ours = words(text_of(name))
    assert [" ".join(ours[i : i + 9]) for i in range(len(ours) - 8) if tuple(ours[i : i + 9]) in runs] == []


@pytest.mark.parametrize("name", NAMES)
def test_chinese_labels_are_chinese(name: str) -> None:
    made = study(name)
    labels = [made.identifiers.title.zh, made.population.condition.zh, made.population.description.zh]
    labels += [each.label.zh for each in made.arms]
    labels += [each.label.zh for each in made.arms[0].interventions]
    labels += [each.label.zh for each in made.endpoints]
    labels += [each.label_zh for each in made.analysis_sets]
    assert [label for label in labels if not re.search(r"[\u4e00-\u9fff]", label)] == []


def test_the_apatinib_study() -> None:
    made = study("nct02976896")
    (drug,) = made.arms[0].interventions
    assert (drug.name, drug.dose, drug.unit, drug.times_per_day, drug.days) == ("APATINIB", 500, "mg", 1, ())
    assert (made.population.planned, made.schedule.cycle_days, made.criteria.adverse_events.version) == (43, 28, "4.0")
    assert made.endpoint("DCR6M").analysis == Rate(type="rate", parameter="DCLM", values=("Y",))
    assert [each.id for each in made.endpoints if each.objective == "primary"] == ["DCR6M"] == [made.design.endpoint]
    skipped = {each.id for each in made.endpoints if isinstance(each.analysis, NotAnalysed)}
    assert skipped == set()
    assert {each.id: each.analysis.type for each in made.endpoints[-4:]} == {
        "TEAE": "adverse events",
        "QLQC30": "questionnaire",
        "OES18": "questionnaire",
        "BIOMARK": "markers",
    }
    assert [each.name for each in made.criteria.questionnaires] == ["EORTC QLQ-C30", "EORTC QLQ-OES18"]
    assert events(made) == {
        "OS": ("death",),
        "TTP": ("progression",),
        "PFS": ("progression", "death"),
        "DOR": ("progression", "death"),
    }


def test_the_window_of_the_landmark_reaches_the_last_scan_due_and_no_earlier_one() -> None:
    made = study("nct02976896")
    day, window = made.landmark.day, made.landmark.window_days
    due = [scan + 1 for scan in made.schedule.nominal_days(day) if scan + 1 <= day]
    early, late = due[-1] - made.schedule.window_days, due[-2] + made.schedule.window_days
    assert (due[-2:], early, late) == ([113, 169], 162, 120)
    assert late < day - window <= early


def test_the_trifluridine_tipiracil_study() -> None:
    made = study("nct07142421")
    first, second = made.arms[0].interventions
    assert (first.dose, first.unit, first.times_per_day, len(first.days), first.cycle_days) == (35, "mg/m2", 2, 10, 28)
    assert (second.dose, second.unit, second.times_per_day, len(second.days), second.cycle_days) == (
        12,
        "mg",
        1,
        14,
        21,
    )
    assert (made.population.ages.minimum, made.population.ages.maximum, made.population.planned) == (18, 80, 35)
    assert made.endpoint("ORR").analysis == Rate(type="rate", parameter="CRSP", values=("Y",))
    pfs = made.endpoint("PFS").analysis
    assert isinstance(pfs, TimeToEvent)
    assert (pfs.censoring.new_therapy, pfs.censoring.missed_assessments) == ("censor", 2)
    assert set(events(made)) == {"PFS", "DOR", "TTR", "OS"}


def events(made: Protocol) -> dict[str, tuple[str, ...]]:
    return {each.id: each.analysis.events for each in made.endpoints if isinstance(each.analysis, TimeToEvent)}


def success(made: Protocol, rate: float) -> float:
    """Return the exact probability of success at a true rate, by summing over the first stage."""
    design = made.design
    if design.first_stage_patients is None or design.futility_at_most is None:
        return float(binom.sf(design.success_at_least - 1, design.patients, rate))
    first, rest = design.first_stage_patients, design.patients - design.first_stage_patients
    goes_on = range(design.futility_at_most + 1, first + 1)
    return float(
        sum(binom.pmf(x, first, rate) * binom.sf(design.success_at_least - x - 1, rest, rate) for x in goes_on)
    )


@pytest.mark.parametrize(
    ("name", "alpha", "power"), [("nct02976896", 0.0488225, 0.8862455), ("nct07142421", 0.0473859, 0.9015958)]
)
def test_the_design_keeps_its_exact_level_and_power(name: str, alpha: float, power: float) -> None:
    made = study(name)
    assert success(made, made.design.null_rate) == pytest.approx(alpha, abs=5e-8)
    assert success(made, made.design.target_rate) == pytest.approx(power, abs=5e-8)
    assert alpha <= made.design.alpha
    assert power >= made.design.power
    assert f"{alpha:.4f}" in made.assumed["design.alpha"]
    assert f"{power:.4f}" in made.assumed["design.power"]


def test_the_critical_number_is_the_smallest() -> None:
    made = study("nct02976896")
    assert binom.sf(made.design.success_at_least - 2, 43, 0.15) == pytest.approx(0.1006, abs=5e-5)
    assert "10.06%" in made.assumed["design.success_at_least"]


def test_the_rates_follow_from_the_medians_named() -> None:
    assert math.isclose(0.5 ** (6 / 2.2), 0.15, abs_tol=0.005)
    assert math.isclose(0.5 ** (6 / 3.8), 0.33, abs_tol=0.005)


def smallest_expected(null: float, target: float, patients: range) -> tuple[int, int, int, int]:
    """Return the two-stage design (futile, first, success, all) with the fewest patients expected at the null rate."""
    found: list[tuple[float, tuple[int, int, int, int]]] = []
    for n, first in product(patients, range(5, 30)):
        x = np.arange(first + 1)
        at_null, at_target = binom.pmf(x, first, null), binom.pmf(x, first, target)
        for futile in range(min(first, 6)):
            expected = first + at_null[futile + 1 :].sum() * (n - first)
            on = x[futile + 1 :]
            level = np.array([at_null[on] @ binom.sf(s - on - 1, n - first, null) for s in range(14)])
            success = int(np.argmax(level <= 0.05))
            if level[success] <= 0.05 and at_target[on] @ binom.sf(success - on - 1, n - first, target) >= 0.9:
                found.append((expected, (futile, first, success, n)))
    return min(found)[1]


def test_the_two_stage_design_is_the_optimal_one() -> None:
    design = study("nct07142421").design
    stages = (design.futility_at_most, design.first_stage_patients, design.success_at_least, design.patients)
    assert smallest_expected(0.1, 0.3, range(30, 38)) == stages == (2, 18, 7, 35)
    assert binom.cdf(2, 18, 0.1) == pytest.approx(0.7338, abs=5e-5)
    assert "73.4%" in study("nct07142421").assumed["design.futility_at_most"]
