"""ADRS and ADTTE equal admiralonco 1.4.0 row by row; every difference is one that docs/differences.md explains.

The reference was made by running admiral 1.4.1 and admiralonco 1.4.0 unmodified (golden/README.md beside this
repository): `seq` is every ordered sequence of one to five responses on three visit schedules, `rich` and `recist` are
two public data sets.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from tests.adam.real_data import Derived, derive, sdtm
from tests.protocols import protocol, rate, time_to_event

ANY = {
    "any assessment": {
        "dataset": "ADRS",
        "where": "PARAMCD = 'OVR'",
        "date": "ADT",
        "description": "Last Tumor Assessment",
    }
}
PARAMETERS = ("BOR", "CBOR", "RSP", "CRSP", "CB", "CCB", "BCP", "CBCP", "PD", "LSTA", "DEATH", "MDIS")
VALUES = ("AVALC", "AVAL", "ADT", "ANL02FL", "SRCSEQ")
TIMES = ("STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC")
REFERENCE = {
    "seq": ("seq_adsl", "seq_adrs_new", "seq_adtte"),
    "rich": ("input_pharmaverseadam_adsl", "rich_adrs_recist_rsonco", "rich_adtte_rsonco"),
    "recist": ("adam_adsl", "adam_adrs_recist", "adam_adtte"),
}
FOLDERS = {"rich": "onco-sequence", "recist": "onco-recist"}
ROWS = {"seq": (6941, 31609, 4405), "rich": (306, 633, 52), "recist": (306, 22, 4)}


def trial(lost: str = "as assessed"):  # type: ignore[no-untyped-def]
    """Return the protocol by which the reference was derived: last assessment of any value, no cut, no gap rule."""

    def time(name: str, *events: str, **other: str):  # type: ignore[no-untyped-def]
        return time_to_event(name, events, last_observation="any assessment", sources=ANY, **other)

    endpoints = [
        rate(),
        time_to_event("OS", ("death",), last_observation="last alive"),
        time("PFS", "progression", "death"),
        time("RSD", "progression", "death", start="response", response_parameter="RSP"),
    ]
    response = {"source": "assessed", "complete_response_lost": lost}
    return protocol(endpoints=endpoints, response=response, time_zero="randomization")


@dataclass(frozen=True)
class Pair:
    """What topline derives, and the reference."""

    derived: Derived
    adsl: pl.DataFrame
    adrs: pl.DataFrame
    adtte: pl.DataFrame

    @property
    def target(self) -> set[str]:
        assert self.derived.tumors is not None
        lesions = self.derived.tumors.readings.lesions.filter(pl.col("GROUP") == "TARGET")
        return set(lesions["USUBJID"])


@cache
def pair(shared: Path, name: str, lost: str = "as assessed") -> Pair:
    adsl, adrs, adtte = (pl.read_parquet(shared / "golden" / "adam" / f"{each}.parquet") for each in REFERENCE[name])
    dates = [pl.col(each).cast(pl.Date) for each in ("RANDDT", "TRTSDT", "DTHDT", "LSTALVDT")]
    adsl = adsl.sort("USUBJID").with_columns(dates).with_columns(
        pl.col("RANDDT").alias("STARTDT"), pl.lit(None, pl.Date).alias("NEWTXDT")
    )  # fmt: skip
    if name == "seq":
        tables = {
            each: pl.read_parquet(shared / "golden" / "adam" / f"seq_{each.lower()}.parquet") for each in ("RS", "TU")
        }
        tables = {each: frame.with_columns(pl.col(f"{each}SEQ").cast(pl.Int64)) for each, frame in tables.items()}
    else:
        tables = dict(sdtm(shared / "data" / "sdtm" / FOLDERS[name]))
    return Pair(derive(tables, trial(lost), adsl), adsl, adrs.rename({"RSSEQ": "SRCSEQ", "VISITNUM": "AVISITN"}), adtte)


def different(ours: pl.DataFrame, theirs: pl.DataFrame, keys: list[str], values: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows that are in one table only or have another value; every row is compared."""
    left = ours.select(*keys, *(pl.col(name) for name in values), pl.lit(True).alias("HERE"))
    right = theirs.select(*keys, *(pl.col(name) for name in values), pl.lit(True).alias("HERE"))
    pairs = left.join(right, on=keys, how="full", coalesce=True, suffix="_REF", nulls_equal=True)
    assert pairs.height >= theirs.height
    unequal = [pl.col(name).ne_missing(pl.col(f"{name}_REF")) for name in (*values, "HERE")]
    return pairs.filter(pl.any_horizontal(unequal))


