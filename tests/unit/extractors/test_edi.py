"""Structured order responses are read exactly as coded, and a broken rest is named rather than guessed."""

from datetime import date
from decimal import Decimal

from triage.domain.document import Part, PartRole
from triage.domain.statement import Disposition
from triage.extractors.edi import reader


def part(text: str) -> Part:
    return Part(name="answer.edi", role=PartRole.ATTACHMENT, media_type="application/edifact", raw_text=text)


ORDRSP = (
    "UNA:+.? 'UNB+UNOC:3+A:14+B:14+261008:1200+1'UNH+1+ORDRSP:D:96A:UN:EAN008'BGM+231+OR-5512+4'"
    "DTM+137:20261008:102'RFF+ON:PX0001'CUX+2:EUR:9'"
    "LIN+1+5+4012345678901:EN'PIA+5+KA-1:SA'PIA+1+AB-10:BP'IMD+F++:::O?'Ring 20'QTY+21:12:PCE'DTM+69:20261125:102'"
    "PRI+AAA:184.50:::1:PCE'"
    "LIN+2+3'PIA+5+KA-2:SA'QTY+21:100'QTY+113:60'DTM+69:20261125:102'QTY+113:40'DTM+69:20261209:102'"
    "PRI+AAA:31:::100:PCE'LIN+3+7'PIA+5+KA-9:SA'QTY+21:5'UNS+S'UNT+20+1'UNZ+1+1'"
)


def test_edifact_lines_carry_codes_quantity_date_and_price():
    found = reader.read(part(ORDRSP))
    assert found is not None
    assert found.kind == "order_confirmation"
    assert [item.value for item in found.order_numbers] == ["PX0001"]
    assert found.reference is not None
    assert found.reference.value == "OR-5512"
    assert found.document_date == date(2026, 10, 8)
    first = found.lines[0]
    assert [code.value for code in first.codes] == ["4012345678901", "KA-1", "AB-10"]
    assert first.quantity.value == 12
    assert first.promised.value == date(2026, 11, 25)
    assert first.price.value.per_unit == Decimal("184.50")
    assert first.price.value.currency == "EUR"
    assert first.disposition.value is Disposition.ACCEPTED
    assert first.description.value == "O'Ring 20"


def test_edifact_split_gives_two_entries_with_one_price_per_hundred():
    found = reader.read(part(ORDRSP))
    split = [line for line in found.lines if line.position.value == 2]
    assert [(line.quantity.value, line.promised.value) for line in split] == [
        (60, date(2026, 11, 25)),
        (40, date(2026, 12, 9)),
    ]
    assert {line.price.value.per_unit for line in split} == {Decimal("0.31")}


def test_edifact_rejected_line_confirms_nothing():
    line = reader.read(part(ORDRSP)).lines[-1]
    assert line.disposition.value is Disposition.REJECTED
    assert line.quantity is None
    assert line.promised is None


def test_edifact_cut_off_message_keeps_what_is_sure_and_says_so():
    found = reader.read(part(ORDRSP[: ORDRSP.index("UNS+S")]))
    assert len(found.lines) == 4
    assert any("UNT" in doubt for doubt in found.doubts)


def test_edifact_unreadable_date_is_named_with_its_segment():
    found = reader.read(part(ORDRSP.replace("DTM+69:20261125:102'PRI", "DTM+69:2026XX25:102'PRI")))
    assert found.lines[0].promised is None
    assert any("2026XX25" in doubt for doubt in found.doubts)


X12 = (
    "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261008*1200*U*00401*000000001*0*P*>~"
    "GS*PR*A*B*20261008*1200*1*X*004010~ST*855*0001~BAK*00*AD*USX304*20261001****77120*20261008~"
    "PO1*1*5000*EA*.31**BP*FA-91*VP*GL-1~ACK*IA*3000*EA*067*20261102~ACK*IB*2000*EA*067*20261202~"
    "PO1*2*10*EA*7*HP*VP*GL-2~ACK*IR*10*EA~PO1*3*4*EA*2**VP*GL-3~ACK*IS*4*EA*067*20261102**VP*GL-3B~SE*9*0001~"
)


