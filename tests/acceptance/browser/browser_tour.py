"""Each kind of page that isn't an act's, as the officer who needs it sees it after a service has gone live."""

from browser_walk import Walk

ADDRESSES = (
    ("pemohon", "/"),
    ("pemohon", "/permohonan/"),
    ("pemohon", "/permohonan/?cari=tidak-ada-yang-begini"),
    ("pemohon", "/permohonan/{number}/"),
    ("penyedia", "/permohonan/{number}/rumusan/1/"),
    ("bidang", "/permohonan/register/"),
    ("bidang", "/permohonan/"),
    ("pemohon", "/layanan/"),
    ("pemrogram", "/layanan/{context}/"),
    ("penyedia", "/layanan/{context}/"),
    ("tim_it", "/layanan/{context}/kendali/"),
    ("asing", "/layanan/"),
    ("penyedia", "/layanan/{context}/data/wilayah_tapin/?tahap=live&v=1"),
    ("penyedia", "/kiriman/{batch}/"),
    ("kepala_dinas", "/dashboard/{context}/"),
    ("pemrogram", "/aplikasi/"),
    ("auditor", "/bukti/"),
    ("auditor", "/bukti/segel/"),
    ("auditor", "/audit/"),
    ("kepala_dinas", "/sop/"),
    ("kepala_dinas", "/akun/"),
    ("kepala_dinas", "/masuk/2fa/"),
    ("kepala_dinas", "/masuk/password/change/"),
    ("pengelola", "/pengaturan/"),
    ("pengelola", "/sop/ubah"),
    ("pengelola", "/sop/kalender"),
    ("pengelola", "/sop/kalender/jam"),
    ("pengelola", "/sop/kalender/{year}"),
    ("pengelola", "/instansi/"),
    ("pengelola", "/instansi/contoh-dinkes/"),
    ("pengelola", "/orang/"),
    ("pengelola", "/orang/tambah"),
    ("pengelola", "/orang/{person}/"),
    ("pengelola", "/orang/{person}/ubah"),
    ("pengelola", "/aplikasi/"),
    ("", "/katalog/"),
)
REFUSED = (
    ("pemohon", "/orang/", 403),
    ("asing", "/permohonan/{number}/", 404),
    ("asing", "/dashboard/{context}/", 404),
)


def tour(walk: Walk) -> None:
    """Open and examine each page, in Indonesian."""
    world = walk.world
    world.pages[""] = world.open_page()
    words = find_words(walk)
    for key, pattern in ADDRESSES:
        page, address = world.officer(key), pattern.format(**words)
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{key} {address}: {answer.status}"
        world.looker.look(page, f"{pattern} as {key or 'nobody'}")
    for key, pattern, status in REFUSED:
        page = world.officer(key)
        answer = page.goto(pattern.format(**words))
        assert answer is not None
        assert answer.status == status, f"{key} {pattern}: {answer.status}"
        world.looker.look(page, f"{pattern} refused")


def find_words(walk: Walk) -> dict[str, str]:
    """Return what stands in the addresses."""
    provider, keeper = walk.world.officer("penyedia"), walk.world.officer("pengelola")
    provider.goto(f"/layanan/{walk.context}/data/wilayah_tapin/?tahap=live&v=1")
    batch = provider.locator("main a[href^='/kiriman/']").first.get_attribute("href") or ""
    keeper.goto("/orang/")
    person = keeper.locator("main a[href^='/orang/']", has_text="Contoh").first.get_attribute("href") or ""
    return {
        "number": walk.number,
        "context": walk.context,
        "batch": batch.split("/")[2],
        "person": person.split("/")[2],
        "year": str(walk.year),
    }
