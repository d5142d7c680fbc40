"""The shared sample records: each gives a study file that is read back; what outcomes mean was checked by eye."""

from collections import Counter
from pathlib import Path

import pytest

from tests.protocol.draft.records import SEEDS, sample, samples, seed
from tests.protocol.draft.samples import FORMS
from topline.protocol.source import parse_protocol

SIZES = {"ctgov": 53, "veeva": 28, "flat": 19}

BY_EYE = [
    # record, place of the outcome (primary, secondary, other and index), ids of its endpoints, analysed or not
    ("NCT02204020", "p0", "RELAPSE", False),
    ("NCT02204020", "s1", "OS", True),
    ("NCT02204020", "s4", "RFS", False),  # a disease of the blood
    ("NCT02513394", "p0", "SITE", False),  # invasive disease-free survival
    ("NCT04305041", "p2", "ORR", True),
    ("NCT04672369", "s3", "DCR", True),  # best response: six months are the frame of all outcomes
    ("NCT04746924", "s3", "QLQC30", True),
    ("NCT04746924", "s5", "EQ5D", False),
    ("NCT05142189", "s0", "ORR", False),  # some cohorts only
    ("NCT05142189", "s5", "OS", True),  # all cohorts
    ("NCT05518045", "p4", "ORR", True),  # phase II
    ("NCT05518045", "s13", "DOR DCR PFS OS", True),  # one outcome, four endpoints
    ("NCT05518045", "s14", "ORR DOR DCR PFS", False),  # an independent review besides
    ("NCT05830123", "s10", "PFS4M", True),
    ("NCT05942456", "s2", "LINK", False),  # a correlation with survival
    ("NCT06131398", "s4", "CBR", True),
    ("NCT06328036", "p0", "PFS", False),  # by RANO
    ("NCT06328036", "s5", "OS", True),
    ("NCT06620822", "p0", "DFS24M", True),
    ("NCT06644781", "s5", "OES18", True),
    ("NCT07098338", "s3", "DCR12W", True),
    ("NCT07205718", "p6", "DCR", True),
    ("NCT07205718", "s8", "ORR", False),  # phase I
    ("NCT07221253", "s0", "OS", True),  # intent to treat
    ("NCT07221253", "p0", "OS", False),  # a subgroup
    ("NCT07428993", "p0", "EFS", True),
]
NAMES = {"p": "primaryOutcomes", "s": "secondaryOutcomes", "o": "otherOutcomes"}


@pytest.mark.parametrize("form", FORMS)
def test_every_sample_gives_a_study_file_that_is_read_back(form: str, shared: Path) -> None:
    paths = samples(shared, form)
    assert len(paths) == SIZES[form]
    for path in paths:
        _, draft = sample(path)
        assert parse_protocol(draft.text, path.name) == draft.protocol, path.name
        assert draft.text.count("# from the record") >= 4, path.name


@pytest.mark.parametrize(("name", "place", "ids", "analysed"), BY_EYE)
def test_outcomes_mean_what_a_reader_finds(name: str, place: str, ids: str, analysed: bool, shared: Path) -> None:
    _, draft = sample(shared / "data" / "registry" / "ctgov" / f"{name}.json")
    path = f"outcomesModule.{NAMES[place[0]]}.{place[1:]}."
    found = [
        each
        for each in draft.protocol.endpoints
        if any(origin.path.startswith(path) for origin in draft.provenance.get(f"endpoints.{each.id}.label.en", ()))
    ]
    stems = [each.id.rstrip("0123456789") if each.id not in ids.split() else each.id for each in found]
    assert " ".join(stems) == ids
    assert {each.analysis.type != "not analysed" for each in found} == {analysed}


def test_no_outcome_is_dropped(shared: Path) -> None:
    counts: Counter[str] = Counter()
    for path in samples(shared, "ctgov"):
        record, draft = sample(path)
        lists = record.content.outcomes
        every = (*lists.primary_outcomes, *lists.secondary_outcomes, *lists.other_outcomes)
        sources: dict[str, set[str]] = {}
        for each in draft.protocol.endpoints:
            for origin in draft.provenance.get(f"endpoints.{each.id}.label.en", ()):
                sources.setdefault(origin.path.rpartition(".")[0], set()).add(each.analysis.type)
        assert len(sources) == len(every), path.name
        counts["outcomes"] += len(every)
        counts["analysed"] += sum(kinds != {"not analysed"} for kinds in sources.values())
        counts["doses"] += sum(path.endswith(".dose") for path in draft.provenance)
    print(dict(counts))
    assert counts["outcomes"] == 464
    assert 150 <= counts["analysed"] <= 165  # 157 were right when all were read, 2 doubtful
    assert counts["doses"] == 42  # 40 right, one a component of a regimen, one of three levels; both are asked about


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_gives_a_study_file_that_is_read_back(name: str, shared: Path) -> None:
    _, draft = seed(shared, name)
    assert parse_protocol(draft.text) == draft.protocol
    assert 10 <= len(draft.questions) <= 20
