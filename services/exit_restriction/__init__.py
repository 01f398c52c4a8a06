"""Exit restriction 限制出境: restriction of applications for exit documents, and border control (notice 一.2, 二.3)."""
