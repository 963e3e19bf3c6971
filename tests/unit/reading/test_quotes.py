"""The newest statement is told from quoted threads, forwarded mails and signatures, in eleven languages."""

# ruff: noqa: E501 (examples stay in one piece)

import pytest

from triage.domain.document import PartRole
from triage.reading import quotes, signatures
from triage.reading.lines import FlowLine


def split(text: str, subject: str = "Re: order", own: frozenset[str] = frozenset()) -> quotes.Split:
    return quotes.split([FlowLine(text=line) for line in text.split("\n")], subject=subject, own_domains=own)


def texts(lines: tuple[FlowLine, ...]) -> list[str]:
    return [line.text for line in lines if line.text.strip()]


ATTRIBUTIONS = [
    "On Tue, 6 Oct 2026 at 16:47, Jane Roe <jane@buyer.example> wrote:",
    "On Oct 6, 2026, at 4:47 PM, Jane Roe wrote:",
    "Am 06.10.2026 um 16:47 schrieb Jana Roth <jana@buyer.example>:",
    "Am Di., 6. Okt. 2026 um 16:47 Uhr schrieb Jana Roth <jana@buyer.example>:",
    "Jana Roth <jana@buyer.example> schrieb am Di., 6. Okt. 2026, 16:47:",
    "Le mar. 6 oct. 2026 à 16:47, Jeanne Roux <jeanne@buyer.example> a écrit :",
    "El mar, 6 oct 2026 a las 16:47, Juana Ruiz (<juana@buyer.example>) escribió:",
    "Il giorno mar 6 ott 2026 alle ore 16:47 Gianna Rossi <gianna@buyer.example> ha scritto:",
    "Op di 6 okt 2026 om 16:47 schreef Janne Roos <janne@buyer.example>:",
    "W dniu 06.10.2026 o 16:47, Janina Rok pisze:",
    "wt., 6 paź 2026 o 16:47 Janina Rok <janina@buyer.example> napisał(a):",
    "Em ter., 6 de out. de 2026 às 16:47, Joana Reis <joana@buyer.example> escreveu:",
    "Jale Rona <jale@buyer.example>, 6 Eki 2026 Sal, 16:47 tarihinde şunu yazdı:",
    "在 2026年10月6日 16:47，张静 <zhang@buyer.example> 写道：",
    "2026年10月6日(火) 16:47 鈴木 <suzuki@buyer.example>:",
    "鈴木 <suzuki@buyer.example>さんは書きました：",
]


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_text_under_an_attribution_is_quoted(line: str) -> None:
    found = split(f"The 40 pieces come on 4 December.\n\n{line}\n> please confirm 40 pieces for 20 November\n> thanks")
    assert texts(found.statement) == ["The 40 pieces come on 4 December."]
    assert any("20 November" in text for text in texts(found.quoted))


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_unmarked_text_under_an_attribution_is_quoted_to_the_end(line: str) -> None:
    found = split(f"The 40 pieces come on 4 December.\n\n{line}\n\nplease confirm 40 pieces for 20 November")
    assert texts(found.statement) == ["The 40 pieces come on 4 December."]


def test_attribution_wrapped_over_two_lines() -> None:
    found = split(
        "Fine.\n\nOn Tue, 6 Oct 2026 at 16:47, Jane Roe of the purchasing department\n<jane@buyer.example> wrote:\n\nold text"
    )
    assert texts(found.statement) == ["Fine."]


@pytest.mark.parametrize(
    "sentence",
    [
        "On Monday our forwarder wrote: the truck is late.",
        "Am 25.11. kommt die Ware wie geschrieben.",
        "Le 4 novembre comme écrit dans notre offre.",
        "As you wrote on 6 October, the price is 12.50.",
        "From: Ningbo, by sea, 40 days.",
    ],
)
def test_sentences_that_only_resemble_an_attribution_stay(sentence: str) -> None:
    found = split(f"{sentence}\nWe deliver 20 pieces.")
    assert texts(found.statement) == [sentence, "We deliver 20 pieces."]


