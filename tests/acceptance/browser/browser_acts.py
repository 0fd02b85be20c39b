"""What an officer does on any page of the portal: find the task in the inbox, fill the form, send it."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page

Value = str | bool | list[str] | tuple[str, bytes]
"""What is given to a field: a text or choice, a tick, several ticks, or a file as (name, content)."""

NUMBER = re.compile(r"SPLP-\d{4}-\d{5}")


def open_request(page: Page) -> str:
    """Press *Ajukan permohonan* in the inbox and return the registration number of the draft that opens."""
    page.goto("/")
    page.get_by_role("button", name="Ajukan permohonan").click()
    page.wait_for_url(re.compile("/permohonan/SPLP-"))
    found = NUMBER.search(page.url)
    assert found is not None
    return found[0]


def open_task(page: Page, number: str, label: str = "") -> None:
    """Go to the inbox and open the task of a request that waits there."""
    page.goto("/")
    task = page.locator("li.task", has_text=number)
    if label:
        task = task.filter(has=page.get_by_role("heading", name=label))
    task.first.locator("h2 a").click()
    page.locator("[data-act-form]").wait_for()


def fill(root: Page | Locator, values: Mapping[str, Value]) -> None:
    """Fill fields by their names; a choice is picked, ticks are set, a file is chosen."""
    for name, value in values.items():
        _fill_field(root.locator(f'[name="{name}"]:not([type=hidden])'), value)


def _fill_field(found: Locator, value: Value) -> None:
    first = found.first
    kind = first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type || 'textarea'")
    first.evaluate("one => { const box = one.closest('details'); if (box) box.open = true; }")
    if isinstance(value, tuple):
        first.set_input_files({"name": value[0], "mimeType": "application/octet-stream", "buffer": value[1]})
    elif isinstance(value, list):
        for one in found.all():
            one.set_checked(one.get_attribute("value") in value)
    elif kind == "radio":
        found.and_(first.page.locator(f'[value="{value}"]')).check()
    elif kind == "checkbox":
        first.set_checked(bool(value))
    elif kind == "select":
        first.select_option(str(value))
    else:
        first.fill(str(value))


def send(page: Page, values: Mapping[str, Value] | None = None) -> None:
    """Fill the act's form, send it, and see that it was taken."""
    fill(page.locator("[data-act-form]"), values or {})
    press_send(page)
    page.locator(".notice-success", has_text="Terkirim").wait_for()


def press_send(page: Page) -> None:
    """Press the act's own button and wait for the answer, whatever it is."""
    with page.expect_navigation():
        page.locator("button[name=kirim]").click()


def use_tool(page: Page, name: str, values: Mapping[str, Value] | None = None) -> None:
    """Fill and press a tool of the act's page."""
    tool = page.locator(f"section.tool[aria-labelledby=alat-{name}]")
    fill(tool, values or {})
    with page.expect_navigation():
        tool.locator("button").last.click()


def wait_until_free(page: Page, seconds: int = 90) -> None:
    """Wait until the page, which refreshes itself, says that nothing holds the act."""
    held = page.locator(".notice-warning", has_text="Belum dapat dikirim")
    waiting = page.locator("#keadaan[hx-get]")
    for _ in range(seconds * 2):
        if not waiting.count() and not held.count():
            return
        page.wait_for_timeout(500)
        if not waiting.count() and held.count():
            page.reload()
    raise AssertionError(f"still held: {held.inner_text()}")


def read_errors(page: Page) -> dict[str, Any]:
    """Return what a refused form tells: the summary's lines, and the names of the fields that are marked wrong."""
    lines = page.locator(".error-summary li").all_inner_texts()
    marked = page.locator(".field-wrong [name]").evaluate_all("all => [...new Set(all.map((one) => one.name))]")
    return {"summary": lines, "fields": marked}
