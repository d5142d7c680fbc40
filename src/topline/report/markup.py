"""Markup of the page: elements whose texts and attributes are escaped, and texts that exist in two languages."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from topline.protocol.part import Words
from topline.report.chinese import CHINESE

Text = str | Markup


def element(name: str, *children: Text, **attributes: object) -> Markup:
    """Return an element with escaped children and attributes; `_` in a name is `-`, a trailing one is dropped.

    >>> element("td", "<1", class_="n", data_result="A/b")
    Markup('<td class="n" data-result="A/b">&lt;1</td>')
    """
    return Markup("<{}{}>{}</{}>").format(
        Markup(name), written(attributes), Markup("").join(map(escape, children)), Markup(name)
    )


def written(attributes: dict[str, object]) -> Markup:
    """Return attributes as they are written in a tag; one that is None is left out."""
    parts = [
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None
    ]
    return Markup("").join(parts)


def joined(parts: Iterable[Text], between: Text = "") -> Markup:
    """Return texts one after the other."""
    return escape(between).join(map(escape, parts))


def bilingual(english: Text, chinese: Text) -> Markup:
    """Return a text that shows in the language of the page.

    >>> bilingual("n", "n")
    Markup('n')
    """
    if english == chinese:
        return escape(english)
    return element("span", english, class_="en", lang="en") + element("span", chinese, class_="zh", lang="zh-Hans")


def spoken(words: Words) -> Markup:
    """Return a text of the protocol in both of its languages."""
    return bilingual(words.en, words.zh)


def say(phrase: str, **parts: Text) -> Markup:
    """Return a phrase of the report in both languages; raise KeyError where it has no translation.

    >>> say("Median")
    Markup('<span class="en" lang="en">Median</span><span class="zh" lang="zh-Hans">中位数</span>')
    """
    english, chinese = Markup(escape(phrase)), Markup(escape(CHINESE[phrase]))
    return bilingual(english.format(**parts), chinese.format(**parts))


def level(text: str) -> Markup:
    """Return a value of the data with its translation where the report knows one.

    >>> level("F"), level("WEEK 8")
    (Markup('<span class="en" lang="en">Female</span><span class="zh" lang="zh-Hans">女</span>'), Markup('WEEK 8'))
    """
    names = {"F": "Female", "M": "Male", "Y": "Yes", "N": "No", "missing": "Missing", "MISSING": "No assessment"}
    phrase = names.get(text, text)
    return say(phrase) if phrase in CHINESE else escape(text)
