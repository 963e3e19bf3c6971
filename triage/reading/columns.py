"""Where the columns of a table stand: cuts between columns from header cells, gaps that persist, and drawn rules.

Geometry and the look of cells only: what a column means is the extractors' business.
"""

# ruff: noqa: E501 (lists of words stay in one piece)

import itertools
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from triage.reading.page import Row, Spot, text_of

#: Words that head columns of business documents in eleven languages: they tell a header from a label with a value.
_HEADS = re.compile(
    r"\b(?:pos|position|item|line|ln|no|nr|lp|lín|línea|ligne|rig[ao]|regel|poz|pozycja|sıra|qty|quantity|menge|anzahl|quantité|qté|cantidad|cant|quantità|qtà|"
    r"q\.?tà|aantal|ilość|quantidade|qtd|qtde|miktar|adet|price|preis|einzelpreis|stückpreis|prix|p\.?u|precio|prezzo|prijs|cena|preço|fiyat|amount|total|"
    r"betrag|gesamt|gesamtpreis|montant|importe|importo|bedrag|wartość|valor|tutar|article|artikel|art|artikelnr|código|codice|code|cod|kod|kodu|part|product|produit|"
    r"producto|prodotto|produkt|produto|ürün|material|materialnr|sku|ref|réf|référence|referencia|referência|description|bezeichnung|désignation|descripción|descrizione|"
    r"omschrijving|benaming|nazwa|opis|descrição|açıklama|tanım|unit|einheit|me|unité|u\.?m|unidad|unità|eenheid|j\.?m|jm|unidade|birim|date|datum|termin|liefertermin|lieferdatum|delivery|"
    r"livraison|délai|entrega|consegna|levering|leverdatum|dostawa|termin dostawy|data|teslim|teslimat|tarih|ship|eta|etd|status|discount|rabatt|remise|dto|sconto|korting|"
    r"rabat|desconto|iskonto|ordered|confirmed|bestellt|bestätigt|commandé|confirmé|your|our|ihre|unsere|vat|mwst|iva|btw|kdv|tva|currency|währung|warehouse|batch|charge|artikelnummer|artnr|bestellmenge|vk|ep|wert|summe|netto|nettopreis|stückzahl|mengeneinheit|lieferwoche|wunschtermin|wunsch|per|"
    r"uom|rate|value|extended|promised|due|backordered|each|cost|libellé|unitaire|reliquat|pedido|uds?|plazo|fecha|dcto|ordine|articolo|termine|bestelnr|"
    r"stuks|regelnr|towar|encomenda|artigo|sipariş|malzeme|stok|promise|req|requested|sched|scheduled|shipped|open|week|kw|cw|"
    r"indeks|index|zam|potw|za|nr rysunku|rysunek|zeichnung|zng|drawing|drg|dwg|plano|disegno|dis|desenho|des|tekening|çizim|list|disc|brutto|bruto|lordo|brut|listenpreis|"
    r"observaciones|observações|note|notes|remarks?|bemerkung|uwagi|opmerking|lt|lieferzeit|conferma|confermato|confirmado|confirmación|conf|ped|sconti|rabatte|cons|dost|"
    r"stück|stk|szt|pz|pcs|ean|gtin|weight|gewicht|peso|poids|waga|warennummer|zolltarifnr|origin|herkunft|serial|lot|lotto|partia|"
    r"delivered|packed|balance|geliefert|versandt|offen|rest|restmenge|eenh|besteld|geleverd|verzonden|nalevering|livré|expédié|reste|restant|entregado|servido|enviado|"
    r"pendiente|ordinato|consegnato|spedito|evaso|residuo|saldo|zamówiono|wysłano|dostarczono|pozostało|encomendado|entregue|enviado|pendente|ilíquido|líquido|istenen|gönderilen|"
    r"sevk|kalan|carton|cartons|ctn|colis|colli|kolli|bultos|pallet|palette|liefern|lief|arrivo|arrivée|llegada|chegada|aankomst|przyjazd|varış)\b"
    r"|序号|序號|项次|行号|产品|產品|品名|编号|編號|料号|品番|型号|型番|规格|規格|数量|數量|单价|單價|単価|金额|金額|单位|單位|単位|交货|交期|交貨|納期|日期|商品|名称|摘要|備考|备注|明細|行|小計",
    re.I,
)
_NUMBER = re.compile(
    r"^[(+-−–]?\s?(?:[€$£¥₺]|[A-Z]{3}\s|(?:Rs\.?|R\$|kr\.?|S?Fr\.?|Kč|lei|Ft|zł|руб\.?|US\$|CA\$|A\$)\s?)?\s?[-−]?\d[\d.,' \u2019]{0,20}\s?(?:%|[€$£¥₺]|zł|[A-Za-zÀ-žĀ-ž²³ığş.]{1,6}|[\u3040-\u30ff\u4e00-\u9fff]{1,3})?(?:\s?/\s?[\w ]{1,8})?\)?$"
)
_DAY = re.compile(
    r"^(?:\w{2,4}[.,]? )?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|(?:KW|CW|W|wk|week|sem\.?|semaine|semana|settimana|tydz\.?|hafta)\s?\.?\d{1,2}(?:[/. -]\d{2,4})?|\d{1,2}[. -]\s?\w{3,10}\.?[. -]\s?\d{2,4}|"
    r"\d{2,4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日?|\d{1,2}\s?月\s?\d{1,2}\s?日?|\w{3,9}\.? \d{1,2},? \d{4}|\d{1,2}/\d{4})$",
    re.I,
)
_CURRENCY = re.compile(r"^(?:[€$£¥₺]|[A-Z]{3}|Rs\.?|R\$|kr\.?|S?Fr\.?|Kč|lei|Ft|zł|US\$)$")
_THOUSANDS = re.compile(r"^[-−+€$£]?\d{1,3}$")
_HUNDREDS = re.compile(r"^\d{3}(?:[.,]\d+)?\D{0,4}$")
_EXTRA_GAP = 0.75  # of the line's height: the least gap of a column that the header does not name
_SLACK = 1.5  # points by which a word may stand over a cut


