"""Words for units of quantity in eleven languages and two code lists, to one canonical word each."""

import re
from decimal import Decimal
from functools import cache

_WORDS: dict[str, str] = {
    "unit": "tane  st stk stck stück stueck stuck stücke stücken stuks pc pcs pce pieces piece pièce pièces piece(s) ea each off unit units "
    "unidad unidades ud uds unid un u pz pza pzas pzs pezzo pezzi pieza piezas p szt sztuk sztuki sztuka adet ad ks h87 c62 nr "
    "个 個 件 支 只 本 枚 台 套 条 條 片 根 颗 块 つ コ ケ 丁 挺 脚 冊 点 基 把 付 peça peças peca pecas pç pçs pcs stueck item items nos no. jednostek birim einheiten stykk off unità unita",
    "m": "lm. lfd laufmeter m mtr mtrs mt meter metern metre meters metres mètre mètres metro metros metri metr metry metrów metrow metrelik lfm lfdm lm ml mb 米 メートル",
    "kg": "kg kgs kilo kilos kilogramm kilogramme kgm 公斤 千克 キロ",
    "g": "g gr gramm grm",
    "t": "t to tonne tonnen tonnes tne ton tona 吨",
    "l": "l ltr liter litre litres liters litro litros litri litrów ltrs 升 リットル",
    "roll": "rlx bobina bobine bobin coil coils couronne couronnes ring ringe matassa rolle rollen roll rolls rouleau rouleaux rollo rollos reel reels spool spools rotolo rotoli rol rollen rolka rolek rolki rolo rolos rulo top 卷 巻 rl rll",
    "pair": "cp coppia coppie paia. 足 par paar paare pair pairs paire paires par pares paio paia pary para çift pr 双 雙 対 对",
    "set": "kpl komplet komplety kompletów garnitur stel stellen satzes set sets satz sätze kit kits jeu jeux juego juegos zestaw zestawów zestawy takım conjunto conjuntos jogo 组 組 セット set.",
    "pack": "ve pack packs package packages packung packungen paket pakete paquet paquets paquete paquetes pacco pacchi pak pakken paczka "
    "paczek opakowanie opakowań opak opk pacote pacotes paket pk pkg pkt pac xpk 包 パック conf confezione confezioni emb embalagem pqt",
    "box": "bte btes cja cx kiste kisten kasten crate crates karton kartons kartonów box boxes carton cartons ctn ctns boîte boîtes boite caja cajas scatola scatole cartone cartoni doos dozen "
    "pudełko pudełka caixa caixas kutu koli kt xbx bx ct 箱 ケース schachtel",
    "pallet": "palette paletten pallet pallets palettes palé palés bancale pal paleta palet 托盘 パレット",
    "sheet": "blatt bogen tafel tafeln sheet sheets feuille feuilles hoja hojas foglio fogli vel vellen arkusz arkuszy folha folhas levha 张 張",
    "bag": "sachet sachets bolsa bolsas sacchetto sacchetti zakje sack säcke beutel bag bags sac sacs saco sacos sacco sacchi zak zakken worek worków torba çuval 袋",
    "bottle": "fl. flacon flacons flasche flaschen bottle bottles bouteille bouteilles botella botellas bottiglia bottiglie fles flessen butelka butelek garrafa 瓶",
    "drum": "eimer bucket buckets seau seaux cubo emmer wiadro balde kova dose dosen tin tins tub tubs 缶 fass fässer drum drums fût fûts bidón bidones fusto fusti vat vaten beczka beczek tambor varil 桶 kanister can cans",
    "m2": "m2 m² qm sqm mq mtk 平方米 平米 ㎡",
    "m3": "m3 m³ cbm mc mtq 立方米 ㎥",
    "bar": "stange stangen bar bars barre barres barra barras lengths length lgth staaf staven pręt pręty vara varas 支杆",
    "bundle": "bund bunde bündel bundle bundles botte bottes fascio mazzo mazzi bos bossen wiązka wiązek atado demet 束",
    "ft": "ft foot feet lf linft",
    "lb": "lb lbs pound pounds",
    "gal": "gal gallon gallons",
    "hundred": "hundred hundert cent 百",
    "thousand": "thousand tausend mille tsd 千 mil",
}  # fmt: skip
_PACK = re.compile(
    r"(?:(?<![^\W\d_])(?:verpakt|verpackt|abgepackt|packed|conditionn\w+|lot|sachet|envasad\w+|confezionat\w+|imballat\w+|pakowan\w+|embalad\w+|ve|vpe|packung|karton|box|pack|carton|boîte|boite|paquet|caja|scatola|confezione|doos|opak\w*|caixa|kutu|koli|箱|包)"
    r"\s*(?:=|:|à|a|á|of|de|da|van|po|zu|von|con|mit|per|par|por|in|x)?\s*(?:je\s)?(?P<n>\d{1,5})\s*(?:st|stk|stück|pcs|pc|pz|uds?|pi[eè]ces?|szt|adet|个|個|本|枚)?\b)"
    r"|(?P<m>\d{1,5})\s*(?:st\w*|pcs?|pz\w*|uds?|szt\w*|adet|个|個|本|枚)\.?\s*/\s*(?:ve|vpe|pack|box|karton|ctn|caja|boîte|doos|opak\w*|koli|箱|包)",
    re.IGNORECASE,
)

#: "600 metresi", "400 adedinin": Turkish hangs its cases on the unit.
_TURKISH = re.compile(
    r"(adet|metre|kutu|rulo|paket|takım|ton|litre|kilo|top|çuval)"
    r"(?:l[ıi]k|s[ıi]n?[ıi]?n?|[ıiuü]n?[ıi]?|n[ıiuü]n|d[ae]n?|y[ae])$"
)


@cache
def _index() -> dict[str, str]:
    return {word: canonical for canonical, words in _WORDS.items() for word in words.split()}


def find_unit(text: str) -> str | None:
    """The canonical unit of a word as a supplier writes it; None where it is no unit."""
    word = text.strip().casefold().strip("()[] ")
    index = _index()
    found = index.get(word) or index.get(word.rstrip(".")) or index.get(word.rstrip(".").rstrip("s"))
    if found is None and (inflected := _TURKISH.match(word)):
        found = index.get(inflected.group(1))
    return found


#: Units that hold a number of others.
PACKS = frozenset(("pack", "box", "bag", "pallet", "set", "roll", "drum"))


def pack_size(text: str) -> Decimal | None:
    """How many pieces a pack holds, where the text says so ("VE = 50 Stk", "box of 12")."""
    match = _PACK.search(text)
    if match is None:
        return None
    value = Decimal(match.group("n") or match.group("m"))
    return value if value > 0 else None
