"""Why a program may not: each refusal says its cause and the next step, in both languages.

KeyRefused (401)                    AccessRefused (403)
├── KeyMissing          SPLA01      ├── StageWrong          SPLA11  a sandbox key on live, or the reverse
├── KeyUnknown          SPLA02      ├── NotGranted          SPLA12  no grant for this dataset
├── KeyExpired          SPLA03      ├── GrantRevoked        SPLA13
├── KeyRevoked          SPLA04      ├── GrantNotYet         SPLA14
└── ApplicationDisabled SPLA05      ├── GrantEnded          SPLA15
                                    ├── OperationNotGranted SPLA16  may read, not deliver (or the reverse)
ServiceClosed (410)     SPLA21      ├── InVerification      SPLA17  the service isn't open to consumers yet
ServicePreparing (503)  SPLA22      ├── AddressNotListed    SPLA18  the call comes from elsewhere
ServiceRetired (410)    SPLA23      ├── ConsumerPaused      SPLA19  the organization, on this service
ServicePaused (503)     SPLA24      └── ApplicationPaused   SPLA20
ProviderLate (503)      SPLA25
"""

from simpul.kernel.errors import Refused, SimpulError, Unavailable
from simpul.kernel.words import Words

_ASK_PROGRAMMER = Words(
    "Minta kunci baru kepada Pemrogram OPD instansi Anda melalui portal.",
    "Ask your organization's Pemrogram OPD for a new key in the portal.",
)


class KeyRefused(SimpulError):
    """Who calls isn't known."""

    code = "SPLA00"
    status = 401


class KeyMissing(KeyRefused):
    code = "SPLA01"
    message = Words("Permintaan ini tidak membawa kunci API.", "This request carries no API key.")
    hint = Words(
        "Kirim kunci pada header Authorization: Bearer, X-API-Key, atau apikey.",
        "Send the key in the header Authorization: Bearer, X-API-Key or apikey.",
    )


class KeyUnknown(KeyRefused):
    code = "SPLA02"
    message = Words("Kunci API ini tidak dikenal.", "This API key is unknown.")
    hint = Words(
        "Periksa apakah kunci tersalin utuh; bila perlu minta kunci baru melalui portal.",
        "Check that the key was copied whole; if need be ask for a new one in the portal.",
    )


class KeyExpired(KeyRefused):
    code = "SPLA03"
    message = Words("Kunci API ini berakhir pada {when}.", "This API key expired on {when}.")
    hint = _ASK_PROGRAMMER


class KeyRevoked(KeyRefused):
    code = "SPLA04"
    message = Words("Kunci API ini dicabut pada {when}.", "This API key was revoked on {when}.")
    hint = _ASK_PROGRAMMER


class ApplicationDisabled(KeyRefused):
    code = "SPLA05"
    message = Words("Aplikasi pemilik kunci ini dinonaktifkan.", "The application of this key is disabled.")
    hint = Words("Hubungi Kominfo untuk mengaktifkannya kembali.", "Ask Kominfo to enable it again.")


class AccessRefused(Refused):
    """Who calls is known and may not do this."""

    code = "SPLA10"


class StageWrong(AccessRefused):
    code = "SPLA11"
    message = Words(
        "Kunci ini untuk {key_stage}, sedangkan alamat ini {stage}.",
        "This key is for {key_stage}, but this address is {stage}.",
    )
    hint = Words(
        "Kunci spl_test_ dan token scope=sandbox untuk /sandbox/, kunci spl_live_ dan token scope=live untuk /api/.",
        "Keys spl_test_ and tokens of scope=sandbox are for /sandbox/, keys spl_live_ and scope=live for /api/.",
    )


class NotGranted(AccessRefused):
    code = "SPLA12"
    message = Words(
        "Instansi Anda belum mempunyai hak akses atas data '{dataset}'.",
        "Your organization has no grant for the dataset '{dataset}'.",
    )
    hint = Words(
        "Penyedianya {provider}. Ajukan permohonan 'Tambah pemanfaat' melalui portal.",
        "Its provider is {provider}. Apply for it in the portal by 'Tambah pemanfaat'.",
    )


class GrantRevoked(AccessRefused):
    code = "SPLA13"
    message = Words(
        "Hak akses atas data '{dataset}' dicabut pada {when}.", "The grant for '{dataset}' was revoked on {when}."
    )
    hint = Words("Hubungi penyedia data: {provider}.", "Ask the data's provider: {provider}.")


