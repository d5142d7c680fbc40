"""The elements of a figure: shapes at rounded places, texts in two languages, points that name what they show."""

from dataclasses import dataclass

from markupsafe import Markup

from topline.report.chinese import CHINESE
from topline.report.markup import Text, element, joined


def at(value: float) -> str:
    """Return a coordinate with at most two places.

    >>> at(12.5), at(3.14159), at(-0.001)
    ('12.5', '3.14', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def line(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> Markup:
    """Return a straight line."""
    return element("line", x1=at(x1), y1=at(y1), x2=at(x2), y2=at(y2), **attributes)


def text(x: float, y: float, content: Text, **attributes: object) -> Markup:
    """Return a text at a point."""
    return element("text", content, x=at(x), y=at(y), **attributes)


def words(x: float, y: float, phrase: str, **attributes: object) -> Markup:
    """Return a phrase in both languages at a point."""
    kind = str(attributes.pop("class_", ""))
    english = text(x, y, phrase, class_=f"en {kind}".strip(), lang="en", **attributes)
    return english + text(x, y, CHINESE[phrase], class_=f"zh {kind}".strip(), lang="zh-Hans", **attributes)


def rectangle(box: "Box", **attributes: object) -> Markup:
    """Return a rectangle."""
    return element("rect", x=at(box.x), y=at(box.y), width=at(box.width), height=at(box.height), **attributes)


def path(commands: str, *children: Text, **attributes: object) -> Markup:
    """Return a path."""
    return element("path", *children, d=commands, **attributes)


def group(*children: Text, **attributes: object) -> Markup:
    """Return a group of shapes."""
    return element("g", *children, **attributes)


def tip(content: Text) -> Markup:
    """Return the title of a shape: what it shows, read aloud and shown under the pointer."""
    return element("title", content)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the coordinates of a figure, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Caption:
    """What a figure is called and what it shows: code, title in both languages, description for who cannot see it."""

    name: str
    code: str
    title: Text
    plain: str
    description: str
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper of a figure: width and height in its own units, the caption, and whether its patients are virtual."""

    width: float
    height: float
    caption: Caption
    virtual: bool


def draw(sheet: Sheet, shapes: list[Markup]) -> Markup:
    """Return a figure with its caption; one of virtual patients bears the mark."""
    name = sheet.caption.name
    picture = element(
        "svg",
        element("title", sheet.caption.plain, id=f"{name}-title"),
        element("desc", sheet.caption.description, id=f"{name}-desc"),
        *shapes,
        *(_mark(sheet) if sheet.virtual else ()),
        viewBox=f"0 0 {at(sheet.width)} {at(sheet.height)}",
        width=at(sheet.width),
        height=at(sheet.height),
        role="group",
        aria_labelledby=f"{name}-title {name}-desc",
    )
    code = element("span", sheet.caption.code, class_="code")
    notes = joined([element("span", note, class_="note") for note in sheet.caption.notes])
    caption = element("figcaption", code, " ", element("strong", sheet.caption.title), notes)
    box = element("div", picture, class_="scroll", tabindex="0", role="region", aria_label=sheet.caption.plain)
    return element("figure", caption, box, id=name, class_="figure")


def _mark(sheet: Sheet) -> list[Markup]:
    """Return the mark of virtual data: across the figure, and in words in its corner."""
    x, y = sheet.width / 2, sheet.height / 2
    across = text(x, y, "VIRTUAL", class_="across", text_anchor="middle", transform=f"rotate(-24 {at(x)} {at(y)})")
    corner = text(sheet.width - 6, 14, "VIRTUAL DATA", class_="corner", text_anchor="end")
    return [across, corner]
