"""What the routes work with, handed to each by its request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from triage.bootstrap import Services
from triage.web.ready import Looks

#: Has what waits read soon.
Ring = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The services, and the bell."""

    services: Services
    ring: Ring
    look: Callable[[], object]  # has Odoo looked at soon
    looks: Looks = field(default_factory=Looks)  # at what the service depends on


def _of(request: Request) -> Means:
    means: Means = request.app.state.means
    return means


Given = Annotated[Means, Depends(_of)]
