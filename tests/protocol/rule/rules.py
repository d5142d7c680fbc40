"""Random stopping rules for property tests: any that the model of a rule allows, sensible or not."""

from hypothesis import strategies as st

from topline.protocol.rule.boundary import Boundary


@st.composite
def boundaries(draw: st.DrawFn, most: int = 24) -> Boundary:
    """Return a rule of up to four looks; bounds may stop nobody, everybody, or fall from look to look."""
    looks = sorted(draw(st.sets(st.integers(1, most), min_size=1, max_size=4)))
    futility, efficacy = [], []
    for look in looks[:-1]:
        low = draw(st.integers(-1, look))
        futility.append(low)
        efficacy.append(draw(st.integers(low + 1, look + 2)))
    last = draw(st.integers(-1, looks[-1]))
    return Boundary(tuple(looks), (*futility, last), (*efficacy, last + 1))
