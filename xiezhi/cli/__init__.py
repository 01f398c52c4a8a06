"""The command `xiezhi`: everything a person does with the exchange from a terminal."""

from xiezhi.cli.application import build_app, main

__all__ = ["build_app", "main"]
