"""Pages of ClinicalTrials.Veeva: each value under its label, wordings, arms, the cut page, the reduced page."""

import pytest

from tests.protocol.record.made import page
from topline.errors import ToplineError
from topline.protocol.record.form import detect_form, parse_record
from topline.protocol.record.record import Doubt, Form, Record, State

CRITERIA = "eligibilityModule.eligibilityCriteria"


def read(**changes: str) -> Record:
    return parse_record(page(**changes), "page")


def reasons(record: Record, path: str) -> list[str]:
    return [doubt.reason for doubt in record.doubts if doubt.path == path]


def there(record: Record, doubt: Doubt) -> str:
    return "" if doubt.span is None else record.text[doubt.span.start : doubt.span.end]


def test_each_value_stands_under_its_label() -> None:
    record = read()
    content = record.content
    assert detect_form(page()) is record.form is Form.PAGE
    assert content.identification.nct_id == "NCT00000001"
    assert content.identification.brief_title == "Madeupinib for Gastric Cancer"
    assert content.sponsors.lead_sponsor is not None
    assert (content.sponsors.lead_sponsor.name, content.sponsors.lead_sponsor.kind) == ("Example Hospital", "OTHER")
    assert record.value("identificationModule.orgStudyIdInfo.id") == "EX-1"
    assert record.value("identificationModule.secondaryIdInfos.0.id") == "EX-1B"
    assert record.value("identificationModule.secondaryIdInfos.0.type") == "EUDRACT_NUMBER"
    assert content.design.phases == ("PHASE2", "PHASE3")
    assert record.value("designModule.enrollmentInfo.count") == 1234
    assert record.value("designModule.enrollmentInfo.type") == "ESTIMATED"
    assert content.eligibility.healthy_volunteers is False
    assert (content.eligibility.minimum_age, content.eligibility.maximum_age) == ("18 Years", None)
    assert record.location_count == 12


def test_headings_inside_the_description_are_no_labels() -> None:
    summary = read().content.description.brief_summary
    assert summary is not None
    assert summary.startswith("Sex\n\nis a heading")
    assert summary.endswith("Ages")


def test_criteria_are_written_as_the_register_writes_them() -> None:
    text = read().content.eligibility.eligibility_criteria
    assert text == (
        "Inclusion Criteria:\n\n1. Adults.\n2. One of:\n\n   * HB = 90 g/L\n   * ANC >= 1.5 x 10^9/L\n\n"
        "Exclusion Criteria:\n\n* Pregnancy"
    )


def test_a_lost_comparator_is_doubted_at_its_place_and_not_changed() -> None:
    record = read()
    (doubt,) = [doubt for doubt in record.doubts if doubt.path == CRITERIA]
    assert "at least and at most" in doubt.reason
    assert there(record, doubt).startswith("= 90 g")


def test_a_superscript_is_mended_and_logged_with_its_place() -> None:
    record = read()
    (repair,) = record.repairs
    assert (repair.kind, repair.before, repair.after, repair.path) == ("superscript", "109", "10^9", CRITERIA)
    assert repair.span is not None
    assert record.text[repair.span.start - 4 : repair.span.end + 2] == "5 x 109/L"


def test_arms_and_who_gets_what() -> None:
    arms = read().content.arms
    assert [(arm.label, arm.type) for arm in arms.arm_groups] == [
        ("Madeupinib", "EXPERIMENTAL"),
        ("Placebo", "PLACEBO_COMPARATOR"),
    ]
    assert arms.arm_groups[0].description == "twice a day\n* with water"
    assert arms.arm_groups[0].intervention_names == ("Drug: Madeupinib", "Device: Pump")
    assert [treatment.arm_group_labels for treatment in arms.interventions] == [
        ("Madeupinib",),
        ("Madeupinib", "Placebo"),
    ]


def test_of_two_treatments_with_one_name_nobody_knows_which_arm_has_which() -> None:
    text = page().replace("Treatments\n\nDrug: Madeupinib\nDevice: Pump", "Treatments\n\nDevice: Pump\nDevice: Pump")
    treatments = parse_record(text, "x").content.arms.interventions
    assert [(one.name, one.arm_group_labels) for one in treatments] == [("Pump", ()), ("Pump", ())]


def test_a_different_number_of_arms_than_stated_is_doubted() -> None:
    text = page().replace("2 patient groups", "3 patient groups")
    assert reasons(parse_record(text, "x"), "armsInterventionsModule.armGroups") == [
        "2 arms were read where the page says 3"
    ]


def test_arms_of_observational_studies_have_no_type_line() -> None:
    text = page().replace("Experimental group\n", "").replace("Placebo Comparator group\n", "")
    assert [arm.label for arm in parse_record(text, "x").content.arms.arm_groups] == ["Madeupinib", "Placebo"]


def test_two_numbers_of_participants_that_differ_are_doubted() -> None:
    assert reasons(read(people="1,200"), "designModule.enrollmentInfo.count")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Enrolling", "RECRUITING"),
        ("Not yet enrolling", "NOT_YET_RECRUITING"),
        ("Active, not recruiting", "ACTIVE_NOT_RECRUITING"),
        ("Unknown", "UNKNOWN"),
        ("Withdrawn", "WITHDRAWN"),
    ],
)
def test_statuses(words: str, code: str) -> None:
    record = read(status=words)
    assert record.content.status.overall_status == code
    assert not reasons(record, "statusModule.overallStatus")


