"""The slides of a plan: editable charts, one message each, in one language."""
