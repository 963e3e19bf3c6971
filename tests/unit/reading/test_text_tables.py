"""Tables written in plain text keep their rows; other aligned text is left as lines."""

import pytest

from triage.reading import text_tables

WANTED = [
    ["Pos", "Artikel", "Menge", "Liefertermin"],
    ["1", "KL-6205", "40 Stk", "04.12.2026"],
    ["2", "DI-0040", "10 Stk", "11.12.2026"],
]

WRITTEN = {
    "blanks": """
Pos   Artikel     Menge     Liefertermin
1     KL-6205     40 Stk    04.12.2026
2     DI-0040     10 Stk    11.12.2026
""",
    "blanks and a rule": """
Pos  Artikel    Menge   Liefertermin
------------------------------------
1    KL-6205    40 Stk  04.12.2026
2    DI-0040    10 Stk  11.12.2026
""",
    "tabs": "Pos\tArtikel\tMenge\tLiefertermin\n1\tKL-6205\t40 Stk\t04.12.2026\n2\tDI-0040\t10 Stk\t11.12.2026",
    "bars": """
| Pos | Artikel | Menge  | Liefertermin |
|-----|---------|--------|--------------|
| 1   | KL-6205 | 40 Stk | 04.12.2026   |
| 2   | DI-0040 | 10 Stk | 11.12.2026   |
""",
    "box drawing": """
┌─────┬─────────┬────────┬──────────────┐
│ Pos │ Artikel │ Menge  │ Liefertermin │
├─────┼─────────┼────────┼──────────────┤
│ 1   │ KL-6205 │ 40 Stk │ 04.12.2026   │
│ 2   │ DI-0040 │ 10 Stk │ 11.12.2026   │
└─────┴─────────┴────────┴──────────────┘
""",
}


def read(text: str) -> list[list[list[str]]]:
    found = text_tables.read_text_tables(text.strip("\n").split("\n"))
    return [[[cell.text for cell in row] for row in table.rows] for table in found]


@pytest.mark.parametrize("way", WRITTEN)
def test_ways_to_write_a_table(way: str) -> None:
    assert read(WRITTEN[way]) == [WANTED]


def test_missing_cells_keep_their_columns() -> None:
    text = """
Pos   Artikel     Menge     Preis    Liefertermin
1     KL-6205     40                 04.12.2026
2     DI-0040     10        2,50     11.12.2026
"""
    assert read(text)[0][1] == ["1", "KL-6205", "40", "", "04.12.2026"]


def test_wide_letters_count_twice() -> None:
    text = """
序号    产品编号      数量      交货日期
1       HT-100       1,000     2026-12-04
2       HT-200       500       2026-12-11
"""
    assert read(text) == [
        [
            ["序号", "产品编号", "数量", "交货日期"],
            ["1", "HT-100", "1,000", "2026-12-04"],
            ["2", "HT-200", "500", "2026-12-11"],
        ]
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Order no.:   P1234      Date:   4.12.2026\nCustomer:    10023     Phone:  0711 1234",
        "Dear Ms Roe,\nwe confirm 40 pieces for 4 December.\nBest regards",
        "Tel.   +49 711 1234     Fax   +49 711 1235\nBank   DE12 5001       BIC   ABCDEF",
    ],
)
def test_other_text_is_no_table(text: str) -> None:
    assert read(text) == []
