"""The default policy, and advice under it."""

from collections.abc import Callable
from typing import Any

import pytest
from advice_examples import FakeErp, reading

from triage.advisors import advise as advising
from triage.advisors.policy_file import load_policy
from triage.domain.advice import Advice
from triage.domain.assessment import Assessment
from triage.domain.policy import Policy


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy()


@pytest.fixture
def advise(policy: Policy) -> Callable[..., Advice]:
    """Advice on an assessment with the default policy."""

    def run(assessment: Assessment, erp: FakeErp | None = None, **more: Any) -> Advice:
        read = more.pop("read", None) or reading()
        rules = more.pop("policy", policy)
        return advising.advise(assessment, read, erp or FakeErp(), rules, mode="rules", message_id="abc", **more)

    return run
