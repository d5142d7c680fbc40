"""The size or state of a lesion at a visit: from the records of TR to one value per subject, visit and lesion."""

import polars as pl

from topline.adam import recist
from topline.tables.findings import findings, join_findings
from topline.tables.repeated import meaning_of

TARGET, NON_TARGET, NEW = "TARGET", "NON-TARGET", "NEW"
UNIT_MM = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
IMPLAUSIBLE_MM = 400
IMPOSSIBLE_MM = 1_000_000
"""A size beyond this is no measurement at all and is treated as missing."""

TOO_SMALL = r"TOO SMALL|^TSM$|BELOW MEASURABLE|^<\s*\d"
GONE = r"^ABSENT|NOT VISIBLE|DISAPPEARED|^RESOLVED|^NOT PRESENT|NO EVIDENCE|^CR$"
PROGRESSED = r"UNEQUIVOCAL|PROGRESS|INCREASE|WORSE|^PD$"
EQUIVOCAL = (
    r"(^|[^N])EQUIVOCAL|NOT UNEQUIVOCAL|POSSIBLE|SUSPECTED|NON-PD|(WITHOUT|NO[NT]?)[ -](PROGRESS|INCREASE|WORSE)"
)
UNEVALUABLE = r"NO[NT][ -]?EVALUABLE|UNEVALUABLE|INEVALUABLE|NOT DONE|NOT ASSESS|UNKNOWN|^UN?K$|^NE$|^ND$"

SAYINGS = (TOO_SMALL, GONE, PROGRESSED, EQUIVOCAL, UNEVALUABLE)
SHORT_AXIS = ("LPERP", "SAXIS")
RANK = {"LDIAM": 0, "LPERP": 0, "SAXIS": 0, "DIAMETER": 1, "TUMSTATE": 2}
"""Which test gives a lesion's size: the axis that its kind asks for, else a plain diameter, else its state."""

WRONG_AXIS = 9
RECORD = pl.format("TRSEQ {}", "TRSEQ")
MEASURES = (
    "S", "STUDYID", "USUBJID", "AVISITN", "VISIT", "TRLNKID", "GROUP", "NODE", "NM", "STATE", "EQUIVOCAL", "ADT",
    "ADTF", "TRSEQ", "SRCRECS",
)  # fmt: skip

SIZED = (
    *("S", "STUDYID", "USUBJID", "AVISITN", "VISIT", "TRLNKID", "GROUP", "NODE", "NM", "STATE", "EQUIVOCAL", "ADT"),
    *("ADTF", "TRSEQ", "RANK", "NUMBER", "TRTESTCD", "WHOLE", "MERGED"),
)


