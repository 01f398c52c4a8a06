"""Bundles (报送包): what courts and police carry to each other in a file while requests travel on paper (人工报送).

A bundle is a file in the age format, encrypted to one organisation, around a stream of `xiezhi.paper.v1.BundlePart`.
Nothing here calls anybody: a bundle is written, verified and read on a machine of its own.
"""

from xiezhi.bundle.checks import RequestCheck
from xiezhi.bundle.framing import MAX_ITEMS, MAX_PART
from xiezhi.bundle.reader import Recipient, VerifiedBundle, verify_bundle
from xiezhi.bundle.results import Result, open_result
from xiezhi.bundle.senders import Sender, SenderTrust
from xiezhi.bundle.writer import Draft, Written, write_bundle

__all__ = [
    "MAX_ITEMS",
    "MAX_PART",
    "Draft",
    "Recipient",
    "RequestCheck",
    "Result",
    "Sender",
    "SenderTrust",
    "VerifiedBundle",
    "Written",
    "open_result",
    "verify_bundle",
    "write_bundle",
]
