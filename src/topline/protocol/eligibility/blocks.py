"""Blocks of one section of a criteria text: items with the points below them, found by indentation and markers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from topline.protocol.eligibility.headings import Section
from topline.protocol.eligibility.lines import Line, parse_lines

CONNECTIVE = re.compile(r"\W*(?:and/or|or|and|either|plus)\W*", re.IGNORECASE)
OPEN_END = re.compile(r"\b(?:or|and/or|either)[\s,;:.]*$", re.IGNORECASE)
OPEN_BEGIN = re.compile(r"(?:or|and/or)\b", re.IGNORECASE)
SOME = re.compile(
    r"\b(?:one|any|either|at least|two|three|several|some)\b.*\b(?:following|below|of)\b.*[:：]$", re.IGNORECASE
)
EVERY = re.compile(r"\b(?:all|each|every|both)\b.*\b(?:following|below|of)\b.*[:：]$", re.IGNORECASE)
TITLE_WORDS = 8
HARMLESS = re.compile(
    r"(?:disease|patient|subject|participant|tumou?r|general|other|clinical|laboratory|demographic|medical|main|key|"
    r"pathological|histological|biological|administrative|prior|previous|concurrent|concomitant|and|or|therap\w+|"
    r"treatments?|medications?|characteristics|criteria|requirements?|conditions?|procedures?|history|status|values|"
    r"tests?|for|all|cohorts|patients|groups|arms)",
    re.IGNORECASE,
)
LEAD_IN = re.compile(
    r"(?:patients?|subjects?|participants?|candidates?|individuals|persons|women|men|those|the|an?|to|be|"
    r"for|in|of|this|"
    r"these|study|trial|eligible|included|excluded|exclude|include|enrol\w*|enter|entry|must|should|will|would|may|can|"
    r"have|meets?|fulfil\w*|satisfy|if|when|who|whom|they|he|she|with|presence|present|is|are|from|participat\w+|not|"
    r"following|criteria|criterion|conditions?|requirements?|any|one|or|and|all|each|more|every|at|least|apply|applies|"
    r"as|follows|below|listed|above|considered|eligibility|unless|otherwise|noted|specified|order|into|phases?|"
    r"randomi[sz]ation|registration|entering|disqualified|screening)",
    re.IGNORECASE,
)
ANNOUNCES = re.compile(r"\b(?:as|defined|described|listed|criteria) below\b", re.IGNORECASE)
COLONS = (":", "：")
WORD = re.compile(r"\w+")
FIRST = re.compile(r"(\(?)1([.)、．])\s*")
DEEPEST = 6
TAIL, ANNOUNCED, LONGEST_RUN = 30, 300, 99


@dataclass(slots=True)
class Block:
    """A stretch of lines: an item, its marker and the points below it, or (`heading`) a line that only introduces."""

    begin: int
    start: int
    end: int
    indent: int = 0
    marker: str = ""
    style: str = ""
    heading: bool = False
    under: str = ""
    joined: bool = False
    children: list["Block"] = field(default_factory=list)


def parse_blocks(text: str, start: int, end: int, section: Section) -> list[Block]:
    r"""Return the top blocks of a section, in order; no line is left out.

    >>> [text.strip() for text in (block.marker for block in parse_blocks("* one\n* two", 0, 11, "inclusion"))]
    ['*', '*']
    """
    lines = parse_lines(text, start, end)
    marked = [line.indent for line in lines if line.marker]
    reader = _Reader(text, section, min(marked, default=0))
    for number, line in enumerate(lines):
        reader.take(line, lines[number + 1] if number + 1 < len(lines) else None)
    return _split_runs(text, reader.blocks)


@dataclass(slots=True)
class _Reader:
    """Takes the lines of a section one after the other and makes blocks of them."""

    text: str
    section: Section
    margin: int
    blocks: list[Block] = field(default_factory=list)
    under: str = ""
    group: Block | None = None

    def take(self, line: Line, following: Line | None) -> None:
        """Put one line where it belongs."""
        last = self.blocks[-1] if self.blocks and not self.blocks[-1].heading else None
        words = self.text[line.start : line.end]
        connective = last is not None and CONNECTIVE.fullmatch(words) is not None
        if last is not None and (last.joined or connective or self._continues(line, words, last)):
            self._extend(last, line, connective)
        elif not line.marker and line.indent <= self.margin and self._introduces(line, following):
            self._introduce(line, words)
        else:
            self._begin(line)

    def _continues(self, line: Line, words: str, last: Block) -> bool:
        """Whether a line goes on with the block before it, or is a point below it."""
        before = self.text[max(last.begin, last.end - TAIL) : last.end]
        if _stays_open(before) or OPEN_BEGIN.match(words):
            return True
        if line.marker:
            other = line.style != last.style and before.endswith(COLONS)
            return line.indent > last.indent or (line.indent == last.indent and other)
        if line.indent > last.indent + (0 if last.marker else 1):
            return True
        return not line.gap and not self._new_sentence(before, words, last)

    def _new_sentence(self, before: str, words: str, last: Block) -> bool:
        """Whether a line without marker, right below another, begins something new: a plain list of lines."""
        return not last.marker and not words[:1].islower() and not before.endswith((",", "-", "(", "/"))

    def _introduces(self, line: Line, following: Line | None) -> bool:
        """Whether a line without marker is a heading of what follows, not an item of its own."""
        words = self.text[line.start : line.end]
        if following is None:
            return False
        if words.endswith(COLONS) or _all_words(LEAD_IN, words):
            return True
        short = len(words.split()) <= TITLE_WORDS and not words.endswith((".", ";", ",", "。", "；"))
        return short and bool(following.marker) and (line.gap or not self.blocks)

    def _introduce(self, line: Line, words: str) -> None:
        """Open what a heading introduces: a group of alternatives, a limited list, or simply the list."""
        self.group = None
        some = SOME.search(words) if self.section == "inclusion" else EVERY.search(words)
        if some and self.section != "unplaced":
            self._begin(line)
            self.group = self.blocks[-1]
            return
        if not _all_words(LEAD_IN, words):
            self.under = "" if _all_words(HARMLESS, words) else words.rstrip(" :：")
        self.blocks.append(Block(line.begin, line.start, line.end, heading=True))

    def _begin(self, line: Line) -> None:
        """Open a block, or a point of the group of alternatives that is open."""
        block = Block(line.begin, line.start, line.end, line.indent, line.marker, line.style, under=self.under)
        if self.group is not None and line.marker:
            self.group.children.append(block)
            self.group.end = line.end
            return
        self.group = None
        self.under = block.under = self.under or self._announced()
        self.blocks.append(block)

    def _announced(self) -> str:
        """Return the words of the item before that announce what follows it on its own level, or nothing."""
        last = self.blocks[-1] if self.blocks and not self.blocks[-1].heading else None
        while last is not None and last.children:
            last = last.children[-1]
        words = self.text[max(last.start, last.end - ANNOUNCED) : last.end] if last is not None else ""
        return words if _announces(words) and not _all_words(LEAD_IN, words) else ""

    def _extend(self, last: Block, line: Line, connective: bool) -> None:
        """Add a line to the last block, as a point below it where it has a marker."""
        if line.marker and not last.joined and not connective:
            _nest(last, line, 1)
        else:
            _stretch(last, line.end)
        last.joined = connective
        last.end = line.end


def _all_words(pattern: re.Pattern[str], words: str) -> bool:
    """Whether each word is one that a pattern names."""
    return all(pattern.fullmatch(word[0]) for word in WORD.finditer(words))


def _stays_open(words: str) -> bool:
    """Whether words end in a connective, so that the criterion goes on."""
    low = words.lower()
    return ("or" in low or "ther" in low) and OPEN_END.search(words) is not None


def _announces(words: str) -> bool:
    """Whether words say that what they are about stands below."""
    return words.endswith(COLONS) or ("below" in words.lower() and ANNOUNCES.search(words) is not None)


def _nest(block: Block, line: Line, depth: int) -> None:
    """Put a marked line below a block, or below its last point when it is indented deeper than that."""
    inner = block.children[-1] if block.children else None
    if inner is not None and line.indent > inner.indent and depth < DEEPEST:
        _nest(inner, line, depth + 1)
    else:
        block.children.append(Block(line.begin, line.start, line.end, line.indent, line.marker, line.style))
    block.end = line.end


def _stretch(block: Block, end: int) -> None:
    """Let a block, and the last points below it, reach to an end."""
    block.end = end
    if block.children:
        _stretch(block.children[-1], end)


def _split_runs(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks, those that hold a whole list on one line taken apart."""
    return [part for block in blocks for part in (_run(text, block) if not block.heading else [block])]


