"""One module per verb of the command line: files in, files out, one ``run`` function each.

A stage reads its files, calls the package, writes with provenance through a temporary name, and
holds no formula of its own. Workflow rules and people reach stages through ``emisim VERB``.
"""
