"""The contracts: every method has its policy and its servicer, every field its mark, every element a comment."""

import importlib
import re
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorSet

from services.chassis.policy import Contracts, PolicyError
from xiezhi.error.v1 import reason_pb2
from xiezhi.errors import CLASS_OF, NEXT_STEPS, Reason
from xiezhi.policy.v1 import policy_pb2

IMAGE = FileDescriptorSet.FromString(Path("gen/xiezhi/image.binpb").read_bytes())
OURS = [file for file in IMAGE.file if file.package.startswith("xiezhi.")]
_EXIT = "services.exit_restriction"
_COORDINATION = "services.coordination"
SERVICERS = {
    "xiezhi.approval.v1.ApprovalService": "gateway.approval.server:ApprovalServicer",
    "xiezhi.casefile.v1.CaseRegistryService": "gateway.casefile.server:CaseRegistryServicer",
    "xiezhi.coordination.v1.CoordinationNoticeService": f"{_COORDINATION}.notices.server:CoordinationNoticeServicer",
    "xiezhi.coordination.v1.DisputeService": f"{_COORDINATION}.disputes.server:DisputeServicer",
    "xiezhi.coordination.v1.ChannelService": "services.coordination.channels.server:ChannelServicer",
    "xiezhi.coordination.v1.CredentialService": "services.coordination.credentials.server:CredentialServicer",
    "xiezhi.coordination.v1.DirectoryCopyService": "services.coordination.copies.server:DirectoryCopyServicer",
    "xiezhi.coordination.v1.DirectoryService": "services.coordination.directory.server:DirectoryServicer",
    "xiezhi.exit_restriction.v1.ApplicationCounterService": f"{_EXIT}.counter.server:ApplicationCounterServicer",
    "xiezhi.exit_restriction.v1.BorderCheckService": f"{_EXIT}.border.server:BorderCheckServicer",
    "xiezhi.exit_restriction.v1.BorderControlService": f"{_EXIT}.controls.server:BorderControlServicer",
    "xiezhi.exit_restriction.v1.CourtNoticeService": f"{_EXIT}.notices.server:CourtNoticeServicer",
    "xiezhi.exit_restriction.v1.DishonestListService": f"{_EXIT}.listing.server:DishonestListServicer",
    "xiezhi.exit_restriction.v1.RestrictionService": f"{_EXIT}.restrictions.server:RestrictionServicer",
    "xiezhi.identity.v1.IdentityService": "services.identity.server:IdentityServicer",
    "xiezhi.ledger.v1.LedgerService": "services.ledger.server:LedgerServicer",
    "xiezhi.paper.v1.PaperService": "gateway.paper.server:PaperServicer",
    "xiezhi.ledger.v1.OversightService": "services.ledger.oversight.server:OversightServicer",
    "xiezhi.referral.v1.InvestigationService": "services.referral.investigation.server:InvestigationServicer",
    "xiezhi.referral.v1.ReferralNoticeService": "services.referral.notices.server:ReferralNoticeServicer",
    "xiezhi.referral.v1.ReferralService": "services.referral.referrals.server:ReferralServicer",
    "xiezhi.referral.v1.SupervisionService": "services.referral.supervision.server:SupervisionServicer",
    "xiezhi.standing.v1.StandingService": "services.chassis.standing:StandingServicer",
    "xiezhi.vehicle.v1.SeizureService": "services.vehicle.seizures.server:SeizureServicer",
    "xiezhi.vehicle.v1.SightingService": "services.vehicle.sightings.server:SightingServicer",
    "xiezhi.vehicle.v1.VehicleCheckService": "services.vehicle.checks.server:VehicleCheckServicer",
    "xiezhi.vehicle.v1.VehicleRegistryService": "services.vehicle.registry.server:VehicleRegistryServicer",
    "xiezhi.vehicle.v1.ViolationService": "services.vehicle.violations.server:ViolationServicer",
}
"""Where each service's servicer is."""

