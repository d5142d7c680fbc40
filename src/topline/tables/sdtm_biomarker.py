"""The SDTM tables that markers come from: genomics (GF), microscopy (MI), and the custom domain XB of wide tables."""

from topline.tables.declare import Table
from topline.tables.sdtm_results import LB
from topline.tables.sdtm_variables import (
    BASELINE,
    EVALUATOR,
    FLAG,
    LINKS,
    PLACE,
    SEQUENCE,
    STATUS,
    TIME_POINT,
    VISIT,
    YES,
    categories,
    collected,
    domain,
    named_test,
    permissible,
    results,
)

DERIVED = permissible("--DRVFL", "Derived Flag", FLAG, codes=YES, origin="Derived")
SPECIMEN = (
    permissible("--NAM", "Vendor Name"),
    permissible("--SPEC", "Specimen Material Type"),
    permissible("--SPCCND", "Specimen Condition"),
)

GF = domain(
    "GF",
    "Genomics Findings",
    "one record per finding, genetic region and specimen",
    SEQUENCE,
    *LINKS,
    *named_test("Genomic Measurement"),
    permissible("--TSTDTL", "Measurement, Test, or Examination Detail"),
    *categories("Genomic Finding"),
    *results(),
    permissible("--RESCAT", "Result Category"),
    permissible("--INHERT", "Inheritability"),
    permissible("--GENREF", "Genome Reference"),
    permissible("--CHROM", "Chromosome Identifier"),
    permissible("--SYM", "Genomic Symbol"),
    permissible("--SYMTYP", "Genomic Symbol Type"),
    permissible("--GENLOC", "Genetic Location"),
    permissible("--GENSR", "Genetic Sub-Region"),
    permissible("--SEQID", "Sequence Identifier"),
    permissible("--PVRID", "Published Variant Identifier"),
    permissible("--COPYID", "Copy Identifier"),
    *STATUS,
    *SPECIMEN,
    permissible("--METHOD", "Method of Test or Examination"),
    permissible("--RUNID", "Run ID"),
    permissible("--ANMETH", "Analysis Method"),
    *BASELINE,
    DERIVED,
    *VISIT,
    *collected("Specimen Collection"),
    *TIME_POINT,
)

MI = domain(
    "MI",
    "Microscopic Findings",
    "one record per finding, specimen and time point",
    SEQUENCE,
    *LINKS,
    *named_test("Microscopic Examination"),
    permissible("--TSTDTL", "Microscopic Examination Detail"),
    *categories("Microscopic Finding"),
    *results(),
    permissible("--RESCAT", "Result Category"),
    *STATUS,
    *SPECIMEN,
    permissible("--LOC", "Specimen Collection Location"),
    *PLACE,
    *BASELINE,
    DERIVED,
    *EVALUATOR,
    *VISIT,
    *collected("Specimen Collection"),
    *TIME_POINT,
)

XB = domain(
    "XB",
    "Markers of a Wide Table",
    "one record per subject and marker",
    SEQUENCE,
    *LINKS,
    *named_test("Marker"),
    *results(),
    *STATUS,
    *BASELINE,
    *VISIT,
    *collected("Specimen Collection"),
)

SDTM_BIOMARKER: dict[str, Table] = {table.name: table for table in (GF, MI, XB)}
"""The tables that only markers come from."""

MARKER_DOMAINS: dict[str, Table] = {**SDTM_BIOMARKER, "LB": LB}
"""The tables that a marker may come from."""
