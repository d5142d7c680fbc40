"""Real records of the register: which of them fire which rule, each firing read by a person and judged true.

The numbers are those of the records (without their NCT). Rules of text on oncology trials fire on few of 53 records;
a firing that is not in the table is a change of behaviour, and is read before it is added.
"""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from topline.protocol.lint.rule import Answer
from topline.protocol.lint.run import checks, lint_record
from topline.protocol.record.form import parse_record

TODAY = date(2026, 11, 21)

TRUE = {
    "DAT-01": "00869739 05190185 05706207 05883007 06454955 06778603 07004647",
    "DAT-02": "04544592 04861194 05830123 05942456 05960149 06305299 06334406 06454955 06620822 06646627",
    "DAT-04": "05960149 06334406 06620822 07136558 07358260 07428993",
    "DES-06": "06790706",
    "DES-09": "06790706",
    "DES-12": "00090376 00607282 03830164 04305041 04544592 04624828 04672369 05007782 05142189 05363644 05518045 "
    "05960149 06112704 06131398 06328036 06338657 06454955 06620822 06778603 06892548 07136558 07181473 07358260",
    "DES-13": "00090376 00242138 00360438 00607282 03830164 04305041 04544592 05518045 05830123 06112704 06620822 "
    "06778603 06892548 07098338 07205718",
    "DES-16": "04861194",
    "ENC-02": "05190185 05706207 06790706 07181473",
    "ENC-04": "05518045 05706207 06112704 07004647 07098338 07136558",
    "ENC-06": "06620822",
    "OUT-03": "05883007",
    "OUT-05": "00242138 00869739",
    "OUT-07": "00242138 00360438 00607282 00869739 05007782 05142189 05518045 06131398 06892548 07136558 07205718",
    "OUT-08": "04624828",
    "OUT-09": "04465643 06646627",
    "OUT-11": "05518045 06892548 07205718",
    "OUT-12": "05518045",
    "OUT-14": "04672369 05518045",
    "OUT-15": "00360438 02204020 05706207 05942456 06305299 06328036 06338657 06646627 06790706 06892548 07221253 "
    "07358260",
    "OUT-16": "00360438 02204020 03772899 04746924 04818619 05363644 05706207 06328036 06644781 06646627 06892548 "
    "07181473 07221253",
    "OUT-19": "07136558",
    "OUT-20": "04305041",
    "OUT-24": "00090376",
    "QOL-02": "05883007 06644781",
    "SAF-01": "02204020 03772899 04305041 04544592 04672369 06131398 06892548 07004647",
    "SAF-02": "05883007",
    "SAF-04": "03830164",
    "SAF-06": "05883007",
}
"""The firings that are right, by rule."""

NOT_READ = {"ENC-05", "OUT-18"}
"""Rules that fire on most records: only what they say of some was read."""

READ = tuple(name for name in checks() if not name.startswith("ELG") and name not in NOT_READ)


@cache
def fired(folder: Path) -> dict[str, set[str]]:
    """Return the records that each rule fires on."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.glob("*.json")):
        for each in lint_record(parse_record(path.read_text("utf-8"), path.name), TODAY):
            if each.answer is Answer.FIRES:
                found.setdefault(each.rule.id, set()).add(path.stem.removeprefix("NCT"))
    return found


@pytest.mark.parametrize("rule", READ)
def test_a_rule_fires_on_the_records_that_were_judged(shared: Path, rule: str) -> None:
    assert fired(shared / "data/registry/ctgov").get(rule, set()) == set(TRUE.get(rule, "").split())


def test_every_finding_quotes_words_that_its_file_holds(shared: Path) -> None:
    for path in sorted(shared.glob("data/registry/ctgov/*.json"))[::6]:
        record = parse_record(path.read_text("utf-8"), path.name)
        for each in lint_record(record, TODAY):
            for finding in each.findings:
                if finding.words.isascii() and finding.words.isalnum() and finding.span:
                    assert record.text[finding.span.start : finding.span.end] == finding.words


@pytest.mark.parametrize("form", ["veeva", "flat"])
def test_other_forms_never_claim_what_only_the_register_shows(shared: Path, form: str) -> None:
    rules = ("DAT", "OUT-15", "OUT-16") if form == "flat" else ("DAT", "OUT", "QOL", "SAF")
    for path in sorted(shared.glob(f"data/registry/{form}/*.txt")):
        for each in lint_record(parse_record(path.read_text("utf-8"), path.name), TODAY):
            if each.rule.id.startswith(rules):
                assert each.answer is Answer.CANNOT_ASSESS, (path.name, each.rule.id)