def _run(text: str, block: Block) -> list[Block]:
    """Return the items of a list that stands on one line: `1. Age over 18 2. ECOG 0-1 3. Consent`.

    The numbers must begin at 1 in front of the block and rise by one, at least to 3.
    """
    first = FIRST.fullmatch(block.marker) if "1" in block.marker else None
    if first is None or block.children:
        return [block]
    opens, closes = re.escape(first[1]), re.escape(first[2])
    cuts, at = [(block.begin, block.start)], block.start
    while len(cuts) < LONGEST_RUN:
        pattern = re.compile(rf"(?<=[\s;.,；。]){opens}{len(cuts) + 1}{closes}(?![0-9])\s*(?=\S)")
        found = pattern.search(text, at, block.end)
        if found is None:
            break
        cuts.append((found.start(), found.end()))
        at = found.end()
    if len(cuts) < 3:
        return [block]
    ends = [*(begin for begin, _ in cuts[1:]), block.end]
    return [_cut(text, block, cut, end) for cut, end in zip(cuts, ends, strict=True)]


def _cut(text: str, block: Block, cut: tuple[int, int], end: int) -> Block:
    """Return one item of a list on one line."""
    begin, start = cut
    while end > start and text[end - 1].isspace():
        end -= 1
    return Block(begin, start, end, block.indent, text[begin:start], block.style, under=block.under)
