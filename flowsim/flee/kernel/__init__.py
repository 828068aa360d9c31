"""What a person does on a day by Flee's rules, and what a place then is to those who come after.

Written once, as `flowsim.model.kernel` is: plain scalar Python over a person ``h`` (a row of the
table of persons) and the state ``s`` of the run, compiled by numba or run as it stands, to the same
bytes. `flowsim.flee.people` makes both.
"""
