"""emisim: city air-quality plans, from activity tables to a decision briefing."""

__version__ = "0.1.0"
