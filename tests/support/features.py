"""Features as a ranking has them, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

import numpy as np

from intents.features import Features, Figures


def several(features: Sequence[Features]) -> Figures:
    """The features of each as arrays."""
    kinds = (np.float32, np.float32, np.float32, np.float32, np.float32, np.int64, np.bool_)
    columns = zip(*(astuple(one) for one in features), strict=True)
    return Figures(*(np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)))
