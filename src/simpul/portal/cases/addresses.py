"""How a case is named in addresses: its registration number, in capitals, so that no other word is taken for one."""

from django.urls import register_converter


class CaseNumber:
    """`SPLP-2026-00001`."""

    regex = "[A-Z][A-Z0-9]*-[0-9A-Z-]{4,32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CaseNumber, "case")
