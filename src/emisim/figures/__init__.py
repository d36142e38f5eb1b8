"""Figures for people who decide: data in, a matplotlib Figure out, in Chinese or English."""