def differing(both: Pair, parameter: str) -> set[str]:
    ours, theirs = (frame.filter(pl.col("PARAMCD") == parameter) for frame in (both.derived.adam["ADRS"], both.adrs))
    assert ours.height == theirs.height == both.adsl.height
    values = tuple(name for name in VALUES if parameter not in ("MDIS", "DEATH") or name != "SRCSEQ")
    return set(different(ours, theirs, ["USUBJID"], values)["USUBJID"])


def confirmed(both: Pair) -> set[str]:
    """Return the subjects whose reference itself gives CR or PR as confirmed best response."""
    rows = both.adrs.filter((pl.col("PARAMCD") == "CBOR") & pl.col("AVALC").is_in(["CR", "PR"]))
    return set(rows["USUBJID"])


@pytest.mark.parametrize("name", list(REFERENCE))
def test_parameters_of_a_subject(shared: Path, name: str) -> None:
    both = pair(shared, name)
    explained = {parameter: set[str]() for parameter in PARAMETERS}
    explained["CBCP"] = confirmed(both)  # differences.md: CBCP is N for everybody
    if name == "rich":
        explained["MDIS"] = both.target  # differences.md: MDIS looks for a visit that the data set does not have
    assert {parameter: differing(both, parameter) for parameter in PARAMETERS} == explained
    assert len(explained["CBCP"]) == {"seq": 671, "rich": 26, "recist": 1}[name]


