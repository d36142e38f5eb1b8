"""Settings of all tests: no example has a time limit, since machines are shared and noisy."""

import os

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

os.environ.setdefault("EMISIM_LANG", "en")  # messages are compared in English
