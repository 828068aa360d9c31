"""What drives people at a moment, place by place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from flowsim.world.push_factors import none_at_all


def test_a_place_that_a_group_must_leave_is_lost_to_it_and_taken_for_all():
    push = replace(none_at_all(2, 2), must_leave=np.array([[0.5, 0.0], [0.0, 0.0]]))
    assert push.lost.tolist() == [[True, False], [False, False]]
    assert push.taken.tolist() == [True, False]
