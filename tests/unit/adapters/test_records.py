"""Leads are read from files one at a time, exactly, and nothing that is wrong with one stops the others."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadrouter import FactsError
from leadrouter.adapters import records
from leadrouter.adapters.records import LONGEST_LINE, Format, Record, format_of, read_records


def read(text: str | bytes, form: Format = "jsonl") -> list[Record]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(read_records(BytesIO(data), form, name="leads"))


def only_fault(text: str | bytes, form: Format = "jsonl") -> str:
    """Return the one fault of the one record of a text."""
    (record,) = read(text, form)
    (fault,) = record.faults
    assert record.fields == {}
    return str(fault)


# formats


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("leads.jsonl", "jsonl"),
        ("LEADS.NDJSON", "jsonl"),
        ("a/b.json", "json"),
        ("x.csv", "csv"),
        ("x.xlsx", None),
        ("x", None),
    ],
)
def test_the_ending_tells_the_format(name, form):
    """A file says by its ending how it is read, in either case, or does not say."""
    assert format_of(name) == form


# anything at all

PIECES = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b",",
        b";",
        b":",
        b"\n",
        b"\r\n",
        b" ",
        b"a",
        b"1",
        b"0.5",
        b"NaN",
        b"\\",
        b"\xff",
        b"\0",
    ]
)
DATA = st.binary(max_size=60) | st.lists(PIECES, max_size=30).map(b"".join)


@given(DATA, st.sampled_from(["jsonl", "json"]))
@example(b"\xef\xbb\xbf", "json")
@example(b"\0\r\n", "json")
@example(b'{"a":1e9999999999999999999}', "json")
def test_whatever_a_file_holds_is_leads_or_faults(data, form):
    """Nothing else comes out, and nothing is lost: what is no lead is kept as it stands."""
    for record in read(data, form):
        assert bool(record.faults) != isinstance(record.fields, dict) or not record.fields
        assert record.line >= 1
        raw = record.raw.encode("utf-8", "surrogateescape")
        assert raw in data or raw in data.replace(b"\r\n", b"\n")


@given(DATA)
@example(b"\r\0")
def test_whatever_a_sheet_holds_is_leads_or_faults(data):
    """Or its heading is refused."""
    with suppress(FactsError):
        assert all(record.faults or record.fields for record in read(data, "csv"))


# JSON Lines


def test_each_line_is_a_lead_with_its_number():
    """Records carry the line they stand on; empty lines count and are no leads."""
    found = read('{"id": "1"}\n\n   \n{"id": "2"}')
    assert [(record.line, record.fields, record.faults) for record in found] == [
        (1, {"id": "1"}, ()),
        (4, {"id": "2"}, ()),
    ]
    assert [record.raw for record in found] == ['{"id": "1"}', '{"id": "2"}']


def test_what_was_read_grows_to_the_whole_file():
    """The bytes read so far are counted, line ends included."""
    assert [record.read for record in read(b'{"id": 1}\r\n{"id": 2}\n')] == [11, 21]


def test_a_mark_at_the_beginning_and_windows_line_ends_are_no_part_of_a_lead():
    """What some editors add is dropped."""
    (record,) = read(b'\xef\xbb\xbf{"id": "1"}\r\n')
    assert (record.fields, record.raw) == ({"id": "1"}, '{"id": "1"}')


def test_numbers_stay_exact():
    """A number with a point becomes a `Decimal` with the digits as they were written."""
    (record,) = read('{"amount": 0.10, "big": 12345678901234567890.5, "whole": 7}')
    assert record.fields == {"amount": Decimal("0.10"), "big": Decimal("12345678901234567890.5"), "whole": 7}
    assert str(record.fields["amount"]) == "0.10"


def test_a_number_as_text_stays_text():
    """Nothing is guessed here: the vocabulary reads `"5"` or refuses it."""
    (record,) = read('{"amount": "5"}')
    assert record.fields == {"amount": "5"}


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(word):
    """JSON parsers let these pass in silence; here the line is refused and named."""
    fault = only_fault(f'{{"amount": {word}}}')
    assert fault == (
        f"leads:1: LR425 `{word}` is not a number that can be counted\nfix: leave the fact out, or write null"
    )


@pytest.mark.parametrize("digits", ["9" * 5_000, "1e99999999999999999999"])
def test_a_number_beyond_counting_is_refused(digits):
    """Neither thousands of digits nor an endless exponent crash the reader."""
    assert "LR425" in only_fault(f'{{"amount": {digits}}}')


def test_a_key_given_twice_is_refused():
    """Which of the two was meant, nobody knows."""
    assert only_fault('{"amount": 1, "amount": 2}').startswith("leads:1: LR423 key `amount` is given twice")


def test_a_key_given_twice_further_in_is_refused():
    """The same inside `facts`."""
    assert "LR423" in only_fault('{"facts": {"a": 1, "a": 1}}')


@pytest.mark.parametrize("text", ["[1, 2]", "5", '"lead"', "null", "true"])
def test_json_that_is_no_object_is_no_lead(text):
    """A line holds an object."""
    assert "LR424" in only_fault(text)
    assert "write an object" in only_fault(text)


def test_an_array_of_leads_on_one_line_is_told_from_a_lead():
    """Somebody piped JSON where JSON Lines are read; the fix says so."""
    assert "read the array in the format `json`" in only_fault('[{"source": "call"}, {"source": "email"}]')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello", "not JSON: Expecting value, at character 1 of its line"),
        ('{"a": 1', "not JSON: Expecting ',' delimiter, at character 8 of its line"),
        ('{"a": "x\0y"}', "not JSON: Invalid control character, at character 9 of its line"),
        ('{"a": 1} {"a": 2}', 'more than one value: `{"a": 2}` follows'),
        ("[" * 100_000, "JSON that nests too deep"),
    ],
)
def test_what_is_not_json_is_refused_with_the_reason(text, problem):
    """The fault says what the parser found, and where in the line."""
    assert f"leads:1: LR422 {problem}\n" in only_fault(text)


def test_a_nul_written_as_an_escape_is_left_to_the_vocabulary():
    """An escaped NUL is JSON; whether a fact may hold it, the field says."""
    (record,) = read('{"message": "a\\u0000b"}')
    assert record.fields == {"message": "a\0b"}


def test_bytes_that_are_not_utf_8_are_refused_and_kept():
    """The byte is named, and the raw line gives every byte back."""
    line = b'{"source": "\xffcall"}'
    (record,) = read(line + b"\n")
    assert record.raw.encode("utf-8", "surrogateescape") == line
    assert str(record.faults[0]) == "leads:1: LR420 byte 0xFF is not UTF-8\nfix: save the file as UTF-8"


def test_a_file_in_utf_16_is_told_by_its_first_line():
    """Another encoding is told apart from a bad lead."""
    assert read('{"id": 1}\n'.encode("utf-16"))[0].faults[0].code == "LR420"


def test_a_bad_line_does_not_stop_the_others():
    """Reading goes on after any fault."""
    found = read('{"id": 1}\nhello\n{"id": 2}\n')
    assert [bool(record.faults) for record in found] == [False, True, False]


def test_ten_megabytes_of_text_are_read():
    """A long text is a lead like any other here; the vocabulary says how long it may be."""
    text = "x" * 10_000_000
    (record,) = read(f'{{"message": "{text}"}}')
    assert record.fields == {"message": text}


def test_an_overlong_line_is_refused_and_never_held_whole(monkeypatch):
    """What is longer than a line may be is skipped piece by piece, its beginning kept, its length told."""
    monkeypatch.setattr(records, "LONGEST_LINE", 20)
    monkeypatch.setattr(records, "_PIECE", 7)
    found = read('{"message": "' + "x" * 100 + '"}\n{"id": 1}\n{"id": "' + "y" * 30 + '"}')
    assert [record.line for record in found] == [1, 2, 3]
    assert found[0].raw == '{"message": "xxxxxxx'
    assert found[0].faults[0].message == "a line of 116 bytes, 20 are allowed; that many of it are kept"
    assert (found[0].faults[0].code, found[1].fields, found[2].faults[0].code) == ("LR421", {"id": 1}, "LR421")
    assert found[2].read == 116 + 10 + 40


def test_an_overlong_line_is_cut_between_characters(monkeypatch):
    """The cut makes no bytes that are not UTF-8."""
    monkeypatch.setattr(records, "LONGEST_LINE", 20)
    (record,) = read('{"message": "€€€€€€€€"}')
    assert (record.raw, [fault.code for fault in record.faults]) == ('{"message": "€€', ["LR421"])


def test_a_line_as_long_as_may_be_is_read(monkeypatch):
    """The limit itself is allowed, its line end not counted out."""
    line = b'{"id": "1"}\n'
    monkeypatch.setattr(records, "LONGEST_LINE", len(line))
    (record,) = read(line)
    assert not record.faults


def test_the_limit_is_far_above_any_lead():
    """Twenty million bytes."""
    assert LONGEST_LINE == 20_000_000


def test_an_empty_file_holds_no_leads():
    """Nothing is nothing, in JSON Lines and in JSON."""
    assert read("") == read(" \n\n") == read("", "json") == read(" \n ", "json") == []


# JSON


def test_an_array_is_a_lead_for_each_item():
    """Items know the line on which they begin."""
    found = read('[\n  {"id": "1"},\n\n  {"id": "2",\n   "amount": 0.5}\n]\n', "json")
    assert [(record.line, dict(record.fields)) for record in found] == [
        (2, {"id": "1"}),
        (4, {"id": "2", "amount": Decimal("0.5")}),
    ]
    assert found[0].raw == '{"id": "1"}'


def test_one_object_is_one_lead():
    """A file may hold a single lead, over several lines."""
    (record,) = read('{\n  "id": "1",\n  "facts": {"amount": 5}\n}', "json")
    assert (record.line, record.fields) == (1, {"id": "1", "facts": {"amount": 5}})


def test_objects_one_after_the_other_are_leads():
    """JSON Lines in a file that calls itself JSON are read as well."""
    assert [record.line for record in read('{"id": 1}\n{"id": 2}\n', "json")] == [1, 2]


def test_a_bad_item_does_not_stop_the_others():
    """A fault that leaves the item readable is that item's alone."""
    found = read('[{"a": 1, "a": 2}, 5, {"amount": NaN}, {"id": 1}]', "json")
    assert [[fault.code for fault in record.faults] for record in found] == [["LR423"], ["LR424"], ["LR425"], []]


