"""How people go on from place to place on one day."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.flee_section import Flee
from flowsim.daily.crowd import Crowd
from flowsim.daily.party import Party, joined, luck
from flowsim.daily.today import Today
from flowsim.daily.ways import Links, Ways


class Walk:
    """One day's moves.

    Parameters
    ----------
    flee : Flee
    links : Links
    ways : Ways
    crowd : Crowd
    today : Today
    """

    def __init__(self, flee: Flee, links: Links, ways: Ways, crowd: Crowd, today: Today) -> None:
        self._flee, self._links, self._ways = flee, links, ways
        self._crowd, self._today = crowd, today
        self._asleep: list[Party] = []

    def run(self) -> None:
        """All decide, then all go on, in the order in which they came to the country."""
        crowd, today = self._crowd, self._today
        today.look(crowd.present)
        party = crowd.due(today)
        fast = self._set_out(party)
        came, fresh = crowd.arriving(today)
        onward = np.concatenate([fast.moved < crowd.speed(fast.ids), fresh])
        party = joined([fast, came])
        heading = np.bincount(party.place, minlength=crowd.present.size)
        # as many again come on a later link of the day
        looks = today.looks(crowd.present, np.maximum(crowd.came, 2 * heading))
        crowd.came[:] = 0
        if looks == 1:
            self._finish(party, onward)
        else:
            for some in np.array_split(np.argsort(party.ids), looks):
                self._finish(party.some(some), onward[some])
                today.look(crowd.present)
        crowd.sleep(joined(self._asleep), today)

    def _set_out(self, party: Party) -> Party:
        """The first step of the day; gives those who reach the end of a link."""
        everybody = np.arange(len(party))
        rows, link = self._step_on(party, everybody, luck(party.word, 0)[0])
        stay = np.ones(len(party), dtype=bool)
        stay[rows] = False
        self._asleep.append(party.some(stay))
        self._crowd.leave(party.place[rows])
        speed = self._crowd.speed(party.ids[rows])
        return party.some(self._go(party, rows, link, speed))

    def _finish(self, party: Party, onward: Bools) -> None:
        """Let people who have arrived go on until their day is over."""
        here = np.ones(len(party), dtype=bool)
        rows: Ints = np.flatnonzero(onward)
        hop = 1
        speed = self._flee.max_move_speed
        while rows.size:
            way_on, will = luck(party.word.take(rows), hop)
            some = np.flatnonzero(will < self._chance(party, rows))
            leaving, link = self._step_on(party, rows.take(some), way_on.take(some))
            here[leaving] = False
            arrived = self._go(party, leaving, link, np.full(leaving.size, speed))
            here[arrived] = True
            rows = arrived.compress(party.moved.take(arrived) < speed)
            hop += 1
        resting = party.some(here)
        self._crowd.rest(resting.place)
        self._asleep.append(resting)

    def _chance(self, party: Party, rows: Ints) -> Floats:
        """Chance to go on at once from where people have arrived."""
        place = party.place.take(rows)
        chance = self._today.chance.take(place)
        if self._flee.avoid_short_stints:
            moved = party.moved.take(rows) / self._flee.max_move_speed
            short = party.recent.take(rows) + moved < 1.0
            chance = np.where(short & self._today.town.take(place), 1.0, chance)
        return np.where(party.way[rows] >= 0, 1.0, chance) if self._ways.are_long else chance

    def _step_on(self, party: Party, rows: Ints, drawn: Floats) -> tuple[Ints, Ints]:
        """Choose a way where there is none to follow; the rows that can go, and their next links.

        A way is given up, and the day lost, where the camp at its end is half full beyond its
        buffer, or where its next link is closed.
        """
        today, ways = self._today, self._ways
        way = today.choice.draw(party.place.take(rows), drawn)
        if not ways.are_long:
            go = np.flatnonzero(today.passable.take(way, mode="wrap"))
            return rows.take(go), ways.links[:, 0].take(way.take(go))
        keep = party.way[rows] >= 0
        go = np.where(keep, True, today.passable[way])
        way = np.where(keep, party.way[rows], way)
        step = np.where(keep, party.step[rows], 0)
        link = ways.links[way, step]
        go &= (way >= 0) & ~today.full[ways.end[way]] & ~today.shut[link]
        go &= self._links.tail[link] == party.place[rows]
        ended = step + 1 >= ways.length[way]
        party.way[rows] = np.where(go & ~ended, way, -1)
        party.step[rows] = step + 1
        return rows[go], link[go]

    def _go(self, party: Party, rows: Ints, link: Ints, speed: Floats) -> Ints:
        """People walk along their links; gives the rows of those who reach the end on this day.

        An end is reached by who could go further than that.
        """
        km = self._links.km.take(link)
        late = np.flatnonzero(km >= speed)
        if late.size:
            nights = (km[late] / speed[late]).astype(np.int64)
            self._crowd.travel(party.some(rows[late]), link[late], nights, self._today)
            done = np.flatnonzero(km < speed)
            rows, link, km = rows[done], link[done], km[done]
        party.place[rows] = self._links.head.take(link)
        party.moved[rows] += km
        return rows
