"""How mail programs and people mark what they quote, forward and sign, in eleven languages.

Patterns only: what follows from them stands in `quotes` and `signatures`. Every pattern is bounded.
"""

# ruff: noqa: E501 (lists of words stay in one piece)

import re

#: "> text", "| text" and their repetitions.
PREFIX = re.compile(r"^\s{0,3}(?:>|&gt;|》|＞)")

_ANY = r"[^\n]{0,220}?"
_MAIL_OR_DATE = re.compile(r"@|\d{1,2}[:.h]\d{2}|\d{4}|\d{1,2}[./-]\d{1,2}|年|\b\d{1,2}\b")
#: A line (or two or three, joined) that introduces what is quoted under it.
_ATTRIBUTIONS = (
    rf"^On\b{_ANY}\bwrote\s*:\s*$",
    rf"^{_ANY}\bwrote\s*:\s*$",
    rf"^(?:Am|Von)\b{_ANY}\b(?:schrieb|hat geschrieben)\b{_ANY}:\s*$",
    rf"^{_ANY}\bschrieb(?: am\b{_ANY})?\s*:\s*$",
    rf"^{_ANY}\bhat am\b{_ANY}\bgeschrieben\s*:\s*$",
    rf"^(?:Le\b)?{_ANY}\ba écrit\b\s*:?\s*$",
    rf"^(?:El\b)?{_ANY}\bescribió\s*:?\s*$",
    rf"^(?:Il(?: giorno)?\b|In data\b)?{_ANY}\bha scritto\s*:?\s*$",
    rf"^(?:Op\b)?{_ANY}\b(?:schreef|heeft{_ANY}geschreven)\b{_ANY}:\s*$",
    rf"^(?:W dniu\b|Dnia\b)?{_ANY}\b(?:napisał\(?a?\)?|napisała|pisze|użytkownik{_ANY}napisał)[^\n]{{0,120}}:\s*$",
    rf"^(?:Em\b|Em\s)?{_ANY}\bescreveu\s*:?\s*$",
    rf"^{_ANY}(?:tarihinde\b{_ANY})?\b(?:şunu yazdı|şunları yazdı|yazdı|yazmış)\s*:?\s*$",
    rf"^(?:在\s?)?{_ANY}(?:写道|寫道)\s*[:：]?\s*$",
    rf"^{_ANY}(?:さん(?:は|が)(?:書きました|wrote)|(?:の|からの)?(?:メッセージ|メール)[:：]|のメール[:：]|\bさんのコメント)\s*[:：]?\s*$",
    rf"^20\d\d年{_ANY}[<＜][^>＞]{{3,100}}[>＞]\s*[:：]?\s*$",
)
_ATTRIBUTION = re.compile("|".join(f"(?:{pattern})" for pattern in _ATTRIBUTIONS), re.I)

_TRIGGER = re.compile(
    r"wrote|schrieb|geschrieben|écrit|escribió|scritto|schreef|geschreven|napisa|pisze|escreveu|yazd|yazmış|写道|寫道|書きました|メッセージ|メール|コメント|[>＞]\s*[:：]?\s*$",
    re.I,
)


def is_attribution(text: str) -> bool:
    """True for "On 3 May 2026, Jane <jane@…> wrote:" in any of the languages. The words alone do not do."""
    plain = text.strip()
    return (
        len(plain) <= 400
        and bool(_TRIGGER.search(plain))
        and bool(_ATTRIBUTION.match(plain))
        and bool(_MAIL_OR_DATE.search(plain))
    )