PERSONAL_WORDS = re.compile(
    r"(^|_)(name|names|id_number|identity_number|number|numbers|address|phone|photo|jpeg|birth_date|birthday|sex|nation"
    r"|nationality|plate|vin)$"
)
"""Names of fields that hold personal information, unless the contract says that they do not and this list agrees."""
NOT_PERSONAL = {
    "Approval.case_number",
    "Approval.name",
    "ApproveApprovalRequest.name",
    "BorderControl.name",
    "Campaign.name",
    "CommitUploadRequest.name",
    "ConsultDisputeRequest.name",
    "CorrectEntryRequest.name",
    "Credential.name",
    "CredentialCopy.name",
    "DecideReferralRequest.name",
    "DiscardUploadRequest.name",
    "Dispute.name",
    "DraftKeyCaseListRequest.name",
    "DraftLetterRequest.name",
    "DraftSettlementRequest.name",
    "EndAppointmentRequest.name",
    "EndOutageRequest.name",
    "Entry.name",
    "EscalateDisputeRequest.name",
    "ExtendReviewRequest.name",
    "ExtendSeizureRequest.name",
    "FetchDocumentRequest.name",
    "FetchUnitDocumentRequest.name",
    "GetApprovalRequest.name",
    "GetDisputeRequest.name",
    "GetStandingRequest.name",
    "GetUnitReferralRequest.name",
    "GetUploadRequest.name",
    "GiveFeedbackRequest.name",
    "GiveOpinionRequest.name",
    "JoinCampaignRequest.name",
    "KeyCaseList.name",
    "Liaison.name",
    "LiaisonCopy.name",
    "LiftControlsRequest.names",
    "ListUploadItemsRequest.name",
    "ListUploadOutcomesRequest.name",
    "OperationalCopy.name",
    "Outage.name",
    "OutageCopy.name",
    "PastMeasure.name",
    "ReceiveReferralRequest.name",
    "RecordDisposalRequest.name",
    "RecordEstablishmentLossRequest.name",
    "RecordLeaveRequest.name",
    "RecordPositionRequest.name",
    "Referral.name",
    "RejectApprovalRequest.name",
    "ReleaseRestrictionRequest.name",
    "RemoveEntryRequest.name",
    "RenewRestrictionRequest.name",
    "ReopenReferralRequest.name",
    "RequestSupplementRequest.name",
    "Restriction.name",
    "RestrictionCopy.name",
    "ReviewApprovalRequest.name",
    "RevokeApprovalRequest.name",
    "RevokeCredentialRequest.name",
    "Seizure.name",
    "SettleDisputeRequest.name",
    "SignKeyCasesRequest.name",
    "SupplementReferralRequest.name",
    "TransferReferralRequest.name",
    "Upload.name",
    "WatchApprovalRequest.name",
    "WithdrawApprovalRequest.name",
    "WithdrawDisputeRequest.name",
    "WithdrawReferralRequest.name",
    "WithdrawSeizureRequest.name",
}


def messages(scope, found):
    for message in found:
        name = f"{scope}.{message.name}" if scope else message.name
        yield name, message
        yield from messages(name, message.nested_type)


FIELDS = [
    (f"{name}.{field.name}", field)
    for file in OURS
    for name, message in messages("", file.message_type)
    for field in message.field
]


def test_every_method_has_a_policy_that_agrees_with_itself():
    declared = {
        f"/{file.package}.{service.name}/{method.name}"
        for file in OURS
        for service in file.service
        for method in service.method
    }
    loaded = {method.full_name for method in Contracts.load()}
    assert declared
    assert loaded == declared


def test_every_service_has_a_servicer_with_exactly_its_methods():
    contracts = Contracts.load()
    assert {method.service for method in contracts} == set(SERVICERS)
    for service, place in SERVICERS.items():
        module, _, name = place.partition(":")
        servicer = getattr(importlib.import_module(module), name)
        offered = {n for n in vars(servicer) if n[0].isupper()}
        assert offered == {method.name for method in contracts.of_service(service)}, service


