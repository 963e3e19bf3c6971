"""Guesses the languages of a text by votes of small words. Never certain: the most likely comes first."""

# ruff: noqa: E501 (lists of words stay in one piece)

import functools
import re
from collections import defaultdict
from collections.abc import Iterable

_WORDS = {
    "en": "the and of to is for we you your our with please will are order not this be have from dear regards delivery on",
    "de": "der die das und ist für wir sie ihre ihr nicht mit bitte wird sehr geehrte ihrer den dem ein eine zu auf bestellung lieferung anbei nach von unsere grüßen",
    "fr": "le la les et est pour nous vous votre vos avec des du une dans ne pas commande livraison bonjour cordialement sur sera notre que au",
    "es": "el la los las y es para nosotros su sus con del una no pedido entrega saludos estimado por se que en fecha le adjunto muy",
    "it": "il la gli e per noi vostro vostra con del della una non ordine consegna saluti buongiorno di che in sono è i le alla si dal",
    "nl": "de het een en is voor wij u uw met niet van op bestelling levering groet geachte zijn wordt onze naar dat te aan",
    "pl": "i w na z do nie jest się że dla od prosimy zamówienie zamówienia dostawa państwa pozdrawiam poważaniem dzień dobry termin przez po są oraz",
    "pt": "o os as e é para nós seu sua com do da uma não pedido encomenda entrega cumprimentos bom dia em que ao por dos às nossa prezados",
    "tr": "ve bir bu için ile sayın siparişiniz sipariş teslimat tarihinde olarak saygılarımla merhaba iyi günler da de olan adet ürün numaralı edilecektir",
}
_LETTERS = {
    "de": "äöüß",
    "fr": "çœàèùêîô",
    "es": "ñ¿¡",
    "pl": "ąćęłńśźż",
    "pt": "ãõ",
    "tr": "ğşı",
}
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 20_000


@functools.cache
def _votes() -> dict[str, dict[str, float]]:
    """Word → language → vote; a word of several languages gives each a share."""
    owners: dict[str, list[str]] = {}
    for language, words in _WORDS.items():
        for word in words.split():
            owners.setdefault(word, []).append(language)
    return {word: dict.fromkeys(found, 1.0 / len(found)) for word, found in owners.items()}


def languages_of(texts: Iterable[str]) -> tuple[str, ...]:
    """ISO 639-1 codes, most likely first; empty where nothing votes."""
    text = "\n".join(texts)[:_LONGEST].lower()
    found: dict[str, float] = defaultdict(float)
    kana = len(re.findall(r"[\u3040-\u30ff]", text))
    ideographs = len(re.findall(r"[\u4e00-\u9fff]", text))
    if kana > 3 and kana * 12 > ideographs:
        found["ja"] += (kana + ideographs) / 2
    elif ideographs > 3:
        found["zh"] += ideographs / 2
    table = _votes()
    for word in _WORD.findall(text):
        for language, vote in table.get(word, {}).items():
            found[language] += vote
    for language, letters in _LETTERS.items():
        if found[language]:
            found[language] += 0.2 * sum(text.count(letter) for letter in letters)
    if not found:
        return ()
    best = max(found.values())
    return tuple(
        language
        for language, votes in sorted(found.items(), key=lambda item: -item[1])
        if votes >= max(1.0, 0.25 * best)
    )
