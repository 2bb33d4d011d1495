"""Laws of cooling: moist air, liquids, exchangers, towers, coolers, chillers, pumps, fans, water; and the plant."""
