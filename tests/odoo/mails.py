"""Mails as suppliers write them, for the tests of this folder."""

from email.message import EmailMessage


def mail(text: str, number: int, *, subject: str = "Delivery date", files: dict[str, bytes] | None = None) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Alder Orders <orders@alder.example>", "purchasing@northwind.example"
    message["Subject"], message["Date"] = subject, "Mon, 16 Nov 2026 09:00:00 +0100"
    message["Message-ID"] = f"<{number}@alder.example>"
    message.set_content(text)
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()
