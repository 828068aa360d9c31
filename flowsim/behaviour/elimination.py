"""Sparse linear systems of one pattern, solved again and again: the same bits on every machine.

Gaussian elimination without pivoting, which is stable for the systems of route choice: their
matrices are the identity less a matrix without negative entries whose spectral radius is below 1
(M-matrices; Berman and Plemmons 1979, "Nonnegative Matrices in the Mathematical Sciences", ch. 6).
What is eliminated in which order, and where entries appear that were zero, is found once; the
numbers follow in a fixed order of plain additions and multiplications.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

from flowsim.arrays import Floats, Ints


def eliminate(first: Any, diagonal: Any, column: Any, value: Any, work: Any, n: int) -> None:
    """Factorise in place: below the diagonal the factors of rows, else what is left of them.

    Parameters
    ----------
    first, diagonal : int64 arrays (n + 1,) and (n,)
        Where each row, and the diagonal in it, lies in ``column`` and ``value``.
    column : int64 array (entries,)
        In order within a row.
    value : float64 array (entries,)
    work : float64 array (n,)
        For one row.
    """
    for i in range(n):
        # A row is spread out, so that entries of other rows are found without a search.
        for p in range(first[i], first[i + 1]):
            work[column[p]] = value[p]
        for p in range(first[i], diagonal[i]):
            k = column[p]
            factor = work[k] / value[diagonal[k]]
            work[k] = factor
            for q in range(diagonal[k] + 1, first[k + 1]):
                work[column[q]] -= factor * value[q]
        for p in range(first[i], first[i + 1]):
            value[p] = work[column[p]]


def substitute(first: Any, diagonal: Any, column: Any, value: Any, right: Any, n: int) -> None:
    """Solve for a right side, in place, by the factors that `eliminate` gives."""
    for i in range(n):
        for p in range(first[i], diagonal[i]):
            right[i] -= value[p] * right[column[p]]
    for j in range(n):
        i = n - 1 - j
        for p in range(diagonal[i] + 1, first[i + 1]):
            right[i] -= value[p] * right[column[p]]
        right[i] = right[i] / value[diagonal[i]]


def factorise_and_solve(
    first: Any, diagonal: Any, column: Any, value: Any, work: Any, right: Any, n: int
) -> None:
    """Solve a system in place."""
    eliminate(first, diagonal, column, value, work, n)
    substitute(first, diagonal, column, value, right, n)


class Elimination:
    """Systems ``x - W x = b`` of one pattern of ``W``, which has no diagonal.

    Parameters
    ----------
    rows, cols : int64 arrays (entries,)
        Where ``W`` is not zero.
    n : int
        Unknowns.

    Examples
    --------
    >>> system = Elimination(np.array([0, 1]), np.array([1, 0]), 2)
    >>> system.solve(np.array([0.5, 0.5]), np.array([1.0, 0.0]), factorise_and_solve).round(6)
    array([1.333333, 0.666667])
    """

    def __init__(self, rows: Ints, cols: Ints, n: int) -> None:
        self.n = n
        order = _order(rows, cols, n)
        self._place = np.empty(n, dtype=np.int64)
        self._place[order] = np.arange(n)  # where each unknown stands
        self._order = order
        entries = _filled(self._place[rows], self._place[cols], n)
        row, self._column = np.divmod(entries, max(n, 1))
        self._first = np.searchsorted(row, np.arange(n + 1))
        self._diagonal = np.searchsorted(entries, np.arange(n) * (n + 1))
        self._entry = np.searchsorted(entries, self._place[rows] * n + self._place[cols])

    def solve(self, weight: Floats, right: Floats, solver: Callable[..., None]) -> Floats:
        """The unknowns, (n,).

        Parameters
        ----------
        weight : float64 array (entries,)
            Entries of ``W``.
        right : float64 array (n,)
        solver : function
            `factorise_and_solve`, or the same compiled.
        """
        value = np.zeros(self._column.size)
        value[self._entry] = -weight
        value[self._diagonal] = 1.0
        # The order is that of the factors; the caller never sees it.
        side = right[self._order]
        solver(self._first, self._diagonal, self._column, value, np.zeros(self.n), side, self.n)
        return side[self._place]


def _order(rows: Ints, cols: Ints, n: int) -> Ints:
    """An order of elimination in which few new entries appear: minimum degree, by SuperLU."""
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    ones = np.concatenate([np.full(rows.size, -1.0 / (n + 1.0)), np.ones(n)])
    at = np.concatenate([rows, np.arange(n)]), np.concatenate([cols, np.arange(n)])
    pattern = csc_array((ones, at), shape=(n, n))
    # Only the order is taken: the numbers of SuperLU differ in last bits between machines.
    found = splu(pattern, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0)
    return np.argsort(found.perm_c, kind="stable").astype(np.int64)


def _filled(rows: Ints, cols: Ints, n: int) -> Ints:
    """All entries, as ``row x n + column`` in order, once elimination has brought its own.

    By the elimination tree (Liu 1990, "The role of elimination trees in sparse factorization"): the
    pattern is taken as symmetric, and a row hands what is right of the diagonal on to its parent.
    """
    low, high = np.minimum(rows, cols), np.maximum(rows, cols)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    pairs = np.unique(low * n + high)
    after = np.split(pairs % n, np.searchsorted(pairs // n, np.arange(1, n)))
    for k in range(n):
        if after[k].size > 1:
            parent = after[k][0]
            after[parent] = np.union1d(after[parent], after[k][1:])
    many = [columns.size for columns in after]
    upper, of = np.concatenate(after), np.repeat(np.arange(n), many)
    return np.sort(np.concatenate([of * n + upper, upper * n + of, np.arange(n) * (n + 1)]))
