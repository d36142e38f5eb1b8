"""The contract of measures, over the registry: laws, and faults that the laws must catch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim.errors import EmisimError
from emisim.measures import registry
from emisim.measures._example import town
from measures import cases, faults, laws

TOWN = town()
monthly = st.lists(st.floats(0, 1), min_size=12, max_size=12).map(np.array)


def test_every_kind_has_a_case():
    assert set(cases.CASES) == set(registry())


@pytest.mark.parametrize("kind", registry().values(), ids=registry())
def test_says_what_it_does(kind):
    first = kind.__doc__.splitlines()[0]
    assert first.endswith((".", ","))
    assert ">>>" in kind.__doc__


@pytest.mark.parametrize(("kind", "name"), cases.NAMES)
@pytest.mark.parametrize("law", laws.EVERYWHERE, ids=lambda law: law.__name__)
def test_law(law, kind, name):
    law(cases.measure(kind, name), TOWN)


@pytest.mark.parametrize(("kind", "name"), cases.SERVES_ON)
def test_service_is_conserved(kind, name):
    laws.service_conserved(cases.measure(kind, name), TOWN)


@settings(max_examples=8, deadline=None)
@given(case=st.sampled_from(cases.NAMES), one=monthly, two=monthly)
def test_grows_month_by_month(case, one, two):
    laws.grows(cases.measure(*case), TOWN, np.minimum(one, two), np.maximum(one, two))


@pytest.mark.parametrize(("kind", "name"), cases.FIRST)
@pytest.mark.parametrize(
    ("fault", "law"),
    [
        (faults.eager, laws.nothing_at_zero),
        (faults.scribbling, laws.input_untouched),
        (faults.shuffling, laws.valid_same_labels),
        (faults.tiring, laws.grows),
        (faults.spilling, laws.inside_scope),
    ],
    ids=lambda function: function.__name__,
)
def test_fault_is_caught(monkeypatch, fault, law, kind, name):
    fresh = TOWN.copy(deep=True)
    with faults.planted(monkeypatch, fault), pytest.raises((AssertionError, EmisimError)):
        law(cases.measure(kind, name), fresh)


@pytest.mark.parametrize(("kind", "name"), cases.SERVES_ON)
def test_leak_is_caught(monkeypatch, kind, name):
    with faults.planted(monkeypatch, faults.leaking), pytest.raises(AssertionError):
        laws.service_conserved(cases.measure(kind, name), TOWN)


@pytest.mark.parametrize(("kind", "name"), cases.FIRST)
def test_forgetful_dump_is_caught(monkeypatch, kind, name):
    measure = cases.measure(kind, name)
    lost = {k: v for k, v in measure.dump().items() if k != "scope"}
    monkeypatch.setattr(type(measure), "dump", lambda self: lost)
    with pytest.raises((AssertionError, EmisimError)):
        laws.round_trip(measure, TOWN)


def test_faults_reach_the_verbs():
    faults.assert_uses_verbs()
