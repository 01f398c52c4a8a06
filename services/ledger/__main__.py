"""Runs the ledger: `python -m services.ledger`, configured by the file that XIEZHI_CONFIG names."""

from services.chassis.process import main
from services.ledger.app import NAME, run
from services.ledger.settings import LedgerProcessSettings

if __name__ == "__main__":
    main(NAME, run, LedgerProcessSettings)