@pytest.mark.parametrize("name", list(REFERENCE))
def test_assessments(shared: Path, name: str) -> None:
    both = pair(shared, name)
    ours, theirs = (frame.filter(pl.col("PARAMCD") == "OVR") for frame in (both.derived.adam["ADRS"], both.adrs))
    found = different(ours, theirs, ["USUBJID", "AVISITN", "ADT"], ("AVALC", "AVAL", "ANL02FL", "SRCSEQ"))
    unknown = theirs.filter(~pl.col("AVALC").is_in(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"]))
    assert theirs.height == ROWS[name][1]
    assert set(found["USUBJID"]) == set(unknown["USUBJID"])  # differences.md: CHECK is no response
    assert found.height == unknown.height == (1 if name == "rich" else 0)
    assert both.derived.findings.filter(pl.col("CODE") == "TL-R11").height == unknown.height


@pytest.mark.parametrize("name", list(REFERENCE))
@pytest.mark.parametrize("parameter", ["OS", "PFS", "RSD"])
def test_times(shared: Path, name: str, parameter: str) -> None:
    both = pair(shared, name)
    started = both.derived.adam["ADTTE"].filter(pl.col("STARTDT").is_not_null())
    ours, theirs = (frame.filter(pl.col("PARAMCD") == parameter) for frame in (started, both.adtte))
    assert ours.height == theirs.height == (ROWS[name][2] if parameter == "RSD" else both.adsl["RANDDT"].count())
    found = different(ours, theirs, ["USUBJID"], TIMES)
    at_start = theirs.filter((pl.col("EVNTDESC") == "Randomization") & (pl.col("AVAL") == 1) & (pl.col("CNSR") == 1))
    assert set(found["USUBJID"]) == set(at_start["USUBJID"])  # differences.md: only the word for it
    assert different(ours, theirs, ["USUBJID"], tuple(each for each in TIMES if each != "EVNTDESC")).is_empty()


@pytest.mark.parametrize("name", list(REFERENCE))
@pytest.mark.parametrize("parameter", ["OS", "PFS", "RSD"])
def test_times_name_the_row_that_decides(shared: Path, name: str, parameter: str) -> None:
    """SRCSEQ of the reference is a sequence number of its ADRS, ours of ours: both point at the same assessment.

    A death points at ADSL here, at the DEATH row of ADRS there (differences.md).
    """
    both = pair(shared, name)
    ours, theirs = (frame.filter(pl.col("PARAMCD") == parameter) for frame in (both.derived.adam["ADTTE"], both.adtte))
    deaths, theirs_alive = ours.filter(pl.col("EVNTDESC") == "Death"), theirs.filter(pl.col("EVNTDESC") != "Death")
    assert set(deaths.select("SRCDOM", "SRCVAR").rows()) <= {("ADSL", "DTHDT")}
    mine = pointed(ours.filter(pl.col("SRCDOM") == "ADRS"), both.derived.adam["ADRS"])
    other = pointed(theirs_alive.filter(pl.col("SRCDOM") == "ADRS"), both.adrs)
    assert mine.height == other.height == theirs_alive.filter(pl.col("SRCDOM") == "ADRS").height
    assert mine.height > 0 or parameter == "OS"
    pairs = mine.join(other, on="USUBJID", suffix="_REF")
    assert pairs.height == mine.height
    assert pairs.filter(
        pl.any_horizontal(pl.col(each).ne_missing(pl.col(f"{each}_REF")) for each in ("ADT", "SRCSEQ"))
    ).is_empty()
    subject = pairs.filter(pl.col("PARAMCD") != pl.col("PARAMCD_REF"))
    assert set(subject["PARAMCD"]) <= {"OVR"}  # the last assessment: our row of the visit, LSTA in the reference
    assert set(subject["PARAMCD_REF"]) <= {"LSTA"}


def pointed(times: pl.DataFrame, adrs: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ADRS that SRCSEQ names; SRCSEQ then is the record in RS."""
    keys = times.select("USUBJID", pl.col("SRCSEQ").cast(pl.Int64).alias("ASEQ"))
    rows = adrs.with_columns(pl.col("ASEQ").cast(pl.Int64), pl.col("SRCSEQ").cast(pl.Int64))
    return keys.join(rows.select("USUBJID", "ASEQ", "PARAMCD", "ADT", "SRCSEQ"), on=["USUBJID", "ASEQ"])


def again(both: Pair) -> pl.DataFrame:
    """Return the assessments that show disease after a complete response, with whether a progression came before."""
    rows = both.adrs.filter(pl.col("PARAMCD") == "OVR").sort("USUBJID", "ADT").with_columns(
        ((pl.col("AVALC") == "CR").cum_sum().over("USUBJID") > 0).alias("COMPLETE"),
        ((pl.col("AVALC") == "PD").cum_sum().over("USUBJID") > 0).alias("PROGRESSED"),
    )  # fmt: skip
    return rows.filter(pl.col("COMPLETE") & pl.col("AVALC").is_in(["PR", "SD", "NON-CR/NON-PD"]))


def test_disease_after_complete_response_is_progression_where_the_protocol_says_so(shared: Path) -> None:
    """RECIST 1.1, table 3, footnote: after a CR any disease is PD. The reference keeps what is recorded."""
    both = pair(shared, "seq", "progression")
    lost = again(both)
    first = set(lost.filter(~pl.col("PROGRESSED"))["USUBJID"])
    assert len(first) > 1000
    ours, theirs = (frame.filter(pl.col("PARAMCD") == "OVR") for frame in (both.derived.adam["ADRS"], both.adrs))
    found = different(ours, theirs, ["USUBJID", "AVISITN", "ADT"], ("AVALC", "SRCSEQ"))
    keys = ["USUBJID", "AVISITN", "ADT"]
    assert set(found.select(keys).rows()) == set(lost.select(keys).rows())
    assert set(found["AVALC"]) == {"PD"}
    kept = both.derived.adam["ADRS"].filter(pl.col("PARAMCD") == "OVRASSD")
    assert different(kept, theirs, keys, ("AVALC", "SRCSEQ")).is_empty()
    assert differing(both, "PD") == first
    times = different(
        *(frame.filter(pl.col("PARAMCD") == "PFS") for frame in (both.derived.adam["ADTTE"], both.adtte)),
        ["USUBJID"],
        ("ADT", "CNSR"),
    )
    assert set(times["USUBJID"]) == first
    assert (times["ADT"] <= times["ADT_REF"]).all()
    for parameter in ("BOR", "CBOR", "RSP", "CRSP", "CB", "CCB", "BCP"):
        assert differing(both, parameter) <= first, parameter


def test_the_last_adequate_assessment_leaves_out_what_could_not_be_read(shared: Path) -> None:
    """LSTA of the reference includes NE, which observes nothing; LSTAEV, which censoring uses by default, does not."""
    both = pair(shared, "seq")
    adequate = (
        both.derived.adam["ADRS"]
        .filter(pl.col("PARAMCD") == "LSTAEV")
        .select("USUBJID", pl.col("ADT").alias("ADEQUATE"))
    )
    joined = both.adrs.filter(pl.col("PARAMCD") == "LSTA").join(adequate, on="USUBJID")
    differ = joined.filter(pl.col("ADT").ne_missing(pl.col("ADEQUATE")))
    assert set(differ["AVALC"]) == {"NE"}
    assert differ.height == joined.filter(pl.col("AVALC") == "NE").height > 0


def test_sums_of_diameters(shared: Path) -> None:
    """Complete sums, their baseline and nadir equal the reference; it also sums visits with missing lesions."""
    reference = pl.read_parquet(shared / "golden" / "adam" / "adam_adtr.parquet").filter(pl.col("PARAMCD") == "SDIAM")
    whole = reference.filter(pl.col("LSEXP") == pl.col("LSASS"))
    sums = pair(shared, "recist").derived.adam["ADTR"].filter(pl.col("PARAMCD") == "SUMDIAM")
    joined = whole.join(sums, on=["USUBJID", "ADT"], suffix="_OURS")
    assert joined.height == whole.height == sums.height == 22
    for name in ("AVAL", "BASE", "NADIR", "CHGNAD"):
        assert (joined[name] - joined[f"{name}_OURS"]).abs().max() < 1e-9, name
