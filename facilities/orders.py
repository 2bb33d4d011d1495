"""Numbers that must rise: a coolant no colder than the water behind it, power at rest no higher than at work."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, Self

from pydantic import BaseModel, model_validator

from facilities.quantity import Model, Number, Sourced


class Order(NamedTuple):
    """
    Numbers that must rise.

    Attributes
    ----------
    what : text
        What they are.
    numbers : dict of text to Number
        By name, the lowest first; equal ones will do.
    gap : float
        What each must lie above the one before it at least, in the unit of their fields.
    plus : tuple of float and Number
        Further numbers that the lower one is raised by first, each so many times.
    refusal : text
        What is said where they do not; of a plain order it says itself.
    """

    what: str
    numbers: dict[str, Number]
    gap: float = 0.0
    plus: tuple[tuple[float, Number], ...] = ()
    refusal: str = ""

    def check(self) -> None:
        """
        Refuse numbers that do not rise.

        Raises
        ------
        ValueError
            When one is below the one before it.
        """
        pairs = pairwise(self.numbers.values())
        if any(second.si - raised(first, self.plus) < self.gap for first, second in pairs):
            given = ", ".join(f"{name} {number.value!r}" for name, number in self.numbers.items())
            raise ValueError(self.refusal or f"give each {self.what} no lower than the one before; got {given}")


def raised(number: Number, plus: tuple[tuple[float, Number], ...]) -> float:
    """
    Add to a number others, each so many times.

    Parameters
    ----------
    number : Number
        The number.
    plus : tuple of float and Number
        The others.

    Returns
    -------
    float
        In the unit of their fields.
    """
    return sum((times * other.si for times, other in plus), start=number.si)


class Ordered(Model):
    """Part of which some numbers must rise."""

    def orders(self) -> Iterator[Order]:
        """Give the numbers that must rise, those of the parts in it left out."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _rises(self) -> Self:
        for order in self.orders():
            order.check()
        return self


def orders(part: object) -> Iterator[Order]:
    """
    Find the numbers of a part, and of the parts in it, that must rise.

    Parameters
    ----------
    part
        A model, or a table of models.

    Yields
    ------
    Order
        With the numbers themselves, as `walk` finds them.
    """
    if isinstance(part, Ordered):
        yield from part.orders()
    if isinstance(part, BaseModel) and not isinstance(part, Sourced):
        for name in type(part).model_fields:
            yield from orders(getattr(part, name))
    elif isinstance(part, dict | tuple):
        for value in part.values() if isinstance(part, dict) else part:
            yield from orders(value)
