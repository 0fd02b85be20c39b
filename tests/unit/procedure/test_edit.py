"""An edited SOP is a new file version: valid, laid out anew, the rest untouched."""

from itertools import pairwise

import pytest

from simpul.procedure.bpmn import read_procedure
from simpul.procedure.edit import EditRefused, ProcedureEdit, edit_procedure, find_return_target
from simpul.procedure.errors import ProcedureInvalid
from simpul.procedure.model import Limit, Procedure

from .splp import SPLP, XML


def edit(**changes: object) -> Procedure:
    return read_procedure(edit_procedure(XML, ProcedureEdit(2, "Hasil evaluasi", **changes)))  # type: ignore[arg-type]


def test_edit_makes_the_next_version_with_its_reason() -> None:
    edited = edit()
    assert (edited.version, edited.changes[-1].version, edited.changes[-1].reason) == (2, 2, "Hasil evaluasi")
    assert (edited.steps, edited.flows, edited.layout) == (SPLP.steps, SPLP.flows, SPLP.layout)


def test_edit_without_changes_touches_two_lines_only() -> None:
    before, after = XML.decode().splitlines(), edit_procedure(XML, ProcedureEdit(2, "r")).decode().splitlines()
    assert len(set(before) ^ set(after)) == 3
    assert len(after) == len(before) + 1


@pytest.mark.parametrize(("no", "target"), [(6, 4), (14, 6), (14, 1), (3, 2)])
def test_decision_leads_back_to_another_activity(no: int, target: int) -> None:
    edited = edit(return_targets={no: target})
    assert find_return_target(edited, no).no == target
    assert find_return_target(SPLP, 14).no == 3


def test_arrow_that_was_turned_ends_at_its_new_task() -> None:
    edited = edit(return_targets={14: 6})
    x, y = edited.layout.edges["f_g14_tidak"][-1]
    task = edited.layout.shapes["a06"]
    assert x in (task.x, task.x + task.width)
    assert task.y < y < task.y + task.height


def test_arrows_stay_upright_after_an_edit() -> None:
    edited = edit(return_targets={6: 4, 14: 5}, actors={(4, "koordinasi"): "tim_it"})
    for points in edited.layout.edges.values():
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points))


def test_other_actor_moves_the_task_and_its_decision_to_the_lane() -> None:
    edited = edit(actors={(3, "periksa"): "sub_koordinasi"})
    assert edited.step_by_no[3].acts[0].actor == "sub_koordinasi"
    assert {edited.node_by_id[key].lane for key in ("a03", "g03")} == {"sub_koordinasi"}
    lane, task = edited.layout.shapes["sub_koordinasi"], edited.layout.shapes["a03"]
    assert lane.x < task.x
    assert task.x + task.width < lane.x + lane.width


def test_actor_of_a_later_stage_leaves_the_task_where_it_is() -> None:
    edited = edit(actors={(10, "konfirmasi"): "bidang"})
    assert edited.node_by_id["a10"].lane == "opd"


def test_limits_and_the_time_shown_change_together() -> None:
    limits = (Limit(1, 1, 2, "jam"), Limit(3, 3, 1, "hari"), Limit(6, 9, 3, "bulan"))
    edited = edit(limits=limits)
    assert edited.limits == limits
    shown = [step.time_text for step in edited.steps[:10]]
    unset, unread = "tidak ditetapkan", "tidak terbaca pada salinan"
    assert shown == ["2 Jam", unset, "1 Hari", unset, unset, "3 Bulan", "3 Bulan", "3 Bulan", "3 Bulan", unread]


@pytest.mark.parametrize(
    "change",
    [
        {"version": 1},
        {"reason": "  "},
        {"actors": {(2, "lain"): "bidang"}},
        {"actors": {(99, "kirim"): "bidang"}},
        {"return_targets": {6: 7}},
        {"return_targets": {6: 99}},
        {"return_targets": {5: 4}},
    ],
)
def test_change_that_cannot_be_made_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(EditRefused):
        edit_procedure(XML, ProcedureEdit(**{"version": 2, "reason": "r", **change}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"actors": {(2, "disposisi"): "konsultan"}}, "act-actor"),
        ({"actors": {(3, "periksa"): "pemanfaat"}}, "act-veto"),
        ({"limits": (Limit(1, 3, 1, "hari"), Limit(3, 4, 1, "hari"))}, "limit-range"),
        ({"limits": (Limit(1, 1, 0, "hari"),)}, "limit-amount"),
    ],
)
def test_edit_that_breaks_a_rule_names_it(change: dict[str, object], rule: str) -> None:
    with pytest.raises(ProcedureInvalid) as refusal:
        edit(**change)
    assert [finding.rule for finding in refusal.value.findings] == [rule]


def test_versions_can_be_edited_again() -> None:
    second = edit_procedure(XML, ProcedureEdit(2, "pertama", return_targets={14: 6}))
    third = read_procedure(edit_procedure(second, ProcedureEdit(3, "kembali", return_targets={14: 3})))
    assert (third.flows, [change.version for change in third.changes]) == (SPLP.flows, [1, 2, 3])
    assert third.layout.edges["f_g14_tidak"] == SPLP.layout.edges["f_g14_tidak"]
