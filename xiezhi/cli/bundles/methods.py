"""Methods that go on paper: those that a court calls in a case, on approval, with one request and one answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from google.protobuf import descriptor_pool
from google.protobuf.message import Message

from xiezhi.client import find_method
from xiezhi.errors import Reason, error
from xiezhi.policy.v1 import policy_pb2

TITLES = {
    "LookupHousehold": "查询户籍信息",
    "RegisterSeizure": "查封机动车登记",
    "ExtendSeizure": "续行查封机动车",
    "LiftSeizure": "解除查封机动车",
    "WithdrawSeizure": "撤回机动车轮候查封",
    "RecordDisposal": "登记机动车处置",
    "FileRestriction": "限制出境",
    "RenewRestriction": "续期限制出境",
    "ReleaseRestriction": "解除限制出境",
    "FileControls": "边控",
    "LiftControls": "解除边控",
    "PushEntry": "推送失信被执行人",
    "CorrectEntry": "更正失信被执行人信息",
    "RemoveEntry": "撤销失信被执行人信息",
    "SendReferral": "移送涉嫌犯罪案件",
    "SupplementReferral": "补充移送材料",
    "WithdrawReferral": "撤回移送",
}
"""What methods are called on paper."""
SHOWN_DIGITS = 4
"""How many characters of the number of a data subject are told."""


@dataclass(frozen=True, slots=True)
class PaperMethod:
    """A method that goes on paper.

    Attributes:
        full_name: "/package.Service/Method".
        input_class: Class of the request.
        output_class: Class of the answer.
        approvers: How many must consent.
        max_validity: How long a request may count.
    """

    full_name: str
    input_class: type[Message]
    output_class: type[Message]
    approvers: int
    max_validity: timedelta

    @property
    def title(self) -> str:
        """What it is called on paper."""
        name = self.full_name.rpartition("/")[2]
        return TITLES.get(name, name)


def find_paper_method(full_name: str) -> PaperMethod:
    """Finds a method that goes on paper.

    Args:
        full_name: "/package.Service/Method"; the leading slash may be missing.

    Raises:
        FailedPrecondition: METHOD_NOT_ON_PAPER.
        UnknownMethodError: If there is none of that name.
    """
    contract = find_method(full_name)
    service, _, name = contract.full_name.removeprefix("/").partition("/")
    method = descriptor_pool.Default().FindServiceByName(service).methods_by_name[name]
    policy: policy_pb2.MethodPolicy = method.GetOptions().Extensions[policy_pb2.method]  # type: ignore[index]
    if contract.client_streaming or contract.server_streaming or not (policy.case_bound and contract.needs_approval):
        raise error(
            Reason.METHOD_NOT_ON_PAPER,
            "On paper go calls of a court in a case, on approval, with one request and one answer.",
        )
    return PaperMethod(
        full_name=contract.full_name,
        input_class=contract.input_class,
        output_class=contract.output_class,
        approvers=policy.approval.count,
        max_validity=policy.approval.max_validity.ToTimedelta(),
    )


def masked_subjects(message: Message) -> Iterator[str]:
    """Yields the numbers of data subjects that a message names, all but their last characters left out."""
    for field, value in message.ListFields():
        items = list(value) if field.is_repeated else [value]
        policy: policy_pb2.FieldPolicy = field.GetOptions().Extensions[policy_pb2.field]  # type: ignore[index]
        if policy.subject:
            yield from (f"末四位 {str(item)[-SHOWN_DIGITS:]}" for item in items)
        for item in items:
            if isinstance(item, Message):
                yield from masked_subjects(item)
