"""Examples that follow what they are examples of: `(such as 5-FU, capecitabine, etc.)`; they do not close the class."""

import re

LIST = re.compile(
    r"\s?,?\s?(?P<open>[(\[])?\s?(?:such\sas|e\.g\.,?|eg,?|for\sexample,?|like"
    r")\s(?P<what>[^.;\n()\[\]]{1,200}?(?:etc\b\.?|\betc\."
    r"|(?=[)\].;\n]|$)))",
    re.IGNORECASE,
)
MORE = re.compile(
    r"\d+\s?(?:day|week|month|year|%|mg|g/)|[<>≥≤]|\b(?:within|unless|except|requiring|who|which|that|but)\b",
    re.IGNORECASE,
)


def skip_examples(text: str, at: int) -> int:
    """Return where a list of examples at a place ends; a list that says more than names is not skipped.

    >>> text = "fluoropyrimidines (such as 5-FU, capecitabine, etc.)."
    >>> skip_examples(text, 17) == len(text) - 1
    True
    >>> skip_examples("disease, e.g. infarction within 6 months", 7)
    7
    """
    found = LIST.match(text, at)
    if found is None or MORE.search(found["what"]):
        return at
    end = found.end()
    if found["open"]:
        if text[end : end + 1] not in (")", "]"):
            return at
        end += 1
    return end
