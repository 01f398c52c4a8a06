"""Reports of figures as a PDF to print: tables, bars and stacked bars; what the figures are of, it does not know."""

from services.papers.reports.contents import Bars, Report, Series, StackedBars, Table
from services.papers.reports.layout import typeset

__all__ = ["Bars", "Report", "Series", "StackedBars", "Table", "typeset"]
