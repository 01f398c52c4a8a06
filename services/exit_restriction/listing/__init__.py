"""The list of dishonest debtors (失信被执行人名单), as courts push it one by one or in bulk."""
