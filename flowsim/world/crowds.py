"""Violence against those who gather: who is in danger, and who is not."""

from __future__ import annotations

from collections.abc import Sequence

from flowsim.arrays import Floats
from flowsim.world.violence_config import Event


def persons_meant(event: Event, hosts: Sequence[float] | Floats, groups: Sequence[str]) -> float:
    """Persons of a place whom an event targets, each group as far as it does.

    Parameters
    ----------
    event : Event
    hosts : sequence of float, (G,)
        Persons of each group who live there.
    groups : sequence of str, (G,)

    Examples
    --------
    >>> from datetime import datetime
    >>> noon = datetime(2010, 4, 7, 12)
    >>> shots = Event(place="Square", start=noon, peak=noon, until=noon, intensity=1,
    ...               target={"A": 1.0, "B": 0.5}, crowd=40)
    >>> persons_meant(shots, [100, 200], ["A", "B"])
    200.0
    >>> as_exposed(shots, [100, 200], ["A", "B"]).target
    {'A': 0.2, 'B': 0.1}
    """
    pairs = zip(groups, hosts, strict=True)
    return float(sum(event.target.get(group, 0.0) * persons for group, persons in pairs))


def as_exposed(event: Event, hosts: Sequence[float] | Floats, groups: Sequence[str]) -> Event:
    """An event with a crowd, its targets times the part of those meant who are in the crowd."""
    meant = persons_meant(event, hosts, groups)
    part = min(1.0, (event.crowd or 0.0) / meant) if meant > 0.0 else 0.0
    told = {group: part * share for group, share in event.target.items()}
    return event.model_copy(update={"target": told})
