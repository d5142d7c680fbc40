"""The jobs before the first patient: read a record, draft its study, lint, screen, confirm, write a record."""

import hashlib
import json
import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

from topline.errors import Severity, ToplineError
from topline.exchange.output import RunRecord, check_output
from topline.exchange.patients_file import read_patients
from topline.exchange.record_file import read_record
from topline.exchange.screening_output import write_screening
from topline.exchange.source import SourceFile
from topline.exchange.study_file import STUDY, builtin_studies, read_study, study_path
from topline.exchange.swap import replace_folder
from topline.protocol.draft.page import render_page
from topline.protocol.draft.questions import render_questions
from topline.protocol.draft.registry import render_record
from topline.protocol.draft.study import Draft, draft_study
from topline.protocol.eligibility.confirm import confirm_text
from topline.protocol.eligibility.coverage import coverage
from topline.protocol.eligibility.criterion import Criterion
from topline.protocol.eligibility.population import with_population
from topline.protocol.lint.rule import Answer, Assessment
from topline.protocol.lint.run import lint_record
from topline.protocol.lint.sarif import render_sarif
from topline.protocol.lint.study import lint_study
from topline.protocol.lint.text import render_json, render_text, summary
from topline.protocol.record.record import Record

RECORD = "record"
"""The name, without its ending, of the copy of the record in a study folder."""
SHARES = {"executable": "executable", "partly": "partly", "manual": "for a person"}
"""How far criteria are executable, in words."""
MOST_FIELDS = 10


@dataclass(frozen=True, slots=True)
class Linted:
    """One file that was linted: its name as the user gave it, its text, the answers of the rules."""

    where: str
    text: str
    assessments: tuple[Assessment, ...]

    @property
    def errors(self) -> int:
        """The number of rules of severity error that fire and are not accepted."""
        return sum(
            one.answer is Answer.FIRES and one.rule.severity is Severity.ERROR and not one.accepted
            for one in self.assessments
        )


def new_study(folder: Path, source: Path, day: date) -> tuple[str, ...]:
    """Make a study folder from a registry record and return what to tell the user.

    The folder holds study.yaml, a copy of the record, lint.txt and lint.sarif, questions.md and record.html.

    Raises ToplineError TL-I01 to TL-I07 where the record cannot be read, TL-I11 where the folder holds files.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ToplineError("TL-I11", where=str(folder), what="is there already, and holds files")
    record = read_record(source)
    draft = draft_study(record)
    copy = RECORD + source.suffix.lower()
    assessments = lint_record(record, day)
    linted = (
        Linted(copy, record.text, assessments),
        Linted(STUDY, draft.text, lint_study(draft.protocol, draft.text)),
    )
    both = (*assessments, *map(_without_places, linted[1].assessments))
    study = draft.protocol.identifiers.study
    files = {
        STUDY: draft.text,
        "lint.txt": _texts(linted),
        "lint.sarif": _sarif(linted),
        "questions.md": render_questions(draft.questions, study),
        "record.html": render_page(record, draft.protocol, both, draft),
    }
    content = {name: text.encode("utf-8") for name, text in files.items()} | {copy: source.read_bytes()}
    try:
        replace_folder(folder, content)
    except OSError as fault:
        raise ToplineError("TL-C05", where=str(folder), what=f"cannot be written: {fault.strerror}") from fault
    return tuple(_told(folder, record, draft, linted))


def _without_places(assessment: Assessment) -> Assessment:
    """Return an answer about the study file for a page that shows the record's text, where its places mean nothing."""
    return replace(assessment, findings=tuple(replace(one, span=None) for one in assessment.findings))


def _told(folder: Path, record: Record, draft: Draft, linted: Sequence[Linted]) -> Iterator[str]:
    """Yield what `topline new` says."""
    named = draft.protocol.identifiers
    yield f"{named.study}  {named.title.en}"
    repairs, doubts = _counted(len(record.repairs), "repair"), _counted(len(record.doubts), "doubt")
    yield f"Read as {record.form.value}; {repairs}, {doubts}"
    if record.absent:
        yield f"Not in this source: {_fields(record.absent)}"
    found = coverage(record.content.eligibility.eligibility_criteria or "").items
    shares = ", ".join(f"{found.get(name, 0)} {words}" for name, words in SHARES.items())
    yield f"Criteria: {_counted(sum(found.values()), 'item')}, {shares}"
    written = len(draft.protocol.eligibility.criteria)
    if written < sum(found.values()):
        yield f"Of these {written:,} stand in the study file, which holds no more; the record keeps them all"
    for one in linted:
        yield f"Lint of {one.where}: {summary(one.assessments)}"
    yield f"{_counted(len(draft.questions), 'open question')}: {folder / 'questions.md'}"
    yield f"Side by side: {folder / 'record.html'}"
    yield f"Study: {folder / STUDY}, which runs: topline run {folder}"


