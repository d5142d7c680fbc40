"""A study as plain data: mappings, lists and scalars, with paths that a reader can follow.

A path is a tuple of keys and indices. Its text names list items by their id, code or name: `endpoints.ORR.analysis`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

Step = str | int
Path = tuple[Step, ...]
NAMES = ("id", "code", "name")


def get(data: object, *path: Step) -> object:
    """Return what stands at a path, or None when nothing does.

    >>> get({"arms": [{"code": "A"}]}, "arms", 0, "code")
    'A'
    """
    for step in path:
        if isinstance(data, Mapping):
            data = data.get(step)
        elif is_list(data) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def is_list(data: object) -> TypeGuard[Sequence[object]]:
    """Whether this is a list of items, not a text."""
    return isinstance(data, Sequence) and not isinstance(data, str)


def items(data: object, *path: Step) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """Yield the mappings in the list at a path, each with its own path."""
    found = get(data, *path)
    for index, item in enumerate(found if is_list(found) else ()):
        if isinstance(item, Mapping):
            yield (*path, index), item


def texts(data: object, *path: Step) -> list[str]:
    """Return the texts in the list at a path."""
    found = get(data, *path)
    return [item for item in (found if is_list(found) else ()) if isinstance(item, str)]


def number(data: object, *path: Step) -> float | None:
    """Return the number at a path, or None when there is none."""
    found = get(data, *path)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def numbers(data: object, *path: Step) -> list[float]:
    """Return the numbers in the list at a path."""
    found = get(data, *path)
    values = (number([item], 0) for item in (found if is_list(found) else ()))
    return [value for value in values if value is not None]


def item_name(item: object) -> str | None:
    """Return how a list item is called in paths: its id, code or name."""
    found = (get(item, key) for key in NAMES)
    return next((name for name in found if isinstance(name, str)), None)


def path_text(data: object, path: Path) -> str:
    """Return a path as text, list items by name where they have one that is theirs alone, else by index.

    >>> path_text({"arms": [{"code": "A"}]}, ("arms", 0, "label"))
    'arms.A.label'
    """
    words: list[str] = []
    for step in path:
        name = None if isinstance(step, str) else _own_name(data, step)
        words.append(str(step) if name is None else name)
        data = get(data, step)
    return ".".join(words)


def _own_name(data: object, index: int) -> str | None:
    """Return the name of a list item, or None when another item has it too."""
    names = [item_name(item) for item in data] if is_list(data) else []
    name = names[index] if index < len(names) else None
    return name if name is not None and names.count(name) == 1 else None


def find(data: object, text: str) -> Path | None:
    """Return the path that a text names, or None when it names nothing; keys and names may hold dots themselves.

    >>> find({"arms": [{"code": "A", "label": "x"}]}, "arms.A.label")
    ('arms', 0, 'label')
    """
    for step, words in _steps(data):
        if text == words:
            return (step,)
        if text.startswith(words + "."):
            rest = find(get(data, step), text[len(words) + 1 :])
            if rest is not None:
                return (step, *rest)
    return None


def _steps(data: object) -> Iterator[tuple[Step, str]]:
    """Yield the steps that lead on from here, with the words that name them."""
    if isinstance(data, Mapping):
        yield from ((key, str(key)) for key in data)
    elif is_list(data):
        for index, item in enumerate(data):
            name = item_name(item)
            yield from ((index, word) for word in (name, str(index)) if word)