@pytest.mark.parametrize(
    ("words", "code"), [("Double Blind", "DOUBLE"), ("Triple Blind", "TRIPLE"), ("Single Blind", "SINGLE")]
)
def test_a_wording_not_seen_before_is_read_with_a_doubt(words: str, code: str) -> None:
    record = read(masking=words)
    assert record.value("designModule.designInfo.maskingInfo.masking") == code
    (reason,) = reasons(record, "designModule.designInfo.maskingInfo.masking")
    assert reason.startswith("wording not seen before")


def test_an_unknown_wording_is_left_out_with_a_doubt() -> None:
    record = read(masking="Half Blind")
    assert record.value("designModule.designInfo.maskingInfo.masking") is None
    assert reasons(record, "designModule.designInfo.maskingInfo.masking") == ["unknown wording 'Half Blind'"]


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("18 to 80 years old", "18 Years", "80 Years"),
        ("1 month to 12 years old", "1 Month", "12 Years"),
        ("31 days to 30 years old", "31 Days", "30 Years"),
        ("Under 21 years old", None, "21 Years"),
        ("Under 1 day old", None, "1 Day"),
        ("6+ weeks old", "6 Weeks", None),
        ("All", None, None),
    ],
)
def test_ages(words: str, low: str | None, high: str | None) -> None:
    record = read(ages=words)
    assert (record.content.eligibility.minimum_age, record.content.eligibility.maximum_age) == (low, high)
    assert not reasons(record, "eligibilityModule.minimumAge")


def test_unreadable_ages_are_doubted() -> None:
    record = read(ages="18 to 80 moons old")
    assert record.content.eligibility.minimum_age is None
    assert reasons(record, "eligibilityModule.minimumAge") == ["unknown wording '18 to 80 moons old'"]


def test_an_empty_block_of_identifiers_is_lost_not_empty() -> None:
    text = page().replace("NCT00000001\nEX-1\nEX-1B (EudraCT Number)\n\n", "")
    record = parse_record(text, "x")
    assert record.state("identificationModule.nctId") is State.NOT_IN_SOURCE
    assert record.content.description.brief_summary is not None


def test_a_title_that_ends_in_brackets_may_hold_the_acronym() -> None:
    record = read(title="Madeupinib in Cancer (MAD-1)")
    (doubt,) = [doubt for doubt in record.doubts if doubt.path == "identificationModule.briefTitle"]
    assert there(record, doubt) == "(MAD-1)"
    assert record.state("identificationModule.acronym") is State.NOT_IN_SOURCE


def test_one_block_of_criteria_keeps_its_own_headings() -> None:
    text = (
        page()
        .replace("Inclusion criteria\n", "Inclusion and exclusion criteria\n")
        .replace("Exclusion criteria\n\n", "")
    )
    criteria = parse_record(text, "x").content.eligibility.eligibility_criteria
    assert criteria is not None
    assert criteria.startswith("1. Adults.")
    assert criteria.endswith("* Pregnancy")


def test_a_page_that_breaks_off_says_what_it_lost() -> None:
    text = page()
    record = parse_record(text[: text.index("Volunteers\n")], "x")
    assert record.content.eligibility.minimum_age == "18 Years"
    assert record.state("eligibilityModule.healthyVolunteers") is State.NOT_IN_SOURCE
    assert record.state(CRITERIA) is State.NOT_IN_SOURCE
    assert record.state("armsInterventionsModule.armGroups") is State.NOT_IN_SOURCE
    assert record.location_count is None
    assert reasons(record, "eligibilityModule.minimumAge") == ["the page breaks off here"]


def test_a_page_that_breaks_off_behind_its_last_label_has_all_but_the_sites() -> None:
    text = page()
    record = parse_record(text[: text.index("2\n\nLoading")], "x")
    assert record.state("armsInterventionsModule.armGroups") is State.READ
    assert reasons(record, "armsInterventionsModule.armGroups") == []
    assert record.location_count == 1
    assert reasons(record, "contactsLocationsModule.locations") == ["the page breaks off here"]


def test_a_complete_page_without_a_field_leaves_it_empty() -> None:
    text = page().replace("Allocation\n\nN/A\n\n", "")
    assert parse_record(text, "x").state("designModule.designInfo.allocation") is State.EMPTY


def test_the_reduced_layout_is_refused_with_what_was_seen() -> None:
    text = (
        "A study\n\nStatus and phase\n\nConditions\n\nTreatments\n\nStudy type\n\nFunder types\n\nAbout\n\nSome text."
    )
    with pytest.raises(ToplineError) as refused:
        parse_record(text, "page.txt")
    assert refused.value.code == "TL-I02"
    assert "Status and phase, Conditions, Treatments" in refused.value.what


def test_line_ends_of_windows_change_nothing_but_places() -> None:
    plain, windows = read(), parse_record(page().replace("\n", "\r\n"), "x")
    assert windows.content == plain.content
    span = windows.place(CRITERIA, 22, 28)
    assert span is not None
    assert windows.text[span.start : span.end] == (plain.content.eligibility.eligibility_criteria or "")[22:28]
