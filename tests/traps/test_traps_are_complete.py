"""Every trap of the list has a test, and every test says what it is about."""

import re

from traps import test_traps_of_a_library as library
from traps import test_traps_of_other_codes as codes

NAME = re.compile(r"test_([em]\d+)_")
ALL = {f"{letter}{number}" for letter in "em" for number in range(1, 11)}


def named():
    return [(NAME.match(name)[1], test) for module in (library, codes)
            for name, test in vars(module).items() if NAME.match(name)]  # fmt: skip


def test_all_twenty_are_there():
    assert {trap for trap, _ in named()} == ALL


def test_each_says_what_goes_wrong_elsewhere_and_what_we_do():
    for _, test in named():
        assert re.fullmatch(r"Elsewhere: .+\. Here: .+\.", test.__doc__, re.DOTALL), test.__name__
