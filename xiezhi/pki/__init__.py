"""Development keys, certificates and tokens; nothing here is for production."""

from xiezhi.pki.authority import Authority, Identity, Leaf
from xiezhi.pki.development import (
    SERVICES,
    SYSTEMS,
    InsecureDevelopmentKeys,
    InsecureDevelopmentKeysWarning,
    TlsFiles,
)
from xiezhi.pki.officers import Officer, OfficerRegister, UnknownOfficerError
from xiezhi.pki.seals import SealRegister, UnknownSealError
from xiezhi.pki.tokens import ISSUERS, TokenAuthority, TokenRequest, thumbprint

__all__ = [
    "ISSUERS",
    "SERVICES",
    "SYSTEMS",
    "Authority",
    "Identity",
    "InsecureDevelopmentKeys",
    "InsecureDevelopmentKeysWarning",
    "Leaf",
    "Officer",
    "OfficerRegister",
    "SealRegister",
    "TlsFiles",
    "TokenAuthority",
    "TokenRequest",
    "UnknownOfficerError",
    "UnknownSealError",
    "thumbprint",
]
