"""What the patient table can say of a stated fact: a condition that suffices, and one without which it cannot be.

Many criteria are narrower or wider than any column: "symptomatic brain metastases" needs brain metastases, "history of
hepatitis B" is certain where hepatitis B is present. Between the two a person decides; outside, the table does.
"""

from dataclasses import dataclass

from topline.protocol.eligibility.tree import All, Any, Manual, Node, Not


@dataclass(frozen=True, slots=True)
class Bounds:
    """A stated fact between two conditions: where `narrow` holds it holds, where `wide` fails it fails.

    Both are one condition where a column says exactly what is stated; None stands for a bound that is not known.
    """

    narrow: Node | None
    wide: Node | None

    @classmethod
    def exact(cls, node: Node) -> "Bounds":
        """Return the bounds of a fact that a condition states exactly."""
        return cls(node, node)

    @property
    def restricted(self) -> "Bounds":
        """The bounds of the same fact with a further limitation that the table does not hold."""
        return Bounds(None, self.wide)

    @property
    def widened(self) -> "Bounds":
        """The bounds of a fact that holds of more patients than the table knows."""
        return Bounds(self.narrow, None)

    @property
    def negated(self) -> "Bounds":
        """The bounds of the contrary.

        >>> from topline.protocol.eligibility.tree import Compare
        >>> Bounds(None, Compare("ILD", "=", "Y")).negated.narrow
        Not(part=Compare(column='ILD', operator='=', value='Y', of=''))
        """
        flipped = [
            node.part if isinstance(node, Not) else Not(node) if node else None for node in (self.wide, self.narrow)
        ]
        return Bounds(*flipped)

    def node(self, text: str, reason: str) -> Node:
        """Return the fact as a condition; what lies between the bounds is left to a person.

        >>> from topline.protocol.eligibility.tree import Compare
        >>> ever = Compare("ILD", "=", "Y")
        >>> Bounds.exact(ever).node("ILD", "") == ever
        True
        >>> Bounds.exact(ever).restricted.node("ILD with steroids", "is open")
        All(parts=(Compare(...), Manual(text='ILD with steroids', reason='is open')))
        """
        if self.narrow is not None and self.narrow == self.wide:
            return self.narrow
        judged: Node = Manual(text, reason)
        if self.wide is not None:
            judged = All((self.wide, judged))
        return judged if self.narrow is None else Any((self.narrow, judged))
