"""Chemistry of secondary particles: gas-particle partition, oxidation, deposition."""
