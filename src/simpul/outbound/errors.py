"""Refusals and failures of the guarded way out.

AddressForbidden    SPL480  403  an address that the hub doesn't call unless it is listed
├── HostOdd         SPL481  a host written to hide which one it is
├── PlainForbidden  SPL482  without TLS to a server that isn't listed
└── RedirectRefused SPL483  too many, in a circle, from TLS to plain, or to no address at all
HostUnknown         SPL484  503  the name isn't in DNS
ServerAway          SPL485  503  nothing answers, or the connection broke
ServerUntrusted     SPL486  503  its certificate isn't trusted
AnswerTooLarge      SPL487  502
AnswerTooSlow       SPL488  503
AnswerUnreadable    SPL489  502  not HTTP, or an encoding that wasn't asked for
AllowanceWrong      SPL490  422  an entry of the list of allowed addresses
"""

from simpul.kernel.errors import Invalid, Refused, SimpulError, Unavailable
from simpul.kernel.words import Words


class AddressForbidden(Refused):
    code = "SPL480"
    message = Words(
        "Alamat {host} berada di jaringan yang tidak dipanggil hub ({kind}).",
        "The address {host} is in a network that the hub doesn't call ({kind}).",
    )
    hint = Words(
        "Bila server ini memang sumber data, minta Pengelola Sistem mendaftarkan alamatnya.",
        "If this server really is a source, ask the Pengelola Sistem to list its address.",
    )


class HostOdd(AddressForbidden):
    code = "SPL481"
    message = Words("Alamat {host} ditulis tidak lazim.", "The address {host} is written in an odd way.")
    hint = Words(
        "Tulis nama server, atau alamat IP dengan empat angka biasa.", "Write the server's name, or a plain IP address."
    )


class PlainForbidden(AddressForbidden):
    code = "SPL482"
    message = Words("Sambungan ke {host} tidak memakai TLS.", "The connection to {host} doesn't use TLS.")
    hint = Words(
        "Pakai https atau TLS. Tanpa TLS hanya ke server yang didaftarkan Pengelola Sistem.",
        "Use https or TLS. Without it only servers that the Pengelola Sistem listed are called.",
    )


class RedirectRefused(AddressForbidden):
    code = "SPL483"
    message = Words("Pengalihan dari {host} tidak diikuti.", "The redirect from {host} isn't followed.")
    hint = Words("Isi alamat tujuan akhirnya langsung.", "Give the final address itself.")


class HostUnknown(Unavailable):
    code = "SPL484"
    message = Words("Nama {host} tidak ditemukan di DNS.", "The name {host} isn't found in DNS.")
    hint = Words("Periksa ejaan namanya.", "Check the name's spelling.")


class ServerAway(Unavailable):
    code = "SPL485"
    message = Words("Server {host} tidak menjawab.", "The server {host} doesn't answer.")
    hint = Words(
        "Periksa apakah server itu hidup dan firewall-nya menerima alamat hub.",
        "Check that the server runs and that its firewall takes the hub's address.",
    )


class ServerUntrusted(Unavailable):
    code = "SPL486"
    message = Words("Sertifikat TLS {host} tidak dapat dipercaya.", "The TLS certificate of {host} isn't trusted.")
    hint = Words(
        "Pasang sertifikat yang berlaku untuk nama itu beserta rantainya, atau isi sertifikat CA sendiri.",
        "Install a certificate that is valid for the name, with its chain, or give your own CA certificate.",
    )


class AnswerTooLarge(SimpulError):
    code = "SPL487"
    status = 502
    message = Words("Jawaban {host} melebihi {limit} byte.", "The answer of {host} is larger than {limit} bytes.")
    hint = Words("Minta bagian yang lebih kecil.", "Ask for smaller parts.")


class AnswerTooSlow(Unavailable):
    code = "SPL488"
    message = Words("Server {host} terlalu lambat menjawab.", "The server {host} answers too slowly.")
    hint = Words("Coba lagi nanti, atau minta bagian yang lebih kecil.", "Try again later, or ask for smaller parts.")


class AnswerUnreadable(SimpulError):
    code = "SPL489"
    status = 502
    message = Words("Jawaban {host} bukan HTTP yang benar.", "The answer of {host} isn't proper HTTP.")
    hint = Words("Periksa alamat dan portanya.", "Check the address and its port.")


class AllowanceWrong(Invalid):
    code = "SPL490"
    message = Words("Alamat yang didaftarkan tidak dapat dipakai.", "The listed address can't be used.")
    hint = Words(
        "Tulis nama server, alamat IP, atau jaringan (10.20.0.0/16), boleh dengan :porta.",
        "Write a server's name, an IP address, or a network (10.20.0.0/16), with :port if you like.",
    )
