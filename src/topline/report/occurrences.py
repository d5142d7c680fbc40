"""What subjects took beside treatment (CMT02), and what they had before it (MHT01)."""

from functools import partial

from topline.report.grid import LONG, Grid, Row, by_group, group_head
from topline.report.markup import Text, element, say
from topline.report.numbers import ALL
from topline.report.safety_cells import with_events
from topline.report.safety_events import UNCODED, class_name, whose
from topline.report.view import View


def medications(view: View) -> Grid | None:
    """Return the table of concomitant medication by class and name (CMT02); None where none was asked."""
    notes = (
        say(
            "A medication counts when it may have been taken from the first dose to the end of the time in which "
            "adverse events count: a date in part counts with every day that it can mean, a missing end as ongoing."
        ),
        say("Treatment of the cancer is not in this table."),
    )
    return _table(view, "CM", ("CMT02", say("Concomitant medication"), say("Any concomitant medication")), notes)


def history(view: View) -> Grid | None:
    """Return the table of medical history by class and condition (MHT01); None where none was asked."""
    notes = (say("Conditions that the data record; one that a subject did not have is not counted."),)
    return _table(view, "MH", ("MHT01", say("Medical history"), say("Any condition")), notes)


def _table(view: View, domain: str, names: tuple[str, Text, Text], notes: tuple[Text, ...]) -> Grid | None:
    first = f"{domain}.ANY"
    if not view.numbers.rows(first):
        return None
    code, title, label = names
    rows = [by_group(view, element("strong", label), partial(with_events, view.numbers, first)), *_rows(view, domain)]
    more = (
        say("n (%) [records]; the most frequent first. Classes and names are those of the data."),
        *notes,
    )
    return Grid(
        code,
        title,
        group_head(view, first, "N"),
        tuple(rows),
        more,
        subtitle=whose(view, first),
        folded=len(rows) > LONG,
    )


def _rows(view: View, domain: str) -> list[Row]:
    """Return the classes with their terms; where nothing has a class, the terms alone."""
    places = _places(view, domain)
    classes = [name for name, term in places if term is None]
    flat = classes == [UNCODED]
    rows: list[Row] = []
    for name in _ordered(view, [(f"{domain}.{each}", each) for each in classes]):
        if not flat:
            cell = partial(with_events, view.numbers, f"{domain}.{name}")
            rows.append(by_group(view, element("strong", class_name(name)), cell))
        terms = [(f"{domain}.{name}.{term}", term) for each, term in places if each == name and term is not None]
        rows += [
            by_group(view, term, partial(with_events, view.numbers, f"{domain}.{name}.{term}"), 0 if flat else 1)
            for term in _ordered(view, terms)
        ]
    return rows


def _places(view: View, domain: str) -> list[tuple[str, str | None]]:
    """Return each class, and each class with each of its terms, as the data have them."""
    frame = view.content.adam["ADOCC"]
    found = frame.filter(frame["PARCAT2"] == domain).select("CLASS", "TERM").unique(maintain_order=True)
    return [(name, term) for name, term in found.iter_rows() if name is not None]


def _ordered(view: View, named: list[tuple[str, str]]) -> list[str]:
    """Return names in the order of how many subjects they count, the most frequent first."""
    return [
        name for _, name in sorted(named, key=lambda pair: (-(view.numbers.value(f"{pair[0]}/{ALL}/n") or 0), pair[1]))
    ]