def _fields(paths: Iterable[str]) -> str:
    """Return fields in words, whole groups first.

    >>> _fields(["designModule.designInfo.maskingInfo.whoMasked", "outcomesModule", "statusModule.startDateStruct"])
    'outcomes, start date, who masked'
    """
    ordered = sorted(paths, key=lambda path: (path.count("."), path))
    names = (path.rpartition(".")[2].removesuffix("Module").removesuffix("Struct") for path in ordered)
    words = [re.sub("(?<=[a-z])(?=[A-Z])", " ", name).lower() for name in names]
    more = len(words) - MOST_FIELDS
    return ", ".join(words[:MOST_FIELDS]) + (f" and {more} more fields" if more > 0 else "")


def lint_target(target: str, form: str, day: date) -> tuple[str, int]:
    """Return the findings about a record, a study or a study folder as text, JSON or SARIF, and the number of errors.

    Raises ToplineError where the target is none of these.
    """
    linted = tuple(_linted(target, day))
    render = {"text": _texts, "json": _jsons, "sarif": _sarif}[form]
    return render(linted), sum(one.errors for one in linted)


def _linted(target: str, day: date) -> Iterator[Linted]:
    """Yield the files of a target, linted: of a folder the record that it keeps, then its study."""
    path = Path(target).expanduser()
    if not _is_study(target, path):
        record = read_record(path)
        yield Linted(target, record.text, lint_record(record, day))
        return
    protocol, text = read_study(target)
    if (kept := kept_record(path)) is not None:
        record = read_record(kept)
        yield Linted(str(kept), record.text, lint_record(record, day, protocol.accepted))
    yield Linted(study_path(target), text, lint_study(protocol, text))


def _is_study(target: str, path: Path) -> bool:
    """Whether a target is a built-in study, a folder or a YAML file."""
    return target.strip().lower() in builtin_studies() or path.is_dir() or path.suffix.lower() in (".yaml", ".yml")


def kept_record(study: Path) -> Path | None:
    """Return the copy of the record in the folder of a study, or None where it has none."""
    folder = study if study.is_dir() else study.parent
    file = study.is_dir() or study.suffix.lower() in (".yaml", ".yml")
    if not file or not (folder / STUDY).is_file():
        return None
    found = sorted(path for path in folder.glob(f"{RECORD}.*") if path.suffix.lower() in (".txt", ".json", ".csv"))
    return found[0] if found else None


def _texts(linted: Sequence[Linted]) -> str:
    return "\n".join(render_text(one.assessments, one.text, one.where) for one in linted)


def _jsons(linted: Sequence[Linted]) -> str:
    files = [json.loads(render_json(one.assessments, one.text, one.where)) for one in linted]
    return json.dumps({"files": files}, ensure_ascii=False, indent=2) + "\n"


def _sarif(linted: Sequence[Linted]) -> str:
    """Return one log with a run for each file."""
    own = version("topline")
    logs = [json.loads(render_sarif(one.assessments, one.text, one.where, own)) for one in linted]
    runs = [run for log in logs for run in log["runs"]]
    return json.dumps(logs[0] | {"runs": runs}, ensure_ascii=False, indent=2) + "\n"


