"""Coding of reported terms: by a dictionary that the user supplies, else as recorded, else by names of CTCAE terms."""

import polars as pl

from topline.adam.safety_groups import FAMILIES, spelling
from topline.tables.findings import findings, join_findings

UNCODED = "UNCODED"
"""The class of a term that no source places."""

DICTIONARY = pl.Schema({"TERM": pl.String(), "DECOD": pl.String(), "BODSYS": pl.String()})


def code_terms(events: pl.DataFrame, dictionary: pl.DataFrame | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the events with AEDECOD, AEBODSYS and CODESRC, and findings about terms that have no code.

    A dictionary is a table with the columns term, decod and, if it has classes, bodsys; the first entry of a term
    holds. Letters, blanks and British spelling make no difference. Where it does not know a term, or there is none, the
    coded term that SDTM records stands, else the reported term: as CTCAE where the groups of special interest name it
    so, as reported otherwise. The reported term itself is never changed.

    >>> events = pl.DataFrame({"AETERM": ["Loose stools", "diarrhoea"], "AEDECOD": [None, "Diarrhoea"],
    ...                        "AEBODSYS": None, "AESOC": None, "AESEQ": [1, 2]})
    >>> mine = pl.DataFrame({"term": ["LOOSE STOOLS"], "decod": ["Diarrhoea"], "bodsys": ["Gastrointestinal"]})
    >>> code_terms(events, mine)[0].select("AEDECOD", "AEBODSYS", "CODESRC").rows()
    [('Diarrhoea', 'Gastrointestinal', 'DICTIONARY'), ('Diarrhoea', 'UNCODED', 'SDTM')]
    """
    if dictionary is not None and (lacking := _lacking(dictionary)):
        message = f"lacks the column {lacking.lower()}; no term is coded by it"
        coded, found = code_terms(events)
        return coded, join_findings(findings("TL-L53", pl.DataFrame({"N": [1]}), "DICTIONARY", message=message), found)
    spelt = events.with_columns(spelling("AETERM").alias("_SPELT"))
    coded = spelt.join(_entries(dictionary), on="_SPELT", how="left", maintain_order="left")
    source = (
        pl.when(pl.col("DECOD").is_not_null())
        .then(pl.lit("DICTIONARY"))
        .when(pl.col("AEDECOD").is_not_null())
        .then(pl.lit("SDTM"))
        .when(pl.col("_SPELT").is_in(sorted(_known())))
        .then(pl.lit("CTCAE"))
        .otherwise(pl.lit("REPORTED"))
    )
    reported = pl.col("AETERM").str.to_uppercase().str.strip_chars()
    coded = coded.with_columns(source.alias("CODESRC")).with_columns(
        pl.coalesce("DECOD", "AEDECOD", reported, pl.lit(UNCODED)).alias("AEDECOD"),
        pl.coalesce("BODSYS", "AEBODSYS", "AESOC", pl.lit(UNCODED)).alias("AEBODSYS"),
    )
    return coded.drop("_SPELT", "DECOD", "BODSYS"), _uncoded(coded, dictionary)


def _lacking(dictionary: pl.DataFrame) -> str:
    """Return the first column that a dictionary needs and lacks; an empty text where it has them."""
    names = {name.strip().upper() for name in dictionary.columns}
    return next((name for name in ("TERM", "DECOD") if name not in names), "")


def _entries(dictionary: pl.DataFrame | None) -> pl.DataFrame:
    """Return the entries of a dictionary by the spelling of their term, each term once."""
    if dictionary is None:
        return pl.DataFrame(schema={"_SPELT": pl.String, "DECOD": pl.String, "BODSYS": pl.String})
    named = dictionary.rename({name: name.strip().upper() for name in dictionary.columns})
    whole = named.with_columns(pl.lit(None, pl.String).alias(name) for name in DICTIONARY if name not in named.columns)
    entries = whole.select(spelling("TERM").alias("_SPELT"), "DECOD", "BODSYS").drop_nulls(["_SPELT", "DECOD"])
    return entries.unique("_SPELT", keep="first", maintain_order=True)


def _known() -> set[str]:
    """Return the whole terms that the groups of special interest name."""
    return {term for family in FAMILIES for group in family.groups for term in group.terms}


def _uncoded(coded: pl.DataFrame, dictionary: pl.DataFrame | None) -> pl.DataFrame:
    """Return one finding for each reported term that the dictionary, or SDTM where there is none, does not code."""
    found = pl.col("CODESRC") == ("SDTM" if dictionary is None else "DICTIONARY")
    terms = coded.filter(~found).unique("AETERM", keep="first", maintain_order=True)
    message = pl.format("analysed as {}", "AEDECOD")
    told = findings("TL-L49", terms, "AE", variable="AETERM", value=pl.col("AETERM"), message=message)
    return join_findings(told.with_columns(pl.lit("").alias("USUBJID")))
