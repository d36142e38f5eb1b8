"""Small weather, meshes and problems with known solutions for the tests of the solver."""

import numpy as np
import xarray as xr

from emisim import tables
from emisim.transport.mesh import Mesh
from emisim.transport.operator import Numerics, Problem

P = tables.read_parameters("inputs/factors/transport.csv")
NUMERICS = Numerics.read(P)
LEVEL = np.array([0.0, 10, 20, 60, 120, 220, 400, 700, 1200, 2000])
TOPS = np.array([0.0, 20, 60, 120, 220, 400, 700, 1200, 2000])


def stationary(transition):
    """Stationary vector of a transition matrix."""
    values, vectors = np.linalg.eig(np.asarray(transition).T)
    f = np.abs(np.real(vectors[:, np.argmax(values.real)]))
    return f / f.sum()


def weather(u, v, transition=None, *, diffusivity=5.0, ratio=1.0, frequency=None):
    """One half year of classes with winds ``u``, ``v``; winds and mixing constant with height."""
    u, v = np.atleast_1d(u).astype(float), np.atleast_1d(v).astype(float)
    p = np.eye(len(u)) if transition is None else np.asarray(transition, float)
    f = stationary(p) if frequency is None else np.asarray(frequency, float)
    shape = (len(u), len(LEVEL))
    profile = ("class", "level")
    return xr.Dataset(
        {
            "frequency": ("class", f),
            "transition": (("class", "to"), p),
            "u": ("class", u),
            "v": ("class", v),
            "wind_ratio": (profile, np.broadcast_to(ratio, shape).copy()),
            "diffusivity": (profile, np.broadcast_to(diffusivity, shape).copy()),
        },
        coords={"level": LEVEL},
    )


def rose(classes=8, *, calm=0.33, seed=0):
    """Winds from all sides that turn slowly, day and night mixing, a calm class each."""
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * np.arange(classes) / classes
    speed = rng.uniform(1.0, 5.0, classes)
    u, v = np.append(speed * np.cos(angle), 0), np.append(speed * np.sin(angle), 0)
    gap = (np.arange(classes)[:, None] - np.arange(classes)) % classes
    turn = np.exp(-np.minimum(gap, classes - gap)) + 0.02 * rng.random((classes, classes))
    p = np.zeros((classes + 1, classes + 1))
    p[:-1, :-1] = (1 - 0.4 * calm) * turn / turn.sum(axis=1, keepdims=True)
    p[:-1, -1] = 0.4 * calm
    p[-1, :-1], p[-1, -1] = 0.4 * (1 - calm) / classes, 1 - 0.4 * (1 - calm)
    mixing = np.where(np.arange(classes + 1) % 2 == 0, 60.0, 0.3)[:, None] * np.ones(len(LEVEL))
    ratio = (np.clip(LEVEL, 10, 600) / 10) ** 0.2
    return weather(u, v, p, diffusivity=mixing, ratio=ratio)


def mesh(nx, ny=1, *, dx=1000.0, dy=1000.0, z_edges=TOPS):
    """A uniform mesh."""
    return Mesh(dx * np.arange(nx + 1), dy * np.arange(ny + 1), np.asarray(z_edges, float),
                (slice(0, ny), slice(0, nx)))  # fmt: skip


def stretched(n=8):
    """An uneven mesh of about 2 n by 2 n columns and 8 layers."""
    steps = 1000 * 1.2 ** np.abs(np.arange(-n, n))
    return Mesh(np.append(0, np.cumsum(steps)), np.append(0, np.cumsum(steps[1:])), TOPS,
                (slice(n, n + 1), slice(n, n + 1)))  # fmt: skip


def problem(box, met, *, loss=0.0, velocity=(0.0,), spread=None, **numerics):
    """A problem with the same loss and deposition in all classes."""
    ny, nx, nz = box.shape
    classes = met.sizes["class"]
    settings = NUMERICS if spread is None else NUMERICS._replace(horizontal_diffusivity=spread)
    surface = np.add.outer(np.arange(ny), np.arange(nx)) % len(velocity)
    rate = np.broadcast_to(np.reshape(loss, (-1, 1)), (classes, nz)).copy()
    return Problem(box, met, rate, np.tile(velocity, (classes, 1)), surface,
                   settings._replace(**numerics))  # fmt: skip


def release(task, layer=0):
    """Weights (1, class, nz) of a steady release in one layer."""
    weight = np.zeros((1, task.weather.sizes["class"], task.mesh.shape[2]))
    weight[0, :, layer] = task.weather["frequency"].values
    return weight


def point(task, row, column, rhs=1):
    """Fields (1, ny, nx, rhs) of 1 ug/s in one column."""
    fields = np.zeros((1, *task.mesh.shape[:2], rhs))
    fields[0, row, column] = 1
    return fields