@dataclass(frozen=True, slots=True)
class Band:
    """A cell of a line: its words and their extent."""

    spots: tuple[Spot, ...]

    @property
    def text(self) -> str:
        return text_of(self.spots)

    @property
    def x0(self) -> float:
        return self.spots[0].x0

    @property
    def x1(self) -> float:
        return max(spot.x1 for spot in self.spots)


def bands(row: Row, walls: Sequence[float] = ()) -> list[Band]:
    return [Band(tuple(group)) for group in row.groups(walls)]


def is_value(text: str) -> bool:
    """True for a number with or without unit or currency, and for a date or week."""
    plain = text.strip()
    return len(plain) <= 40 and (bool(_NUMBER.match(plain)) or bool(_DAY.match(plain)))


def heads(texts: Sequence[str]) -> int:
    """How many of the texts speak like the head of a column."""
    return sum(1 for text in texts if len(text) <= 40 and _HEADS.search(text))


def is_header(texts: Sequence[str]) -> bool:
    """True for a line whose cells look like column heads: short, wordy, without values, several of them known."""
    filled = [text for text in texts if text.strip()]
    if len(filled) < 2 or any(len(text) > 48 for text in filled):
        return False
    if any(is_value(text) for text in filled) or any(text.rstrip().endswith((":", "：")) for text in filled):
        return False
    digits = sum(any(char.isdigit() for char in text) for text in filled)
    known = heads(filled)
    if digits * 3 > len(filled):
        return False
    return known >= 2 and known * 2 >= len(filled) - 1


