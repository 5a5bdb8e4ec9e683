"""Shapley values of the game "what would these names alone have brought": the worth of ways that met no other name.

A way's worth comes when the last of its names has joined, and over all orders of joining each of them is equally often
the last. So a way is shared equally by the names on it, however often each was met: exact for any number of names,
without the 2^n sets and without sampling. Source: Shapley (1953), A value for n-person games; Zhao, Mahboobi & Bagheri
(2018), arXiv:1804.05327, for the closed form.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tillit.credit.paths import Paths, in_rows
from tillit.journeys.numbering import numbered


def shapley_weights(paths: Paths) -> csr_matrix:
    """Each name's part of each path; shape (paths, names), rows sum to 1, the empty path's to 0."""
    names = max(len(paths.names), 1)
    path, name = np.divmod(numbered(paths.path_of_touch * names + paths.codes)[0], names)
    different = np.bincount(path, minlength=len(paths.lengths))
    return in_rows(1 / different[path], name, np.append(0, np.cumsum(different)), len(paths.names))