def test_what_cannot_be_read_takes_the_rest_of_the_array_with_it():
    """Behind a broken item nobody knows where the next begins: the rest is one reject, kept whole."""
    found = read('[{"id": 1},\n {"id": 2,},\n {"id": 3}]', "json")
    assert [record.line for record in found] == [1, 2]
    assert found[1].faults[0].code == "LR422"
    assert found[1].raw == '{"id": 2,},\n {"id": 3}]'


def test_an_array_that_is_cut_off_behind_a_bad_item_is_told_too():
    """An item whose fault leaves it readable does not hide that the end is missing."""
    found = read('[{"id": 1},\n{"amount": NaN}', "json")
    assert [[fault.code for fault in record.faults] for record in found] == [[], ["LR425"], ["LR422"]]


def test_an_array_that_is_cut_off_is_told():
    """A file that ends too soon is not taken for a whole one."""
    found = read('[{"id": 1},\n{"id": 2}\n', "json")
    assert [record.fields for record in found] == [{"id": 1}, {"id": 2}, {}]
    assert (found[2].line, found[2].faults[0].message) == (2, "the array is not closed")


def test_what_follows_an_array_is_read_too():
    """Nothing behind the array is dropped in silence."""
    assert [record.faults[0].code for record in read("[] hello", "json")] == ["LR422"]