def test_x12_statuses_splits_and_substitutes():
    found = reader.read(part(X12))
    assert found.reference.value == "77120"
    assert [line.disposition.value for line in found.lines] == [
        Disposition.ACCEPTED,
        Disposition.BACKORDERED,
        Disposition.REJECTED,
        Disposition.SUBSTITUTED,
    ]
    assert [line.quantity.value for line in found.lines if line.quantity] == [3000, 2000, 4]
    assert found.lines[2].price.value.per_unit == Decimal("0.07")
    assert found.lines[3].substitute_code.value == "GL-3B"


UBL = """<?xml version="1.0"?><OrderResponse xmlns="urn:oasis:names:specification:ubl:schema:xsd:OrderResponse-2"
 xmlns:cac="urn:c" xmlns:cbc="urn:b"><cbc:ID>OR-9</cbc:ID><cbc:IssueDate>2026-10-08</cbc:IssueDate>
<cbc:OrderResponseCode>CA</cbc:OrderResponseCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:OrderReference><cbc:ID>PX0007</cbc:ID></cac:OrderReference>
<cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:LineStatusCode>3</cbc:LineStatusCode>
<cbc:Quantity unitCode="C62">60</cbc:Quantity><cac:Delivery><cac:PromisedDeliveryPeriod><cbc:StartDate>2026-12-01</cbc:StartDate>
<cbc:EndDate>2026-12-04</cbc:EndDate></cac:PromisedDeliveryPeriod></cac:Delivery>
<cac:Price><cbc:PriceAmount currencyID="EUR">12.5</cbc:PriceAmount><cbc:BaseQuantity unitCode="C62">10</cbc:BaseQuantity></cac:Price>
<cac:Item><cbc:Name>Pump</cbc:Name><cac:BuyersItemIdentification><cbc:ID>PU-1</cbc:ID></cac:BuyersItemIdentification></cac:Item>
</cac:LineItem></cac:OrderLine></OrderResponse>"""


def test_ubl_line_price_is_divided_by_its_base_quantity():
    found = reader.read(part(UBL))
    line = found.lines[0]
    assert found.order_numbers[0].value == "PX0007"
    assert line.price.value.per_unit == Decimal("1.25")
    assert line.promised.value == date(2026, 12, 4)
    assert line.disposition.value is Disposition.CHANGED
    assert line.codes[0].value == "PU-1"


def test_entities_are_not_expanded():
    bomb = UBL.replace('<?xml version="1.0"?>', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "PX0007">]>').replace(
        ">PX0007<", ">&a;<"
    )
    found = reader.read(part(bomb))
    assert found is None or not found.order_numbers


CXML = """<cXML><Request><ConfirmationRequest><ConfirmationHeader type="detail" confirmID="C-1" noticeDate="2026-10-08T10:00:00"/>
<OrderReference orderID="PX0009"/><ConfirmationItem lineNumber="1" quantity="100"><UnitOfMeasure>EA</UnitOfMeasure>
<ConfirmationStatus type="accept" quantity="60" deliveryDate="2026-12-04T00:00:00"><UnitOfMeasure>EA</UnitOfMeasure></ConfirmationStatus>
<ConfirmationStatus type="backordered" quantity="40" deliveryDate="2027-01-08"><UnitOfMeasure>EA</UnitOfMeasure></ConfirmationStatus>
</ConfirmationItem></ConfirmationRequest></Request></cXML>"""


def test_cxml_item_with_two_statuses_is_a_split():
    found = reader.read(part(CXML))
    assert [(line.quantity.value, line.promised.value) for line in found.lines] == [
        (60, date(2026, 12, 4)),
        (40, date(2027, 1, 8)),
    ]
    assert found.order_numbers[0].value == "PX0009"


def test_other_xml_is_no_order_document():
    assert reader.read(part("<note><to>you</to></note>")) is None
