"""Programs to copy, with the service's real address: PHP cURL first, as most agencies use it, then curl and Python.

Each one reads its key from the environment, checks the status, and never takes a failed call for an empty answer.
"""

from typing import NamedTuple

from simpul.contract.model import Dataset
from simpul.portal.services.models import Publication
from simpul.portal.services.queries import make_address

SAMPLE_ROWS = 100
SHOWN_COLUMNS = 4

_PHP = """<?php
// Kunci disimpan di luar kode, misalnya pada variabel lingkungan.
$kunci = getenv('SIMPUL_KUNCI');
$alamat = '{address}?select={select}&limit={limit}';

$curl = curl_init($alamat);
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 30,
    CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . $kunci, 'Accept: application/json'],
]);
$isi = curl_exec($curl);
$status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
curl_close($curl);

if ($isi === false || $status >= 400) {{
    // Gagal bukan berarti 0 baris: tampilkan data terakhir yang berhasil beserta waktunya.
    throw new RuntimeException("Layanan menjawab $status: $isi");
}}
foreach (json_decode($isi, true, 512, JSON_THROW_ON_ERROR) as $baris) {{
    echo $baris['{column}'], PHP_EOL;
}}
"""

_CURL = """curl --fail-with-body --max-time 30 \\
  --header "Authorization: Bearer $SIMPUL_KUNCI" \\
  --header "Accept: application/json" \\
  "{address}?select={select}&limit={limit}"
"""

_PYTHON = """import json
import os
import urllib.request

permintaan = urllib.request.Request(
    "{address}?select={select}&limit={limit}",
    headers={{"Authorization": "Bearer " + os.environ["SIMPUL_KUNCI"], "Accept": "application/json"}},
)
# Jawaban 4xx dan 5xx menjadi urllib.error.HTTPError; isinya menyebut sebab dan langkah berikutnya.
with urllib.request.urlopen(permintaan, timeout=30) as jawaban:
    for baris in json.load(jawaban):
        print(baris["{column}"])
"""

_DELIVER = """# Satu Idempotency-Key untuk satu berkas: bila sambungan putus, kirim ulang persis sama dengan kunci yang sama.
curl --fail-with-body --max-time 300 \\
  --header "Authorization: Bearer $SIMPUL_KUNCI" \\
  --header "Content-Type: text/csv" \\
  --header "Idempotency-Key: {dataset}-$(sha256sum {dataset}.csv | cut -c1-32)" \\
  --data-binary @{dataset}.csv \\
  "{address}/batches"
"""


class Sample(NamedTuple):
    """One program: what it is called, and its text."""

    title: str
    code: str


def make_samples(
    publication: Publication, dataset: Dataset, columns: list[str], *, delivers: bool = False
) -> list[Sample]:
    """Return the programs that read a dataset, and for its provider the one that delivers.

    Args: `columns` are those granted, in any order; none: the dataset's own.
    """
    names = [one.name for one in dataset.columns if one.name in columns or not columns]
    values = {
        "address": f"{make_address(publication)}/{dataset.name}",
        "select": ",".join(names[:SHOWN_COLUMNS]),
        "limit": SAMPLE_ROWS,
        "column": names[0] if names else "",
        "dataset": dataset.name,
    }
    reading = [Sample("PHP cURL", _PHP), Sample("curl", _CURL), Sample("Python", _PYTHON)]
    wanted = [*reading, Sample("curl: kirim CSV", _DELIVER)] if delivers else reading
    return [Sample(one.title, one.code.format(**values)) for one in wanted]
