"""Laws of cooling: moist air, exchangers, towers, dry coolers, chillers, pumps, fans, water; and the plant of them."""
