"""The report that a played story leaves: a page with pictures of its traces and receipts that verify themselves."""

from xiezhi.cli.demo.report.page import Chapter, write_report

__all__ = ["Chapter", "write_report"]