def test_bytes_that_are_not_utf_8_are_the_fault_of_their_item():
    """The others are read."""
    found = read(b'[{"id": "\xff"}, {"id": "1"}]', "json")
    assert [[fault.code for fault in record.faults] for record in found] == [["LR420"], []]


def test_an_array_in_an_array_is_no_lead():
    """Items are objects."""
    assert "LR424" in only_fault("[[1]]", "json")


# CSV


def test_a_row_is_a_lead():
    """The heading names the keys; cells are text without the spaces around; empty ones are missing."""
    found = read('source,amount,message\ncall, 4 200 000 ₽ ,"one, two"\nemail,,\n', "csv")
    assert [(record.line, record.fields, record.faults) for record in found] == [
        (2, {"source": "call", "amount": "4 200 000 ₽", "message": "one, two"}, ()),
        (3, {"source": "email"}, ()),
    ]


def test_semicolons_separate_where_the_heading_has_them():
    """A spreadsheet in a country of decimal commas writes semicolons."""
    (record,) = read("source;amount\ncall;1,5\n", "csv")
    assert record.fields == {"source": "call", "amount": "1,5"}


def test_a_cell_may_hold_line_ends():
    """A quoted cell goes on over lines; the row is known by its first."""
    found = read('source,message\ncall,"one\ntwo"\nemail,x\n', "csv")
    assert [(record.line, record.fields["message"]) for record in found] == [(2, "one\ntwo"), (4, "x")]
    assert found[0].raw == 'call,"one\ntwo"'


