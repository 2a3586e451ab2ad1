"""A small municipality of two answers, as a content folder to bend and break."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

CODE = "011002"

FILES: Mapping[str, str] = {
    "municipality.yaml": """\
code: "011002"
name: 小さい市
kana: ちいさいし
prefecture: 北海道
aliases: [小さい]
contact: {department: dep-it, telephone: 011-222-3333}
sample: true
""",
    "plans.yaml": """\
- id: plan
  title: 小さい市デジタル計画
  short_title: デジタル計画
  draft: false
  published: "2022-03"
  period_from: 2022-04-01
  period_until: 2030-03-31
  period_text: 令和4年度から令和11年度まで
""",
    "measures.yaml": """\
- {number: "1-1", title: 窓口を楽にする, source: {plan: plan, section: 施策1}}
""",
    "departments.yaml": """\
- id: dep-it
  name: 情報政策課
  role: 計画の進み具合をまとめます。
  telephone: 011-222-3333
  source: {plan: plan, section: 体制}
  checked_on: 2026-11-21
""",
    "entries.yaml": """\
- id: juki
  kind: procedure
  category: 証明書・コンビニ交付
  question: 住民票はコンビニで取れますか？
  phrasings: [住民票 コンビニ, コンビニ交付, 住民票をコンビニで, 写しをコンビニで, じゅうみんひょう]
  answer: はい、取れます。マイナンバーカードを使います。
  facets:
    target: null
    bring: マイナンバーカード
    fee: null
    deadline: null
    method: null
    counter: null
    branch: null
    mail: null
    proxy: null
    delivery_days: null
    online: null
  links: []
  department: dep-it
  measure: "1-1"
  source: {plan: plan, section: 施策1-1}
  checked_on: 2026-11-21
- id: goal
  kind: plan
  category: 計画のあらまし
  question: 計画の目標は何ですか？
  phrasings: [計画の目標, めざすもの, 何のための計画, 計画 目的, けいかくのもくひょう]
  answer: だれも取り残さない市をめざします。
  source: {plan: plan, section: はじめに}
  checked_on: 2026-11-21
""",
    "indicators.yaml": """\
- id: kpi
  name: オンライン申請の数
  unit: 件
  baseline: {value: "10", fiscal_year: 2021}
  target: {value: "100", fiscal_year: 2025}
  source: {plan: plan, section: 指標}
  checked_on: 2026-11-21
""",
    "schedule.yaml": """\
- id: step
  name: 書かない窓口
  steps: [{fiscal_years: [2022, 2023], text: 準備}]
  source: {plan: plan, section: 工程表}
  checked_on: 2026-11-21
""",
    "terms.yaml": """\
- id: term
  term: DX
  meaning: デジタルの力で仕事や暮らしを良くすることです。
  source: {plan: plan, section: 用語}
  checked_on: 2026-11-21
""",
}


def write_town(root: Path, changes: Mapping[str, tuple[str, str]] | None = None, code: str = CODE) -> Path:
    """The content folder under ``root``; in each file that ``changes`` names, one text becomes another."""
    folder = root / code
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        old, new = (changes or {}).get(name, ("", ""))
        assert old in text, f"{old} is not in {name}"
        (folder / name).write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return folder
