"""Persons as columns: where each is, and the day on which it next does something."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.flee_section import Flee
from flowsim.daily.chances import waits
from flowsim.daily.party import Party
from flowsim.daily.spawning import Starts
from flowsim.daily.today import Today
from flowsim.daily.ways import Links
from flowsim.draws import Purpose, mix, text_key, uniform


class Crowd:
    """Everybody of a run, between days.

    Who rests has a day on which it next tries to move on, drawn as it comes to rest; who is on a
    link, the day of its arrival. So a day touches those only who do something on it.

    Parameters
    ----------
    flee : Flee
    links : Links
    starts : Starts
    seed : uint64
    places, days : int

    Attributes
    ----------
    present : int64 array (P,)
        Persons who rest at each place.
    moving : int64 array (P,)
        Persons on a link by the place where it starts.
    came : int64 array (P,)
        Persons who came to rest at a place on the last day.
    """

    def __init__(
        self, flee: Flee, links: Links, starts: Starts, seed: np.uint64, places: int, days: int
    ) -> None:
        self._flee, self._links, self._days, self._seed = flee, links, days, seed
        n = starts.key.size
        self._key = mix(starts.key, mix(np.array([seed]), text_key("daily"))[0])
        self._place = starts.place.astype(np.int32)
        self._due = np.full(n, -1, dtype=np.int32)
        self._row = np.full(n, -1, dtype=np.int32)
        self._link = np.full(n, -1, dtype=np.int32)
        self._way = np.full(n, -1, dtype=np.int32)
        self._step = np.zeros(n, dtype=np.int16)
        self._begun = np.zeros(n, dtype=bool)  # has been at the end of a link
        self._back = np.zeros(n, dtype=bool)  # its link was closed under way
        self._moved = np.zeros(n)  # km, on the day of arrival
        self._recent = np.zeros(n)
        self._evening = np.full(n, -1, dtype=np.int32)  # of which `_recent` is
        self._halves = 0.5 ** np.arange(days + 2)
        self._resting: list[list[Ints]] = [[] for _ in range(days)]
        self._coming: list[list[Ints]] = [[] for _ in range(days)]
        self.present = np.zeros(places, dtype=np.int64)
        self.moving = np.zeros(places, dtype=np.int64)
        self.came = np.zeros(places, dtype=np.int64)

    # ---- the morning -----------------------------------------------------------------------

    def appear(self, first: int, last: int, today: Today) -> None:
        """People start at their places, and may move on this day."""
        ids = np.arange(first, last)
        self.present += np.bincount(self._place[ids], minlength=self.present.size)
        self._evening[ids] = today.day - 1
        self._wait(ids, today, today.day)

    def draw_waits_anew(self, places: Bools, today: Today) -> None:
        """The chance to move on has changed at some places for those who rest there."""
        resting = (self._link < 0) & (self._due >= today.day) & (self._way < 0)
        self._wait(np.flatnonzero(resting & places[self._place]), today, today.day)

    def turn_back(self, closing: Bools) -> None:
        """Links are closed under those who are on them."""
        if closing.any():
            self._back |= (self._link >= 0) & closing[self._link]

    def due(self, today: Today) -> Party:
        """Those who rest, and try to move on this day."""
        ids = _taken(self._resting[today.day])
        row = np.arange(ids.size, dtype=np.int32)
        self._row[ids] = row  # who drew anew may be noted twice, or under a day that is past
        ids = ids[(self._row[ids] == row) & (self._due[ids] == today.day)]
        return self._party(ids, self._place[ids].astype(np.int64), np.zeros(ids.size), today)

    def arriving(self, today: Today) -> tuple[Party, Bools]:
        """Those who come to the end of their link this day, and whether each may go on.

        Who was on a link as it closed comes back to its start, and stays for the day.
        """
        ids = _taken(self._coming[today.day])
        link, back = self._link[ids], self._back[ids]
        tail = self._links.tail[link]
        self.moving -= np.bincount(tail, minlength=self.moving.size)
        moved = self._moved[ids]
        onward = ~back & (moved < self.speed(ids))
        self._link[ids], self._back[ids], self._begun[ids] = -1, False, True
        place = np.where(back, tail, self._links.head[link])
        return self._party(ids, place, moved, today), onward

    def _party(self, ids: Ints, place: Ints, moved: Floats, today: Today) -> Party:
        word = mix(self._key[ids], np.uint64(today.day))
        recent = self._recent[ids] * self._halves[today.day - 1 - self._evening[ids]]
        way, step = self._way[ids].astype(np.int64), self._step[ids].astype(np.int64)
        return Party(ids, place, moved, recent, word, way, step)

    def speed(self, ids: Ints) -> Floats:
        """Kilometres a day on the link that each is on or steps on."""
        fast = self._flee.max_move_speed
        if not self._flee.start_on_foot:
            return np.full(ids.size, fast)
        return np.where(self._begun[ids], fast, self._flee.max_walk_speed)

    # ---- the evening -----------------------------------------------------------------------

    def leave(self, places: Ints) -> None:
        """People leave the places where they rested."""
        self.present -= np.bincount(places, minlength=self.present.size)

    def rest(self, places: Ints) -> None:
        """People come to rest after their way, but do not yet know for how long."""
        came = np.bincount(places, minlength=self.present.size)
        self.present += came
        self.came += came

    def sleep(self, party: Party, today: Today) -> None:
        """People stay where they are over night; they draw when they try to move on."""
        ids = party.ids
        self._place[ids], self._way[ids], self._step[ids] = party.place, party.way, party.step
        self._recent[ids] = (party.recent + party.moved / self._flee.max_move_speed) / 2.0
        self._evening[ids] = today.day
        self._begun[ids] |= party.moved > 0.0
        self._wait(ids, today, today.day + 1)

    def travel(self, party: Party, link: Ints, nights: Ints, today: Today) -> None:
        """People are on a link over night, from `party.place` on; they have moved before today."""
        ids, speed = party.ids, self.speed(party.ids)
        self.moving += np.bincount(party.place, minlength=self.moving.size)
        full = speed / self._flee.max_move_speed
        evening = (party.recent + party.moved / self._flee.max_move_speed + full) / 2.0
        self._recent[ids] = full + (evening - full) * 0.5 ** (nights - 1)
        self._evening[ids] = today.day + nights - 1
        self._moved[ids] = self._links.km[link] - nights * speed
        self._link[ids], self._way[ids], self._step[ids] = link, party.way, party.step
        self._due[ids] = -1
        _put(self._coming, ids, today.day + nights)

    def _wait(self, ids: Ints, today: Today, soonest: int) -> None:
        """Draw when each tries to move on, from a day on: it does so each day with its chance."""
        chance = np.where(self._way[ids] >= 0, 1.0, today.chance[self._place[ids]])
        due = np.full(ids.size, soonest, dtype=np.int64)
        unsure = np.flatnonzero(chance < 1.0)
        if unsure.size:
            who = ids[unsure]
            drawn = uniform(self._seed, self._key[who], Purpose.ONWARD, due[unsure])
            due[unsure] += waits(chance[unsure], drawn) - 1
        due = np.minimum(due, self._days)
        self._due[ids] = due
        _put(self._resting, ids, due)


def _taken(parts: list[Ints]) -> Ints:
    """What is noted under a day, which then holds nothing any more."""
    ids = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    parts.clear()
    return ids


def _put(days: list[list[Ints]], ids: Ints, day: Ints) -> None:
    """Note people under their days, those after the last day nowhere."""
    inside = day < len(days)
    ids, day = ids[inside], day[inside].astype(np.int16 if len(days) < 2**15 else np.int32)
    if ids.size == 0:
        return
    order = np.argsort(day, kind="stable")  # of 16 bits it is a radix sort
    ids, day = ids[order], day[order]
    edges = [0, *(np.flatnonzero(np.diff(day)) + 1).tolist(), ids.size]
    for first, last in pairwise(edges):
        days[int(day[first])].append(ids[first:last])
