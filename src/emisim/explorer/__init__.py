"""The explorer: a page per plan that computes by itself what its measures do.

The package compiles each measure against the inventory into a short program of verb calls on
sources by number (:mod:`emisim.explorer.program`), and the air into what the response takes
(:mod:`emisim.explorer.response`). ``assets/explorer/engine.js`` runs both with the arithmetic of
the package; a test compares the two.
"""
