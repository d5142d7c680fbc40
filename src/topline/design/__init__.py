"""Single-arm phase II designs: every rule is exact, fast, explained and compared.

Everything public is here under the name that the field uses, and is loaded when it is first asked for.

>>> from topline import design
>>> found = design.simon(0.1, 0.3, alpha=0.05, power=0.9)
>>> found.boundary.looks, found.boundary.futility, round(found.expected_patients, 2)
((18, 35), (2, 6), 22.53)
"""

from typing import TYPE_CHECKING, Any

# The module and its function have one name: imported here, that name stays the function's.
from topline.design.precision import Precision, PrecisionDesign, precision

if TYPE_CHECKING:
    from topline.design.room import *  # noqa: F403

__all__ = ["Precision", "PrecisionDesign", "precision"]


def __getattr__(name: str) -> Any:
    """Return a public name of the design room."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import topline.design.room as room  # `from` would ask this very function

    if name not in room.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(room, name)


def __dir__() -> list[str]:
    """Return every public name."""
    import topline.design.room as room  # `from` would ask this very function

    return sorted(room.__all__)
