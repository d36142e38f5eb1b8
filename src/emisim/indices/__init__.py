"""Air-quality arithmetic as the Chinese standards compute it: AQI, days, composite index, ranks."""
