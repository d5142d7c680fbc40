"""From TU and TR to lesions: one size or state per subject, visit and lesion, and every doubt as a finding."""

from dataclasses import dataclass

import polars as pl

from topline.adam import recist
from topline.protocol.criteria import ResponseCriteria
from topline.tables.dates import last_day, precision
from topline.tables.findings import findings, join_findings

UNIT_MM = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
IMPLAUSIBLE_MM = 400
TARGET, NON_TARGET, NEW = "TARGET", "NON-TARGET", "NEW"

TOO_SMALL = r"TOO SMALL|^TSM$|BELOW MEASURABLE"
GONE = r"^ABSENT|NOT VISIBLE|DISAPPEARED|^RESOLVED|^NOT PRESENT"
PROGRESSED = r"UNEQUIVOCAL|PROGRESS|INCREASED|WORSE"
EQUIVOCAL = r"(^|[^N])EQUIVOCAL|POSSIBLE|SUSPECTED|NON-PD|NOT PROGRESS|WITHOUT PROGRESS"
UNEVALUABLE = r"NOT EVALUABLE|NOT DONE|NOT ASSESS|UNKNOWN|^NE$|^ND$"

RANK = {"LDIAM": 0, "LPERP": 0, "SAXIS": 0, "DIAMETER": 1, "TUMSTATE": 2}
"""Which test gives a lesion's size: the axis that its kind asks for, else a plain diameter, else its state."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The lesions of all subjects as one assessor read them.

    `lesions`: one row per subject and lesion (S, TRLNKID, GROUP, NODE, TULOC, TUSEQ). `measures`: one row per subject,
    visit and lesion (S, AVISITN, TRLNKID, GROUP, NM [nanometres], STATE, ADT, SRCRECS ...). `visits`: one row per
    subject and visit (S, AVISITN, VISIT, ADT, ADTF, FIRSTDT, TRRECS). S is the row number of the subject in ADSL.
    """

    lesions: pl.DataFrame
    measures: pl.DataFrame
    visits: pl.DataFrame
    findings: pl.DataFrame


def by_assessor(frame: pl.DataFrame, prefix: str, assessor: str) -> pl.DataFrame:
    """Return the records of one assessor: all when none is named; of several independent readers the accepted ones.

    >>> frame = pl.DataFrame({"TREVAL": ["INVESTIGATOR", "INDEPENDENT ASSESSOR"], "TRSEQ": [1, 2]})
    >>> by_assessor(frame, "TR", "INVESTIGATOR")["TRSEQ"].to_list()
    [1]
    """
    column, accepted = f"{prefix}EVAL", f"{prefix}ACPTFL"
    if column not in frame.columns or frame[column].null_count() == frame.height:
        return frame
    chosen = frame.filter(pl.col(column) == assessor)
    if accepted in chosen.columns and assessor != "INVESTIGATOR" and (chosen[accepted] == "Y").any():
        chosen = chosen.filter(pl.col(accepted) == "Y")
    return chosen


def read_lesions(tu: pl.DataFrame, tr: pl.DataFrame, subjects: pl.DataFrame, criteria: ResponseCriteria) -> Readings:
    """Return the lesions that TU and TR hold for `subjects` (STUDYID, USUBJID, S), as the protocol's assessor read them.

    Lengths in cm and m become mm; what is too small to measure is 5 mm, what is gone 0. A node counts with its short
    axis, another lesion with its longest diameter. Parts of one lesion (T01.1, T01.2) are added, merged lesions
    (T01/T02) count once. Every record that cannot be used is a finding.
    """
    keys = subjects.select("STUDYID", "USUBJID", "S")
    lesions, found_tu = _identified(by_assessor(tu, "TU", criteria.assessor).join(keys, on=["STUDYID", "USUBJID"]))
    rows = by_assessor(tr, "TR", criteria.assessor).join(keys, on=["STUDYID", "USUBJID"])
    rows = rows.filter(pl.col("TRTESTCD").is_in(list(RANK)) & pl.col("TRLNKID").is_not_null())
    rows, found_visit = _dated(rows)
    rows, lesions, found_group = _grouped(rows, lesions)
    sized, found_size = _sized(rows)
    measures, found_twice = _one_per_lesion(sized)
    chosen = pl.concat([lesions.select("S"), rows.select("S")]).n_unique() if rows.height or lesions.height else 0
    found_none = _no_assessor(tr, chosen, criteria.assessor)
    found = join_findings(found_tu, found_visit, found_group, found_size, found_twice, found_none)
    return Readings(lesions, measures, visits_of(measures), found)


