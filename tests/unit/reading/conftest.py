"""Mails built by hand for the tests of reading."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from triage.domain.document import Reading
from triage.reading.limits import Limits
from triage.reading.reader import read_message

MailBuilder = Callable[..., bytes]


@pytest.fixture
def mail() -> MailBuilder:
    """Builds a mail: `mail("text", html=…, subject=…, files=[(name, bytes, type)], **headers)`."""

    def build(
        text: str | None = "Hello",
        *,
        html: str | None = None,
        subject: str = "Order",
        files: tuple[tuple[str, bytes, str], ...] = (),
        **headers: str,
    ) -> bytes:
        message = EmailMessage()
        message["From"] = headers.pop("sender", "Ann Example <ann@supplier.example>")
        message["To"] = headers.pop("to", "buyer@buyer.example")
        message["Subject"] = subject
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        if text is not None:
            message.set_content(text, cte="8bit")
        if html is not None:
            if text is None:
                message.set_content(html, subtype="html", cte="8bit")
            else:
                message.add_alternative(html, subtype="html", cte="8bit")
        for name, data, kind in files:
            main, _, sub = kind.partition("/")
            message.add_attachment(data, maintype=main, subtype=sub, filename=name)
        return message.as_bytes()

    return build


@pytest.fixture
def read() -> Callable[..., Reading]:
    """Reads bytes in this process."""

    def run(raw: bytes, name: str = "message.eml", **limits: int | float) -> Reading:
        return read_message(raw, name=name, limits=Limits(**limits))  # type: ignore[arg-type]

    return run
