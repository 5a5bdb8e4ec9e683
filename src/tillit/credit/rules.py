"""Models by rule: how one path's conversions are shared over its touches, whatever other paths say."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tillit.credit.paths import Floats, Paths, sparse
from tillit.credit.vocabulary import Model

POSITION_ENDS = 0.4  # to the first and the last touch each; what is left to those between, in equal parts
HALF_LIFE_TOUCHES = 1.0  # where times are not known, a touch weighs half of the one after it


def rule_weights(paths: Paths, model: Model) -> csr_matrix:
    """Each name's part of each path by a rule; shape (paths, names), rows sum to 1, the empty path's to 0."""
    weight = _touch_weights(paths, model)
    some = np.flatnonzero(weight)  # of the first or the last touch alone, one in ten
    shape = (len(paths.lengths), len(paths.names))
    return sparse(weight[some], paths.path_of_touch[some], paths.codes[some], shape)


def _touch_weights(paths: Paths, model: Model) -> Floats:
    place, length = paths.place_of_touch, paths.lengths[paths.path_of_touch]
    first, last = place == 0, place == length - 1
    if model is Model.FIRST:
        return np.asarray(first, dtype=np.float64)
    if model is Model.LAST:
        return np.asarray(last, dtype=np.float64)
    if model is Model.LINEAR:
        return np.asarray(1 / length)
    if model is Model.POSITION:
        between = (1 - 2 * POSITION_ENDS) / np.maximum(length - 2, 1)
        return np.where(length <= 2, 1 / length, np.where(first | last, POSITION_ENDS, between))
    if paths.decay is not None:
        return paths.decay
    weight = np.exp2((place - length + 1) / HALF_LIFE_TOUCHES)
    whole = np.bincount(paths.path_of_touch, weights=weight, minlength=len(paths.lengths))
    return np.asarray(weight / whole[paths.path_of_touch])
