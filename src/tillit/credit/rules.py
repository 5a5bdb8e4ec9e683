"""Models by rule: how one path's conversions are shared over its touches, whatever other paths say."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tillit.credit.paths import Floats, Paths, in_rows
from tillit.credit.vocabulary import Model

POSITION_ENDS = 0.4  # to the first and the last touch each; what is left to those between, in equal parts
HALF_LIFE_TOUCHES = 1.0  # where times are not known, a touch weighs half of the one after it


def rule_weights(paths: Paths, model: Model) -> csr_matrix:
    """Each name's part of each path by a rule; shape (paths, names), rows sum to 1, without a touch to 0."""
    weight = _touch_weights(paths, model)
    path = paths.path_of_touch
    whole = np.bincount(path, weights=weight, minlength=len(paths.lengths))[path]
    part = np.divide(weight, whole, out=np.zeros(len(weight)), where=whole > 0)
    return in_rows(part, paths.codes, paths.offsets, len(paths.names))


def _touch_weights(paths: Paths, model: Model) -> Floats:
    """What each touch weighs beside the others of its path."""
    place, length = paths.place_of_touch, paths.lengths[paths.path_of_touch]
    first, last = place == 0, place == length - 1
    if model is Model.FIRST:
        return np.asarray(first, dtype=np.float64)
    if model is Model.LAST:
        return np.asarray(last, dtype=np.float64)
    if model is Model.LINEAR:
        return np.ones(len(place))
    if model is Model.POSITION:
        between = (1 - 2 * POSITION_ENDS) / np.maximum(length - 2, 1)
        return np.where(length <= 2, 1.0, np.where(first | last, POSITION_ENDS, between))
    if paths.decay is not None:
        return paths.decay.astype(np.float64)
    return np.asarray(np.exp2((place - length + 1) / HALF_LIFE_TOUCHES))