def _no_assessor(tr: pl.DataFrame, chosen: int, assessor: str) -> pl.DataFrame:
    if chosen or tr.is_empty():
        return findings("TL-R15", tr.clear(), "TR")
    present = ", ".join(sorted(set(tr["TREVAL"].drop_nulls().to_list())))
    text = f"no record of {assessor}; there are records of {present or 'nobody named'}"
    return findings("TL-R15", tr.head(1).with_columns(pl.lit("").alias("USUBJID")), "TR", variable="TREVAL", message=text)


def _identified(tu: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the lesions that TU identifies, one row each, and findings about lesions with two kinds."""
    group = pl.coalesce("TUSTRESC", "TUORRES").str.to_uppercase().str.strip_chars()
    group = pl.when(group.str.starts_with("NON")).then(pl.lit(NON_TARGET)).when(group.str.starts_with(NEW)).then(pl.lit(NEW))
    group = group.when(pl.coalesce("TUSTRESC", "TUORRES").str.to_uppercase().str.contains(TARGET)).then(pl.lit(TARGET))
    rows = tu.filter(pl.col("TULNKID").is_not_null()).with_columns(
        group.otherwise(None).alias("GROUP"), pl.col("TULOC").str.to_uppercase().str.contains("LYMPH").fill_null(False).alias("NODE")
    ).filter(pl.col("GROUP").is_not_null()).sort("S", "VISITNUM", "TUSEQ", nulls_last=True)  # fmt: skip
    kinds = rows.group_by("STUDYID", "USUBJID", "TULNKID").agg(pl.col("GROUP").n_unique().alias("KINDS"), pl.col("TUSEQ").first())
    twice = kinds.filter(pl.col("KINDS") > 1)
    found = findings("TL-R17", twice, "TU", variable="TUSTRESC", value=pl.col("TULNKID"), record=pl.format("TUSEQ {}", "TUSEQ"))
    first = rows.unique(["S", "TULNKID"], keep="first", maintain_order=True)
    columns = first.select(
        "S", "STUDYID", "USUBJID", pl.col("TULNKID").alias("TRLNKID"), "GROUP", "NODE", "TULOC", "TUSEQ",
        pl.col("VISITNUM").alias("TUVISIT"), last_day("TUDTC").alias("TUDT"), "TUMETHOD",
    )  # fmt: skip
    return columns, found


def _dated(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with AVISITN, ADT and ADTF; without a date they are left out, without a visit the date is it."""
    dated = rows.with_columns(last_day("TRDTC").alias("ADT"), precision("TRDTC").alias("ADTF"))
    undated = dated.filter(pl.col("ADT").is_null())
    novisit = dated.filter(pl.col("VISITNUM").is_null() & pl.col("ADT").is_not_null())
    record = pl.format("TRSEQ {}", "TRSEQ")
    found = join_findings(
        findings("TL-R12", undated, "TR", variable="TRDTC", value=pl.col("TRDTC").fill_null(""), record=record),
        findings("TL-R13", novisit, "TR", variable="VISITNUM", record=record),
    )
    day = pl.col("ADT").dt.epoch("d").cast(pl.Float64) + 1e6
    return dated.filter(pl.col("ADT").is_not_null()).with_columns(pl.coalesce("VISITNUM", day).alias("AVISITN")), found


def _grouped(rows: pl.DataFrame, lesions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the records with GROUP, NODE and the lesion they belong to; what TU lacks is taken from TRGRPID."""
    whole = pl.col("TRLNKID").str.replace(r"/.*$", "")
    rows = rows.with_columns(whole.alias("WHOLE"), pl.col("TRLNKID").str.contains("/", literal=True).alias("MERGED"))
    known = lesions.select("S", pl.col("TRLNKID").alias("WHOLE"), "GROUP", "NODE")
    parted = rows["WHOLE"].str.contains(r"\.\d+$").any()
    if parted:
        parts = lesions.select("S", pl.col("TRLNKID").alias("BASE"), pl.lit(True).alias("ISPART"))
        rows = rows.with_columns(pl.col("WHOLE").str.replace(r"\.\d+$", "").alias("BASE")).join(parts, on=["S", "BASE"], how="left")
        rows = rows.with_columns(pl.when("ISPART").then("BASE").otherwise("WHOLE").alias("WHOLE")).drop("BASE", "ISPART")
    rows = rows.join(known, on=["S", "WHOLE"], how="left")
    stray = rows.filter(pl.col("GROUP").is_null())
    group = pl.col("TRGRPID").str.to_uppercase().str.replace(r"^NON.*$", NON_TARGET)
    usable = pl.when(group.is_in([TARGET, NON_TARGET, NEW])).then(group)
    rows = rows.with_columns(pl.coalesce("GROUP", usable).alias("GROUP"), pl.col("NODE").fill_null(False))
    added = rows.join(stray.select("S", "WHOLE").unique(), on=["S", "WHOLE"], how="semi").filter(pl.col("GROUP").is_not_null())
    added = added.sort("AVISITN").unique(["S", "WHOLE"], keep="first", maintain_order=True)
    extra = added.select(
        "S", "STUDYID", "USUBJID", pl.col("WHOLE").alias("TRLNKID"), "GROUP", pl.col("TRTESTCD").is_in(["LPERP", "SAXIS"]).alias("NODE"),
        pl.lit(None, pl.String).alias("TULOC"), pl.lit(None, pl.Int64).alias("TUSEQ"), pl.col("AVISITN").alias("TUVISIT"),
        pl.col("ADT").alias("TUDT"), pl.lit(None, pl.String).alias("TUMETHOD"),
    )  # fmt: skip
    first = stray.unique(["S", "TRLNKID"], keep="first", maintain_order=True)
    found = findings("TL-R02", first, "TR", variable="TRLNKID", value=pl.col("TRLNKID"), record=pl.format("TRSEQ {}", "TRSEQ"))
    return rows.filter(pl.col("GROUP").is_not_null()), pl.concat([lesions, extra]), found


def _sized(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with size NM [nanometres, -1 unmeasured], STATE and RANK of the test; and findings about units."""
    text = pl.coalesce("TRSTRESC", "TRORRES").str.to_uppercase().str.strip_chars()
    number = pl.coalesce(pl.col("TRSTRESN"), pl.col("TRORRES").str.strip_chars().cast(pl.Float64, strict=False))
    standard = pl.col("TRSTRESN").is_not_null()
    unit = pl.when(standard).then("TRSTRESU").otherwise("TRORRESU").str.to_lowercase().str.strip_chars().fill_null("mm")
    factor = unit.replace_strict(UNIT_MM, default=None, return_dtype=pl.Float64)
    diameter = pl.col("TRTESTCD") != "TUMSTATE"
    rows = rows.with_columns(text.alias("TEXT"), number.alias("NUMBER"), unit.alias("UNITMM"), factor.alias("FACTOR"))
    record = pl.format("TRSEQ {}", "TRSEQ")
    wrong = rows.filter(diameter & pl.col("NUMBER").is_not_null() & pl.col("FACTOR").is_null())
    millimetres = pl.col("NUMBER") * pl.col("FACTOR")
    odd = rows.filter(diameter & ((millimetres < 0) | (millimetres > IMPLAUSIBLE_MM)))
    found = join_findings(
        findings("TL-R03", wrong, "TR", variable="TRSTRESU", value=pl.col("UNITMM"), record=record),
        findings("TL-R04", odd, "TR", variable="TRSTRESN", value=pl.col("NUMBER").cast(pl.String), record=record),
    )
    size = (
        pl.when(pl.col("TRSTAT").is_not_null()).then(None)
        .when(diameter & (millimetres >= 0)).then((millimetres * recist.MM).round().cast(pl.Int64))
        .when(diameter & pl.col("NUMBER").is_not_null()).then(None)
        .when(pl.col("TEXT").str.contains(TOO_SMALL)).then(5 * recist.MM)
        .when(pl.col("TEXT").str.contains(GONE)).then(0)
        .otherwise(None)
    )  # fmt: skip
    state = (
        pl.when(pl.col("TRSTAT").is_not_null() | (pl.col("TEXT").is_null() & pl.col("NUMBER").is_null())).then(recist.STATE_UNEVALUABLE)
        .when(diameter & (pl.col("NUMBER") > 0)).then(recist.STATE_PRESENT)
        .when(diameter & (pl.col("NUMBER") == 0)).then(recist.STATE_ABSENT)
        .when(pl.col("TEXT").str.contains(UNEVALUABLE)).then(recist.STATE_UNEVALUABLE)
        .when(pl.col("TEXT").str.contains(GONE)).then(recist.STATE_ABSENT)
        .when(pl.col("TEXT").str.contains(EQUIVOCAL)).then(recist.STATE_PRESENT)
        .when(pl.col("TEXT").str.contains(PROGRESSED)).then(recist.STATE_PROGRESSED)
        .otherwise(recist.STATE_PRESENT)
    )  # fmt: skip
    equivocal = pl.col("TEXT").str.contains(EQUIVOCAL).fill_null(False)
    sized = rows.with_columns(size.alias("NM"), state.cast(pl.Int8).alias("STATE"), equivocal.alias("EQUIVOCAL"), _rank().alias("RANK"))
    return sized.filter(pl.col("RANK").is_not_null()), found


def _rank() -> pl.Expr:
    """Return the rank of a record's test for its lesion: 0 the right axis, null a test that does not give its size."""
    test = pl.col("TRTESTCD")
    wrong = pl.when("NODE").then(test == "LDIAM").otherwise(test.is_in(["LPERP", "SAXIS"]))
    rank = test.replace_strict(RANK, default=None, return_dtype=pl.Int64)
    target = pl.when(wrong).then(None).otherwise(rank)
    return pl.when(pl.col("GROUP") == TARGET).then(target).otherwise(2 - rank)


def _one_per_lesion(sized: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one row per subject, visit and lesion: the best test, of two records of it the last; parts are added."""
    keys = ["S", "AVISITN", "TRLNKID"]
    useful = pl.col("NM").is_null() & (pl.col("GROUP") == TARGET)
    order = sized.sort(*keys, useful, "RANK", "TRSEQ", descending=[False, False, False, False, False, True])
    best = order.unique(keys, keep="first", maintain_order=True)
    same = sized.group_by(*keys, "RANK").agg(pl.len().alias("N"), pl.col("STUDYID", "USUBJID").first(), pl.col("TRSEQ").sort())
    twice = same.filter(pl.col("N") > 1)
    records = pl.format("TRSEQ {}", pl.col("TRSEQ").cast(pl.List(pl.String)).list.join(", "))
    found = findings("TL-D08", twice, "TR", variable="TRLNKID", value=pl.col("TRLNKID"), record=records)
    best = best.with_columns(pl.format("TR {}", "TRSEQ").alias("REC"), pl.col("NM").fill_null(recist.UNMEASURED))
    if (best["WHOLE"] != best["TRLNKID"]).any():
        best = _added_up(best)
    else:
        best = best.with_columns(pl.concat_list("REC").alias("SRCRECS"))
    columns = ["S", "STUDYID", "USUBJID", "AVISITN", "VISIT", "TRLNKID", "GROUP", "NODE", "NM", "STATE", "EQUIVOCAL", "ADT", "ADTF", "TRSEQ", "SRCRECS"]
    return best.select(columns), found


def _added_up(best: pl.DataFrame) -> pl.DataFrame:
    """Return the measures with the parts of one lesion added, and a lesion merged into another one at 0 mm."""
    nm = pl.col("NM")
    whole = best.group_by("S", "AVISITN", "WHOLE", maintain_order=True).agg(
        pl.when((nm == recist.UNMEASURED).any()).then(recist.UNMEASURED).otherwise(nm.sum()).alias("NM"),
        pl.col("REC").alias("SRCRECS"), pl.col("STATE").max(), pl.col("EQUIVOCAL").all(), pl.col("ADT").max(),
        pl.col("STUDYID", "USUBJID", "VISIT", "GROUP", "NODE", "ADTF", "TRSEQ").first(),
    ).rename({"WHOLE": "TRLNKID"})  # fmt: skip
    merged = best.filter("MERGED").with_columns(pl.col("TRLNKID").str.split("/").list.slice(1).alias("OTHERS")).explode("OTHERS")
    absorbed = merged.with_columns(
        pl.col("OTHERS").alias("TRLNKID"), pl.lit(0, pl.Int64).alias("NM"), pl.lit(recist.STATE_ABSENT, pl.Int8).alias("STATE"),
        pl.concat_list("REC").alias("SRCRECS"),
    )  # fmt: skip
    return pl.concat([whole, absorbed.select(whole.columns)])


def visits_of(measures: pl.DataFrame) -> pl.DataFrame:
    """Return one row per subject and visit: its last and first date, and all records of the visit."""
    return measures.group_by("S", "AVISITN").agg(
        pl.col("STUDYID", "USUBJID", "VISIT").first(),
        pl.col("ADT").max(),
        pl.col("ADTF").sort_by("ADT").last(),
        pl.col("ADT").min().alias("FIRSTDT"),
        pl.col("SRCRECS").list.explode(keep_nulls=False, empty_as_null=False).alias("TRRECS"),
    ).sort("S", "ADT", "AVISITN")  # fmt: skip
