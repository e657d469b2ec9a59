import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pikepdf
import pytest
import typst

from talentportal.lib.typeset import compile_pdf, fonts_folder, qr_svg

NOW = datetime(2026, 10, 8, 1, 2, 3, 456, tzinfo=UTC)
TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: datetime(year: 2026, month: 10, day: 8))
#set text(font: "Noto Serif SC", lang: "zh")
#data.title #datetime.today().display()
#for line in data.lines [#line #pagebreak(weak: true)]
#image(bytes(data.qr), alt: "QR")
"""
DATA = {"title": "证书", "lines": ["阿依古丽·买买提"], "qr": qr_svg("https://portal.example/verify/AB")}


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "paper.typ"
    path.write_text(TEMPLATE)
    return path


def compiled(template, data=DATA, now=NOW):
    return compile_pdf(template, data, now, root=template.parent)


def test_same_data_and_moment_give_the_same_bytes(template):
    first = compiled(template)
    assert first.startswith(b"%PDF-")
    assert compiled(template) == first
    assert compiled(template, now=NOW.astimezone(timezone(timedelta(hours=8)))) == first
    assert compiled(template, now=NOW + timedelta(days=1)) != first
    assert compiled(template, DATA | {"title": "证"}) != first


def test_it_is_pdf_a_with_the_song_font_inside(template, tmp_path):
    (tmp_path / "out.pdf").write_bytes(compiled(template))
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        fonts = [str(item.get("/FontName")) for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
    assert any("NotoSerifSC" in name for name in fonts)
    assert fonts_folder().name == "pylopdf_fonts_zh_cn"


def test_data_is_never_run_as_markup(template):
    hostile = '#panic("run") $x$ *b* #read("/etc/passwd")'
    assert compiled(template, DATA | {"lines": [hostile], "title": hostile}).startswith(b"%PDF-")


def test_pages_follow_the_data(template, tmp_path):
    (tmp_path / "out.pdf").write_bytes(compiled(template, DATA | {"lines": [str(n) for n in range(7)]}))
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert len(pdf.pages) == 8


def test_missing_data_and_files_outside_are_errors(template):
    with pytest.raises(typst.TypstError, match="title"):
        compiled(template, {"lines": []})
    template.with_name("thief.typ").write_text('#read("/../../../../etc/hostname")')
    with pytest.raises(typst.TypstError):
        compiled(template.with_name("thief.typ"))


def test_threads_take_turns(template):
    def compile_one(n):
        return compiled(template, DATA | {"title": str(n % 4)})

    with ThreadPoolExecutor(4) as pool:
        papers = list(pool.map(compile_one, range(40)))
    assert len(set(papers)) == 4


def test_qr_code_is_an_image_of_its_own():
    drawing = qr_svg("https://portal.example/verify/ABCD2345")
    assert drawing.startswith("<svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in drawing
    assert drawing != qr_svg("https://portal.example/verify/ABCD2346")


def text_of(pdf, folder):
    (folder / "text.pdf").write_bytes(pdf)
    return subprocess.run(["pdftotext", folder / "text.pdf", "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", ["䶮", "𬭎", "𫘧", "㛃", "阿依古丽·买买提", "Đặng Thị Ánh", "Владимир"])
def test_names_that_the_fonts_have(template, tmp_path, name):
    assert name in text_of(compiled(template, DATA | {"lines": [name]}), tmp_path)


def test_a_character_without_a_glyph_is_named_by_its_code(template, tmp_path):
    template.write_text(TEMPLATE + '#for code in data.at("lacking", default: ()) [lacks #code]')
    text = text_of(compiled(template, DATA | {"lines": ["张\ue815\ue816华"]}), tmp_path)
    assert "张〔U+E815〕〔U+E816〕华" in text
    assert text.count("lacks") == 2
