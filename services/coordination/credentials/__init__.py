"""Duty credentials of court officers (执行公务证, 工作证; notice 四.3)."""
