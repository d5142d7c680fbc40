"""Whatever a text holds, a reader gives a record or says why not; no other exception, and no text takes it long.

The samples are cut at every 97th character, a few of each here; all cuts of all samples were read by hand once.
"""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.record.made import FLAT, criteria, page
from topline.errors import ToplineError
from topline.protocol.record.form import parse_records
from topline.protocol.record.record import Record

PATHS = (
    "identificationModule.briefTitle",
    "eligibilityModule.eligibilityCriteria",
    "designModule.enrollmentInfo.count",
    "outcomesModule.primaryOutcomes.0.timeFrame",
    "conditionsModule.conditions.0",
)


def survives(text: str) -> str:
    """Read a text; return the code of the error, or the form after looking at values and places."""
    try:
        records = parse_records(text, "x")
    except ToplineError as error:
        return error.code
    for record in records:
        assert_places_are_inside(record)
    return records[0].form.value if records else "nothing"


def assert_places_are_inside(record: Record) -> None:
    spans = [found.span for found in (*record.doubts, *record.repairs)]
    for path in PATHS:
        value = record.value(path)
        record.state(path)
        spans.append(record.place(path, 0, len(value) if isinstance(value, str) else 0))
        assert value is None or spans[-1] is not None, path
        spans += [record.place(path, 3, 10**9), record.place(path, -2, 1)]
    assert all(0 <= span.start <= span.end <= len(record.text) for span in spans if span is not None)


def samples(shared: Path) -> list[Path]:
    folder = shared / "data" / "registry"
    return [*sorted(folder.glob("veeva/*")), *sorted(folder.glob("flat/*")), *sorted(folder.glob("ctgov/*"))[::6]]


def test_samples_that_break_off(shared: Path) -> None:
    drawn = random.Random(97)
    outcomes = set()
    for path in samples(shared):
        text = path.read_text("utf-8")
        cuts = range(0, len(text), 97)
        for cut in drawn.sample(cuts, min(len(cuts), 8)):
            outcomes.add(survives(text[:cut]))
    assert {"ClinicalTrials.Veeva page", "flattened text", "TL-I03"} <= outcomes


def test_samples_with_flipped_bytes(shared: Path) -> None:
    drawn = random.Random(98)
    for path in samples(shared):
        data = bytearray(path.read_bytes())
        for _ in range(drawn.choice((1, 3, 40))):
            data[drawn.randrange(len(data))] = drawn.randrange(256)
        survives(data.decode("utf-8", "replace"))
        survives(data.decode("latin-1"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "TL-I01"),
        (" \n\n ", "TL-I01"),
        ("\0" * 1000, "TL-I01"),
        ("<!DOCTYPE html><html><body>Conditions</body></html>", "TL-I01"),
        ("<div>" + page() + "</div>", "TL-I01"),
        ('{"status":"pwned"}', "TL-I04"),
        ("[" * 100_000, "TL-I03"),
        ('{"protocolSection":' * 3000 + "1" + "}" * 3000, "TL-I03"),
        (page().encode("utf-16").decode("latin-1"), "TL-I01"),
        ("just a line", "TL-I01"),
        (page().replace(" ", "\0 "), "ClinicalTrials.Veeva page"),
        (page().replace("drug", "\ud800"), "ClinicalTrials.Veeva page"),
        ("\ufeff" + FLAT, "flattened text"),
        (FLAT.replace("\n", "\r\n"), "flattened text"),
    ],
    ids=lambda value: repr(value[:25]),
)
def test_texts_of_other_kinds(text: str, code: str) -> None:
    assert survives(text) == code


MANY = 600_000


@pytest.mark.parametrize(
    "text",
    [
        "x" * 8 * MANY,
        FLAT.replace("RECIST 1.1.", "word, " * MANY),
        FLAT.replace("Survival", "|" * 8 * MANY),
        FLAT.split("\n")[0] + "\na\nb\nDRUG: x\n" + "a, b|" * MANY,
        page(title="(" * 8 * MANY),
        page().replace("Pregnancy", "= 10 x " * MANY),
        page().replace("Pregnancy", " " * 8 * MANY),
        page() + "Conditions\n\nx\n\n" * (MANY // 20),
        criteria("â‰¥ " * MANY),
        criteria("â‰¥" * MANY),
        criteria("a，" * MANY),
        criteria("<b " * MANY + "&lt" * MANY),
        criteria("10 109 " * MANY),
        '{"protocolSection": {' + '"a": 1, "b": 2, ' * MANY + '"identificationModule": {"briefTitle": "x"}}}',
        "NCT Number,Study Title\n" + '"' * 4 * MANY,
        "NCT Number,Study Title\n" + "a," * 4 * MANY,
        "\n" * 8 * MANY,
    ],
    ids=lambda text: repr(text[-8:]),
)
def test_texts_of_megabytes(text: str) -> None:
    """A rule that looks back over the text at each character would not come to an end here."""
    assert survives(text)


@given(st.text(alphabet='{}[]":,\\ud8 1eE+-.NCTa\n', max_size=60))
def test_anything_like_json(text: str) -> None:
    survives("{" + text)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["date", "name", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_MODULES = st.sampled_from(
    [
        "identificationModule",
        "statusModule",
        "designModule",
        "outcomesModule",
        "eligibilityModule",
        "contactsLocationsModule",
    ]
)
_FIELDS = st.sampled_from(
    [
        "briefTitle",
        "enrollmentInfo",
        "phases",
        "primaryOutcomes",
        "eligibilityCriteria",
        "locations",
        "startDateStruct",
        "zip",
    ]
)


@given(st.dictionaries(_MODULES, st.dictionaries(_FIELDS, _VALUES, max_size=3) | _VALUES, min_size=1))
def test_values_of_any_type_in_any_field(modules: dict[str, object]) -> None:
    survives(json.dumps({"protocolSection": modules}))


_LINES = st.sampled_from(
    [
        *(line for line in page().split("\n") if line),
        "",
        "",
        "",
        "Conditions",
        "Treatment:",
        "Description:",
        "5 patients",
    ]
)


@given(st.lists(_LINES, max_size=40))
def test_lines_of_pages_in_any_order(lines: list[str]) -> None:
    survives("ClinicalTrials.Veeva\n\n" + "\n".join(lines))
