"""Friction of pipes."""

from __future__ import annotations

import numpy as np

from twin.site import Floats

TURBULENT = 2040.0
"""
Reynolds number [1] from which pipe flow is taken for turbulent: the onset of sustained turbulence (Avila et al.,
Science 333, 2011). Up to about 4000 it comes and goes, and friction lies between the two laws.
"""

_STEPS = 5
"""Newton steps from Haaland's estimate, which is within 2 %: the third is within rounding over the whole range."""


def darcy_friction(reynolds: Floats, roughness: Floats) -> Floats:
    """
    Give the Darcy friction factor of a pipe.

    Parameters
    ----------
    reynolds : (any,) [1]
        Reynolds number of the diameter, greater than zero, up to 1e8.
    roughness : (any,) [1]
        Height of the roughness over the diameter, from 0 to 0.05.

    Returns
    -------
    (any,) [1]
        Darcy's factor, four times Fanning's.

    Notes
    -----
    64 / Re below `TURBULENT`; Colebrook's law above, 1 / sqrt(f) = -2 log10(e / 3.7 + 2.51 / (Re sqrt(f))), solved to
    rounding.

    References
    ----------
    .. [1] C. F. Colebrook, Turbulent flow in pipes, Journal of the ICE 11(4), 1939
    """
    stream = np.maximum(reynolds, TURBULENT)
    relative, viscous = roughness / 3.7, 2.51 / stream
    inverse = -1.8 * np.log10(np.power(relative, 1.11) + 6.9 / stream)
    for _ in range(_STEPS):
        within = relative + viscous * inverse
        missing = inverse + 2.0 * np.log10(within)
        inverse = inverse - missing / (1.0 + 2.0 / np.log(10.0) * viscous / within)
    return np.asarray(np.where(np.less(reynolds, TURBULENT), 64.0 / reynolds, np.power(inverse, -2.0)), dtype=float)


def pressure_drop(
    flow: Floats,
    diameter: Floats,
    length: Floats,
    roughness: Floats,
    fittings: Floats,
    density: Floats,
    viscosity: Floats,
) -> Floats:
    """
    Give the pressure that a pipe takes.

    Parameters
    ----------
    flow : (any,) [m^3/s]
        Through the pipe, greater than zero.
    diameter : (any,) [m]
        Inside.
    length : (any,) [m]
        Straight.
    roughness : (any,) [m]
        Height; 45e-6 for new steel, 1.5e-6 for drawn tube.
    fittings : (any,) [1]
        Loss coefficients of bends, branches and valves, added up.
    density : (any,) [kg/m^3]
        Of the liquid.
    viscosity : (any,) [Pa*s]
        Dynamic.

    Returns
    -------
    (any,) [Pa]
        Darcy and Weisbach: (f L / D + K) rho v^2 / 2.

    References
    ----------
    .. [1] ASHRAE Handbook, Fundamentals 2021, chapter 22, pipe design
    """
    velocity = flow / (0.25 * np.pi * np.square(diameter))
    reynolds = density * velocity * diameter / viscosity
    friction = darcy_friction(reynolds, roughness / diameter) * length / diameter
    return np.asarray((friction + fittings) * 0.5 * density * np.square(velocity), dtype=float)
