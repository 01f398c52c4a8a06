"""Development keys, certificates and tokens; nothing here is for production."""

from xiezhi.pki.authority import Authority, Identity, Leaf
from xiezhi.pki.certificates import OfficerCertificates, UnknownOfficerError
from xiezhi.pki.development import (
    SERVICES,
    SYSTEMS,
    InsecureDevelopmentKeys,
    InsecureDevelopmentKeysWarning,
    TlsFiles,
)
from xiezhi.pki.exchange import ExchangeRegister, UnknownExchangeKeyError
from xiezhi.pki.officers import CarrierRegister, Officer, OfficerRegister
from xiezhi.pki.seals import SealRegister, UnknownSealError
from xiezhi.pki.tokens import ISSUERS, TokenAuthority, TokenRequest, thumbprint

__all__ = [
    "ISSUERS",
    "SERVICES",
    "SYSTEMS",
    "Authority",
    "CarrierRegister",
    "ExchangeRegister",
    "Identity",
    "InsecureDevelopmentKeys",
    "InsecureDevelopmentKeysWarning",
    "Leaf",
    "Officer",
    "OfficerCertificates",
    "OfficerRegister",
    "SealRegister",
    "TlsFiles",
    "TokenAuthority",
    "TokenRequest",
    "UnknownExchangeKeyError",
    "UnknownOfficerError",
    "UnknownSealError",
    "thumbprint",
]