HEADER_BLOCKS = {
    "en": (
        "From: Jane Roe <jane@buyer.example>",
        "Sent: Tuesday, October 6, 2026 4:47 PM",
        "To: Ann",
        "Subject: Order P1",
    ),
    "de": (
        "Von: Jana Roth <jana@buyer.example>",
        "Gesendet: Dienstag, 6. Oktober 2026 16:47",
        "An: Ann",
        "Betreff: Order P1",
    ),
    "fr": (
        "De : Jeanne Roux <jeanne@buyer.example>",
        "Envoyé : mardi 6 octobre 2026 16:47",
        "À : Ann",
        "Objet : Commande",
    ),
    "es": (
        "De: Juana Ruiz <juana@buyer.example>",
        "Enviado el: martes, 6 de octubre de 2026 16:47",
        "Para: Ann",
        "Asunto: Pedido",
    ),
    "it": (
        "Da: Gianna Rossi <gianna@buyer.example>",
        "Inviato: martedì 6 ottobre 2026 16:47",
        "A: Ann",
        "Oggetto: Ordine",
    ),
    "nl": (
        "Van: Janne Roos <janne@buyer.example>",
        "Verzonden: dinsdag 6 oktober 2026 16:47",
        "Aan: Ann",
        "Onderwerp: Order",
    ),
    "pl": (
        "Od: Janina Rok <janina@buyer.example>",
        "Wysłano: wtorek, 6 października 2026 16:47",
        "Do: Ann",
        "Temat: Zam.",
    ),
    "pt": (
        "De: Joana Reis <joana@buyer.example>",
        "Enviada em: terça-feira, 6 de outubro de 2026 16:47",
        "Para: Ann",
        "Assunto: Pedido",
    ),
    "tr": (
        "Kimden: Jale Rona <jale@buyer.example>",
        "Gönderildi: 6 Ekim 2026 Salı 16:47",
        "Kime: Ann",
        "Konu: Sipariş",
    ),
    "zh": ("发件人: 张静 <zhang@buyer.example>", "发送时间: 2026年10月6日 16:47", "收件人: Ann", "主题: 订单"),
    "ja": ("差出人: 鈴木 <suzuki@buyer.example>", "送信日時: 2026年10月6日 16:47", "宛先: Ann", "件名: 注文"),
}


@pytest.mark.parametrize("language", HEADER_BLOCKS)
def test_text_under_a_block_of_mail_headers_is_quoted(language: str) -> None:
    block = "\n".join(HEADER_BLOCKS[language])
    found = split(f"New date: 4 December.\n\n{block}\n\nPlease confirm 20 November.\n\nJane")
    assert texts(found.statement) == ["New date: 4 December."]
    assert "Please confirm 20 November." in texts(found.quoted)


@pytest.mark.parametrize("language", HEADER_BLOCKS)
def test_the_same_block_is_a_forwarded_statement_when_the_subject_forwards(language: str) -> None:
    block = "\n".join(HEADER_BLOCKS[language])
    found = split(f"FYI\n\n{block}\n\nThe goods ship on 20 November.", subject="WG: Order")
    assert texts(found.forwarded) == ["The goods ship on 20 November."]


def test_a_forwarded_mail_of_the_receiving_company_is_no_statement() -> None:
    block = "\n".join(HEADER_BLOCKS["en"])
    found = split(f"See below.\n\n{block}\n\nPlease deliver 40 pieces.", "FW: Order", frozenset({"buyer.example"}))
    assert not found.forwarded
    assert "Please deliver 40 pieces." in texts(found.quoted)


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-----Message d'origine-----",
        "-----Mensaje original-----",
        "-----Messaggio originale-----",
        "-----Oorspronkelijk bericht-----",
        "-----Mensagem original-----",
        "-----Özgün İleti-----",
        "------------------ 原始邮件 ------------------",
        "-----Wiadomość oryginalna-----",
    ],
)
def test_text_under_an_original_message_rule_is_quoted(line: str) -> None:
    found = split(f"We ship tomorrow.\n{line}\nFrom: jane@buyer.example\nplease ship soon")
    assert texts(found.statement) == ["We ship tomorrow."]


