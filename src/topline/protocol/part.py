"""The stuff every part of a protocol is made of: immutable, strict, with texts in two languages."""

from collections.abc import Mapping
from typing import Annotated, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

K = TypeVar("K")
V = TypeVar("V")


class Fixed(dict[K, V]):
    """A mapping that cannot be changed after it was made; it can be hashed, copied and pickled.

    >>> Fixed({"a": 1})["b"] = 2
    Traceback (most recent call last):
    TypeError: a part of a protocol cannot be changed
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a part of a protocol cannot be changed")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type["Fixed[K, V]"], tuple[dict[K, V]]]:
        return type(self), (dict(self),)


FixedMapping = Annotated[Mapping[K, V], AfterValidator(Fixed)]


class Part(BaseModel):
    """A part of a protocol is an immutable value: unknown keys are refused, equal content compares equal."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class Words(Part):
    """A text in English and Chinese, written by the study team."""

    en: str = Field(min_length=1, max_length=1000, description="the text in English")
    zh: str = Field(min_length=1, max_length=1000, description="the text in Chinese")
