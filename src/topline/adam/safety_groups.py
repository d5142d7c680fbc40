"""Groups of adverse events of special interest: which events a class of drugs is known for, as data."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

import polars as pl

SPELLING = (("AE", "E"), ("OE", "E"))
"""British spelling and its American form: haemorrhage, oedema, diarrhoea."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of special interest: its name, and by which terms an event belongs to it.

    `terms` are whole coded or reported terms, `words` parts of a coded term, `but` parts that rule it out.
    """

    name: str
    zh: str = ""
    terms: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def holds(self, coded: str, reported: str) -> pl.Expr:
        """Return whether an event belongs to the group, from its coded and reported terms as `spelling` gives them."""
        named = pl.col(coded).is_in(list(self.terms)) | pl.col(reported).is_in(list(self.terms))
        if not self.words:
            return named
        worded = pl.col(coded).str.contains_any(list(self.words))
        return named | (worded & ~pl.col(coded).str.contains_any(list(self.but)) if self.but else worded)


@dataclass(frozen=True, slots=True)
class Family:
    """A class of drugs, the names it goes by, and its groups."""

    name: str
    drugs: tuple[str, ...]
    groups: tuple[Group, ...] = field(default=())


def fold(text: str) -> str:
    """Return a term in one spelling: capitals, single blanks, AE and OE as E.

    >>> fold("oesophageal  Haemorrhage")
    'ESOPHAGEAL HEMORRHAGE'
    """
    folded = " ".join(text.upper().split())
    for british, american in SPELLING:
        folded = folded.replace(british, american)
    return folded


def spelling(column: str) -> pl.Expr:
    """Return a column of terms in one spelling, as `fold` does for one text.

    >>> pl.DataFrame({"AETERM": ["diarrhoea ", None]}).select(spelling("AETERM")).to_series().to_list()
    ['DIARRHEA', None]
    """
    text = pl.col(column).str.to_uppercase().str.replace_all(r"\s+", " ").str.strip_chars()
    for british, american in SPELLING:
        text = text.str.replace_all(british, american, literal=True)
    return text


def _families() -> tuple[Family, ...]:
    text = files("topline.adam").joinpath("safety_groups.toml").read_text(encoding="utf-8")
    return tuple(
        Family(entry["name"], tuple(map(fold, entry["drugs"])), tuple(map(_group, entry["group"])))
        for entry in tomllib.loads(text)["family"]
    )


def _group(entry: Mapping[str, str | list[str]]) -> Group:
    terms, words, but = (tuple(map(fold, entry.get(name, ()))) for name in ("terms", "words", "except"))
    return Group(str(entry["name"]), str(entry["zh"]), frozenset(terms), words, but)


FAMILIES: tuple[Family, ...] = _families()
"""The families of safety_groups.toml."""


def groups_of(drugs: Iterable[str]) -> tuple[Group, ...]:
    """Return the groups of special interest of a trial, from the names of its drugs.

    >>> [group.name for group in groups_of(["Trifluridine/tipiracil"])][-2:]
    ['NAUSEA', 'DIARRHOEA']
    >>> groups_of(["PLACEBO"])
    ()
    """
    names = [fold(drug) for drug in drugs]
    mine = [family for family in FAMILIES if any(drug in name for drug in family.drugs for name in names)]
    return tuple(group for family in mine for group in family.groups)


def with_groups(events: pl.DataFrame, groups: Iterable[Group]) -> pl.DataFrame:
    """Return the events with the groups of special interest they belong to (AESIGRPS), and whether to any (AESIFL).

    >>> events = pl.DataFrame({"AETERM": ["raised pressure", "nose bleed"], "AEDECOD": ["Hypertension", "Epistaxis"]})
    >>> with_groups(events, groups_of(["APATINIB"]))["AESIGRPS"].to_list()
    [['HYPERTENSION'], ['HAEMORRHAGE']]
    """
    spelt = events.with_columns(spelling("AEDECOD").alias("_CODED"), spelling("AETERM").alias("_REPORTED"))
    names = [
        pl.when(group.holds("_CODED", "_REPORTED").fill_null(False)).then(pl.lit(group.name)).alias(f"_G{place}")
        for place, group in enumerate(groups)
    ]
    empty = pl.lit([], dtype=pl.List(pl.String))
    listed = pl.concat_list(names).list.drop_nulls() if names else empty
    grouped = spelt.with_columns(listed.alias("AESIGRPS")).drop("_CODED", "_REPORTED")
    return grouped.with_columns(pl.when(pl.col("AESIGRPS").list.len() > 0).then(pl.lit("Y")).alias("AESIFL"))
