"""A plan by its name, and what only looks like it."""

from __future__ import annotations

import pytest

from intents.plan_names import as_the_plan

TITLES = ("津島市デジタル・トランスフォーメーション（DX）推進計画", "津島市DX推進計画")


@pytest.mark.parametrize(
    ("text", "of_the_plan"),
    [
        ("津島市DX推進計画はいつまで？", "計画はいつまで?"),
        ("DX推進計画の期限", "計画の期限"),
        ("このＤＸ計画は誰が作った", "計画は誰が作った"),
        ("津島市の計画は見直される？", "計画は見直される?"),
        ("デジタル推進計画はもう終わった", "計画はもう終わった"),
        ("津島市デジタル・トランスフォーメーション（DX）推進計画の目標", "計画の目標"),
        ("うちの市の計画っていつまで?", "計画はいつまで?"),
        ("わが町の計画は誰が作った", "計画は誰が作った"),
        ("市の計画はいつまで", "計画はいつまで"),
        ("計画っていつまで", "計画はいつまで"),
    ],
)
def test_what_is_asked_of_the_plan_by_name_is_asked_of_the_plan(text: str, of_the_plan: str) -> None:
    assert as_the_plan(text, "津島市", TITLES) == of_the_plan


@pytest.mark.parametrize(
    "text",
    [
        "津島市DX推進計画とは何ですか",
        "DX推進計画",
        "自治体DX推進計画はいつまで",
        "国のDX推進計画の目標",
        "総合計画はいつまで",
        "計画はいつまで",
        "DXはいつから",
        "DX推進基本方針の期限",
        "他市の計画はいつまで",
        "市の総合計画はいつまで",
        "都市計画っていつ決まったの",
        "計画っていう言葉の意味",
        "",
    ],
)
def test_anything_else_stays_as_it_was_asked(text: str) -> None:
    assert as_the_plan(text, "津島市", TITLES) is None


def test_what_the_plan_is_called_by_its_kind_is_read_from_its_titles() -> None:
    titles = ("茂原市DX推進基本方針",)
    assert as_the_plan("DX推進基本方針の期限", "茂原市", titles) == "計画の期限"
