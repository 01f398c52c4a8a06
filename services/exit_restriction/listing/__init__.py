"""The dishonest list (失信被执行人名单) as courts push it, and what of it goes on to the exit-entry administration."""
