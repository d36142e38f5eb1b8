"""Runs along the time axis (axis 1) of an array."""

import numpy as np


def lengths(mask: np.ndarray) -> np.ndarray:
    """Return, at each true element, the length of the run of true elements it belongs to.

    Examples
    --------
    >>> lengths(np.array([[True, True, False, True]]))
    array([[2, 2, 0, 1]])
    """
    count = np.arange(mask.shape[1]).reshape(1, -1, *[1] * (mask.ndim - 2))
    before = np.maximum.accumulate(np.where(mask, -1, count), axis=1)
    after = np.minimum.accumulate(np.where(mask, mask.shape[1], count)[:, ::-1], axis=1)[:, ::-1]
    return np.where(mask, after - before - 1, 0)


def equal(values: np.ndarray) -> np.ndarray:
    """Return, at each value, how many equal values in a row end there (1: alone, 0: missing).

    Examples
    --------
    >>> equal(np.array([[3.0, 3.0, 4.0, np.nan]]))
    array([[1, 2, 1, 0]])
    """
    same = np.zeros(values.shape, dtype=bool)
    same[:, 1:] = values[:, 1:] == values[:, :-1]
    count = np.arange(values.shape[1]).reshape(1, -1, *[1] * (values.ndim - 2))
    begun = np.maximum.accumulate(np.where(same, 0, count), axis=1)
    return np.where(np.isfinite(values), count - begun + 1, 0)


def starts(ending: np.ndarray, shortest: float) -> np.ndarray:
    """Return where runs reach their ``shortest`` length: one true element per run.

    Parameters
    ----------
    ending
        Lengths of the runs that end at each element (:func:`equal`).
    """
    return ending == int(shortest)
