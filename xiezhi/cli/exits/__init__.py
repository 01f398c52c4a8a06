"""`xiezhi exit`: the list of dishonest debtors, restrictions of their applications, and counters."""
