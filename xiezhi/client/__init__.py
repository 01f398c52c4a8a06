"""The client library of internal systems: typed stubs, approvals, and proof of every answer.

Open a client with `connect`, pass `Client.channel` to ordinary generated stubs, and handle `xiezhi.errors`.
"""

from xiezhi.client.client import Client, connect
from xiezhi.client.contract import MethodContract, UnknownMethodError, find_method, list_methods
from xiezhi.client.credentials import CachedToken, Credentials, TokenSource
from xiezhi.client.decisions import OfficerSigner, Review, ReviewError, Signer
from xiezhi.client.receipts import ReceiptError
from xiezhi.client.trace import Trace, current_trace, tracing
from xiezhi.proof.receipt import LogKey

__all__ = [
    "CachedToken",
    "Client",
    "Credentials",
    "LogKey",
    "MethodContract",
    "OfficerSigner",
    "ReceiptError",
    "Review",
    "ReviewError",
    "Signer",
    "TokenSource",
    "Trace",
    "UnknownMethodError",
    "connect",
    "current_trace",
    "find_method",
    "list_methods",
    "tracing",
]
