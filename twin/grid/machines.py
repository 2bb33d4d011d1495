"""
Synchronous machines: constants as makers and standards give them, and the equations that follow from those.

Of sixth order: two rotor circuits on each axis, transients of the stator left out, speed in its voltages taken as
nominal, saturation of the iron by an exponential of the air-gap flux. Classical: a voltage behind the transient
reactance. Excitation and mechanical power are held in both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from twin.arrays import Complexes, Floats
from twin.grid.host import Indices

STATES = ("angle", "speed", "field flux", "damper flux, d", "first damper flux, q", "second damper flux, q")
"""Of a machine, in the order of its rows."""


class Machines(NamedTuple):
    """
    Machines, per unit of their own ratings.

    Attributes
    ----------
    bus : (machine,)
        Rows of the network's buses, each at most once.
    rating : (machine,) [V*A]
        Base of all that follows.
    inertia : (machine,) [s]
        Energy that turns, over rating: H.
    damping : (machine,) [1]
        Torque over speed, per unit of both: K_D.
    resistance, leakage : (machine,) [1]
        Of the stator: R_a and X_l.
    synchronous_d, transient_d, subtransient_d : (machine,) [1]
        Reactances of the direct axis, unsaturated.
    synchronous_q, transient_q, subtransient_q : (machine,) [1]
        And of the quadrature axis.
    transient_time_d, subtransient_time_d, transient_time_q, subtransient_time_q : (machine,) [s]
        Open-circuit time constants.
    saturation, saturation_rate, saturation_from : (machine,) [1]
        Current A e^(B (flux - threshold)) that iron takes besides; A is zero where it does not saturate.
    """

    bus: Indices
    rating: Floats
    inertia: Floats
    damping: Floats
    resistance: Floats
    leakage: Floats
    synchronous_d: Floats
    transient_d: Floats
    subtransient_d: Floats
    synchronous_q: Floats
    transient_q: Floats
    subtransient_q: Floats
    transient_time_d: Floats
    subtransient_time_d: Floats
    transient_time_q: Floats
    subtransient_time_q: Floats
    saturation: Floats
    saturation_rate: Floats
    saturation_from: Floats


class Axis(NamedTuple):
    """
    One axis of machines as circuits.

    Attributes
    ----------
    mutual : (machine,) [1]
        Inductance between stator and rotor, unsaturated: L_ad or L_aq.
    first, second : (machine,) [1]
        Leakage inductances of the two rotor circuits; the first is the field on the direct axis.
    first_resistance, second_resistance : (machine,) [1]
        Their resistances.
    """

    mutual: Floats
    first: Floats
    second: Floats
    first_resistance: Floats
    second_resistance: Floats

    def subtransient(self, factor: Floats) -> Floats:
        """
        Give the mutual inductance in parallel with both rotor circuits.

        Parameters
        ----------
        factor : (machine,) [1]
            Of saturation.

        Returns
        -------
        (machine,) [1]
            L''_ad or L''_aq.
        """
        return np.asarray(1.0 / (1.0 / (factor * self.mutual) + 1.0 / self.first + 1.0 / self.second))


class Rest(NamedTuple):
    """
    Machines in the steady state about which equations hold.

    Attributes
    ----------
    states : (state, machine) [1]
        In the order of `STATES`; angle in radians from the network's reference, speed as a deviation per unit.
    field : (machine,) [1]
        Voltage of excitation, per unit of the machine's own system; in the classical model the voltage that is held.
    torque : (machine,) [1]
        Of the turbine.
    current : (machine,) [1]
        Complex, out of the stator, in the machine's own axes: i_d + j i_q.
    factor : (machine,) [1]
        Of saturation, for small changes.
    """

    states: Floats
    field: Floats
    torque: Floats
    current: Complexes
    factor: Floats


def axes(machines: Machines, frequency: float) -> tuple[Axis, Axis]:
    """
    Find the circuits of both axes from standard constants.

    Parameters
    ----------
    machines : Machines
        Standard constants.
    frequency : [Hz]
        Nominal.

    Returns
    -------
    tuple of Axis
        Direct and quadrature.

    Notes
    -----
    L'_d = L_l + L_ad || L_fd, L''_d = L_l + L_ad || L_fd || L_1d, T'_d0 = (L_ad + L_fd) / R_fd and
    T''_d0 = (L_1d + L_ad || L_fd) / R_1d, and so on the quadrature axis.

    References
    ----------
    .. [1] P. Kundur, Power System Stability and Control, McGraw-Hill, 1994, section 4.2
    """
    speed = 2.0 * np.pi * frequency
    direct = (
        machines.synchronous_d,
        machines.transient_d,
        machines.subtransient_d,
        machines.transient_time_d,
        machines.subtransient_time_d,
    )
    quadrature = (
        machines.synchronous_q,
        machines.transient_q,
        machines.subtransient_q,
        machines.transient_time_q,
        machines.subtransient_time_q,
    )

    def axis(synchronous: Floats, transient: Floats, subtransient: Floats, slow: Floats, fast: Floats) -> Axis:
        mutual = synchronous - machines.leakage
        first = 1.0 / (1.0 / (transient - machines.leakage) - 1.0 / mutual)
        second = 1.0 / (1.0 / (subtransient - machines.leakage) - 1.0 / (transient - machines.leakage))
        return Axis(
            mutual,
            first,
            second,
            (mutual + first) / (speed * slow),
            (second + transient - machines.leakage) / (speed * fast),
        )

    return axis(*direct), axis(*quadrature)


def rest(machines: Machines, frequency: float, voltage: Complexes, power: Complexes) -> Rest:
    """
    Find the steady state that belongs to a solved power flow.

    Parameters
    ----------
    machines : Machines
        At buses of the network.
    frequency : [Hz]
        Nominal.
    voltage : (machine,) [1]
        Complex, at terminals.
    power : (machine,) [1]
        Complex, out of each machine, per unit of its own rating.

    Returns
    -------
    Rest
        With the factor of saturation for small changes, 1 / (1 + A B e^(B (flux - threshold))) on both axes.

    References
    ----------
    .. [1] P. Kundur, Power System Stability and Control, McGraw-Hill, 1994, sections 3.8 and 12.3
    """
    direct, quadrature = axes(machines, frequency)
    current = (power / voltage).conj()
    flux = np.abs(voltage + (machines.resistance + 1j * machines.leakage) * current)
    iron = machines.saturation * np.exp(machines.saturation_rate * (flux - machines.saturation_from))
    whole = flux / (flux + iron)
    reactance_q = whole * quadrature.mutual + machines.leakage
    angle = np.angle(voltage + (machines.resistance + 1j * reactance_q) * current)
    turned = np.exp(-1j * (angle - 0.5 * np.pi))
    inside, stator = voltage * turned, current * turned
    flux_d = inside.imag + machines.resistance * stator.imag + machines.leakage * stator.real
    flux_q = -(inside.real + machines.resistance * stator.real - machines.leakage * stator.imag)
    field_current = flux_d / (whole * direct.mutual) + stator.real
    states = np.stack(
        [angle, np.zeros_like(angle), flux_d + direct.first * field_current, flux_d, flux_q, flux_q.copy()]
    )
    return Rest(
        states=states,
        field=direct.first_resistance * field_current,
        torque=flux_d * stator.imag - flux_q * stator.real,
        current=stator,
        factor=1.0 / (1.0 + machines.saturation_rate * iron),
    )


def motion(machines: Machines, frequency: float, at: Rest, states: Floats, voltage: Floats) -> tuple[Floats, Floats]:
    """
    Give how states move, and the current that machines put into the network.

    Parameters
    ----------
    machines : Machines
        At buses of the network.
    frequency : [Hz]
        Nominal.
    at : Rest
        About which saturation is taken, so that the equations hold for small changes.
    states : (state, machine) [1]
        In the order of `STATES`.
    voltage : (2, machine) [1]
        Real and imaginary part at terminals.

    Returns
    -------
    tuple
        Rates (state, machine) [1/s], and current (2, machine) [1], real and imaginary, per unit of each rating.

    Notes
    -----
    2 H dw/dt = T_m - T_e - K_D w and d(angle)/dt = w_0 w; for each rotor circuit d(flux)/dt = w_0 (e - R i), e of the
    field alone. All is written so that an argument may be complex: a derivative is then exact.

    References
    ----------
    .. [1] P. Kundur, Power System Stability and Control, McGraw-Hill, 1994, sections 3.4 to 3.6 and 12.3
    """
    direct, quadrature = axes(machines, frequency)
    base = 2.0 * np.pi * frequency
    angle, speed, field, damper, first, second = states
    mutual_d, mutual_q = direct.subtransient(at.factor), quadrature.subtransient(at.factor)
    _, _, field_0, flux_d0, flux_q0, _ = at.states
    flux_d = flux_d0 + mutual_d * (
        at.current.real + (field - field_0) / direct.first + (damper - flux_d0) / direct.second
    )
    flux_q = flux_q0 + mutual_q * (
        at.current.imag + (first - flux_q0) / quadrature.first + (second - flux_q0) / quadrature.second
    )
    # voltage in the machine's axes: V e^(-j (angle - pi/2))
    voltage_d = voltage[0] * np.sin(angle) - voltage[1] * np.cos(angle)
    voltage_q = voltage[0] * np.cos(angle) + voltage[1] * np.sin(angle)
    behind_d, behind_q = machines.leakage + mutual_d, machines.leakage + mutual_q
    short_d, short_q = voltage_d + flux_q, voltage_q - flux_d
    scale = machines.resistance**2 + behind_d * behind_q
    current_d = (-machines.resistance * short_d - behind_q * short_q) / scale
    current_q = (behind_d * short_d - machines.resistance * short_q) / scale
    flux_d = flux_d - mutual_d * current_d
    flux_q = flux_q - mutual_q * current_q
    torque = flux_d * current_q - flux_q * current_d
    rates = np.stack(
        [
            *_swing(machines, frequency, speed, at.torque - torque),
            base * (at.field + direct.first_resistance * (flux_d - field) / direct.first),
            base * direct.second_resistance * (flux_d - damper) / direct.second,
            base * quadrature.first_resistance * (flux_q - first) / quadrature.first,
            base * quadrature.second_resistance * (flux_q - second) / quadrature.second,
        ]
    )
    current = np.stack(
        [
            current_d * np.sin(angle) + current_q * np.cos(angle),
            -current_d * np.cos(angle) + current_q * np.sin(angle),
        ]
    )
    return rates, current


def classical_rest(machines: Machines, frequency: float, voltage: Complexes, power: Complexes) -> Rest:
    """
    Find the steady state of a voltage behind the transient reactance.

    Parameters
    ----------
    machines : Machines
        At buses of the network.
    frequency : [Hz]
        Nominal; not needed, as the other model's is.
    voltage : (machine,) [1]
        Complex, at terminals.
    power : (machine,) [1]
        Complex, out of each machine, per unit of its own rating.

    Returns
    -------
    Rest
        Of two states.
    """
    current = (power / voltage).conj()
    behind = voltage + (machines.resistance + 1j * machines.transient_d) * current
    angle = np.angle(behind)
    return Rest(
        states=np.stack([angle, np.zeros_like(angle)]),
        field=np.abs(behind),
        torque=(behind * current.conj()).real,
        current=current,
        factor=np.ones_like(angle),
    )


def classical_motion(
    machines: Machines, frequency: float, at: Rest, states: Floats, voltage: Floats
) -> tuple[Floats, Floats]:
    """
    Give how states of the classical model move, and the current that machines put into the network.

    Parameters
    ----------
    machines : Machines
        At buses of the network.
    frequency : [Hz]
        Nominal.
    at : Rest
        From `classical_rest`.
    states : (state, machine) [1]
        Angle and speed.
    voltage : (2, machine) [1]
        Real and imaginary part at terminals.

    Returns
    -------
    tuple
        Rates (state, machine) [1/s], and current (2, machine) [1], real and imaginary, per unit of each rating.

    Notes
    -----
    2 H dw/dt = T_m - Re(E I*) - K_D w with E of constant magnitude and I = (E - V) / (R_a + j X'_d).
    """
    angle, speed = states
    behind = at.field * np.cos(angle), at.field * np.sin(angle)
    short = behind[0] - voltage[0], behind[1] - voltage[1]
    scale = machines.resistance**2 + machines.transient_d**2
    real = (machines.resistance * short[0] + machines.transient_d * short[1]) / scale
    imaginary = (machines.resistance * short[1] - machines.transient_d * short[0]) / scale
    torque = behind[0] * real + behind[1] * imaginary
    rates = np.stack(_swing(machines, frequency, speed, at.torque - torque))
    return rates, np.stack([real, imaginary])


def _swing(machines: Machines, frequency: float, speed: Floats, torque: Floats) -> tuple[Floats, Floats]:
    """Give how angle and speed move under the torque that is left."""
    return 2.0 * np.pi * frequency * speed, (torque - machines.damping * speed) / (2.0 * machines.inertia)


class Model(NamedTuple):
    """
    A way to describe machines.

    Attributes
    ----------
    states
        Names of a machine's states.
    rest, motion
        Its steady state, and its equations.
    """

    states: tuple[str, ...]
    rest: Callable[[Machines, float, Complexes, Complexes], Rest]
    motion: Callable[[Machines, float, Rest, Floats, Floats], tuple[Floats, Floats]]


MODELS = {
    "classical": Model(STATES[:2], classical_rest, classical_motion),
    "sixth order": Model(STATES, rest, motion),
}
"""By name."""