def test_answers_between_quoted_lines_are_kept() -> None:
    found = split(
        "Hello,\n\nOn 6 Oct 2026, Jane Roe <jane@buyer.example> wrote:\n"
        "> Pos 1: 40 pcs by 20 November?\nNo, 4 December.\n> Pos 2: 10 pcs?\nYes, as ordered."
    )
    assert texts(found.statement) == ["Hello,", "No, 4 December.", "Yes, as ordered."]


def test_text_below_a_quoted_block_is_kept() -> None:
    found = split("> please confirm the date\n> Jane\n\nConfirmed for 4 December.")
    assert texts(found.statement) == ["Confirmed for 4 December."]


def test_an_explicit_forward_is_split_again_on_its_own(mail, read) -> None:  # type: ignore[no-untyped-def]
    raw = mail(
        "Please see the factory's answer.\n\n---------- Forwarded message ---------\n"
        "From: Li Wei <li@factory.example>\nDate: Tue, 6 Oct 2026\nSubject: Order\nTo: <ann@supplier.example>\n\n"
        "400 pieces will be ready on 2026-11-30.\n\nBest regards\nLi Wei\n\n"
        "On Mon, 5 Oct 2026, Ann <ann@supplier.example> wrote:\n> are the 400 pieces ready on 2026-11-15?\n",
        subject="Fwd: Order",
    )
    reading = read(raw)
    forwarded = [part for part in reading.parts if part.role is PartRole.FORWARDED]
    assert [line.text for line in forwarded[0].lines] == ["400 pieces will be ready on 2026-11-30."]
    assert any("2026-11-15" in line.text for line in forwarded[0].quoted)
    assert [line.text for line in reading.body.lines] == ["Please see the factory's answer."]


CLOSINGS = [
    "Best regards", "Kind regards,", "Mit freundlichen Grüßen", "Viele Grüße", "Cordialement", "Bien à vous,", "Un saludo,", "Atentamente",
    "Cordiali saluti", "Met vriendelijke groet,", "Z poważaniem", "Pozdrawiam", "Atenciosamente,", "Com os melhores cumprimentos",
    "Saygılarımla", "İyi çalışmalar", "此致", "祝商祺", "よろしくお願いいたします。", "敬具",
]  # fmt: skip


@pytest.mark.parametrize("closing", CLOSINGS)
def test_what_follows_a_closing_is_signature(closing: str) -> None:
    found = split(
        f"We deliver 40 pieces on 4.12.2026.\n\n{closing}\nAnn Example\nExample Ltd\nTel. +49 711 12345", "Order"
    )
    assert texts(found.statement) == ["We deliver 40 pieces on 4.12.2026."]
    assert "Ann Example" in texts(found.signature)


@pytest.mark.parametrize(
    "line",
    [
        "P.S. Line 2 comes on 12.12.2026.",
        "PS: the price of item 3 is 12,50 EUR",
        "Pos. 3: 20 Stück am 11.12.2026",
        "Item 4 ships in week 49, 100 pcs",
        "又及：第二项12月4日交货。",
    ],
)
def test_statements_below_the_signature_are_kept(line: str) -> None:
    found = split(f"Confirmed.\n\nBest regards\nAnn Example\nExample Ltd\n\n{line}", "Order")
    assert line in texts(found.statement)
    assert "Ann Example" in texts(found.signature)


def test_signature_mark() -> None:
    found = split("Ships today.\n-- \nAnn Example\nExample Ltd\nhttps://supplier.example", "Order")
    assert texts(found.statement) == ["Ships today."]


def test_disclaimer_without_closing_is_signature() -> None:
    found = split(
        "Ships today.\n\nThis e-mail and any attachments are confidential and intended solely for the addressee.",
        "Order",
    )
    assert texts(found.statement) == ["Ships today."]


def test_closing_formula_inside_a_sentence_is_no_closing() -> None:
    lines = [FlowLine(text="Best regards also to Mr Roe, who asked for 40 pieces by the end of the month already.")]
    assert signatures.find(lines) == set()
