"""The page: record, protocol and findings side by side; links that lead somewhere, hostile text that stays text."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.protocol.draft.records import seed
from topline.errors import Severity
from topline.protocol.draft.marks import Mark, lines_of
from topline.protocol.draft.page import render_page
from topline.protocol.draft.study import draft_study
from topline.protocol.lint.rule import Answer, Assessment, LintFinding, Rule
from topline.protocol.record.content import Content
from topline.protocol.record.record import Form, Record, Span

HOSTILE = '<script>alert(1)</script><img src=x onerror="x">{{ 7*7 }}{% raw %}\'"&amp;'
VOID = {"meta", "br", "hr", "img", "input", "link"}


class Reader(HTMLParser):
    """Collects tags, ids, links and text; raises where tags are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        assert not [name for name in found if name.startswith("on")]
        self.ids += [found["id"] or ""] if "id" in found else []
        if "href" in found:
            target = found["href"] or ""
            assert target.startswith("#"), target
            self.targets.add(target[1:])
        assert "src" not in found
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def rule(name: str) -> Rule:
    return Rule(name, Severity.WARNING, "a title", "an authority", "a fix")


def found(record: Record, words: str) -> Assessment:
    start = record.text.index(words)
    finding = LintFinding(rule("OUT-07"), "p", words, "is doubtful", Span(start, start + len(words)))
    return Assessment(rule("OUT-07"), Answer.FIRES, (finding,))


@pytest.mark.parametrize("name", ["nct02976896", "nct07142421"])
def test_every_link_of_a_seed_leads_somewhere(name: str, shared: Any) -> None:
    record, draft = seed(shared, name)
    words = record.text.splitlines()[4][:20]
    reader = read(render_page(record, draft.protocol, [found(record, words)], draft))
    assert reader.targets <= set(reader.ids)
    assert len(set(reader.ids)) == len(reader.ids)
    assert "script" not in reader.tags
    for text in (draft.protocol.identifiers.title.en, "Open questions", "OUT-07", "is doubtful", "assumed"):
        assert text in reader.text


def test_the_whole_record_stands_on_the_page(shared: Any) -> None:
    record, draft = seed(shared, "nct07142421")
    page = render_page(record, draft.protocol, [], draft)
    told = re.findall(r'<span class="words">(.*?)</span><span class="margin">', page, re.DOTALL)
    lines = ["".join(re.split(r"<[^>]*>", line)) for line in told]
    assert [
        line.replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'") for line in lines
    ] == record.text.split("\n")


def placed(value: str) -> Record:
    """Return a record whose title, found in its text, is hostile."""
    content = Content.model_validate_json('{"identificationModule": {}}').model_copy(
        update={"identification": Content().identification.model_copy(update={"brief_title": value})}
    )
    text = f"before\n{value}\nafter"
    start = text.index(value)
    return Record(
        Form.FLAT,
        text,
        content,
        {"protocolSection": {"identificationModule": {"briefTitle": value}}},
        place=lambda path, begin, end: Span(start + begin, start + end) if path.endswith("briefTitle") else None,
    )


def test_hostile_text_stays_text() -> None:
    record = placed(HOSTILE)
    draft = draft_study(record)
    finding = LintFinding(rule("OUT-07"), HOSTILE, HOSTILE, HOSTILE, Span(7, 15))
    page = render_page(
        record, draft.protocol, [Assessment(rule("OUT-07"), Answer.FIRES, (finding,), HOSTILE, HOSTILE)], draft
    )
    reader = read(page)
    assert not {"script", "img"} & reader.tags
    assert HOSTILE in reader.text
    assert "{{ 7*7 }}" in reader.text


def test_the_page_loads_nothing() -> None:
    record = placed("A trial")
    page = render_page(record, draft_study(record).protocol, [], draft_study(record))
    assert not re.search(r"https?://|url\(|@import", page)
    assert "default-src 'none'" in page


def test_counts_are_those_of_the_study() -> None:
    record = placed("A trial")
    draft = draft_study(record)
    accepted = Assessment(rule("OUT-07"), Answer.FIRES, (LintFinding(rule("OUT-07"), "p", "", "m"),), accepted="known")
    fired = Assessment(rule("OUT-08"), Answer.FIRES, (LintFinding(rule("OUT-08"), "p", "", "m"),))
    silent = Assessment(rule("OUT-09"), Answer.CANNOT_ASSESS, reason="not in source")
    text = " ".join(read(render_page(record, draft.protocol, [accepted, fired, silent], draft)).text.split())
    assert f"{len(draft.questions)}to be answered" in text
    assert "1warning,0notes" in text.replace(" ", "")
    assert "accepted: known" in text
    assert "1 rules cannot be assessed" in text


def test_overlapping_marks_are_cut_at_their_ends() -> None:
    marks = [Mark(Span(0, 7), row=1), Mark(Span(4, 9), finding=0, severity="warning"), Mark(Span(5, 6), row=2)]
    (line,) = lines_of("abcdefghij", marks)
    assert [(piece.text, piece.rows, piece.findings, piece.severity) for piece in line.pieces] == [
        ("abcd", (1,), (), ""),
        ("e", (1,), (0,), "warning"),
        ("f", (1, 2), (0,), "warning"),
        ("g", (1,), (0,), "warning"),
        ("hi", (), (0,), "warning"),
        ("j", (), (), ""),
    ]
    assert line.findings == (0,)


def test_marks_run_over_lines_and_begin_once() -> None:
    lines = lines_of("ab\n\ncd", [Mark(Span(1, 6), row=3)])
    assert [[(piece.text, piece.rows) for piece in line.pieces] for line in lines] == [
        [("a", ()), ("b", (3,))],
        [],
        [("cd", (3,))],
    ]
    anchors = [name for line in lines for piece in line.pieces for name in piece.anchors]
    assert anchors == ["w1"]
