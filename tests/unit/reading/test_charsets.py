"""Text in Central European and Turkish code pages without a label, or with the usual wrong one."""

import pytest

from triage.reading import charsets


@pytest.mark.parametrize("label", [None, "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ilość;Cena;Moduł wysyłkowy", "cp1250"), ("Ilość;Wąż ssący", "iso-8859-2"),
        ("Prześlemy żółte łożyska", "cp1250"),
        ("Sipariş no;Açıklama;Sağ kapı", "cp1254"), ("Menge;Größe m³;Prüfung 5 €", "cp1252"),
        ("Désignation;Quantité;Cœur; naïf", "cp1252"), ("Señal;Año 2º;¿Cuándo?", "cp1252"),
        ("Ålder på kræsne", "cp1252"),
    ],
)  # fmt: skip
def test_letters_of_other_code_pages(text, name, label):
    assert charsets.decode(text.encode(name), label) == text