def screen_patients(study: str, patients: Path, out: Path | None, *, only_confirmed: bool) -> tuple[str, ...]:
    """Screen the candidates of a file by the criteria of a study, write the result, and return what to tell the user.

    Raises ToplineError where study, table or folder cannot be used.
    """
    from topline.protocol.eligibility.screen import screen

    protocol, _ = read_study(study)
    name = protocol.identifiers.study
    folder = out or Path("out") / f"{name.lower()}-screening"
    check_output(folder)
    criteria = with_population(protocol.eligibility, protocol.population)
    frame, findings = read_patients(patients, criteria)
    screening = screen(criteria, frame, only_confirmed=only_confirmed)
    with patients.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    form = patients.suffix.lstrip(".").lower()
    source = SourceFile(patients.name, "PATIENTS", form, patients.stat().st_size, digest, frame.height, "")
    packages = {"polars": version("polars"), "python": platform.python_version()}
    record = RunRecord(version("topline"), name, protocol.digest, digest, False, sources=(source,), packages=packages)
    written = write_screening(folder, screening, record, findings)
    counts = dict(screening.verdicts["VERDICT"].cast(pl.String).value_counts().iter_rows())
    states = [criterion.state.value for criterion in protocol.eligibility.criteria]
    return (
        f"{name}  {protocol.identifiers.title.en}",
        f"{_counted(frame.height, 'candidate')}: {_verdicts(counts)}",
        f"{_counted(len(states), 'criterion', 'criteria')}: {states.count('confirmed')} confirmed, "
        f"{_counted(states.count('draft'), 'draft')}, {states.count('withdrawn')} withdrawn"
        f"{_judging(states, only_confirmed)}",
        f"Findings about the table: {int(findings['COUNT'].sum()) if findings.height else 'none'}",
        f"Written: {folder} ({', '.join(written)})",
    )


def _judging(states: Sequence[str], only_confirmed: bool) -> str:
    """Return a word on drafts that took part in the verdicts."""
    return "; drafts judge too, for trying them out" if "draft" in states and not only_confirmed else ""


def _verdicts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts.get(name, 0):,} {name.lower()}" for name in ("ELIGIBLE", "PENDING", "INELIGIBLE"))


def confirm_criteria(study: Path, criteria: Sequence[str], by: str, day: date) -> tuple[str, ...]:
    """Write the confirmation of criteria into a study file, and return what to tell the user.

    Raises ToplineError TL-E19 where a criterion or the name cannot be taken, TL-C05 where the file cannot be written.
    """
    protocol, _ = read_study(str(study))
    before_states = {one.id: one.confirmed for one in protocol.eligibility.criteria}
    path = study / STUDY if study.is_dir() else study
    if not path.is_file():
        raise ToplineError("TL-E19", where=str(study), what="is a built-in study; copy it and confirm in the copy")
    if day > date.today():
        raise ToplineError("TL-E19", where=str(study), what=f"{day} has not come yet")
    before = path.read_bytes().decode("utf-8")
    after = confirm_text(before, criteria, by, day, str(path))
    try:
        _replace_file(path, after)
    except OSError as fault:
        raise ToplineError("TL-C05", where=str(path), what=f"cannot be written: {fault.strerror}") from fault
    protocol, _ = read_study(str(path))
    states = {one.id: one.state.value for one in protocol.eligibility.criteria}
    confirmed = [name for name in states if not criteria or name in criteria]
    others = [f"{name} {state}" for name, state in states.items() if state != "confirmed"]
    said = [line for one in protocol.eligibility.criteria if one.id in confirmed for line in _read(one)]
    replaced = [f"{name} ({was.by}, {was.on})" for name in confirmed if (was := before_states[name])]
    return (
        *said,
        f"Confirmed by {by} on {day}: {', '.join(confirmed)}",
        *([f"In the place of an earlier confirmation: {', '.join(replaced)}"] if replaced else []),
        f"Not confirmed: {', '.join(others)}" if others else "All criteria are confirmed",
    )


def _read(criterion: Criterion) -> Iterator[str]:
    """Yield what a person confirms: the text of a criterion, and what it became."""
    yield f"{criterion.id}  {' '.join(criterion.text.split())}"
    yield f"     {' '.join(criterion.condition.split())}"
    if criterion.applies != "TRUE":
        yield f"     applies to: {criterion.applies}"
    yield from (f"     {name}: {' '.join(asked.split())}" for name, asked in criterion.signoffs.items())


def _replace_file(path: Path, text: str) -> None:
    """Write a text in the place of a file, whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(text.encode("utf-8"))
    new.replace(path)


def registry_record(study: str, out: Path | None) -> str:
    """Return a study as the JSON of a registry record, or write it and return what to tell the user.

    Raises ToplineError where the study cannot be read or the file cannot be written.
    """
    protocol, _ = read_study(study)
    kept = kept_record(Path(study).expanduser())
    document = render_record(protocol, read_record(kept) if kept else None)
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    if out is None:
        return text
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _replace_file(out, text)
    except OSError as fault:
        raise ToplineError("TL-C05", where=str(out), what=f"cannot be written: {fault.strerror}") from fault
    return f"Record: {out}\n"


def _counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number of things in words.

    >>> _counted(2, "criterion", "criteria"), _counted(1, "doubt")
    ('2 criteria', '1 doubt')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
