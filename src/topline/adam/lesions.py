"""From TU and TR to lesions: one size or state per subject, visit and lesion, and every doubt as a finding."""

from dataclasses import dataclass

import polars as pl

from topline.adam.assessor import by_assessor, check_assessor, where_all
from topline.adam.scan_dates import date_scans, visit_number
from topline.adam.sequence import in_order, places
from topline.adam.sizes import NEW, NON_TARGET, RANK, SHORT_AXIS, TARGET, derive_sizes
from topline.protocol.criteria import ResponseCriteria
from topline.tables.dates import last_day, precision
from topline.tables.findings import findings, join_findings
from topline.tables.repeated import meaning_of

PART = r"\.\d+$"
NODAL = r"LYMPH|\bNODES?\b|\bNODAL\b"
NOT_NODAL = r"LYMPHANG"
LESIONS = (
    "S",
    "STUDYID",
    "USUBJID",
    "TRLNKID",
    "GROUP",
    "NODE",
    "TULOC",
    "TUSEQ",
    "TUVISIT",
    "TUDT",
    "TUDTF",
    "TUMETHOD",
)
RECORDED = (
    *("STUDYID", "USUBJID", "VISITNUM", "VISIT", "TRSEQ", "TRLNKID", "TRGRPID", "TRTESTCD", "TRDTC"),
    *("TRORRES", "TRORRESU", "TRSTRESC", "TRSTRESN", "TRSTRESU", "TRSTAT"),
)
"""What is read of a record of TR."""

TR_RECORD = pl.format("TRSEQ {}", "TRSEQ")


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


def derive_lesions(
    tu: pl.DataFrame, tr: pl.DataFrame, subjects: pl.DataFrame, criteria: ResponseCriteria, *, records: bool = True
) -> Readings:
    """Return the lesions that TU and TR hold for `subjects` (STUDYID, USUBJID, S), as the assessor read them.

    Parts of one lesion (T01.1, T01.2) are added, merged lesions (T01/T02) count once. A lesion keeps the kind that TU
    gives it first; one that TU lacks takes the group of its measurements. Every doubt is a finding. Without `records`,
    for virtual patients, SRCRECS is missing: the measures do not name what they rest on.
    """
    identified, found_kind = _identified(_of_subjects(by_assessor(tu, "TU", criteria.assessor), subjects))
    rows = _of_subjects(by_assessor(tr, "TR", criteria.assessor).select(RECORDED), subjects)
    rows = where_all(rows, pl.col("TRTESTCD").is_in(list(RANK)) & pl.col("TRLNKID").is_not_null())
    rows, found_date = date_scans(rows, "TR")
    rows, lesions = _with_wholes(rows, identified)
    rows, lesions, found_group = _grouped(rows, lesions)
    measures, found_size = derive_sizes(rows)
    if not records:
        measures = measures.with_columns(pl.lit(None, pl.List(pl.String)).alias("SRCRECS"))
    found_assessor = [check_assessor(frame, name, criteria.assessor) for name, frame in (("TU", tu), ("TR", tr))]
    found = join_findings(found_kind, found_date, found_group, found_size, *found_assessor)
    return Readings(lesions, measures, visits_of(measures), found)


