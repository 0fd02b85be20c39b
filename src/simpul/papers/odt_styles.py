"""The styles of a text document: fonts, paragraphs, cells, the page with its footer."""

from simpul.papers.blocks import Paper
from simpul.papers.opendocument import write_text

SAMPLE_WORDS = "CONTOH – BUKAN NASKAH DINAS"
SIZES_MM = {"a4": (210, 297), "f4": (215, 330)}
MARGINS_MM = {False: (25, 20), True: (18, 18)}
"""Left and right margin of an upright and of a landscape page."""

_FONT_FALLBACK = {"Liberation Sans": "Arial", "TeX Gyre Bonum": "Bookman Old Style"}


def get_text_width_mm(paper: Paper) -> int:
    """Return the width between the margins."""
    width, height = SIZES_MM[paper.size]
    return (height if paper.landscape else width) - sum(MARGINS_MM[paper.landscape])


def write_styles(paper: Paper) -> str:
    """Return the inside of styles.xml."""
    return (
        f"<office:font-face-decls>{write_font_face(paper)}</office:font-face-decls>"
        f"<office:styles>{_write_default(paper)}{_write_paragraph_styles(paper)}</office:styles>"
        f"<office:automatic-styles>{_write_page_layout(paper)}</office:automatic-styles>"
        f"<office:master-styles>{_write_master_page(paper)}</office:master-styles>"
    )


def write_font_face(paper: Paper) -> str:
    """Return the declaration of the paper's font, with the office font of the same widths as its fallback."""
    families = f"'{paper.font}', '{_FONT_FALLBACK[paper.font]}'"
    return f'<style:font-face style:name="Huruf" svg:font-family="{families}"/>'


def _write_default(paper: Paper) -> str:
    return (
        '<style:default-style style:family="paragraph"><style:paragraph-properties fo:margin-top="0mm" '
        'fo:margin-bottom="1.5mm" fo:line-height="115%" fo:orphans="2" fo:widows="2"/><style:text-properties style:font-name="Huruf" '
        f'fo:font-size="{paper.font_points}pt" fo:language="id" fo:country="ID"/></style:default-style>'
        '<style:default-style style:family="table"><style:table-properties table:border-model="collapsing"/></style:default-style>'
    )


def _write_paragraph_styles(paper: Paper) -> str:
    points = paper.font_points
    small, large = f'fo:font-size="{points - 2}pt"', f'fo:font-size="{points + 2}pt" fo:font-weight="bold"'
    bold, centre, tight = 'fo:font-weight="bold"', 'fo:text-align="center"', 'fo:margin-bottom="0mm"'
    rule = 'fo:border-bottom="1.5pt solid #000000" fo:padding-bottom="1mm" fo:margin-bottom="5mm"'
    table = {
        "Standard": ("", ""),
        "Isi": ('fo:text-align="justify" fo:text-indent="10mm"', ""),
        "Rata": ('fo:text-align="justify"', ""),
        "Tebal": ("", bold),
        "NamaTabel": ('fo:margin-top="2mm" fo:keep-with-next="always"', bold),
        "Tengah": (centre, ""),
        "Kanan": ('fo:text-align="right"', ""),
        "Rapat": (tight, ""),
        "Catatan": ("", f'{small} fo:color="#5a5a5a"'),
        "Judul": (f'{centre} fo:margin-top="3mm" fo:keep-with-next="always"', large),
        "BawahJudul": (f'{centre} fo:margin-bottom="4mm"', ""),
        "Bagian1": ('fo:margin-top="4mm" fo:keep-with-next="always"', f'fo:font-size="{points + 0.5}pt" {bold}'),
        "Bagian2": ('fo:margin-top="3mm" fo:keep-with-next="always"', bold),
        "Kop1": (f"{centre} {tight}", f'fo:font-size="{points + 1}pt"'),
        "Kop2": (f"{centre} {tight}", f'fo:font-size="{points + 3}pt" {bold}'),
        "Kop3": (f"{centre} {tight}", small),
        "KopGaris": (f"{centre} {rule}", 'fo:font-size="2pt"'),
        "Sel": (tight, small),
        "SelTengah": (f"{tight} {centre}", small),
        "SelKanan": (f'{tight} fo:text-align="right"', small),
        "SelKepala": (f"{tight} {centre}", f"{small} {bold}"),
        "Tanda": (f'{tight} {centre} fo:keep-with-next="always"', ""),
        "TandaRuang": (f'{centre} fo:margin-bottom="18mm" fo:keep-with-next="always"', ""),
        "TandaNama": (f'{tight} {centre} fo:keep-with-next="always"', f'{bold} style:text-underline-style="solid"'),
        "Daftar": ('fo:margin-left="9mm" fo:text-indent="-6mm"', ""),
        "HalamanBaru": ('fo:break-before="page" fo:margin-bottom="0mm"', 'fo:font-size="2pt"'),
        "Contoh": (f'{centre} fo:border="1pt solid #b00020" fo:padding="1mm"', 'fo:font-size="9pt" fo:font-weight="bold" fo:color="#b00020"'),
        "Kaki": ("", 'fo:font-size="8pt" fo:color="#5a5a5a"'),
    }  # fmt: skip
    return "".join(_write_style(name, paragraph, text) for name, (paragraph, text) in table.items())


def _write_style(name: str, paragraph: str, text: str) -> str:
    return (
        f'<style:style style:name="{name}" style:family="paragraph"><style:paragraph-properties {paragraph}/>'
        f"<style:text-properties {text}/></style:style>"
    )


def _write_page_layout(paper: Paper) -> str:
    short, long = SIZES_MM[paper.size]
    width, height = (long, short) if paper.landscape else (short, long)
    left, right = MARGINS_MM[paper.landscape]
    way = "landscape" if paper.landscape else "portrait"
    return (
        f'<style:page-layout style:name="Tata"><style:page-layout-properties fo:page-width="{width}mm" '
        f'fo:page-height="{height}mm" style:print-orientation="{way}" fo:margin-top="15mm" fo:margin-bottom="12mm" '
        f'fo:margin-left="{left}mm" fo:margin-right="{right}mm"/>'
        '<style:header-style><style:header-footer-properties fo:min-height="6mm" fo:margin-bottom="3mm"/></style:header-style>'
        '<style:footer-style><style:header-footer-properties fo:min-height="6mm" fo:margin-top="3mm"/></style:footer-style>'
        "</style:page-layout>"
    )


def _write_master_page(paper: Paper) -> str:
    header = (
        f'<style:header><text:p text:style-name="Contoh">{SAMPLE_WORDS}</text:p></style:header>' if paper.sample else ""
    )
    about = write_text(" · ".join(filter(None, (paper.title, paper.reference))))
    footer = (
        f'<style:footer><text:p text:style-name="Kaki">{about} · Halaman <text:page-number>1</text:page-number> '
        "dari <text:page-count>1</text:page-count></text:p></style:footer>"
    )
    footer = footer if paper.footer else ""
    return (
        f'<style:master-page style:name="Standard" style:page-layout-name="Tata">{header}{footer}</style:master-page>'
    )
