"""Names of numbers, as plain whole numbers that numba takes for constants."""

from __future__ import annotations

from flowsim.clock import DAY as DAY
from flowsim.clock import NEVER as NEVER
from flowsim.draws import Purpose
from flowsim.model.axes import KINDS as KINDS
from flowsim.model.axes import Act, Bound, Event, Form, Outcome, Refuge, Scale, Status

(AT_HOME, MOVING, WAITING, DISPLACED, SHELTERED, DETAINED, RETURNED, EMPTY) = map(int, Status)
(AWAY, HOMEWARD, BACK_OVER_THE_BORDER, QUEUE, CAMP) = map(int, Bound)
(REACHED, ADMITTED, EXEMPT, GAVE_UP, IRREGULAR, CAUGHT, PUSHED_BACK, DISPERSED, DIED, BACK,
 REFUSED, INTERCEPTED) = map(int, Outcome)  # fmt: skip
ARRIVE, RELEASE = map(int, Event)
INSIDE, ABROAD = map(int, Refuge)
(BY_PLACE, BY_HOME, BY_GATE_AND_HELD, BY_GATE, BY_NOTHING, BY_LINK) = map(int, Form)
(NO_SCALE, OF_LEAVING, OF_HARM, OF_SIZE, OF_WOUNDS) = map(int, Scale)
(LEAVE, ONWARD, RETURN, GIVE_UP, FENCE, DISPERSE, HARM, CRUSH, RELOCATE, TOLL,
 WOUNDS) = map(int, Act)  # fmt: skip

SETTLE = -1
"""Option to stay where one has arrived."""
STUCK = -2
"""There is nothing to choose."""
HELD_LAST = 1 << 30
"""Rank of those whom a gate does not let pass."""
PERSON = 1_000_000_000
"""Units of work that it takes to let one person through a gate."""
UNLIMITED = 1 << 56
"""Work in a second of a gate without a limit: more than anybody can use, in a sample too."""
MEN = 2
"""Kind of person who may stay at home to guard it."""
AT_HOME_PART, AT_GATE_PART = 1, 2
"""Which part of a family splits off: the men who guard the home, those whom a gate holds."""

FOR_FRAILTY = int(Purpose.FRAILTY)
FOR_INFORMED = int(Purpose.INFORMED)
FOR_BURNT = int(Purpose.BURNT)
FOR_KIN = int(Purpose.KIN)
FOR_MEN = int(Purpose.MEN_STAY)
FOR_ROUTE = int(Purpose.ROUTE)
FOR_FENCE = int(Purpose.FENCE_RESULT)
FOR_GATE = int(Purpose.GATE)
FOR_SPLIT = int(Purpose.GATE_SPLIT)
FOR_HARM = int(Purpose.HARM_RESULT)
FOR_PUSHBACK = int(Purpose.PUSHBACK)
FOR_DETENTION = int(Purpose.DETAIN)
FOR_VICTIM = int(Purpose.VICTIM)
FOR_FOLLOWING = int(Purpose.FOLLOW)
FOR_TRANSFER = int(Purpose.TRANSFER)
FOR_WOUNDED = int(Purpose.WOUNDED)
FOR_CHECKPOINT = int(Purpose.CHECKPOINT)