def test_every_field_that_holds_a_value_is_marked():
    unmarked = [
        name
        for name, field in FIELDS
        if field.type != FieldDescriptorProto.TYPE_MESSAGE
        and field.options.Extensions[policy_pb2.field].data == policy_pb2.DATA_CLASS_UNSPECIFIED
        and not name.startswith(("MethodPolicy.", "FieldPolicy.", "ApprovalRequirement."))
    ]
    assert unmarked == []


def test_every_field_named_like_personal_information_is_marked_personal_or_official():
    shown = (policy_pb2.DATA_CLASS_PERSONAL, policy_pb2.DATA_CLASS_OFFICIAL)
    suspicious = {
        name
        for name, field in FIELDS
        if PERSONAL_WORDS.search(field.name)
        and field.type in {FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.TYPE_BYTES}
        and field.options.Extensions[policy_pb2.field].data not in shown
    }
    assert suspicious <= NOT_PERSONAL, suspicious - NOT_PERSONAL


def test_every_bound_method_names_its_data_subjects():
    for method in Contracts.load():
        if method.policy.case_bound:
            assert method.subject_paths, method.full_name


def test_every_element_has_a_comment():
    bare = [f"{file.name}:{path}" for file in OURS for path in _elements(file) - _commented(file)]
    assert bare == []


def _commented(file):
    return {tuple(at.path) for at in file.source_code_info.location if at.leading_comments.strip()}


def _elements(file):
    """Paths of all elements, in the numbering of descriptor.proto."""
    found = set()

    def of_enum(enum, path):
        found.add(path)
        found.update((*path, 2, i) for i in range(len(enum.value)))

    def of_message(message, path):
        found.add(path)
        found.update((*path, 2, i) for i in range(len(message.field)))
        synthetic = {field.oneof_index for field in message.field if field.proto3_optional}
        found.update((*path, 8, i) for i in range(len(message.oneof_decl)) if i not in synthetic)
        for i, nested in enumerate(message.nested_type):
            of_message(nested, (*path, 3, i))
        for i, enum in enumerate(message.enum_type):
            of_enum(enum, (*path, 4, i))

    for i, message in enumerate(file.message_type):
        of_message(message, (4, i))
    for i, enum in enumerate(file.enum_type):
        of_enum(enum, (5, i))
    for i, service in enumerate(file.service):
        found.add((6, i))
        found.update((6, i, 2, j) for j in range(len(service.method)))
    found.update((7, i) for i in range(len(file.extension)))
    return found


def test_reasons_of_the_contract_and_of_the_code_are_the_same():
    declared = {name.removeprefix("REASON_") for name in reason_pb2.Reason.DESCRIPTOR.values_by_name} - {"UNSPECIFIED"}
    assert declared == {reason.value for reason in Reason}
    assert set(CLASS_OF) == set(NEXT_STEPS) == set(Reason)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda p: p.ClearField("clauses"), "no clause"),
        (lambda p: p.ClearField("permission"), "no permission"),
        (lambda p: p.ClearField("deadline"), "no deadline"),
        (lambda p: p.ClearField("disclosure"), "disclosure"),
        (lambda p: p.ClearField("audit"), "audit"),
        (lambda p: setattr(p.approval, "count", 0), "1 to 5"),
        (lambda p: setattr(p.approval, "min_rank", 0), "rank"),
        (lambda p: setattr(p.approval.max_validity, "seconds", 31 * 86400), "30 days"),
    ],
)
def test_a_policy_that_contradicts_itself_stops_the_start(change, complaint):
    from services.chassis.policy import _read_policy

    policy = policy_pb2.MethodPolicy()
    policy.CopyFrom(_lookup())
    change(policy)
    with pytest.raises(PolicyError, match=complaint):
        _read_policy("/x.Y/Z", policy)


def _lookup():
    return next(
        method.options.Extensions[policy_pb2.method]
        for file in OURS
        for service in file.service
        for method in service.method
        if method.name == "LookupHousehold"
    )
