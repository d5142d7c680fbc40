"""Connecting conditions: trees without needless levels, and the trees of connectives that are not certain."""

from collections.abc import Iterator, Mapping, Sequence

from topline.protocol.eligibility.tree import All, Any, Manual, Node, Not, When

TRUE = All(())


def every(parts: Sequence[Node]) -> Node:
    """Return that each part holds, without needless levels.

    >>> every([All((Manual("a", ""), Manual("b", ""))), TRUE])
    All(parts=(Manual(text='a', reason=''), Manual(text='b', reason='')))
    """
    flat = tuple(_flat(parts, All))
    return flat[0] if len(flat) == 1 else All(flat)


def some(parts: Sequence[Node]) -> Node:
    """Return that at least one part holds, without needless levels."""
    flat = tuple(_flat(parts, Any))
    return flat[0] if len(flat) == 1 else Any(flat)


def _flat(parts: Sequence[Node], kind: type[All] | type[Any]) -> Iterator[Node]:
    """Yield different parts, those of the same kind opened."""
    seen: list[Node] = []
    for part in parts:
        for inner in part.parts if isinstance(part, kind) else (part,):
            if inner not in seen:
                seen.append(inner)
                yield inner


def agreed(parts: Sequence[Node], text: str, reason: str) -> Node:
    """Return a statement of which it is not certain if its parts are joined by `and` or by `or`.

    It holds where all hold, it fails where none holds (however they are joined, if nothing is negated), and between
    the two a person decides.

    >>> from topline.protocol.eligibility.tree import Compare
    >>> agreed([Compare("PREGNANT", "=", "Y"), Compare("LACTATE", "=", "Y")], "pregnant and lactating", "?").parts[0]
    All(parts=(Compare(column='PREGNANT', ...), Compare(column='LACTATE', ...)))
    """
    if len(set(parts)) == 1:
        return parts[0]
    return Any((every(parts), every([some(parts), Manual(text, reason)])))


def leaves(node: Node) -> Iterator[Node]:
    """Yield the atoms of a tree, in order."""
    if isinstance(node, All | Any):
        for part in node.parts:
            yield from leaves(part)
    elif isinstance(node, Not):
        yield from leaves(node.part)
    elif isinstance(node, When):
        for part in (node.condition, node.then, node.otherwise):
            yield from leaves(part)
    else:
        yield node


def manuals(node: Node) -> tuple[Manual, ...]:
    """Return what a person must judge of a tree, each once, in order."""
    return tuple(dict.fromkeys(leaf for leaf in leaves(node) if isinstance(leaf, Manual)))


def united(node: Node) -> Node:
    """Return a condition in which a person is asked the same text once only.

    Parts that another one settles are left out.

    >>> from topline.protocol.eligibility.tree import Compare
    >>> one, two, ill = Manual("Severe ILD", "limited"), Manual("Severe ILD.", "not read"), Compare("ILD", "=", "Y")
    >>> united(All((ill, one, two))) == All((ill, one))
    True
    >>> united(Any((All((ill, one)), two))) == one
    True
    """
    asked: dict[str, Manual] = {}
    for leaf in manuals(node):
        asked.setdefault(_said(leaf), leaf)
    return _united(node, asked)


def _united(node: Node, asked: Mapping[str, Manual]) -> Node:
    """Return a condition with the first question of each text for all of that text."""
    match node:
        case Manual():
            return asked[_said(node)]
        case Not(part=part):
            return Not(_united(part, asked))
        case When(condition=condition, then=then, otherwise=otherwise):
            return When(_united(condition, asked), _united(then, asked), _united(otherwise, asked))
        case All(parts=parts):
            return _absorbed(every([_united(part, asked) for part in parts]))
        case Any(parts=parts):
            return _absorbed(some([_united(part, asked) for part in parts]))
        case _:
            return node


def _absorbed(node: Node) -> Node:
    """Return a condition without parts that another one settles: `A or (A and B)` and `A and (A or B)` are A."""
    if isinstance(node, Any):
        return some([part for part in node.parts if not (isinstance(part, All) and set(part.parts) & set(node.parts))])
    if isinstance(node, All):
        return every([part for part in node.parts if not (isinstance(part, Any) and set(part.parts) & set(node.parts))])
    return node


def _said(leaf: Manual) -> str:
    """Return the text of a question as it is compared."""
    return leaf.text.strip(" .,;:\n").casefold()
