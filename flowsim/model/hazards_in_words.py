"""The table of hazards as the page of the model shows it."""

from __future__ import annotations

from collections.abc import Sequence

from flowsim.behaviour.acts import Form, Scale, in_words
from flowsim.model.hazards import HAZARDS, Hazard

_CELLS = {
    Form.PLACE: "place, group", Form.HOME: "country, home, group, whether it is burnt",
    Form.GATE_AND_HELD: "gate, whether it holds them", Form.GATE: "gate", Form.NOTHING: "one",
    Form.LINK: "leg, group",
}  # fmt: skip
_SCALES = {
    Scale.NOTHING: "", Scale.LEAVING: "frailty, `guards_leave`",
    Scale.HARM: "harm weights of the persons, corridors", Scale.SIZE: "persons",
    Scale.WOUNDS: "the wounded and what becomes of them",
}  # fmt: skip


def as_markdown(hazards: Sequence[Hazard] = HAZARDS) -> str:
    """A table of hazards, as MODEL.md has it.

    Examples
    --------
    >>> print(as_markdown(HAZARDS[2:3]))
    | hazard | in status | by | scaled by | what is due |
    | --- | --- | --- | --- | --- |
    | `onward` | displaced | place, group |  | onward |
    """
    rows = ["| hazard | in status | by | scaled by | what is due |", "| --- " * 5 + "|"]
    for hazard in hazards:
        statuses = ", ".join(in_words(status) for status in hazard.statuses)
        cells = (f"`{hazard.name}`", statuses, _CELLS[hazard.form], _SCALES[hazard.scale],
                 in_words(hazard.act))  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)
