"""What a household, a queue and a camp do, each written once, for one household.

Plain scalar Python over a row ``h`` of the table of households and the state ``s`` of the run. The
fast engine compiles these functions with numba (`flowsim.model.compiled`): there ``h`` is a row of
a structured array, and ``s`` one reference to all arrays. The readable engine runs them as they
are: there ``h`` is a Mesa agent, and ``s`` a namespace of views of the same arrays. Both give the
same bytes, since CPython's and numba's ``math`` call the same C library.

What code in here may use: whole numbers, floats, indices (no slices), ``math``, and each other.
"""