def cut(row: Row, cuts: Sequence[float]) -> list[list[Spot]]:
    """The words of a line by column. A word belongs where its middle stands."""
    cells: list[list[Spot]] = [[] for _ in range(len(cuts) + 1)]
    for spot in row.spots:
        middle = (spot.x0 + spot.x1) / 2
        place = 0
        while place < len(cuts) and middle > cuts[place]:
            place += 1
        cells[place].append(spot)
    return cells


def crossings(row: Row, cuts: Sequence[float]) -> int:
    """How many cuts run through a word, or between two words that belong together."""
    count = 0
    for x in cuts:
        for spot in row.spots:
            if spot.x0 + _SLACK < x < spot.x1 - _SLACK:
                count += 1
                break
        else:
            before = max((spot.x1 for spot in row.spots if spot.x1 <= x + _SLACK), default=None)
            behind = min((spot.x0 for spot in row.spots if spot.x0 >= x - _SLACK), default=None)
            if before is not None and behind is not None and behind - before < 0.33 * row.height:
                count += 1
    return count


def between(left: Band, right: Band, rows: Sequence[Row]) -> float:
    """The place between two header cells at which fewest words of the rows are cut; the widest such gap's middle."""
    start = min((left.x0 + left.x1) / 2, left.x1 - 1)
    end = max((right.x0 + right.x1) / 2, right.x0 + 1)
    spans = [(spot.x0, spot.x1) for row in rows for spot in row.spots if spot.x1 > start and spot.x0 < end]
    spans += [(spot.x0, spot.x1) for band in (left, right) for spot in band.spots]
    edges = sorted({start, end, *(x for span in spans for x in span if start < x < end)})
    best, best_key = (left.x1 + right.x0) / 2, (10**6, 0.0)
    for x0, x1 in itertools.pairwise(edges):
        middle = (x0 + x1) / 2
        if x1 - x0 < 0.4:
            continue
        crossed = sum(1 for a, b in spans if a + 0.2 < middle < b - 0.2)
        # Gaps beside each other make one corridor.
        key = (crossed, -(x1 - x0))
        if key < best_key:
            best, best_key = middle, key
    return best


def extra_cuts(cuts: list[float], rows: Sequence[Row], header: Sequence[Row]) -> list[float]:
    """Cuts for columns that the header does not name: wide gaps that every row shares."""
    found: list[float] = []
    edges = [-1e9, *cuts, 1e9]
    for left, right in itertools.pairwise(edges):
        inside = [[spot for spot in row.spots if left < (spot.x0 + spot.x1) / 2 <= right] for row in rows]
        filled = [spots for spots in inside if spots]
        if len(filled) < 2:
            continue
        x = _shared_gap(filled, statistics.median(row.height for row in rows))
        if x is None:
            continue
        if any(spot.x0 + _SLACK < x < spot.x1 - _SLACK for row in header for spot in row.spots):
            continue
        found.append(x)
    return sorted([*cuts, *found])


def refined(cuts: Sequence[float], lines: Sequence[Row], rows: Sequence[Row], head: Sequence[Row]) -> list[float]:
    """Cuts more where columns stand as close as words: white strips that run through all lines of the table, begin
    no later than a head does, and beside which words are aligned. A number and its unit stay together.

    `lines` are all lines under the header, `rows` those of them that hold values.
    """
    found = list(cuts)
    strips = _strips(lines)
    words = sorted((spot.x0, spot.x1) for row in head for spot in row.spots)
    for before, word in reversed(list(itertools.pairwise(words))):
        near = [strip for strip in strips if strip[0] - 1 <= word[0] <= strip[1] + 25 and strip[1] > before[0] + 4]
        if not near:
            continue
        strip = max(near)
        middle = min(max((strip[0] + strip[1]) / 2, min(before[1], strip[1] - 0.4)), max(word[0], strip[0] + 0.4))
        edges = [-1e9, *sorted(found), 1e9]
        place = max(index for index, edge in enumerate(edges[:-1]) if edge < middle)
        low, high = edges[place], edges[place + 1]
        if any(strip[0] - 0.5 <= x <= strip[1] + 0.5 for x in found):
            continue
        sides = [_sides(row, middle, low, high) for row in lines]
        if not _is_aligned([left for left, _ in sides if left], [right for _, right in sides if right]):
            continue
        both = [(left, right) for left, right in (_sides(row, middle, low, high) for row in rows) if left and right]
        if any(_belong_together(left, right) for left, right in both):
            continue
        if not both or all(is_value(text_of(left)) and not _has_digit(right) for left, right in both):
            continue
        found.append(middle)
    return sorted(found)