def test_empty_rows_are_no_leads():
    """Neither empty lines nor rows of nothing but separators."""
    found = read("\nsource,amount\n\n,\n  ,  \ncall,5\n", "csv")
    assert [(record.line, record.fields) for record in found] == [(6, {"source": "call", "amount": "5"})]


@pytest.mark.parametrize("row", ["call", "call,5,6"])
def test_a_row_with_another_number_of_cells_is_refused(row):
    """A separator too many or too few has shifted something."""
    assert "LR426" in only_fault(f"source,amount\n{row}\n", "csv")


def test_a_row_that_is_not_csv_is_refused_and_the_others_are_read():
    """A quote that was not closed takes only its own row, or what it swallowed, with it."""
    found = read('source,message\ncall,"a"b\nemail,x\nads,"never closed\nlast,row', "csv")
    assert [[fault.code for fault in record.faults] for record in found] == [["LR426"], [], ["LR426"]]
    assert found[2].raw == 'ads,"never closed\nlast,row'


def test_a_cell_that_never_ends_stops_before_it_fills_the_memory():
    """A quote left open in a long file is given up after a while, and reading goes on behind it."""
    text = 'source,message\ncall,"open\n' + "ads,x\n" * 40_000
    found = read(text, "csv")
    assert found[0].faults[0].code == "LR426"
    assert found[-1].fields == {"source": "ads", "message": "x"}


def test_bytes_that_are_not_utf_8_are_the_fault_of_their_row():
    """Old spreadsheets write another encoding."""
    found = read("source,message\ncall,срочно\n".encode("cp1251"), "csv")
    assert found[0].faults[0].code == "LR420"


@pytest.mark.parametrize(
    ("heading", "problem"),
    [
        ("", "the file is empty"),
        ("\n \n", "the file is empty"),
        ("source,amount,source", "column `source` is given twice"),
        ("source,,amount", "column 2 has no name"),
        ("source\tamount\tid", "tabs part the columns"),
        ('source,"amount', "not CSV: unexpected end of data"),
        ("source,\r,amount", "not CSV: new-line character seen in unquoted field"),
        ("source,\udcff", "byte 0xFF is not UTF-8"),
    ],
)
def test_a_heading_that_cannot_be_used_refuses_the_file(heading, problem):
    """Without its columns no row means anything."""
    text = heading.encode("utf-8", "surrogateescape")
    with pytest.raises(FactsError) as caught:
        read(text + b"\ncall,5\n" if heading.strip() else text, "csv")
    assert problem in str(caught.value)


def test_a_heading_alone_holds_no_leads():
    """An empty sheet is no fault."""
    assert read("source,amount\n", "csv") == []
