"""Findings about laboratory results that are counted: which record they name, whatever the order of the records."""

import pytest

from tests.adam.lab_records import NEUT, SODIUM, lab_table, periods, result
from topline.adam.ctcae.grading import Grader
from topline.adam.lab import derive_lab

GRADER = Grader("5.0")


def test_a_counted_finding_names_its_first_record_by_subject() -> None:
    records = [result({**SODIUM, "LBSTRESU": None}, 119, "2024-03-08", USUBJID=name) for name in ("003", "001", "002")]
    again = result({**SODIUM, "LBSTRESU": None}, 120, "2024-03-09", USUBJID="001")
    other = result({**NEUT, "LBSTRESU": None}, 3.0, "2024-03-08", USUBJID="002")
    for given in ([*records, again, other], [*records, again, other, result(SODIUM, 140, "2024-03-08")]):
        _, found = derive_lab(lab_table(*given), periods("001", "002", "003"), GRADER)
        assert found.select("CODE", "VALUE", "USUBJID", "RECORD", "COUNT").rows() == [
            ("TL-L01", "SODIUM", "001", "LBSEQ 2 and 3 more", 4), ("TL-L01", "NEUT", "002", "LBSEQ 5", 1),
        ]  # fmt: skip
    backward = derive_lab(lab_table(*records, again, other).reverse(), periods("001", "002", "003"), GRADER)[1]
    assert backward["RECORD"].to_list() == ["LBSEQ 2 and 3 more", "LBSEQ 5"]


@pytest.mark.parametrize("backward", [False, True])
def test_the_first_record_is_that_of_the_first_subject_and_number_in_any_order(backward: bool) -> None:
    given = lab_table(
        result(NEUT, "<2", "2024-03-08", USUBJID="003"),
        result(NEUT, "<2", "2024-03-08", USUBJID="001"),
        result(NEUT, "<2", "2024-03-01", USUBJID="001"),
        result(NEUT, "<2", "2024-03-08", USUBJID="001", LBSEQ=None),
        result(SODIUM, "<140", "2024-03-08", USUBJID="002", LBSEQ=None),
    )
    given = given.reverse() if backward else given
    _, found = derive_lab(given, periods("001", "002", "003"), GRADER)
    assert found.filter(CODE="TL-L04").select("VALUE", "USUBJID", "RECORD", "COUNT").rows() == [
        ("NEUT", "001", "LBSEQ 2 and 3 more", 4),
        ("SODIUM", "002", "LBSEQ missing", 1),
    ]