def _belong_together(left: Sequence[Spot], right: Sequence[Spot]) -> bool:
    """True for a currency and its amount, and for a number whose thousands stand apart ("2 720,00")."""
    if _CURRENCY.match(left[-1].text) or _CURRENCY.match(text_of(right)):
        return True
    grouped = _THOUSANDS.match(left[-1].text) and _HUNDREDS.match(right[0].text)
    return bool(grouped) and right[0].x0 - left[-1].x1 < 0.4 * right[0].height


def _strips(lines: Sequence[Row]) -> list[tuple[float, float]]:
    """The white strips that run through all lines."""
    merged: list[list[float]] = []
    for x0, x1 in sorted((spot.x0, spot.x1) for row in lines for spot in row.spots):
        if merged and x0 <= merged[-1][1] + 0.3:
            merged[-1][1] = max(merged[-1][1], x1)
        else:
            merged.append([x0, x1])
    return [(a[1], b[0]) for a, b in itertools.pairwise(merged)]


def _sides(row: Row, middle: float, low: float, high: float) -> tuple[list[Spot], list[Spot]]:
    """The words of a column left and right of a place."""
    inside = [spot for spot in row.spots if low < (spot.x0 + spot.x1) / 2 <= high]
    return [spot for spot in inside if spot.x1 <= middle + 0.5], [spot for spot in inside if spot.x0 >= middle - 0.5]


def _is_aligned(lefts: Sequence[Sequence[Spot]], rights: Sequence[Sequence[Spot]]) -> bool:
    """True where the words left of a strip end, or those right of it begin, at the same place in nearly all lines."""
    if len(lefts) < 2 or len(rights) < 2:
        return False
    for places in ([left[-1].x1 for left in lefts], [right[0].x0 for right in rights]):
        usual = statistics.median(places)
        if sum(abs(place - usual) < 1.2 for place in places) >= 0.8 * len(places):
            return True
    return False


def _has_digit(spots: Sequence[Spot]) -> bool:
    return any(char.isdigit() for spot in spots for char in spot.text)


def _shared_gap(filled: Sequence[Sequence[Spot]], height: float) -> float | None:
    """The middle of a gap that runs through all rows, and is wide in each that has words on both sides."""
    start = max(min(spot.x0 for spot in spots) for spots in filled)
    merged: list[list[float]] = []
    for x0, x1 in sorted((spot.x0, spot.x1) for spots in filled for spot in spots):
        if merged and x0 <= merged[-1][1] + 0.1:
            merged[-1][1] = max(merged[-1][1], x1)
        else:
            merged.append([x0, x1])
    best: tuple[float, float] | None = None
    for left, right in itertools.pairwise(merged):
        x = (left[1] + right[0]) / 2
        both = 0
        wide = True
        for spots in filled:
            before = max((spot.x1 for spot in spots if spot.x1 <= x), default=None)
            behind = min((spot.x0 for spot in spots if spot.x0 >= x), default=None)
            if before is None or behind is None:
                continue
            both += 1
            wide = wide and behind - before >= _EXTRA_GAP * height
        if both >= 2 and both * 3 >= len(filled) * 2 and wide and x > start - 200:
            width = right[0] - left[1]
            if best is None or width > best[0]:
                best = (width, x)
    return best[1] if best else None