def _of_subjects(frame: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    """Return the records of `subjects` with S."""
    place = subjects["S"].gather(places(frame, subjects))
    return where_all(frame.with_columns(place.alias("S")), pl.col("S").is_not_null())


def _identified(tu: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the lesions that TU identifies, one row each, and findings about lesions with two kinds."""
    group = meaning_of(pl.coalesce("TUSTRESC", "TUORRES"), _kind, pl.String)
    node = meaning_of("TULOC", _nodal, pl.Boolean)
    rows = tu.filter(pl.col("TULNKID").is_not_null()).with_columns(
        pl.col("TULNKID").alias("TRLNKID"), group.alias("GROUP"), node.fill_null(False).alias("NODE"),
        last_day("TUDTC").alias("TUDT"), precision("TUDTC").alias("TUDTF"),
    )  # fmt: skip
    rows = rows.filter(pl.col("GROUP").is_not_null()).with_columns(
        visit_number("VISITNUM", pl.col("TUDT")).alias("TUVISIT")
    )
    rows = rows.sort("S", "TUVISIT", "TUSEQ", nulls_last=True)
    kinds = rows.group_by("S", "TRLNKID", maintain_order=True).agg(
        pl.col("STUDYID", "USUBJID", "TUSEQ").first(), pl.col("GROUP").n_unique().alias("KINDS")
    )
    twice, record = kinds.filter(pl.col("KINDS") > 1), pl.format("TUSEQ {}", "TUSEQ")
    found = findings("TL-R17", twice, "TU", variable="TUSTRESC", value=pl.col("TRLNKID"), record=record)
    return rows.unique(["S", "TRLNKID"], keep="first", maintain_order=True).select(LESIONS), found


def _kind(text: pl.Expr) -> pl.Expr:
    """Return the group that TU says a lesion is of."""
    word = text.str.to_uppercase().str.strip_chars()
    return (
        pl.when(word.str.starts_with("NON")).then(pl.lit(NON_TARGET))
        .when(word.str.starts_with(NEW)).then(pl.lit(NEW))
        .when(word.str.contains(TARGET)).then(pl.lit(TARGET))
    )  # fmt: skip


def _nodal(text: pl.Expr) -> pl.Expr:
    place = text.str.to_uppercase()
    return place.str.contains(NODAL) & ~place.str.contains(NOT_NODAL)


def _said_group(text: pl.Expr) -> pl.Expr:
    """Return the group that TR says a lesion is of, missing where it names none."""
    group = text.str.to_uppercase().str.strip_chars().str.replace(r"^NON.*$", NON_TARGET).str.replace(r"^NEW.*$", NEW)
    return pl.when(group.is_in([TARGET, NON_TARGET, NEW])).then(group)


def _with_wholes(rows: pl.DataFrame, lesions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with WHOLE, the lesion they measure, and MERGED; and the lesions that are none's part.

    T01.1 is a part of T01, and T01/T02 are T01 and T02 grown together, where T01 is a lesion; else it is a name.
    """
    name = pl.col("TRLNKID")
    ids = pl.concat([rows.select("S", "TRLNKID"), lesions.select("S", "TRLNKID")])
    odd = ids.filter(meaning_of("TRLNKID", _composed, pl.Boolean)).unique()
    if odd.is_empty():
        return rows.with_columns(name.alias("WHOLE"), pl.lit(False).alias("MERGED")), lesions
    odd = odd.with_columns(name.str.replace(r"/.*$", "").str.replace(PART, "").alias("WHOLE"))
    odd = odd.join(ids.unique().rename({"TRLNKID": "WHOLE"}), on=["S", "WHOLE"], how="semi")
    odd = odd.with_columns(name.str.contains("/", literal=True).alias("MERGED"))
    rows = rows.join(odd, on=["S", "TRLNKID"], how="left", maintain_order="left")
    rows = rows.with_columns(pl.coalesce("WHOLE", "TRLNKID").alias("WHOLE"), pl.col("MERGED").fill_null(False))
    return rows, lesions.join(odd, on=["S", "TRLNKID"], how="anti", maintain_order="left")


def _composed(name: pl.Expr) -> pl.Expr:
    return name.str.contains(PART) | name.str.contains("/", literal=True)


def _grouped(rows: pl.DataFrame, lesions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the records with GROUP and NODE of their lesion; what TU lacks is taken from TRGRPID and the axis."""
    lesions = _nodes_by_axis(rows, lesions)
    known = lesions.select("S", pl.col("TRLNKID").alias("WHOLE"), "GROUP", "NODE")
    rows = rows.join(known, on=["S", "WHOLE"], how="left", maintain_order="left")
    rows = rows.with_columns(meaning_of("TRGRPID", _said_group, pl.String).alias("SAID"))
    other = rows.filter(pl.col("SAID") != pl.col("GROUP"))
    stray = rows.filter(pl.col("GROUP").is_null())
    first = stray.unique(["S", "TRLNKID"], keep="first", maintain_order=True)
    found = join_findings(
        findings("TL-R02", first, "TR", variable="TRLNKID", value=pl.col("TRLNKID"), record=TR_RECORD),
        findings("TL-R17", other.unique(["S", "WHOLE"], keep="first", maintain_order=True), "TR", variable="TRGRPID",
                 value=pl.col("SAID"), message=pl.format("lesion {} is {} in TU", "WHOLE", "GROUP"), record=TR_RECORD),
    )  # fmt: skip
    if stray.is_empty():
        return rows, lesions, found
    extra = _from_measurements(stray.filter(pl.col("SAID").is_not_null()))
    added = extra.select("S", pl.col("TRLNKID").alias("WHOLE"), pl.col("GROUP").alias("G"), pl.col("NODE").alias("N"))
    rows = rows.join(added, on=["S", "WHOLE"], how="left", maintain_order="left")
    rows = rows.with_columns(pl.coalesce("GROUP", "G").alias("GROUP"), pl.coalesce("NODE", "N").alias("NODE"))
    return rows.filter(pl.col("GROUP").is_not_null()), pl.concat([lesions, extra]), found


def _nodes_by_axis(rows: pl.DataFrame, lesions: pl.DataFrame) -> pl.DataFrame:
    """Return the lesions where one without location, of which only the short axis is measured, is a node."""
    if lesions["TULOC"].null_count() == 0:
        return lesions
    places = lesions.filter(pl.col("TULOC").is_null()).select("S", pl.col("TRLNKID").alias("WHOLE"))
    measured = rows.join(places, on=["S", "WHOLE"], how="semi")
    short = measured.group_by("S", pl.col("WHOLE").alias("TRLNKID")).agg(_short_axis_only().alias("SHORT"))
    joined = lesions.join(short, on=["S", "TRLNKID"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("NODE") | pl.col("SHORT").fill_null(False)).drop("SHORT")


def _short_axis_only() -> pl.Expr:
    test = pl.col("TRTESTCD")
    return test.is_in(SHORT_AXIS).any() & ~test.is_in(["LDIAM", "DIAMETER"]).any()


def _from_measurements(stray: pl.DataFrame) -> pl.DataFrame:
    """Return the lesions that only TR names, one row each, with the group of their first measurement."""
    first = stray.sort("S", "ADT", "AVISITN", "TRSEQ").group_by("S", "WHOLE", maintain_order=True).agg(
        pl.col("STUDYID", "USUBJID", "SAID", "AVISITN", "ADT").first(), _short_axis_only().alias("NODE")
    )  # fmt: skip
    return first.select(
        "S",
        "STUDYID",
        "USUBJID",
        pl.col("WHOLE").alias("TRLNKID"),
        pl.col("SAID").alias("GROUP"),
        "NODE",
        pl.lit(None, pl.String).alias("TULOC"),
        pl.lit(None, pl.Int64).alias("TUSEQ"),
        pl.col("AVISITN").alias("TUVISIT"),
        pl.col("ADT").alias("TUDT"),
        pl.lit(None, pl.String).alias("TUDTF"),
        pl.lit(None, pl.String).alias("TUMETHOD"),
    )


def visits_of(measures: pl.DataFrame) -> pl.DataFrame:
    """Return one row per subject and visit: its last and first date, and all records of the visit."""
    gaps = measures["VISIT"].null_count() > 0
    records = pl.col("SRCRECS").list.explode(keep_nulls=False, empty_as_null=False).unique(maintain_order=True)
    named = measures["SRCRECS"].null_count() < measures.height
    visits = measures.group_by("S", "AVISITN").agg(
        pl.col("STUDYID", "USUBJID").first(),
        (pl.col("VISIT").drop_nulls() if gaps else pl.col("VISIT")).first(),
        pl.col("ADT").max(),
        in_order(measures, "ADTF", "ADT").last(),
        pl.col("ADT").min().alias("FIRSTDT"),
        *([records.alias("TRRECS")] if named else []),
    )
    unnamed = [] if named else [pl.lit([], pl.List(pl.String)).alias("TRRECS")]
    return visits.with_columns(unnamed).sort("S", "ADT", "AVISITN")
