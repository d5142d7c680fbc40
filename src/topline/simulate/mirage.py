"""How often the search among markers finds something: naively, corrected for the cuts, corrected for all of it.

In a scenario in which no marker says anything every finding is a mirage; in one with a real marker some are not.
"""

from collections.abc import Iterator

import polars as pl

from topline.simulate.monte_carlo import Estimate, share

LEVEL = 0.05
KINDS = {"naive": r"^p naive: ", "corrected for cuts": r"^p corrected, cuts: ", "corrected": r"^p corrected: "}
"""The p-values of a search: of the best cut as if it were the only one, and corrected."""


def mirage(results: pl.LazyFrame) -> Iterator[tuple[str, Estimate]]:
    """Yield for each search of one scenario how many trials find some marker at the 5% level, and find each of them.

    A trial counts as one in which the search ran if it has any of its p-values.
    """
    statistic = pl.col("RESULTID").str.extract(r"/([^/]+)$")
    found = (
        results.filter(pl.col("RESULTID").str.contains(r"^BM\..+\.search/all/p "))
        .with_columns(SEARCH=pl.col("RESULTID").str.extract(r"^(BM\..+\.search)/"), STATISTIC=statistic)
        .group_by("STUDYID", "SEARCH", "STATISTIC")
        .agg(pl.col("VALUE").min())
        .collect(engine="streaming")
    )
    for search in found["SEARCH"].unique().sort().to_list():
        own = found.filter(SEARCH=search)
        for kind, pattern in KINDS.items():
            chosen = own.filter(pl.col("STATISTIC").str.contains(pattern))
            least = chosen.group_by("STUDYID").agg(pl.col("VALUE").min())["VALUE"].drop_nulls()
            yield f"{search}/any marker, {kind}", share(int((least < LEVEL).sum()), least.len())
            for name in chosen["STATISTIC"].unique().sort().to_list():
                values = chosen.filter(STATISTIC=name)["VALUE"].drop_nulls()
                marker = name.partition(": ")[2]
                yield f"{search}/{marker}, {kind}", share(int((values < LEVEL).sum()), values.len())
