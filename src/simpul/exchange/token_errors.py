"""Why a token isn't taken, under PostgREST's codes for tokens.

    TokenKeysMissing  PGRST300  the hub has issued no token yet
    TokenInvalid      PGRST301  not a token of the hub's: its shape, its algorithm, its key or its signature
    TokenRefused      PGRST303  a token of the hub's that doesn't hold: expired, for another audience, revoked …

Which of these it is stands in the words.
"""

from simpul.access.errors import KeyRefused
from simpul.kernel.words import Words

_INVALID = ', error="invalid_token"'
"""What a client's library looks for before it asks for a new token (RFC 6750)."""
_ASK_AGAIN = Words(
    "Minta token baru pada {address} dengan grant_type=client_credentials.",
    "Ask for a new token at {address} with grant_type=client_credentials.",
)


class TokenKeysMissing(KeyRefused):
    code = "PGRST300"
    challenge = _INVALID
    message = Words("Hub ini belum pernah menerbitkan token.", "This hub has issued no token yet.")
    hint = _ASK_AGAIN


class TokenInvalid(KeyRefused):
    code = "PGRST301"
    challenge = _INVALID
    message = Words("Token ini tidak dapat dibaca.", "This token can't be read.")
    hint = _ASK_AGAIN


class TokenKeyUnknown(TokenInvalid):
    """Signed by a key that isn't published here (yet): the caller's worth one look at the keys again."""

    message = Words(
        "Token ini ditandatangani kunci yang tidak dikenal hub.", "This token was signed by a key unknown to the hub."
    )


class SignatureWrong(TokenInvalid):
    message = Words(
        "Tanda tangan token ini tidak cocok dengan isinya.", "This token's signature doesn't fit its content."
    )


class TokenRefused(KeyRefused):
    code = "PGRST303"
    challenge = _INVALID
    message = Words("Token ini tidak berlaku.", "This token doesn't hold.")
    hint = _ASK_AGAIN


class TokenExpired(TokenRefused):
    message = Words("Token ini berakhir pada {when}.", "This token expired at {when}.")


class TokenNotYet(TokenRefused):
    message = Words(
        "Token ini baru berlaku mulai {when}; periksa jam penerbitnya.",
        "This token holds from {when} on; look at its issuer's clock.",
    )


class AudienceWrong(TokenRefused):
    message = Words("Token ini bukan untuk exchange ini.", "This token isn't for this exchange.")


class IssuerWrong(TokenRefused):
    message = Words("Token ini tidak diterbitkan portal hub ini.", "This token wasn't issued by this hub's portal.")


class ScopeWrong(TokenRefused):
    message = Words(
        "Token ini tidak menyebut tepat satu scope: sandbox atau live.",
        "This token doesn't name exactly one scope: sandbox or live.",
    )


class ClientUnknown(TokenRefused):
    message = Words("Klien OAuth token ini tidak dikenal.", "The OAuth client of this token is unknown.")
    hint = Words(
        "Periksa klien pada halaman Aplikasi dan kunci di portal.",
        "Look at the client on the page Aplikasi dan kunci in the portal.",
    )


class ClientRevoked(TokenRefused):
    message = Words(
        "Klien OAuth token ini dicabut pada {when}.", "The OAuth client of this token was revoked on {when}."
    )
    hint = Words(
        "Minta klien baru kepada Pemrogram OPD instansi Anda melalui portal.",
        "Ask your organization's Pemrogram OPD for a new client in the portal.",
    )


class ClientExpired(ClientRevoked):
    message = Words("Klien OAuth token ini berakhir pada {when}.", "The OAuth client of this token expired on {when}.")