class GrantNotYet(AccessRefused):
    code = "SPLA14"
    message = Words(
        "Hak akses atas data '{dataset}' berlaku mulai {when}.", "The grant for '{dataset}' is valid from {when}."
    )
    hint = Words("Coba lagi mulai tanggal itu.", "Try again from that day on.")


class GrantEnded(AccessRefused):
    code = "SPLA15"
    message = Words(
        "Hak akses atas data '{dataset}' berakhir pada {when}.", "The grant for '{dataset}' ended on {when}."
    )
    hint = Words(
        "Ajukan perpanjangan melalui portal (Ajukan perubahan). Penyedianya {provider}.",
        "Apply for an extension in the portal (Ajukan perubahan). Its provider is {provider}.",
    )


class OperationNotGranted(AccessRefused):
    code = "SPLA16"
    message = Words(
        "Hak akses Anda atas data '{dataset}' tidak mencakup {operation}.",
        "Your grant for '{dataset}' doesn't include to {operation}.",
    )
    hint = Words(
        "Hanya penyedia data, {provider}, yang mengirim baris; perubahan hak diajukan melalui portal.",
        "Only the provider, {provider}, delivers rows; changes of a grant are applied for in the portal.",
    )


class InVerification(AccessRefused):
    code = "SPLA17"
    message = Words(
        "Layanan ini sedang diverifikasi dan belum dibuka untuk pemanfaat.",
        "This service is being verified and isn't open to consumers yet.",
    )
    hint = Words(
        "Minta penyedia, {provider}, membukanya untuk uji coba, atau tunggu layanan aktif.",
        "Ask the provider, {provider}, to open it for a trial, or wait until it is live.",
    )


class ServiceClosed(SimpulError):
    code = "SPLA21"
    status = 410
    message = Words("Layanan ini sudah ditutup.", "This service is closed.")
    hint = Words(
        "Lihat versi yang berlaku pada portal, atau hubungi penyedia: {provider}.",
        "See the current version in the portal, or ask the provider: {provider}.",
    )


class ServicePreparing(Unavailable):
    code = "SPLA22"
    message = Words("Layanan ini sedang disiapkan.", "This service is being prepared.")


class AddressNotListed(AccessRefused):
    code = "SPLA18"
    message = Words(
        "Hak akses atas data '{dataset}' tidak berlaku dari alamat {address}.",
        "The grant for '{dataset}' isn't valid from the address {address}.",
    )
    hint = Words(
        "Panggil dari alamat yang terdaftar, atau minta Tim IT Kominfo mendaftarkan alamat ini. Penyedianya {provider}.",
        "Call from an address that is listed, or ask Kominfo's Tim IT to list this one. The provider is {provider}.",
    )


class ConsumerPaused(AccessRefused):
    code = "SPLA19"
    message = Words(
        "Akses instansi Anda ke layanan ini dijeda oleh {office} sejak {when}.",
        "Your organization's access to this service is paused by {office} since {when}.",
    )
    hint = Words("Hubungi {office}.", "Ask {office}.")


class ApplicationPaused(AccessRefused):
    code = "SPLA20"
    message = Words(
        "Aplikasi pemilik kunci ini dijeda oleh {office} sejak {when}.",
        "The application of this key is paused by {office} since {when}.",
    )
    hint = Words("Hubungi {office}.", "Ask {office}.")


class ServiceRetired(ServiceClosed):
    code = "SPLA23"
    message = Words("Versi layanan ini sudah dihentikan.", "This version of the service is retired.")
    hint = Words("Pakai versi penggantinya: {successor}.", "Use its successor: {successor}.")


class ServicePaused(Unavailable):
    code = "SPLA24"
    message = Words(
        "Layanan ini dijeda oleh {office} sejak {when}.", "This service is paused by {office} since {when}."
    )
    hint = Words("Coba lagi nanti, atau hubungi {office}.", "Try again later, or ask {office}.")
    retry_after_seconds = 300


class ProviderLate(Unavailable):
    code = "SPLA25"
    message = Words(
        "Data '{dataset}' terlambat diperbarui: seharusnya paling lambat {when}.",
        "The dataset '{dataset}' is late: it was due by {when}.",
    )
    hint = Words(
        "Kontraknya melarang membaca data yang terlambat. Hubungi penyedia: {provider}.",
        "Its contract forbids reading late data. Ask the provider: {provider}.",
    )
    retry_after_seconds = 3600
