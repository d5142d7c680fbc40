"""What a rule does, by following the distribution of responses as fractions: no rounding anywhere."""

from fractions import Fraction

from topline.protocol.rule.boundary import Boundary


def written(value: float) -> Fraction:
    """Return a number as its decimals say it: 0.1 is one tenth."""
    return Fraction(str(float(value)))


def succeeds(rule: Boundary, rate: float) -> Fraction:
    """Return the probability of success."""
    p, going, before, total = written(rate), {0: Fraction(1)}, 0, Fraction(0)
    for look, futile, success in zip(rule.looks, rule.futility, rule.efficacy, strict=True):
        for _ in range(before, look):
            after: dict[int, Fraction] = {}
            for count, chance in going.items():
                after[count] = after.get(count, Fraction(0)) + chance * (1 - p)
                after[count + 1] = after.get(count + 1, Fraction(0)) + chance * p
            going = after
        total += sum((chance for count, chance in going.items() if count >= success), Fraction(0))
        going = {count: chance for count, chance in going.items() if futile < count < success}
        before = look
    assert not going
    return total
