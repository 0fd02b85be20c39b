"""What a tool did, told to the officer in a sentence."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

BATCH_TOOLS = ("unggah", "perbaiki")
SHOWN_BY_STATE = ("terbitkan", "uji", "siapkan_tabel")
"""The worker's work: the page shows how far it is and keeps up with it, where a sentence would soon be untrue."""


def tell_result(request: HttpRequest, name: str, result: Mapping[str, Any]) -> None:
    """Tell what a tool did; a delivery with refused rows is a warning."""
    if name in SHOWN_BY_STATE:
        return
    if name in BATCH_TOOLS:
        level = messages.WARNING if result["refused"] else messages.SUCCESS
        messages.add_message(request, level, describe_batch(result))
    elif name == "segarkan" and result["problems"]:
        messages.error(request, "; ".join(result["problems"]))
    else:
        messages.success(request, describe_result(name, result))
        for note in result.get("notes", []):
            messages.info(request, str(note))


def describe_batch(report: Mapping[str, Any]) -> str:
    """Return the counts of a delivery."""
    told = _("Kiriman K-%(batch)06d: %(received)d baris diterima, %(stored)d tersimpan, %(refused)d tertolak.")
    stored = report["inserted"] + report["updated"] + report["unchanged"]
    return told % {
        "batch": report["batch"],
        "received": report["received"],
        "stored": stored,
        "refused": report["refused"],
    }


def describe_result(name: str, result: Mapping[str, Any]) -> str:
    """Return the sentence for a tool that isn't a delivery."""
    sentences = {
        "baca_berkas": _(
            "Berkas terbaca: %(columns)s kolom dan %(rows)s baris. Periksa dan betulkan usulannya di bawah."
        ),
        "buka_percobaan": _("Data dibuka untuk percobaan %(consumer)s sampai %(until)s."),
        "segarkan": _("Dashboard sudah dibuat dari data terbaru."),
    }
    return sentences.get(name, _("Selesai.")) % result
