"""Reasons of refusals and failures, and what a caller can do about each.

Standard library only, so that domain modules may import it.
"""

from __future__ import annotations

from enum import StrEnum

DOMAIN = "xiezhi"
"""Domain of every reason, as google.rpc.ErrorInfo.domain."""


class Reason(StrEnum):
    """Reason of a refusal or failure: the names of `xiezhi.error.v1.Reason` without their prefix."""

    TOKEN_MISSING = "TOKEN_MISSING"
    TOKEN_INVALID = "TOKEN_INVALID"
    TOKEN_EXPIRED = "TOKEN_EXPIRED"
    CERTIFICATE_UNKNOWN = "CERTIFICATE_UNKNOWN"
    CALLER_NOT_ALLOWED = "CALLER_NOT_ALLOWED"
    PERMISSION_MISSING = "PERMISSION_MISSING"
    OUT_OF_JURISDICTION = "OUT_OF_JURISDICTION"
    CREDENTIALS_REQUIRED = "CREDENTIALS_REQUIRED"
    NOT_HANDLING_JUDGE = "NOT_HANDLING_JUDGE"
    SUBJECT_NOT_PARTY = "SUBJECT_NOT_PARTY"
    APPROVAL_REQUIRED = "APPROVAL_REQUIRED"
    APPROVAL_NOT_FOUND = "APPROVAL_NOT_FOUND"
    APPROVAL_PENDING = "APPROVAL_PENDING"
    APPROVAL_REJECTED = "APPROVAL_REJECTED"
    APPROVAL_WITHDRAWN = "APPROVAL_WITHDRAWN"
    APPROVAL_EXPIRED = "APPROVAL_EXPIRED"
    APPROVAL_REVOKED = "APPROVAL_REVOKED"
    APPROVAL_SPENT = "APPROVAL_SPENT"
    APPROVAL_METHOD_MISMATCH = "APPROVAL_METHOD_MISMATCH"
    APPROVAL_REQUEST_MISMATCH = "APPROVAL_REQUEST_MISMATCH"
    APPROVAL_CASE_MISMATCH = "APPROVAL_CASE_MISMATCH"
    STATEMENT_INVALID = "STATEMENT_INVALID"
    STATEMENT_REVOKED = "STATEMENT_REVOKED"
    APPROVALS_INSUFFICIENT = "APPROVALS_INSUFFICIENT"
    APPROVER_IS_REQUESTER = "APPROVER_IS_REQUESTER"
    APPROVER_NOT_ENTITLED = "APPROVER_NOT_ENTITLED"
    ALREADY_DECIDED = "ALREADY_DECIDED"
    APPROVAL_STATE = "APPROVAL_STATE"
    APPROVAL_NOT_NEEDED = "APPROVAL_NOT_NEEDED"
    MESSAGE_MALFORMED = "MESSAGE_MALFORMED"
    FIELDS_INVALID = "FIELDS_INVALID"
    MESSAGE_TOO_LARGE = "MESSAGE_TOO_LARGE"
    PAGE_TOKEN_INVALID = "PAGE_TOKEN_INVALID"
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    NOT_FOUND = "NOT_FOUND"
    METHOD_UNKNOWN = "METHOD_UNKNOWN"
    CASE_EXISTS = "CASE_EXISTS"
    CASE_CLOSED = "CASE_CLOSED"
    DEADLINE_TOO_SHORT = "DEADLINE_TOO_SHORT"
    RATE_LIMITED = "RATE_LIMITED"
    BACKEND_UNAVAILABLE = "BACKEND_UNAVAILABLE"
    LEDGER_UNAVAILABLE = "LEDGER_UNAVAILABLE"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    CLOCK_SKEW = "CLOCK_SKEW"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    INTERNAL = "INTERNAL"
    CANCELLED = "CANCELLED"
    LEDGER_DAMAGED = "LEDGER_DAMAGED"
    LEDGER_RANGE = "LEDGER_RANGE"
    DOCUMENT_NOT_PDF = "DOCUMENT_NOT_PDF"
    DOCUMENT_TOO_LARGE = "DOCUMENT_TOO_LARGE"
    DOCUMENT_UNREADABLE = "DOCUMENT_UNREADABLE"
    DOCUMENT_ACTIVE_CONTENT = "DOCUMENT_ACTIVE_CONTENT"
    DOCUMENT_UNSEALED = "DOCUMENT_UNSEALED"
    DOCUMENT_ALTERED = "DOCUMENT_ALTERED"
    SEAL_UNTRUSTED = "SEAL_UNTRUSTED"
    SEAL_EXPIRED = "SEAL_EXPIRED"
    SEAL_REVOKED = "SEAL_REVOKED"
    SEAL_OF_ANOTHER_COURT = "SEAL_OF_ANOTHER_COURT"
    SEAL_CHECK_UNAVAILABLE = "SEAL_CHECK_UNAVAILABLE"
    DOCUMENT_NOT_LISTED = "DOCUMENT_NOT_LISTED"
    SEIZURE_EXISTS = "SEIZURE_EXISTS"
    SEIZURE_NOT_FOUND = "SEIZURE_NOT_FOUND"
    SEIZURE_WAITING = "SEIZURE_WAITING"
    SEIZURE_EFFECTIVE = "SEIZURE_EFFECTIVE"
    SEIZURE_ENDED = "SEIZURE_ENDED"
    TERM_TOO_LONG = "TERM_TOO_LONG"
    TERM_ENDS_BEFORE_START = "TERM_ENDS_BEFORE_START"
    VEHICLE_NOT_FOUND = "VEHICLE_NOT_FOUND"
    VEHICLE_OWNER_MISMATCH = "VEHICLE_OWNER_MISMATCH"
    VEHICLE_TRANSFERRED = "VEHICLE_TRANSFERRED"
    TRANSFER_NOTICE_FIRST = "TRANSFER_NOTICE_FIRST"
    VEHICLE_NOT_IN_RULING = "VEHICLE_NOT_IN_RULING"
    CLEARING_ITEMS_MISSING = "CLEARING_ITEMS_MISSING"
    CLEARING_NOT_BUYER = "CLEARING_NOT_BUYER"
    CLEARING_WRONG_WINDOW = "CLEARING_WRONG_WINDOW"
    CLEARING_ALREADY_DONE = "CLEARING_ALREADY_DONE"
    CLEARING_NOTHING_OPEN = "CLEARING_NOTHING_OPEN"
    CHECK_KEY_LEASE_INVALID = "CHECK_KEY_LEASE_INVALID"
    MISSING_ASSISTANCE_NOTICE = "MISSING_ASSISTANCE_NOTICE"
    NATURAL_PERSON_ONLY = "NATURAL_PERSON_ONLY"
    EXIT_DECISION_MISSING = "EXIT_DECISION_MISSING"
    TERM_EXCEEDS_LEVEL = "TERM_EXCEEDS_LEVEL"
    TERM_REASON_MISSING = "TERM_REASON_MISSING"
    PERSON_NOT_FOUND = "PERSON_NOT_FOUND"
    PERSON_AMBIGUOUS = "PERSON_AMBIGUOUS"
    PERSON_DECEASED = "PERSON_DECEASED"
    PERSON_NAME_MISMATCH = "PERSON_NAME_MISMATCH"
    PERSON_UNDER_AGE = "PERSON_UNDER_AGE"
    ENTRY_EXISTS = "ENTRY_EXISTS"
    ENTRY_NOT_FOUND = "ENTRY_NOT_FOUND"
    ENTRY_ENDED = "ENTRY_ENDED"
    RESTRICTION_EXISTS = "RESTRICTION_EXISTS"
    RESTRICTION_NOT_FOUND = "RESTRICTION_NOT_FOUND"
    RESTRICTION_ALREADY_RELEASED = "RESTRICTION_ALREADY_RELEASED"
    RENEWAL_TOO_EARLY = "RENEWAL_TOO_EARLY"
    RESTRICTION_ALREADY_RENEWED = "RESTRICTION_ALREADY_RENEWED"
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    UPLOAD_OUT_OF_ORDER = "UPLOAD_OUT_OF_ORDER"
    UPLOAD_MISMATCH = "UPLOAD_MISMATCH"
    UPLOAD_CLOSED = "UPLOAD_CLOSED"
    BATCH_DUPLICATE = "BATCH_DUPLICATE"
    LIBERTY_DOCUMENT_MISSING = "LIBERTY_DOCUMENT_MISSING"
    REQUIREMENT_NOT_ALLOWED = "REQUIREMENT_NOT_ALLOWED"
    CONTROL_NOT_FOUND = "CONTROL_NOT_FOUND"
    CONTROL_ENDED = "CONTROL_ENDED"
    CONTROL_EXISTS = "CONTROL_EXISTS"
    REFERRAL_EXISTS = "REFERRAL_EXISTS"
    REFERRAL_NOT_FOUND = "REFERRAL_NOT_FOUND"
    REFERRAL_STATE = "REFERRAL_STATE"
    REFERRAL_PACKAGE_INCOMPLETE = "REFERRAL_PACKAGE_INCOMPLETE"
    REFERRAL_WRONG_UNIT = "REFERRAL_WRONG_UNIT"
    NOT_RECEIVED = "NOT_RECEIVED"
    NOT_DECIDED = "NOT_DECIDED"
    DECISION_DATE_INVALID = "DECISION_DATE_INVALID"
    ALREADY_GIVEN = "ALREADY_GIVEN"
    REASONS_MISSING = "REASONS_MISSING"
    TRANSFER_TOO_LATE = "TRANSFER_TOO_LATE"
    EXTENSION_NOT_ENTITLED = "EXTENSION_NOT_ENTITLED"
    REOPENING_GROUND_MISSING = "REOPENING_GROUND_MISSING"
    CAMPAIGN_NOT_FOUND = "CAMPAIGN_NOT_FOUND"
    KEY_CASE_LIST_NOT_FOUND = "KEY_CASE_LIST_NOT_FOUND"
    KEY_CASE_LIST_STATE = "KEY_CASE_LIST_STATE"
    CALENDAR_INVALID = "CALENDAR_INVALID"
    SEAL_OF_ANOTHER_UNIT = "SEAL_OF_ANOTHER_UNIT"
    DIRECTORY_STALE = "DIRECTORY_STALE"
    LIAISON_LIMIT = "LIAISON_LIMIT"
    LIAISON_NOT_ESTABLISHED = "LIAISON_NOT_ESTABLISHED"
    LIAISON_NOT_FOUND = "LIAISON_NOT_FOUND"
    LIAISON_NOT_APPOINTED = "LIAISON_NOT_APPOINTED"
    LIAISON_EXISTS = "LIAISON_EXISTS"
    CREDENTIAL_EXISTS = "CREDENTIAL_EXISTS"
    CREDENTIAL_NOT_FOUND = "CREDENTIAL_NOT_FOUND"
    CREDENTIAL_OF_ANOTHER_COURT = "CREDENTIAL_OF_ANOTHER_COURT"
    DISPUTE_NOT_FOUND = "DISPUTE_NOT_FOUND"
    DISPUTE_STATE = "DISPUTE_STATE"
    DISPUTE_SUBJECT_NOT_FOUND = "DISPUTE_SUBJECT_NOT_FOUND"
    SETTLEMENT_NOT_JOINT = "SETTLEMENT_NOT_JOINT"
    DISPUTE_EXISTS = "DISPUTE_EXISTS"
    CONSULTATION_NOT_OVER = "CONSULTATION_NOT_OVER"
    PERSONAL_DATA_IN_TEXT = "PERSONAL_DATA_IN_TEXT"
    CHANNEL_NOT_OPERATIONAL = "CHANNEL_NOT_OPERATIONAL"
    CHANNEL_OPERATIONAL = "CHANNEL_OPERATIONAL"
    CHANNEL_STATE = "CHANNEL_STATE"
    BUNDLE_INVALID = "BUNDLE_INVALID"
    BUNDLE_OF_ANOTHER_RECIPIENT = "BUNDLE_OF_ANOTHER_RECIPIENT"
    METHOD_NOT_ON_PAPER = "METHOD_NOT_ON_PAPER"
    PAPER_REFERENCE_REUSED = "PAPER_REFERENCE_REUSED"
    DISPUTE_TERMS_DIFFER = "DISPUTE_TERMS_DIFFER"
    UPLOADS_UNFINISHED = "UPLOADS_UNFINISHED"
    REVOCATION_CHECK_UNAVAILABLE = "REVOCATION_CHECK_UNAVAILABLE"


