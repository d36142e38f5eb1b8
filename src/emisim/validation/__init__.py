"""The public validation suite of transport and chemistry: ``make validate``."""
