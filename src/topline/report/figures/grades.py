"""How toxicity grades are drawn: darker with the grade, so that they are told apart in grey, too."""

from markupsafe import Markup

from topline.report.figures.svg import Box, rectangle, text, words

FILLS = {1: "#f6e3a1", 2: "#f2ae49", 3: "#d4622a", 4: "#93251b", 5: "#2c0a12"}
UNKNOWN = "#ffffff"
SEVERE = 3


def grade_fill(grade: int | None) -> str:
    """Return the colour of a grade; white where it is not known."""
    return FILLS.get(grade or 0, UNKNOWN)


def thickness(grade: int | None, most: float) -> float:
    """Return how thick a bar is: grade 3 or higher has the whole of what there is, a lower one 55%.

    >>> thickness(2, 10.0), thickness(4, 10.0)
    (5.5, 10.0)
    """
    return most if (grade or 0) >= SEVERE else 0.55 * most


def grade_legend(present: set[int | None], x: float, y: float) -> list[Markup]:
    """Return the legend of the grades that a figure shows, from left to right."""
    shapes: list[Markup] = [words(x, y, "Grade", class_="tick")]
    x += 46
    for grade in (each for each in FILLS if each in present):
        height = thickness(grade, 10)
        shapes.append(rectangle(Box(x, y - 4 - height / 2, 18, height), fill=grade_fill(grade), class_="bar"))
        shapes.append(text(x + 23, y, str(grade), class_="tick"))
        x += 44
    if None in present:
        shapes.append(rectangle(Box(x, y - 7, 18, 5.5), fill=UNKNOWN, class_="bar"))
        shapes.append(words(x + 23, y, "not known", class_="tick"))
    return shapes
