"""Source-receptor relations: concentration per unit emission, by release class and family."""
