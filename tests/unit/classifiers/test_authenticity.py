"""Forged and imitated senders are told from new colleagues, forwarders and other strangers."""

from dataclasses import replace

import pytest
from classifier_examples import book, mail, our_order

from triage.classifiers import authenticity, domains
from triage.domain.assessment import Kind
from triage.domain.document import ActiveContent, Reading

KNOWN = "lindqvist-verktyg.example"
BAR = 0.6


def weights(reading: Reading, known_by: str = "", kind: Kind = Kind.ORDER_CONFIRMATION) -> dict[str, float]:
    return {sign.code: sign.weight for sign in authenticity.signs(reading, book(our_order(), known_by=known_by), kind)}


@pytest.mark.parametrize(
    "domain",
    [
        "lindqvist-verktyq.example",  # g and q
        "lindqv1st-verktyg.example",
        "lindqvistverktyg.example",
        "lindqvist-verktyg.test",
        "lindqvist-verktyg-payments.example",
        "invoice-lindqvist-verktyg.example",
        "lindqvist-verktyg.secure-mail.example",
        "lindqvist-verktyg-example.com",
        "lindqvist-vertkyg.example",  # two neighbours swapped
        "lindqvist-verktyg".replace("i", "і") + ".example",  # Cyrillic
        "lindqvist-verktyg".replace("i", "і").encode("punycode").decode().join(["xn--", ".example"]),
    ],
)
def test_look_alikes_are_found(domain: str) -> None:
    assert domains.imitates(domain, KNOWN)
    assert weights(mail("Hello", sender=f"order@{domain}"))["look-alike domain"] >= BAR


@pytest.mark.parametrize(
    "domain",
    [
        KNOWN,
        "mail." + KNOWN,
        "nordsped-logistik.example",
        "gmail.com",
        "lindqvist-verktyg.onmicrosoft.com",
        "verktyg.example",
    ],
)
def test_strangers_and_relatives_are_not_suspicious(domain: str) -> None:
    found = weights(mail("Hello", sender=f"anna@{domain}", name="Anna Berg"))
    assert all(weight < BAR for weight in found.values())


def test_endings_of_two_levels_are_no_names() -> None:
    assert not domains.imitates("acme.co.uk", "bolt.co.jp")
    assert not domains.related("acme.co.uk", "bolt.co.uk")


def test_short_names_are_not_near_each_other() -> None:
    assert not domains.imitates("ups.com", "usps.com")


@pytest.mark.parametrize(
    ("reply_to", "known_by", "kind", "suspicious"),
    [
        ("verktyg.pay@freemailbox.example", "domain", Kind.ORDER_CONFIRMATION, True),
        ("verktyg.pay@gmail.com", "", Kind.INVOICE, True),
        ("support@ticketdesk.example", "domain", Kind.ORDER_CONFIRMATION, False),
        ("support@ticketdesk.example", "domain", Kind.BANK_DETAILS_CHANGE, True),
        ("sales@lindqvist-verktyg.example", "domain", Kind.INVOICE, False),
        ("einkauf@ostermann.example", "domain", Kind.ORDER_CONFIRMATION, False),
        ("chef@gmail.com", "", Kind.OTHER, False),
    ],
)
def test_answers_to_elsewhere_count_by_what_is_asked(
    reply_to: str, known_by: str, kind: Kind, suspicious: bool
) -> None:
    sender = f"order@{KNOWN}" if known_by else "news@fair.example"
    found = weights(mail("Hello", sender=sender, reply_to=reply_to), known_by, kind)
    assert (found.get("reply elsewhere", 0.0) >= BAR) is suspicious


@pytest.mark.parametrize(
    ("name", "sender", "suspicious"),
    [
        ("Greta Sommerfeld", "greta.s.office@mailbox.example", True),
        ("Ostermann Handel GmbH", "info@quickpay.example", True),
        ("Ostermann Handel GmbH via SignService", "sign@signservice.example", False),
        ("order@lindqvist-verktyg.example", "x@elsewhere.example", True),
        ("Erik Lund", "erik@lindqvist-group.example", False),
        ("Greta Sommerfeld", "greta.sommerfeld@ostermann.example", False),
    ],
)
def test_names_of_ours_from_outside(name: str, sender: str, suspicious: bool) -> None:
    found = weights(mail("Hello", sender=sender, name=name))
    assert (found.get("own name", 0.0) >= BAR) is suspicious


@pytest.mark.parametrize(
    ("text", "suspicious"),
    [
        ("mx.ostermann.example; spf=fail smtp.mailfrom=a; dkim=none; dmarc=fail header.from=b", True),
        ("mx.stranger.example; spf=fail; dkim=fail; dmarc=fail", False),
        ("mx.ostermann.example; spf=pass; dkim=pass; dmarc=pass", False),
        ("mx.ostermann.example; spf=fail; dkim=pass; dmarc=pass", False),
    ],
)
def test_only_our_own_servers_word_counts(text: str, suspicious: bool) -> None:
    found = weights(mail("Hello", authentication=(text,)), "domain")
    assert (found.get("failed authentication", 0.0) >= BAR) is suspicious


def test_new_bank_details_from_nobody_known_and_files_that_act() -> None:
    assert weights(mail("Hello", sender="a@b.example"), "", Kind.BANK_DETAILS_CHANGE)["unknown sender"] >= BAR
    acting = replace(mail("Hello"), active=(ActiveContent(name="x.xlsm", what="macro"),))
    assert weights(acting, "domain")["active content"] >= BAR


def test_no_reason_repeats_an_address() -> None:
    reading = mail("Hello", sender="order@lindqv1st-verktyg.example", reply_to="a.b@gmail.com")
    for sign in authenticity.signs(reading, book(known_by=""), Kind.INVOICE):
        assert "@" not in sign.reason
        assert "verktyg" not in sign.reason
