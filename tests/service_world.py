"""A live service without its way through the SOP: agreed, published, opened, and filled by an upload, in a second.

The contract is made as row 6 leaves it and goes on by the portal's own actions; the worker's part runs as the worker.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import transaction

from simpul.contract.model import Column, ConsumerTerms, Dataset
from simpul.contract.model import Contract as Agreed
from simpul.contract.odcs import write_odcs
from simpul.delivery.report import BatchReport
from simpul.kernel.clock import local, now
from simpul.portal.cases.actions import open_case
from simpul.portal.cases.models import Case
from simpul.portal.contracts.models import Contract, ContractVersion
from simpul.portal.deliveries.actions import upload_rows
from simpul.portal.services import actions
from simpul.portal.services.models import Dataset as DatasetRow
from simpul.portal.services.models import Publication
from sop_world import Sop

COLUMNS = (
    Column("kode", "Kode wilayah", key=True, required=True, length=13, definition="Kode wilayah Kemendagri"),
    Column("nama", "Nama", required=True, length=60),
    Column(
        "nik_kades", "NIK kepala desa", pdp_class="umum", length=16, pdp_legal_basis="UU 27/2022", pdp_purpose="Uji"
    ),
    Column("kelas", "Kelas", code_list=("maju", "mandiri", "tertinggal")),
    Column("jumlah", "Jumlah penduduk", logical_type="integer", minimum=0, unit="jiwa"),
)
GRANTED = ("kode", "nama", "kelas", "jumlah")
NIK = "6305010101700001"


class Served:
    """One service and the regency around it: `penyedia` provides, `pemanfaat` reads, `lain` has nothing to do with it."""

    def __init__(self, sop: Sop, context: str, *, access_class: str = "terbatas", live: bool = True) -> None:
        self.sop, self.context = sop, context
        self.dataset_model = Dataset("desa", "Desa", "Desa di kabupaten", COLUMNS, access_class)
        self.version = self._agree()
        self.sandbox = self._publish("sandbox")
        self.live = self._publish("live")
        if live:
            with transaction.atomic():
                actions.go_live(self.live, self.version.case)
                Case.objects.filter(pk=self.version.case_id).update(state=Case.State.CLOSED)

    def _agree(self) -> ContractVersion:
        provider, consumer = self.sop.organizations["penyedia"], self.sop.organizations["pemanfaat"]
        officer = self.sop.persons["pemanfaat"]
        case: Case = open_case(officer, consumer)
        contract = Contract.objects.create(context=self.context, title=f"Layanan {self.context}", provider=provider)
        until = (local(now()).date() + timedelta(days=365)).isoformat()
        agreed = Agreed(
            self.context,
            "1.0.0",
            f"Layanan {self.context}",
            "Perencanaan",
            "Data desa",
            provider.code,
            provider.name,
            (self.dataset_model,),
            (ConsumerTerms(consumer.code, "desa", GRANTED, "kode=like.63.05*", "Perencanaan", "Perbup 1", "", until),),
        )
        odcs = write_odcs(agreed)
        return ContractVersion.objects.create(
            contract=contract,
            case=case,
            sequence=1,
            version="1.0.0",
            state="sepakat",
            definition=agreed.to_dict(),
            odcs=odcs,
            digest=hashlib.sha256(odcs.encode()).hexdigest(),
            frozen_at=now(),
            frozen_by=officer,
        )

    def _publish(self, stage: str) -> Publication:
        with transaction.atomic():
            made = actions.publish(self.version, stage)
        self.sop.work()
        made.refresh_from_db()
        assert made.state in ("terbuka", "verifikasi"), made.problem
        return made

    @property
    def dataset(self) -> DatasetRow:
        """The live dataset as it is stored now."""
        rows = DatasetRow.objects.select_related("publication__contract_version__contract__provider")
        return rows.get(publication=self.live, name="desa")

    def send(self, rows: Sequence[str], key: str | None = None) -> BatchReport:
        """Upload rows, written as CSV lines, as the provider's officer."""
        return upload_rows(self.sop.persons["penyedia"], self.dataset, "desa.csv", write_csv(rows), key)


def write_csv(rows: Sequence[str]) -> bytes:
    """Return a file of the dataset's columns."""
    return "\n".join(["kode,nama,nik_kades,kelas,jumlah", *rows]).encode()


def make_rows(count: int, kelas: str = "maju", start: int = 1) -> list[str]:
    """Return CSV lines that the contract accepts, of one class."""
    return [f"63.05.{number:02d},Desa {number},{NIK},{kelas},{number * 10}" for number in range(start, start + count)]


@pytest.fixture(scope="module")
def served(sop: Sop) -> Served:
    """Give the module a live service of restricted data, with three rows."""
    made = Served(sop, "wilayah")
    made.send(make_rows(3))
    return made