def derive_sizes(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one row per subject, visit and lesion (MEASURES), and findings about every record that cannot be used.

    `rows` are records of TR with S, AVISITN, ADT, ADTF, GROUP, NODE, WHOLE (the lesion they are a part of) and MERGED.
    Lengths in cm and m become mm; what is too small to measure is 5 mm, what is gone 0. A node counts with its short
    axis, another lesion with its longest diameter. Of two records of one test the last counts.
    """
    read, found_values = _read(rows)
    sized = read.with_columns(_size().alias("NM"), _state().alias("STATE"), _rank().alias("RANK")).with_columns(
        pl.when(pl.col("RANK") == WRONG_AXIS).then(None).otherwise("NM").alias("NM"), _equivocal().alias("EQUIVOCAL")
    )
    keys = ["S", "AVISITN", "TRLNKID"]
    useless = pl.col("NM").is_null() & (pl.col("GROUP") == TARGET)
    backwards = [False, False, False, False, False, True]
    order = sized.select(SIZED).sort(*keys, useless, "RANK", "TRSEQ", descending=backwards, nulls_last=True)
    again = order.select(pl.all_horizontal(pl.col(key) == pl.col(key).shift() for key in keys).fill_null(False))
    repeated = again.to_series().any()
    best = order.filter(~again.to_series()) if repeated else order
    best = best.with_columns(pl.format("TR {}", "TRSEQ").alias("REC"), pl.col("NM").fill_null(recist.UNMEASURED))
    parted = (best["WHOLE"] != best["TRLNKID"]).any() or best["MERGED"].any()
    best = _added_up(best) if parted else best.with_columns(pl.concat_list("REC").alias("SRCRECS"))
    twice = [_twice(sized, keys)] if repeated else []
    found = join_findings(found_values, _wrong_axis(order, keys), *twice)
    return best.select(MEASURES), found


def _read(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with TEXT, its WORDS, NUMBER and size MILLIMETRES, and findings about units and numbers."""
    rows = rows.with_columns(meaning_of("TRORRES", _number, pl.Float64).alias("ORIGINAL"))
    standard = pl.col("TRSTRESN")
    number = pl.coalesce(standard, "ORIGINAL")
    same = pl.col("TRSTRESU").is_null() & (standard == pl.col("ORIGINAL"))
    unit = pl.when(standard.is_null() | same).then("TRORRESU").otherwise("TRSTRESU")
    unit = meaning_of(unit, lambda text: text.str.to_lowercase().str.strip_chars(), pl.String).fill_null("mm")
    rows = rows.with_columns(
        meaning_of(pl.coalesce("TRSTRESC", "TRORRES"), _capitals, pl.String).alias("TEXT"),
        pl.when(number.is_finite()).then(number).alias("NUMBER"),
        unit.alias("UNIT"),
        (pl.col("TRTESTCD") != "TUMSTATE").alias("DIAMETER"),
    )
    factor = meaning_of("UNIT", _millimetres, pl.Float64)
    rows = rows.with_columns(
        (pl.col("NUMBER") * factor).alias("MILLIMETRES"), meaning_of("TEXT", _said, pl.UInt8).alias("WORDS")
    )
    size, number = pl.col("MILLIMETRES"), pl.col("NUMBER")
    wrong = rows.filter(pl.col("DIAMETER") & number.is_not_null() & size.is_null())
    odd = rows.filter(pl.col("DIAMETER") & ((size < 0) | (size > IMPLAUSIBLE_MM)))
    known = _says(TOO_SMALL) | _says(GONE) | _says(UNEVALUABLE)
    strange = rows.filter(pl.col("DIAMETER") & number.is_null() & ~known & pl.col("TRSTAT").is_null())
    return rows, join_findings(
        findings("TL-R03", wrong, "TR", variable="TRSTRESU", value=pl.col("UNIT"), record=RECORD),
        findings("TL-R04", odd, "TR", variable="TRSTRESN", value=number, record=RECORD),
        findings("TL-T03", strange, "TR", variable="TRSTRESC", value=pl.col("TEXT"), record=RECORD),
    )


def _millimetres(unit: pl.Expr) -> pl.Expr:
    return unit.replace_strict(UNIT_MM, default=None, return_dtype=pl.Float64)


def _capitals(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().str.strip_chars()


def _number(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().cast(pl.Float64, strict=False)


def _said(text: pl.Expr) -> pl.Expr:
    """Return which of SAYINGS a text matches, the k-th one as the bit 2^k."""
    return pl.sum_horizontal(
        text.str.contains(pattern).cast(pl.UInt8) * 2**place for place, pattern in enumerate(SAYINGS)
    ).cast(pl.UInt8)


def _says(pattern: str) -> pl.Expr:
    """Return whether the text of a record matches one of SAYINGS, missing without text."""
    return pl.when(pl.col("TEXT").is_not_null()).then((pl.col("WORDS") & 2 ** SAYINGS.index(pattern)) > 0)


def _size() -> pl.Expr:
    """Return the size of a record [nanometres], missing where it gives none."""
    diameter, size = pl.col("DIAMETER"), pl.col("MILLIMETRES")
    exact = (size * recist.MM).round().cast(pl.Int64, strict=False)
    return (
        pl.when(pl.col("TRSTAT").is_not_null()).then(None)
        .when(diameter & size.is_between(0, IMPOSSIBLE_MM)).then(exact)
        .when(diameter & pl.col("NUMBER").is_not_null()).then(None)
        .when(_says(TOO_SMALL)).then(5 * recist.MM)
        .when(_says(GONE)).then(0)
    )  # fmt: skip


def _state() -> pl.Expr:
    """Return the state of a record's lesion; a measured node below 10 mm is no disease."""
    text, size = pl.col("TEXT"), pl.col("MILLIMETRES")
    number = pl.when(pl.col("DIAMETER")).then("NUMBER")
    normal = (number == 0) | (
        pl.col("NODE") & pl.col("TRTESTCD").is_in(SHORT_AXIS) & (size < recist.NODE_NORMAL / recist.MM)
    )
    nothing = pl.col("TRSTAT").is_not_null() | (text.is_null() & pl.col("NUMBER").is_null())
    return (
        pl.when(nothing | _says(UNEVALUABLE)).then(recist.STATE_UNEVALUABLE)
        .when(normal).then(recist.STATE_ABSENT)
        .when(number.is_not_null()).then(recist.STATE_PRESENT)
        .when(_says(GONE)).then(recist.STATE_ABSENT)
        .when(_says(EQUIVOCAL)).then(recist.STATE_PRESENT)
        .when(_says(PROGRESSED)).then(recist.STATE_PROGRESSED)
        .otherwise(recist.STATE_PRESENT)
        .cast(pl.Int8)
    )  # fmt: skip


def _equivocal() -> pl.Expr:
    """Return whether a record leaves open that its lesion is one: so it says, or it is a new node below 15 mm."""
    small = pl.col("NODE") & (pl.col("GROUP") == NEW) & (pl.col("NM") >= 0) & (pl.col("NM") < recist.NODE_TARGET)
    return _says(EQUIVOCAL).fill_null(False) | small.fill_null(False)


def _rank() -> pl.Expr:
    """Return the rank of a record's test for its lesion: 0 the right axis, WRONG_AXIS one that says nothing of it."""
    test = pl.col("TRTESTCD")
    wrong = pl.when("NODE").then(test == "LDIAM").otherwise(test.is_in(SHORT_AXIS))
    rank = pl.coalesce(pl.when(test == name).then(place) for name, place in RANK.items())
    right = pl.when(pl.col("GROUP") == TARGET).then(rank).otherwise(2 - rank)
    return pl.when(wrong).then(WRONG_AXIS).otherwise(right)


def _wrong_axis(order: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return findings about target lesions of which, at a visit, only the wrong axis was measured."""
    if not (order["RANK"] == WRONG_AXIS).any():
        return join_findings()
    rows = order.filter(pl.col("GROUP") == TARGET)
    only = rows.filter((pl.col("RANK") == WRONG_AXIS).all().over(keys) & pl.col("NUMBER").is_not_null())
    only = only.unique(keys, keep="first", maintain_order=True)
    axis = (
        pl.when("NODE")
        .then(pl.lit("a node counts with its short axis"))
        .otherwise(pl.lit("a lesion counts with its longest diameter"))
    )
    text = pl.format("{}, which was not measured; the size is missing", axis)
    return findings("TL-R05", only, "TR", variable="TRTESTCD", value=pl.col("TRTESTCD"), message=text, record=RECORD)


def _twice(sized: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return findings about lesions measured twice at one visit by one test."""
    rows = sized.select(*keys, "RANK", "STUDYID", "USUBJID", "TRSEQ").filter(pl.col("RANK") != WRONG_AXIS)
    rows = rows.filter(rows.select(*keys, "RANK").is_duplicated())
    same = rows.group_by(*keys, "RANK", maintain_order=True).agg(
        pl.col("STUDYID", "USUBJID").first(), pl.col("TRSEQ").sort()
    )
    records = pl.format("TRSEQ {}", pl.col("TRSEQ").cast(pl.List(pl.String)).list.join(", "))
    return findings("TL-D08", same, "TR", variable="TRLNKID", value=pl.col("TRLNKID"), record=records)


def _added_up(best: pl.DataFrame) -> pl.DataFrame:
    """Return the measures with the parts of one lesion added, and a lesion merged into another one at 0 mm.

    A lesion of which a known part was not measured is not measured. Where a merged lesion has a record of its own,
    the merger counts.
    """
    keys = ["S", "AVISITN", "WHOLE"]
    nm, state = pl.col("NM"), pl.col("STATE")
    whole = best.sort(*keys, "TRLNKID").group_by(keys, maintain_order=True).agg(
        pl.when((nm == recist.UNMEASURED).any()).then(recist.UNMEASURED).otherwise(nm.sum()).alias("NM"),
        pl.when((state == recist.STATE_PROGRESSED).any()).then(recist.STATE_PROGRESSED).otherwise(state.max())
        .cast(pl.Int8).alias("STATE"),
        pl.col("REC").alias("SRCRECS"), pl.col("EQUIVOCAL").all(), pl.col("ADT").max(),
        pl.col("STUDYID", "USUBJID", "VISIT", "GROUP", "NODE", "ADTF", "TRSEQ").first(),
    ).rename({"WHOLE": "TRLNKID"})  # fmt: skip
    lacking = _lacking_parts(best).rename({"WHOLE": "TRLNKID"})
    whole = whole.join(lacking, on=["S", "AVISITN", "TRLNKID"], how="left", maintain_order="left")
    whole = whole.with_columns(pl.when("LACKING").then(recist.UNMEASURED).otherwise("NM").alias("NM")).drop("LACKING")
    merged = (
        best.filter("MERGED")
        .with_columns(pl.col("TRLNKID").str.split("/").list.slice(1).alias("OTHERS"))
        .explode("OTHERS")
    )
    absorbed = merged.with_columns(
        pl.col("OTHERS").alias("TRLNKID"), pl.lit(0, pl.Int64).alias("NM"),
        pl.lit(recist.STATE_ABSENT, pl.Int8).alias("STATE"),
        pl.concat_list("REC").alias("SRCRECS"),
    )  # fmt: skip
    both = pl.concat([absorbed.select(whole.columns), whole])
    return both.unique(["S", "AVISITN", "TRLNKID"], keep="first", maintain_order=True)


def _lacking_parts(best: pl.DataFrame) -> pl.DataFrame:
    """Return the visits (S, AVISITN, WHOLE) at which a part of a lesion, known from before, has no record."""
    parts = best.filter((pl.col("WHOLE") != pl.col("TRLNKID")) & ~pl.col("MERGED"))
    begins = parts.group_by("S", "WHOLE", "TRLNKID").agg(pl.col("ADT").min().alias("BEGINS"))
    visits = parts.group_by("S", "AVISITN", "WHOLE").agg(pl.col("ADT").max(), pl.len().alias("N"))
    known = visits.join(begins, on=["S", "WHOLE"]).filter(pl.col("BEGINS") <= pl.col("ADT"))
    counted = known.group_by("S", "AVISITN", "WHOLE").agg(pl.col("N").first(), pl.len().alias("KNOWN"))
    return counted.filter(pl.col("N") < pl.col("KNOWN")).select("S", "AVISITN", "WHOLE", pl.lit(True).alias("LACKING"))
