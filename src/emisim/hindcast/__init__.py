"""What a plan was forecast to do, held against what happened, and why the two differ.

- :mod:`records`: tables of neighbours and outcomes;
- :mod:`controls`: the change that the neighbours share with the city, by a synthetic control;
- :mod:`separation`: plan, background, weather and what is left, each with its range;
- :mod:`effects`: what the concentrations of a plan say;
- :mod:`forest`: weather normalisation for who has daily weather; :mod:`truth` measures its error;
- :mod:`study`, :mod:`others`: one plan whose outcome is measured, and all of them;
- :mod:`chapters`, :mod:`summary`, :mod:`page`, :mod:`drawing`: docs/hindcast.md, ``make hindcast``.
"""
