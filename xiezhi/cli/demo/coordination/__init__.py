"""The fifth chapter of the demo: liaisons, cards, a dispute, requests on paper, and who looks at all of it."""
