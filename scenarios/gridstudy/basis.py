"""What a study of a connection stands on, and which chapters of a full one it has not."""

from __future__ import annotations

from facilities import Facility
from facilities.quantity import Provenance, numbers

SCREENING = "Balanced positive sequence, steady state: screening, not an electromagnetic-transient study. "

EQUIVALENT = (
    "The host grid is an equivalent, one source behind one impedance that follows from the stated or assumed "
    "short-circuit power and its X over R, the same in every season and after every outage of the network. Nothing of "
    "it regulates."
)

BESIDE_NETWORK = " The chapters of swings and of the host network have a network of buses and branches in its place."

LOAD = (
    "Taps of the main transformers are fixed where they bring the campus to nominal voltage at half of the rating. The "
    "load draws constant power at the stated power factor, whatever the voltage. Several points of connection share "
    "the load equally, and an outage is taken at each of them."
)

WITHOUT_NETWORK = (
    ("flows and voltages of the host network, N-1 of its branches", "there is no host network, only its equivalent"),
    ("capacity over seasons and hours, curtailment", "the equivalent knows no other loads and no dispatch"),
)
"""Chapters that take a host network, and why there are none without."""

WITH_NETWORK = (
    (
        "capacity over seasons",
        "the network's file has one state; hours of a year are scaled from it by an assumed curve",
    ),
)
"""Chapters that the network's file does not suffice for."""

ABSENT = (
    ("energisation of transformers", "inrush takes their saturation and an electromagnetic model"),
    ("duty of breakers, unbalanced faults", "only the initial three-phase short-circuit power is known"),
    (
        "rotor-angle stability",
        "machines are typical ones without controls: the first swings after faults are all there is",
    ),
)
"""Chapters that are left out in either case."""


def statement(*, network: bool) -> tuple[str, ...]:
    """
    Say what the study stands on.

    Parameters
    ----------
    network
        Whether there is a host network.

    Returns
    -------
    tuple of text
        Paragraphs.
    """
    return SCREENING + EQUIVALENT + (BESIDE_NETWORK if network else ""), LOAD


def absent(*, network: bool) -> tuple[tuple[str, str], ...]:
    """
    List the chapters of a full study that one has not.

    Parameters
    ----------
    network
        Whether the host network is studied.

    Returns
    -------
    tuple
        Chapter and reason of each.
    """
    return (*(WITH_NETWORK if network else WITHOUT_NETWORK), *ABSENT)


def numbers_of(facility: Facility) -> list[Provenance]:
    """
    List every number that the study stands on: the connection's and its main transformer's.

    Parameters
    ----------
    facility
        From `facilities.load`.

    Returns
    -------
    list of Provenance
        In the order of the file.
    """
    transformer = facility.catalog.converters[facility.connection.transformer]
    return [*numbers("connection", facility.connection), *numbers("main transformer", transformer)]
