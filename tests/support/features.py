"""Features as a ranking has them, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

import numpy as np

from intents.features import Features, Figures


def several(features: Sequence[Features]) -> Figures:
    """The features of each as a table."""
    return Figures(np.array([astuple(one) for one in features], np.float32).T)
