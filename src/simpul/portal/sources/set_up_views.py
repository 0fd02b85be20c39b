"""Pages by which the provider sets a source up: kind, connection, test with the first rows, mapping, schedule."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from simpul.kernel.errors import Conflict, Invalid, SimpulError
from simpul.portal.cases.telling import describe
from simpul.portal.services.errors import PublicationNotFound
from simpul.portal.services.models import Dataset
from simpul.portal.services.permissions import check_reads_whole, get_known_contract
from simpul.portal.services.showing import get_publication
from simpul.portal.site.fields import add_findings
from simpul.portal.site.telling import list_findings as list_told
from simpul.portal.sources import actions
from simpul.portal.sources.forms import ConnectionForm, MappingForm, ScheduleForm
from simpul.portal.sources.kinds import KINDS, STAGES, TYPES
from simpul.portal.sources.mapping import (
    Filling,
    find_drift,
    list_unmatched,
    propose,
    read_columns,
    read_mapping,
)
from simpul.portal.sources.models import Source
from simpul.portal.sources.permissions import check_keeps, check_may_add
from simpul.portal.sources.queries import get_source
from simpul.portal.sources.testing import Tested, describe_source, list_findings, try_source

form_page = require_http_methods(["GET", "HEAD", "POST"])
LIMITS = ("limit_minutes", "limit_rows", "limit_megabytes")


@never_cache
@form_page
def add_source(request: HttpRequest, context: str, name: str) -> HttpResponse:
    """Choose a kind, then fill in its connection."""
    dataset = _get_dataset(request, context, name)
    check_may_add(request.user, dataset)
    kind = KINDS.get(request.GET.get("jenis", ""))
    if kind is None:
        return render(request, "sources/kinds.html", {**_describe(dataset), "kinds": KINDS.values()})
    form = ConnectionForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        secret = form.cleaned_data.get("secret", "")
        try:
            source = actions.create_source(
                request.user, dataset, kind.code, form.cleaned_data["name"], form.given, secret
            )
        except Invalid as error:
            add_findings(form, error)
        else:
            return redirect("source_test", source.pk)
    shown = {**_describe(dataset), "form": form, "kind": kind}
    return render(request, "sources/connection.html", shown, status=422 if form.errors else 200)


@never_cache
@form_page
def change_source(request: HttpRequest, source_id: int) -> HttpResponse:
    """Change the connection; an empty secret stays as it is."""
    source = _get_kept(request, source_id)
    kind = KINDS[source.kind]
    initial = {**source.settings, "name": source.name}
    form = ConnectionForm(request.POST or None, kind=kind, initial=initial, has_secret=bool(source.secret_sealed))
    if request.method == "POST" and form.is_valid():
        secret = form.cleaned_data.get("secret", "")
        try:
            actions.change_connection(request.user, source, form.cleaned_data["name"], form.given, secret)
        except Invalid as error:
            add_findings(form, error)
        else:
            return redirect("source_test", source.pk)
    shown = {**_describe(source.dataset), "source": source, "form": form, "kind": kind}
    return render(request, "sources/connection.html", shown, status=422 if form.errors else 200)


@never_cache
@form_page
def check_source(request: HttpRequest, source_id: int) -> HttpResponse:
    """Test the connection and show the first rows, which are kept nowhere."""
    source = _get_kept(request, source_id)
    tested = try_source(request.user, source) if request.method == "POST" else None
    shown: dict[str, Any] = {
        **_describe(source.dataset),
        "source": source,
        "kind": KINDS[source.kind],
        "tested": tested,
    }
    if tested is not None:
        shown |= {"stages": _list_stages(tested), "cells": tested.list_cells(), "types": TYPES}
    return render(request, "sources/test.html", shown)


def _list_stages(tested: Tested) -> list[dict[str, Any]]:
    """Return each stage with its state (well, wrong, untried) and what is wrong there."""
    wrong = {one.where: told for one, told in zip(tested.findings, list_told(tested.findings), strict=True)}
    others = [told for where, told in wrong.items() if where not in STAGES]
    rows, has_failed = [], False
    for stage, title in STAGES.items():
        told = wrong.get(stage)
        state = "wrong" if told else "untried" if has_failed or others else "well"
        has_failed = has_failed or told is not None
        rows.append({"title": title, "state": state, "message": told["message"] if told else ""})
    return [{"title": "", "state": "wrong", "message": told["message"]} for told in others] + rows


@never_cache
@form_page
def map_source(request: HttpRequest, source_id: int) -> HttpResponse:
    """Say which column of the source, or which constant, fills which column of the contract."""
    source = _get_kept(request, source_id)
    shown = {**_describe(source.dataset), "source": source}
    try:
        columns = describe_source(request.user, source)
    except SimpulError as error:
        found = list_told(list_findings(error))
        return render(request, "sources/mapping.html", {**shown, "problems": found}, status=error.status)
    model = actions.read_model(source.dataset)
    stored = read_mapping(source.mapping)
    fillings = stored or propose(columns, model)
    form = MappingForm(request.POST or None, dataset=model, columns=columns, fillings=fillings)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_mapping(request.user, source, form.fillings, [list(one) for one in columns])
        except Invalid as error:
            form.add_found(error.findings)
        else:
            messages.success(request, _("Pemetaan tersimpan."))
            return redirect("source_schedule", source.pk)
    drift = find_drift(stored, read_columns(source.described), columns) if stored and source.described else None
    shown |= {
        "form": form,
        "rows": form.list_rows(),
        "unmatched": list_unmatched(_find_shown(form, fillings), columns),
        "drift": list_told(drift.stops) if drift else [],
        "is_proposed": not stored,
        "has_columns": bool(columns),
    }
    return render(request, "sources/mapping.html", shown, status=422 if form.errors else 200)


def _find_shown(form: MappingForm, fillings: Mapping[str, Filling]) -> Mapping[str, Filling]:
    return form.fillings if form.is_bound and hasattr(form, "cleaned_data") else fillings


@never_cache
@form_page
def schedule_source(request: HttpRequest, source_id: int) -> HttpResponse:
    """Say how rows are taken over, when, and within which limits."""
    source = _get_kept(request, source_id)
    names = ("mode", "schedule", "every", "at", "working_days", *LIMITS)
    initial = {name: getattr(source, name) for name in names} | {
        "is_active": source.is_active or not source.runs.exists()
    }
    form = ScheduleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_schedule(
                request.user,
                source,
                mode=form.cleaned_data["mode"],
                timing=form.timing,
                limits=form.limits,
                is_active=form.cleaned_data["is_active"],
            )
        except Invalid as error:
            add_findings(form, error)
        except Conflict as error:
            form.add_error(None, describe(error))
        else:
            messages.success(request, _("Jadwal tersimpan."))
            return redirect("source", source.pk)
    shown = {**_describe(source.dataset), "source": source, "form": form}
    return render(request, "sources/schedule.html", shown, status=422 if form.errors else 200)


def _get_kept(request: HttpRequest, source_id: int) -> Source:
    source = get_source(request.user, source_id)
    check_keeps(request.user, source)
    return source


def _get_dataset(request: HttpRequest, context: str, name: str) -> Dataset:
    """Return a live dataset by its address. Raises: PublicationNotFound."""
    contract = get_known_contract(request.user, context)
    check_reads_whole(request.user, contract)
    publication = get_publication(contract, "live", request.GET.get("v", ""))
    dataset = publication.datasets.filter(name=name).first()
    if dataset is None or name not in publication.compiled.get("datasets", {}):
        raise PublicationNotFound
    dataset.publication = publication
    return dataset


def _describe(dataset: Dataset) -> dict[str, Any]:
    """Return what each page says of the place that a source is of."""
    contract = dataset.publication.contract_version.contract
    return {"dataset": dataset, "publication": dataset.publication, "contract": contract}
