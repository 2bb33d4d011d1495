"""Chapters of a year's page on supply, carbon and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scenarios.page.quantities import MISSING, carbon, digits, quantity, share, stated
from scenarios.page.shown import Shown
from scenarios.yearstudy.supply import ON_GRID

if TYPE_CHECKING:
    from scenarios.yearstudy.accounts import Accounts
    from scenarios.yearstudy.supply import Sets
    from twin.supply.dispatch import Dispatch

FIGURES = (
    ("Supply", (("grid_energy", "From the grid"), ("generated_energy", "Own sets"), ("sun_energy", "Own panels"),
                ("own_share", "Part of the load that is own"), ("firm_power", "Firm power of own sets"),
                ("unserved_energy", "Not served"), ("standby_power", "Firm power on standby"))),
    ("Carbon", (("cue", "CUE"), ("carbon", "Carbon dioxide of operation"), ("carbon_grid", "Of the grid's energy"),
                ("carbon_fuel", "Of fuel on site"), ("carbon_embodied", "Embodied, all of it"),
                ("carbon_embodied_yearly", "Embodied, a year's part"))),
    ("Cost", (("cost_yearly", "Year, capital included"), ("cost_capital", "Investment"), ("bill", "Grid's bills"),
              ("grid_price_mean", "Mean price of the grid"), ("cost_it_mw_year", "Year per MW of IT"),
              ("cost_capital_it_mw", "Investment per MW of IT"),
              ("cost_accelerator_hour", "Hour of a chip"), ("cost_training_run", "A training run"),
              ("cost_million_tokens", "A million tokens"))),
)  # fmt: skip
"""Groups of figures: title, then name and label."""

SHARES = frozenset({"own_share"})
"""Figures that are written in per cent."""

NONE_UNLESS = frozenset(
    {"generated_energy", "sun_energy", "own_share", "firm_power", "unserved_energy", "standby_power", "carbon_fuel"}
)
"""Figures that are left out where they are zero."""


class Chapters(NamedTuple):
    """
    What the chapters show.

    Attributes
    ----------
    told : dict
        How they were made up.
    sets, embodied, items, worth : Shown
        Tables; `sets` is none where there are no sets.
    notes : tuple of text
        On supply and carbon.
    """

    told: dict[str, str]
    sets: Shown | None
    embodied: Shown
    items: Shown
    worth: Shown
    notes: tuple[str, ...]


def chapters(made: Accounts) -> Chapters:
    """
    Give the chapters on supply, carbon and cost.

    Parameters
    ----------
    made
        The accounts.

    Returns
    -------
    Chapters
        As texts.
    """
    return Chapters(made.told, _sets(made), _embodied(made), _items(made), _worth(made), made.notes)


def _sets(made: Accounts) -> Shown | None:
    rows = [
        _row(each, _role(each), area.used, place)
        for area in made.supplied.areas
        for place, each in enumerate(area.sets)
    ]
    rows += [_row(each, "standby", None, 0) for each in made.supplied.standby]
    if not rows:
        return None
    heads = ("Sets", "Units", "Of one, in the worst hour", "Firm", "Energy", "At rating", "Efficiency")
    caption = (
        "Sets of the site; units whose number is not stated are those that the highest load needs, and one. Firm: with "
        "the spare units out, in the worst hour"
    )
    return Shown(caption, heads, tuple(rows), tuple(range(1, 7)))


def _row(each: Sets, role: str, used: Dispatch | None, place: int) -> tuple[str, ...]:
    standing = each.part[each.part > 0.0]
    worst = quantity(each.rating * float(standing.min()), "W") if standing.size else MISSING
    own = (
        f"{_capital(each.name)}, {role} ({each.generator.replace('_', ' ')})",
        f"{each.units}, {each.spare} spare" if each.counted else f"{each.units}, as needed",
        f"{quantity(each.rating, 'W')}, {worst}",
        quantity(each.firm, "W"),
    )
    if used is None:
        return (*own, MISSING, MISSING, MISSING)
    energy, fuel = (float(values[place].sum()) * 3600.0 for values in (used.power, used.fuel))
    hours = energy / (each.units * each.rating) / 3600.0
    return (*own, quantity(energy, "J"), f"{digits(hours)} h", share(energy / fuel if fuel else None))


def _role(each: Sets) -> str:
    return "on the grid, taken as own" if each.role == ON_GRID else each.role


def _capital(name: str) -> str:
    text = name.replace("_", " ")
    return f"{text[:1].upper()}{text[1:]}"


def _embodied(made: Accounts) -> Shown:
    rows = [
        (
            _capital(each.name),
            stated(each.amount),
            carbon(each.once),
            f"{carbon(each.low)} to {carbon(each.high)}",
            carbon(each.yearly),
            each.basis,
        )
        for each in made.embodied
    ]
    heads = ("Part", "How much", "All", "Range", "A year", "Basis")
    return Shown("What making the site gave off, spread over its life", heads, tuple(rows), (2, 3, 4))


def _items(made: Accounts) -> Shown:
    whole = sum(item.yearly for item in made.items)
    ordered = sorted(made.items, key=lambda item: -item.yearly)
    rows = [
        (
            _capital(item.name),
            item.group,
            stated(item.amount),
            money(item.once) if item.once else MISSING,
            money(item.yearly),
            f"{money(item.low)} to {money(item.high)}" if item.high > item.low else MISSING,
            share(item.yearly / whole),
            item.basis,
        )
        for item in ordered
    ]
    total = ("All", "", "", money(sum(item.once for item in made.items)), money(whole), "", "", "")
    heads = (
        "Item",
        "Group",
        "How much",
        "Investment",
        "A year",
        "With its price's range",
        "Part",
        "Basis of the price",
    )
    caption = "What a year costs; money before taxes on profit, subsidies and rebates"
    return Shown(caption, heads, (*rows, total), (3, 4, 5, 6))


def _worth(made: Accounts) -> Shown:
    rows = [(each.label, _written(each.value, each.unit), each.working) for each in made.worth]
    return Shown("What that is for a unit of what the site gives", ("For", "It is", "How"), tuple(rows), (1,))


def says(name: str, value: float) -> bool:
    """
    Tell whether a figure says something.

    Parameters
    ----------
    name
        Of the figure.
    value
        In SI.

    Returns
    -------
    bool
        Not where it is zero and would only say that a site has none.
    """
    return name not in NONE_UNLESS or abs(value) >= TINY


def text(name: str, value: float, unit: str) -> str:
    """
    Write a figure of the accounts.

    Parameters
    ----------
    name
        Of the figure.
    value
        In `unit`.
    unit : text
        As stored.

    Returns
    -------
    text
        Shares in per cent, carbon in tonnes.
    """
    return share(value) if name in SHARES else _written(value, unit)


def _written(value: float, unit: str) -> str:
    if unit == "kg":
        return carbon(value)
    if unit in {"USD", "USD/MW"}:
        return money(value, unit)
    return quantity(value, unit) if unit in {"J", "W"} else f"{digits(value, 3)} {unit.replace('USD', '$')}"


def money(value: float, unit: str = "USD") -> str:
    """
    Write an amount of money; prices are known to no more than three digits.

    Parameters
    ----------
    value
        In `unit`.
    unit : text
        ``USD``, or for something.

    Returns
    -------
    text
        Such as ``6.39 bn $``.
    """
    return quantity(value, unit, 3)


TINY = 1e-6
"""Below which a figure in SI is zero."""
