"""How people go on from place to place on one day."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Bools, Floats
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
        fast, onward = self._set_out(party, luck(party.word, 0)[0])
        came, fresh = crowd.arriving(today)
        party = joined([fast, came])
        onward = np.concatenate([onward, fresh])
        heading = np.bincount(party.place, minlength=crowd.present.size)
        # as many again come on a later link of the day
        looks = today.looks(crowd.present, np.maximum(crowd.came, 2 * heading))
        crowd.came[:] = 0
        order = np.argsort(party.ids) if looks > 1 else np.arange(len(party))
        for rows in np.array_split(order, looks):
            self._finish(party.some(rows), onward[rows])
            if looks > 1:
                today.look(crowd.present)
        crowd.sleep(joined(self._asleep), today)

    def _set_out(self, party: Party, drawn: Floats) -> tuple[Party, Bools]:
        """The first step of the day: who reaches the end of a link, and may go on from there."""
        before = party.place
        go, party = self._step_on(party, drawn)
        stay = party.some(~go)
        self._asleep.append(stay)
        leaving = np.flatnonzero(go)
        gone = party.some(leaving)
        gone.place = before[leaving]
        self._crowd.leave(gone)
        fast = self._go(party.some(leaving), self._crowd.speed(party.ids[leaving]))
        onward = fast.moved < self._crowd.speed(fast.ids)
        return fast, onward

    def _finish(self, party: Party, onward: Bools) -> None:
        """Let people who have arrived go on until their day is over."""
        hop = 1
        while len(party):
            way_on, will = luck(party.word, hop)
            onward = onward & (will < self._chance(party))
            self._stop(party.some(~onward))
            rows = np.flatnonzero(onward)
            go, party = self._step_on(party.some(rows), way_on[rows])
            if not go.all():
                self._stop(party.some(~go))
                party = party.some(go)
            party = self._go(party, np.full(len(party), self._flee.max_move_speed))
            onward = party.moved < self._flee.max_move_speed
            hop += 1

    def _stop(self, party: Party) -> None:
        self._crowd.rest(party)
        self._asleep.append(party)

    def _chance(self, party: Party) -> Floats:
        """Chance to go on at once from where people have arrived."""
        chance = self._today.chance[party.place]
        if self._flee.avoid_short_stints:
            short = party.recent + party.moved / self._flee.max_move_speed < 1.0
            chance = np.where(short & self._today.town[party.place], 1.0, chance)
        return np.where(party.way >= 0, 1.0, chance) if self._ways.are_long else chance

    def _step_on(self, party: Party, drawn: Floats) -> tuple[Bools, Party]:
        """Choose a way where there is none to follow; whether it can be gone; people on it.

        A way is given up, and the day lost, where the camp at its end is half full beyond its
        buffer, or where its next link is closed.
        """
        today, ways = self._today, self._ways
        way = today.choice.draw(party.place, drawn)
        go = today.passable[way]
        if ways.are_long:
            keep = party.way >= 0
            way = np.where(keep, party.way, way)
            party.step = np.where(keep, party.step, 0)
            link = ways.links[way, party.step]
            go = (way >= 0) & ~today.full[ways.end[way]] & ~today.shut[link]
            go &= self._links.tail[link] == party.place
        party.way = np.where(go, way, -1)
        return go, party

    def _go(self, party: Party, speed: Floats) -> Party:
        """People walk along their links; gives those who reach the end on this day.

        An end is reached by who could go further than that.
        """
        ways = self._ways
        link = ways.links[party.way, party.step] if ways.are_long else ways.links[party.way, 0]
        km = self._links.km[link]
        party.step = party.step + 1
        done = party.step >= ways.length[party.way]
        party.way = np.where(done, -1, party.way)
        late = km >= speed
        if late.any():
            rows = np.flatnonzero(late)
            nights = (km[rows] / speed[rows]).astype(np.int64)
            self._crowd.travel(party.some(rows), link[rows], nights, self._today)
            rows = np.flatnonzero(~late)
            party, link, km = party.some(rows), link[rows], km[rows]
        party.place = self._links.head[link]
        party.moved = party.moved + km
        return party