_SUBMIT_AGAIN = "Submit the request for approval again and wait for the decision."
_SEAL_ANEW = "Have the document sealed anew with the court's current seal."
_RETRY = "Call again after a moment; the same request is answered only once."

NEXT_STEPS: dict[Reason, str] = {
    Reason.TOKEN_MISSING: 'Send the officer\'s token in the metadata "authorization: Bearer ...".',
    Reason.TOKEN_INVALID: "Fetch a new token from the agency for this very system certificate.",
    Reason.TOKEN_EXPIRED: "Fetch a new token, and check this machine's clock.",
    Reason.CERTIFICATE_UNKNOWN: "Connect with the certificate that the exchange knows for your agency's system.",
    Reason.CALLER_NOT_ALLOWED: "Call through the gateway.",
    Reason.PERMISSION_MISSING: "Ask your agency to grant the permission, then fetch a new token.",
    Reason.OUT_OF_JURISDICTION: "Only courts and police of Jiangxi take part (notice 五.4).",
    Reason.CREDENTIALS_REQUIRED: "Show the handling officer's own valid enforcement card and work card (notice 四.3).",
    Reason.NOT_HANDLING_JUDGE: "Only the handling judge of an open case may ask and read (notice 五.2).",
    Reason.SUBJECT_NOT_PARTY: "Ask only about parties registered in this case; have a missing party registered.",
    Reason.APPROVAL_REQUIRED: "Submit the request for approval and name the approval in the call.",
    Reason.APPROVAL_NOT_FOUND: "Check the approval's name; only its requester can use it.",
    Reason.APPROVAL_PENDING: "Wait for the decision.",
    Reason.APPROVAL_REJECTED: "Read the approver's reason; a new request needs a new approval.",
    Reason.APPROVAL_WITHDRAWN: _SUBMIT_AGAIN,
    Reason.APPROVAL_EXPIRED: _SUBMIT_AGAIN,
    Reason.APPROVAL_REVOKED: _SUBMIT_AGAIN,
    Reason.APPROVAL_SPENT: _SUBMIT_AGAIN,
    Reason.APPROVAL_METHOD_MISMATCH: "Call the method that was approved.",
    Reason.APPROVAL_REQUEST_MISMATCH: "Send exactly the bytes that were approved, or submit the changed request.",
    Reason.APPROVAL_CASE_MISMATCH: "Use the approval in its own case, or submit the request for this case.",
    Reason.STATEMENT_INVALID: "Sign the statement again with the approver's valid certificate over this approval.",
    Reason.STATEMENT_REVOKED: "Have an approver sign whose certificate is not revoked.",
    Reason.APPROVALS_INSUFFICIENT: "Wait for the remaining approvers.",
    Reason.APPROVER_IS_REQUESTER: "Somebody else must decide on the request.",
    Reason.APPROVER_NOT_ENTITLED: "An approver of the rank and court that the policy names must decide.",
    Reason.ALREADY_DECIDED: "Your decision stands; revoke it or withdraw the request instead.",
    Reason.APPROVAL_STATE: "Read the approval's state; this step is not possible in it.",
    Reason.APPROVAL_NOT_NEEDED: "Call the method without an approval.",
    Reason.MESSAGE_MALFORMED: "Send the method's request message in protobuf encoding.",
    Reason.FIELDS_INVALID: "Correct the fields that are listed.",
    Reason.MESSAGE_TOO_LARGE: "Split the request into smaller ones.",
    Reason.PAGE_TOKEN_INVALID: "Start again from the first page with the same filter.",
    Reason.REQUEST_ID_REUSED: "Use a new request id for a new request.",
    Reason.NOT_FOUND: "Check the name.",
    Reason.METHOD_UNKNOWN: "Check the method's name against the contracts.",
    Reason.CASE_EXISTS: "The case is registered with other content; reassign it, or check the number.",
    Reason.CASE_CLOSED: "The case is closed; nothing can be asked under it.",
    Reason.DEADLINE_TOO_SHORT: "Call again with a later deadline.",
    Reason.RATE_LIMITED: "Wait as long as the error says, then call again.",
    Reason.BACKEND_UNAVAILABLE: _RETRY,
    Reason.LEDGER_UNAVAILABLE: _RETRY,
    Reason.STORE_UNAVAILABLE: _RETRY,
    Reason.CLOCK_SKEW: "Tell the operator: clocks of the processes differ.",
    Reason.SHUTTING_DOWN: _RETRY,
    Reason.INTERNAL: "Tell the operator the error id and the trace id.",
    Reason.CANCELLED: "Call again if the answer is still wanted.",
    Reason.LEDGER_DAMAGED: "Tell the operator at once: the ledger does not agree with itself.",
    Reason.LEDGER_RANGE: "Ask within the size of the current tree.",
    Reason.DOCUMENT_NOT_PDF: "Send the whole sealed PDF as the court's system made it.",
    Reason.DOCUMENT_TOO_LARGE: "Send this ruling or notice alone, in a smaller PDF.",
    Reason.DOCUMENT_UNREADABLE: "Send the document without a password and with its text, not as a scan.",
    Reason.DOCUMENT_ACTIVE_CONTENT: "Make the document without scripts, files and actions, and have it sealed anew.",
    Reason.DOCUMENT_UNSEALED: "Have the court seal the document (notice 二.1).",
    Reason.DOCUMENT_ALTERED: "Send the document exactly as it was sealed.",
    Reason.SEAL_UNTRUSTED: "Have the court seal the document with the seal that the seal authority issued to it.",
    Reason.SEAL_EXPIRED: _SEAL_ANEW,
    Reason.SEAL_REVOKED: _SEAL_ANEW,
    Reason.SEAL_OF_ANOTHER_COURT: "Have the court that issued the document seal it.",
    Reason.SEAL_CHECK_UNAVAILABLE: "Tell the operator to renew the seal authority's revocation list, then call again.",
    Reason.DOCUMENT_NOT_LISTED: "List each file among the documents of the case, with its kind, court and SHA-256.",
    Reason.SEIZURE_EXISTS: "The case has seized this vehicle already; extend that seizure, or lift it first.",
    Reason.SEIZURE_NOT_FOUND: "Check the seizure's name; only the court and the case that seized can change it.",
    Reason.SEIZURE_WAITING: "The seizure has no effect yet; withdraw it, or wait until it takes effect.",
    Reason.SEIZURE_EFFECTIVE: "The seizure is in force; lift it.",
    Reason.SEIZURE_ENDED: "The seizure has ended; seize again if it is still needed.",
    Reason.TERM_TOO_LONG: "Shorten the term to the legal maximum, two years for a vehicle.",
    Reason.TERM_ENDS_BEFORE_START: "Correct the last day of the term.",
    Reason.VEHICLE_NOT_FOUND: "Check plate, type and VIN against the ruling; it must be registered in Jiangxi.",
    Reason.VEHICLE_OWNER_MISMATCH: "The registered owner is not the debtor; check plate and debtor in the ruling.",
    Reason.VEHICLE_TRANSFERRED: "The transfer was registered before; the court decides on other measures.",
    Reason.TRANSFER_NOTICE_FIRST: "Another court's notice to transfer it goes first; turn to that court.",
    Reason.VEHICLE_NOT_IN_RULING: "Check plate and VIN against the ruling, which must name the vehicle.",
    Reason.CLEARING_ITEMS_MISSING: "Bring what the message lists to the window (notice 二.2).",
    Reason.CLEARING_NOT_BUYER: "The buyer whom the ruling names must come in person (notice 二.2).",
    Reason.CLEARING_WRONG_WINDOW: "Go to the traffic police's window where the vehicle is registered (notice 二.2).",
    Reason.CLEARING_ALREADY_DONE: "Violations are cleared once for each disposal; later ones are dealt with as usual.",
    Reason.CLEARING_NOTHING_OPEN: "Nothing has to be done; what is newer is the buyer's own and dealt with as usual.",
    Reason.CHECK_KEY_LEASE_INVALID: "Ask for a new lease of the key and pack the plates under it.",
    Reason.MISSING_ASSISTANCE_NOTICE: "Send the sealed assistance notice that names the person (notice 一.2).",
    Reason.NATURAL_PERSON_ONLY: "Name a natural person; a representative needs a decision of their own.",
    Reason.EXIT_DECISION_MISSING: "Name the court's decision to restrict exit, and push again.",
    Reason.TERM_EXCEEDS_LEVEL: "Shorten the term, or have the decision approved at the level that the term needs.",
    Reason.TERM_REASON_MISSING: "Say why the term must be longer than one year.",
    Reason.PERSON_NOT_FOUND: "Check the number against the decision.",
    Reason.PERSON_AMBIGUOUS: "Ask the exit-entry administration to settle whose number it is.",
    Reason.PERSON_DECEASED: "Withdraw the entry: the person is registered as deceased.",
    Reason.PERSON_NAME_MISMATCH: "Check name and number against the decision.",
    Reason.PERSON_UNDER_AGE: "Do not list a minor.",
    Reason.ENTRY_EXISTS: "Correct the entry that exists.",
    Reason.ENTRY_NOT_FOUND: "Check the entry's name; only its own court and case can use it.",
    Reason.ENTRY_ENDED: "Push a new entry.",
    Reason.RESTRICTION_EXISTS: "Renew the restriction that is in force, within its last month.",
    Reason.RESTRICTION_NOT_FOUND: "Check the restriction's name; only its own court and case can use it.",
    Reason.RESTRICTION_ALREADY_RELEASED: "File a new restriction.",
    Reason.RENEWAL_TOO_EARLY: "Renew within the last month of the term.",
    Reason.RESTRICTION_ALREADY_RENEWED: "Renew the following term within its own last month.",
    Reason.UPLOAD_NOT_FOUND: "Check the upload's name, or begin a new one.",
    Reason.UPLOAD_OUT_OF_ORDER: "Ask for the upload and go on with the item it waits for.",
    Reason.UPLOAD_MISMATCH: "Compare the upload's digest and count with the approved request, and submit anew.",
    Reason.UPLOAD_CLOSED: "Begin a new upload.",
    Reason.BATCH_DUPLICATE: "Name each person once.",
    Reason.LIBERTY_DOCUMENT_MISSING: "Attach the document that restricts the person's liberty.",
    Reason.REQUIREMENT_NOT_ALLOWED: "Ask for a requirement that a court may set.",
    Reason.CONTROL_NOT_FOUND: "Check the control's name; only its own court and case can use it.",
    Reason.CONTROL_ENDED: "File a new control.",
    Reason.CONTROL_EXISTS: "Lift the control in force, or file again in its last month.",
    Reason.REFERRAL_EXISTS: "Supplement the open referral.",
    Reason.REFERRAL_NOT_FOUND: "Check the referral's name; only its court and the unit it lies with can use it.",
    Reason.REFERRAL_STATE: "Take a step that the referral's state admits.",
    Reason.REFERRAL_PACKAGE_INCOMPLETE: "Send the letter of referral, the account of the enforcement and the evidence.",
    Reason.REFERRAL_WRONG_UNIT: "Refer to the criminal investigation unit at the court's place.",
    Reason.NOT_RECEIVED: "Receive the referral first.",
    Reason.NOT_DECIDED: "Decide first, then give the feedback.",
    Reason.DECISION_DATE_INVALID: "Give the day on which it was decided.",
    Reason.ALREADY_GIVEN: "Reopen the referral for a new decision.",
    Reason.REASONS_MISSING: "State the reasons in the opinion.",
    Reason.TRANSFER_TOO_LATE: "Decide the referral; the time for passing it on is over.",
    Reason.EXTENSION_NOT_ENTITLED: "Have the head of the county-level organ record the extension.",
    Reason.REOPENING_GROUND_MISSING: "Name the prosecutor's document or the new evidence.",
    Reason.CAMPAIGN_NOT_FOUND: "Check the campaign's name.",
    Reason.KEY_CASE_LIST_NOT_FOUND: "Check the list's name; until both bodies have signed it only they see it.",
    Reason.KEY_CASE_LIST_STATE: "Propose a further list.",
    Reason.CALENDAR_INVALID: "Correct the calendar and import it again.",
    Reason.SEAL_OF_ANOTHER_UNIT: "Have the unit that gives the document seal it.",
    Reason.DIRECTORY_STALE: "Call again; if it lasts, have the operator look at the coordination process.",
    Reason.LIAISON_LIMIT: "End the appointment of whoever hands over, then appoint the successor.",
    Reason.LIAISON_NOT_ESTABLISHED: "Appoint somebody on the establishment.",
    Reason.LIAISON_NOT_FOUND: "Check the appointment's name; only its own organisation can use it.",
    Reason.LIAISON_NOT_APPOINTED: "Have the organisation appoint you as liaison or deputy.",
    Reason.LIAISON_EXISTS: "Name another officer, or end the earlier appointment.",
    Reason.CREDENTIAL_EXISTS: "Revoke the former credential, or correct the number.",
    Reason.CREDENTIAL_NOT_FOUND: "Check the credential's name; only its own organisation can use it.",
    Reason.CREDENTIAL_OF_ANOTHER_COURT: "Have the court that issued the credential register it.",
    Reason.DISPUTE_NOT_FOUND: "Check the dispute's name; only its sides can use it.",
    Reason.DISPUTE_STATE: "Take a step that the dispute's state admits.",
    Reason.DISPUTE_SUBJECT_NOT_FOUND: "Name a request, measure or referral that your organisation is a side of.",
    Reason.SETTLEMENT_NOT_JOINT: "Have both provincial bodies seal the record.",
    Reason.DISPUTE_EXISTS: "Go on with the dispute that is open.",
    Reason.CONSULTATION_NOT_OVER: "Wait for the other side, or until its time is over.",
    Reason.PERSONAL_DATA_IN_TEXT: "Leave numbers of persons and things out of the text.",
    Reason.CHANNEL_NOT_OPERATIONAL: "Write a bundle for the paper channel.",
    Reason.CHANNEL_OPERATIONAL: "File over the platform.",
    Reason.CHANNEL_STATE: "Look at the state of the channel first.",
    Reason.BUNDLE_INVALID: "Have the sender write the bundle again; nothing of it was performed.",
    Reason.BUNDLE_OF_ANOTHER_RECIPIENT: "Carry the bundle to the unit that it names.",
    Reason.METHOD_NOT_ON_PAPER: "Use the platform for this method.",
    Reason.PAPER_REFERENCE_REUSED: "Give every request its own approval and paper reference.",
    Reason.DISPUTE_TERMS_DIFFER: "Record agreement to the very text of the other side.",
    Reason.UPLOADS_UNFINISHED: "Commit or discard an upload of the court, or wait until one is erased.",
    Reason.REVOCATION_CHECK_UNAVAILABLE: "Renew the officers' authority's revocation list, then do the same again.",
}
"""What a caller can do about each reason."""