#: Rules above a quoted mail.
ORIGINAL = re.compile(
    r"^\s*[-_=*—–]{2,}\s*(?:original(?:e|nachricht| message| appointment)?|ursprüngliche (?:nachricht|mail|e-mail)|message d['’]origine|"
    r"mensaje original|messaggio originale|oorspronkelijk bericht|(?:oryginalna )?wiadomość(?: oryginalna)?|mensagem original|"
    r"(?:özgün|orijinal) (?:ileti|mesaj)|原始邮件|原始郵件|原邮件|original mail|元のメッセージ|元のメール|message original)"
    r"[^\n]{0,60}[-_=*—–]{2,}\s*$|^\s*-{3,}\s*original message\s*-{0,}\s*$",
    re.I,
)
FORWARDED = re.compile(
    r"^\s*(?:[-_=*—–]{2,}\s*(?:forwarded (?:message|by)|weitergeleitete (?:nachricht|mail|e-mail)|message (?:transféré|réexpédié)|"
    r"mensaje reenviado|messaggio (?:inoltrato|inoltrata)|doorgestuurd bericht|doorgezonden bericht|(?:przekazana wiadomość|treść przekazanej "
    r"wiadomości|wiadomość przekazana)|mensagem (?:encaminhada|reencaminhada)|(?:iletilen|yönlendirilen) (?:mesaj|ileti)|转发的?邮件|轉寄的?郵件|"
    r"轉寄郵件|转发邮件信息|転送(?:された)?(?:メッセージ|メール)|forwarded message follows)[^\n]{0,80}"
    r"|(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|"
    r"inizio messaggio inoltrato|begin doorgestuurd bericht|początek przekazywanej wiadomości|início da mensagem (?:encaminhada|reencaminhada)|"
    r"iletilen mesajın başlangıcı|下面是被转发的邮件|開始轉寄郵件|転送されたメッセージ)\s*[:：]?\s*)$",
    re.I,
)
_FORWARD_SUBJECT = re.compile(
    r"^\s*(?:\[[^\]]{0,30}\]\s*)?(?:fwd?|fw|wg|tr|rv|renv|i|inoltro|doorst|fs|pd|przek|enc|res\.?enc|ilt|i̇lt|转发|轉寄|转寄|転送)\s*[:：]",
    re.I,
)


def is_forward_subject(subject: str) -> bool:
    """True for "Fwd:", "WG:", "TR:" … as the first prefix."""
    return bool(_FORWARD_SUBJECT.match(subject))


_FROM = "from|von|de|da|van|od|gönderen|kimden|发件人|發件人|寄件者|差出人|送信者|от|expéditeur|remitente|mittente|afzender|nadawca|remetente"
_OTHERS = (
    "sent|date|gesendet|datum|envoyé|enviado(?: el)?|fecha|inviato|data|verzonden|wysłano|enviada(?: em)?|gönderildi|gönderme tarihi|tarih|发送时间|发送日期|"
    "日期|時間|送信日時|日時|寄件日期|date d['’]envoi|enviado em|"
    "to|an|à|para|a|aan|do|kime|alıcı|收件人|宛先|destinataire|destinatario|ontvanger|odbiorca|pour|"
    "cc|kopie|copie|kopia|dw|udw|bilgi|抄送|副本|con copia|copia|"
    "subject|betreff|objet|asunto|oggetto|onderwerp|temat|assunto|konu|主题|主旨|主題|件名|sujet|"
    "reply-to|antwort an|importance|priorität|wichtigkeit|attachments|anlagen|pièces jointes|bijlagen|załączniki|附件|organization"
)
#: "From: …", also bold ("*From:* …") and with ideographic colon.
HEADER_FROM = re.compile(
    rf"^\s*(?:>\s?)*\*{{0,2}}(?:{_FROM})\s*\*{{0,2}}\s*[:：]\*{{0,2}}\s*(\S[^\n]{{0,300}})?$", re.I
)
HEADER_LINE = re.compile(
    rf"^\s*(?:>\s?)*\*{{0,2}}(?:{_FROM}|{_OTHERS})\s*\*{{0,2}}\s*[:：]\*{{0,2}}(?:\s[^\n]{{0,600}}|\S[^\n]{{0,600}})?$",
    re.I,
)

RULE = re.compile(r"^\s*[_\-=*—–]{5,}\s*$")
ADDRESS = re.compile(r"[\w.+-]{1,80}@([\w-]{1,80}(?:\.[\w-]{1,80}){1,8})")


def header_block(lines: list[str], start: int) -> int:
    """Length of the block of mail headers that begins at `start` (From, Sent, To, Subject …), 0 where none does.

    A block has its sender first and two other headers at least among its first lines, so that "From: Ningbo" in
    a letter is not one. Values may wrap.
    """
    if not HEADER_FROM.match(lines[start]):
        return 0
    seen, end, misses = 1, start + 1, 0
    for index in range(start + 1, min(start + 14, len(lines))):
        line = lines[index]
        if not line.strip():
            if seen >= 3 or index > start + 1:
                break
            continue
        if HEADER_LINE.match(line):
            seen += 1
            end = index + 1
            misses = 0
        elif misses == 0 and seen < 5 and (line.startswith((" ", "\t")) or ";" in line or "@" in line or "<" in line):
            misses += 1
        else:
            break
    joined = " ".join(lines[start:end])
    has_value = bool(ADDRESS.search(joined)) or bool(re.search(r"\d", joined))
    return end - start if seen >= 3 and has_value else 0
