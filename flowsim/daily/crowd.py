"""Persons as columns: where each is, by which way it goes on, and the day of its next move."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.flee_section import Flee
from flowsim.daily.chances import waits
from flowsim.daily.spawning import Starts
from flowsim.daily.today import Today
from flowsim.daily.ways import Links, Ways
from flowsim.draws import Purpose, uniform

FULL = 0.5
"""Room below which people give up their way to a camp."""


class Crowd:
    """Everybody of a run.

    Who rests has a day on which it next moves on, drawn as it comes to rest; who is on a link, the
    day of its arrival. So a day touches those only who do something on it.

    Parameters
    ----------
    flee : Flee
    links : Links
    ways : Ways
    starts : Starts
    seed : uint64
    days : int

    Attributes
    ----------
    present : int64 array (P,)
        Persons at each place, without those on a link.
    moving : int64 array (P,)
        Persons on a link by the place where it starts.
    came : int64 array (P,)
        Persons who came to a place since it was last set to zero.
    """

    def __init__(
        self, flee: Flee, links: Links, ways: Ways, starts: Starts, seed: np.uint64, places: int,
        days: int,
    ) -> None:  # fmt: skip
        self._flee, self._links, self._ways = flee, links, ways
        self._key, self._seed, self._days = starts.key, seed, days
        n = starts.key.size
        self.place = starts.place.copy()
        self._due = np.full(n, -1, dtype=np.int32)  # of the next try to move on; -1 on a link
        self._link = np.full(n, -1, dtype=np.int32)
        self._way = np.full(n, -1, dtype=np.int32)  # still to be followed; -1 is none
        self._step = np.zeros(n, dtype=np.int8)
        self._drawn = np.zeros(n, dtype=np.int32)
        self._begun = np.zeros(n, dtype=bool)  # has been at the end of a link
        self._back = np.zeros(n, dtype=bool)  # the link was closed under way
        self._today = np.zeros(n)  # km
        self._recent = np.zeros(n)  # average of the days up to and with `_of_day`, in full days
        self._of_day = np.full(n, -1, dtype=np.int32)
        self._resting: list[list[Ints]] = [[] for _ in range(days)]
        self._coming: list[list[Ints]] = [[] for _ in range(days)]
        self.present = np.zeros(places, dtype=np.int64)
        self.moving = np.zeros(places, dtype=np.int64)
        self.came = np.zeros(places, dtype=np.int64)

    def add(self, first: int, last: int, today: Today, tries_today: bool) -> Ints:
        """People appear at their places; gives those who move on this day."""
        ids = np.arange(first, last)
        self.present += np.bincount(self.place[ids], minlength=self.present.size)
        self._of_day[ids] = today.day - 1
        return self._rest(ids, today, today.day if tries_today else today.day + 1)

    def due(self, day: int) -> Ints:
        """Those who rest and try to move on this day."""
        ids = _joined(self._resting[day])
        self._resting[day].clear()
        return ids[self._due[ids] == day]

    def arriving(self, day: int) -> Ints:
        """Those who are to come to the end of their link this day."""
        ids = _joined(self._coming[day])
        self._coming[day].clear()
        return ids

    def draw_waits_anew(self, places: Bools, today: Today) -> None:
        """The chance to move on has changed at some places for those who rest there."""
        ids = np.flatnonzero((self._due >= today.day) & places[self.place] & (self._way < 0))
        self._rest(ids, today, today.day, put=True)

    def turn_back(self, closing: Bools) -> None:
        """Links are closed under those who are on them."""
        if closing.any():
            on = self._link >= 0
            self._back |= on & closing[self._link]

    def decide(self, ids: Ints, today: Today) -> Ints:
        """People try to move on; gives those who come to the end of their link on the same day."""
        place, way = self.place[ids], self._way[ids].astype(np.int64)
        fresh = np.flatnonzero(way < 0)
        who = ids[fresh]
        way[fresh] = today.choice.draw(place[fresh], self._luck(who, Purpose.ROUTE))
        self._step[who] = 0
        step = self._step[ids]
        link = self._ways.links[way, step]  # of no way (-1) it is any, and not taken
        to = self._ways.end[way]
        go = (way >= 0) & ~(today.camp[to] & (today.space[to] < FULL))
        go &= ~today.shut[link] & (self._links.tail[link] == place)
        stay = ids[~go]
        self._way[stay] = -1
        self._settle(stay, today)
        rows = np.flatnonzero(go)
        ids, way, link, step = ids[rows], way[rows], link[rows], step[rows] + 1
        self._way[ids] = np.where(step < self._ways.length[way], way, -1)
        self._step[ids] = step
        return self._enter(ids, place[rows], link, today)

    def arrive(self, ids: Ints, today: Today) -> Ints:
        """People come to the end of their link; gives those who move on from there at once."""
        link, back = self._link[ids], self._back[ids]
        tail = self._links.tail[link]
        place = np.where(back, tail, self._links.head[link])
        speed = self._speed(ids)
        self.place[ids], self._link[ids] = place, -1
        self._begun[ids], self._back[ids] = True, False
        n = self.present.size
        came = np.bincount(place, minlength=n)
        self.present += came
        self.came += came
        self.moving -= np.bincount(tail, minlength=n)
        moved = self._today[ids]
        more = ~back & (moved < speed)
        chance = np.where(self._way[ids] >= 0, 1.0, today.chance[place])
        if self._flee.avoid_short_stints:
            short = (self._recent[ids] + moved / self._flee.max_move_speed) / 2.0 < 0.5
            chance = np.where(short & today.town[place], 1.0, chance)
        unsure = np.flatnonzero(more & (chance < 1.0))
        more[unsure] = self._luck(ids[unsure], Purpose.LEAVE) < chance[unsure]
        self._settle(ids[~more], today)
        return ids[more]

    def _enter(self, ids: Ints, place: Ints, link: Ints, today: Today) -> Ints:
        """People step on a link; the end is reached once they have gone further than its length."""
        day, n = today.day, self.present.size
        gone = np.bincount(place, minlength=n)
        self.present -= gone
        self.moving += gone
        km, speed = self._links.km[link], self._speed(ids)
        nights = (km / speed).astype(np.int64)
        self._link[ids], self._due[ids] = link, -1
        fast = nights == 0
        short = ids[fast]
        self._at_once(short, km[fast], day)
        long = ~fast
        self._over_night(ids[long], km[long], speed[long], nights[long], day)
        return short

    def _at_once(self, ids: Ints, km: Floats, day: int) -> None:
        if self._flee.avoid_short_stints:
            self._recent[ids] = self._fading(ids, day - 1)
            self._of_day[ids] = day - 1
        self._today[ids] += km

    def _over_night(self, ids: Ints, km: Floats, speed: Floats, nights: Ints, day: int) -> None:
        if self._flee.avoid_short_stints:
            full = speed / self._flee.max_move_speed
            first = self._today[ids] / self._flee.max_move_speed + full
            evening = (self._fading(ids, day - 1) + first) / 2.0
            self._recent[ids] = full + (evening - full) * 0.5 ** (nights - 1)
            self._of_day[ids] = day + nights - 1
        self._today[ids] = km - nights * speed
        _put(self._coming, ids, day + nights)

    def _settle(self, ids: Ints, today: Today) -> None:
        """People stay where they are for this day."""
        if self._flee.avoid_short_stints:
            moved = self._today[ids] / self._flee.max_move_speed
            self._recent[ids] = (self._fading(ids, today.day - 1) + moved) / 2.0
            self._of_day[ids] = today.day
        self._today[ids] = 0.0
        self._rest(ids, today, today.day + 1, put=True)

    def _rest(self, ids: Ints, today: Today, soonest: int, put: bool = False) -> Ints:
        """Draw when each tries to move on, from a day on; gives those who do on that day."""
        chance = np.where(self._way[ids] >= 0, 1.0, today.chance[self.place[ids]])
        due = np.full(ids.size, soonest, dtype=np.int64)
        unsure = np.flatnonzero(chance < 1.0)
        luck = self._luck(ids[unsure], Purpose.ONWARD)
        due[unsure] += np.minimum(waits(chance[unsure], luck) - 1, self._days)
        self._due[ids] = due
        now = (due == soonest) & (not put)
        _put(self._resting, ids[~now], due[~now])
        return ids[now]

    def _fading(self, ids: Ints, day: int) -> Floats:
        """What is left by the evening of a day of the average of those who rested up to it."""
        return self._recent[ids] * 0.5 ** (day - self._of_day[ids])

    def _speed(self, ids: Ints) -> Floats:
        """Kilometres a day."""
        fast = self._flee.max_move_speed
        if not self._flee.start_on_foot:
            return np.full(ids.size, fast)
        return np.where(self._begun[ids], fast, self._flee.max_walk_speed)

    def _luck(self, ids: Ints, purpose: Purpose) -> Floats:
        count = self._drawn[ids]
        self._drawn[ids] = count + 1
        return uniform(self._seed, self._key[ids], purpose, count)


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _put(days: list[list[Ints]], ids: Ints, day: Ints) -> None:
    """Note people under their days, those after the last day nowhere."""
    inside = day < len(days)
    ids, day = ids[inside], day[inside]
    if ids.size == 0:
        return
    order = np.argsort(day, kind="stable")
    ids, day = ids[order], day[order]
    edges = np.flatnonzero(np.diff(day)) + 1
    for part, when in zip(
        np.split(ids, edges), day[np.concatenate([[0], edges])].tolist(), strict=True
    ):
        days[when].append(part)
