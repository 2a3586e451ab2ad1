"""A content folder for a municipality that has none yet, laid out from a template."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from string import Template

from intents.romaji import reading_in_hiragana
from knowledge.bundle import CONTENT_ROOT, BundleError, read_bundle
from knowledge.calendar import today
from knowledge.country import hall_name, short_name
from knowledge.municipality_codes import PREFECTURES, prefecture_of
from knowledge.subject_names import subject_names
from knowledge.telephones import telephone_fault, tidy_telephone

TEMPLATE = CONTENT_ROOT / "template"

_NAME = re.compile(r"[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff々〆ヶ]{1,38}[市区町村]")
_KANA = re.compile(r"[\u3041-\u3096ー]{2,80}")
_TELEPHONE = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")
_LINE = re.compile(r"[^\"\\\x00-\x1f\x7f#$]{1,40}")


_READINGS = {"市": "し", "区": "く", "町": "まち", "村": "むら"}
"""町 is also read ちょう, 村 そん: the reading that is shown is there to be mended."""


class LayoutError(ValueError):
    """The folder is not laid out.  The text says why, and what to do."""


@dataclass(frozen=True)
class NewMunicipality:
    """What is known of a municipality when its folder is made."""

    code: str
    name: str
    kana: str
    prefecture: str
    contact_department: str
    contact_telephone: str | None


def described(
    code: str,
    name: str,
    kana: str | None = None,
    prefecture: str | None = None,
    contact_department: str | None = None,
    contact_telephone: str | None = None,
) -> NewMunicipality:
    """The municipality, checked; what is not given follows from its name and code.  Raises LayoutError, CodeError."""
    name = name.strip()
    kana = (kana or "").strip() or reading_in_hiragana(short_name(name)) + _READINGS.get(name[-1:], "")
    own = prefecture_of(code)
    if not _NAME.fullmatch(name):
        raise LayoutError(f"--name は「松阪市」のように、市・区・町・村で終わる名前を書いてください（今は {name}）")
    if not _KANA.fullmatch(kana):
        raise LayoutError(f"--kana はひらがなで書いてください（今は {kana}）")
    if prefecture and prefecture not in PREFECTURES:
        raise LayoutError(f"--prefecture は「三重県」のように書いてください（今は {prefecture}）")
    if prefecture and prefecture != own:
        raise LayoutError(f"コード {code} は{own}のものです（--prefecture は {prefecture}）。どちらかを直してください")
    department = (contact_department or "").strip() or hall_name(name)
    if not _LINE.fullmatch(department):
        raise LayoutError('--contact-department は40字までで、" \\ # $ を入れずに書いてください')
    telephone = tidy_telephone(contact_telephone) if contact_telephone else None
    if telephone and (fault := telephone_fault(telephone)):
        raise LayoutError(f"--contact-telephone: {fault}")
    return NewMunicipality(code, name, kana, own, department, telephone)


def lay_out(town: NewMunicipality, root: Path) -> Path:
    """Make ``root/<code>``, whole and checked, or nothing.  Raises LayoutError where it is there already."""
    folder = root / town.code
    if folder.exists():
        raise LayoutError(f"{folder} はもうあります（上書きはしません。別の --folder を選べます）")
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=root) as unfinished:
            made = Path(unfinished) / town.code
            made.mkdir(mode=0o755)
            for source in sorted(TEMPLATE.glob("*.yaml")):
                text = Template(source.read_text(encoding="utf-8")).substitute(_values(town))
                (made / source.name).write_text(text, encoding="utf-8")
            read_bundle(made)
            shutil.move(made, folder)
    except OSError as error:
        raise LayoutError(f"{folder} を作れません（書き込めるフォルダーを --folder で選んでください）") from error
    except BundleError as error:
        raise LayoutError("\n".join(("ひな型がそのままでは使えません。", *error.problems))) from error
    return folder


def _values(town: NewMunicipality) -> dict[str, str]:
    """What the template's places are filled with; everything is checked to be safe between quotation marks."""
    subjects = "\n".join(
        f"- {{subject: {subject}, department: null, telephone: null, url: null}}   # {name}"
        for subject, name in subject_names().items()
    )
    return {
        "code": town.code,
        "name": town.name,
        "short_name": short_name(town.name),
        "kana": town.kana,
        "prefecture": town.prefecture,
        "department": town.contact_department,
        "telephone": f'"{town.contact_telephone}"' if town.contact_telephone else "null",
        "today": today().isoformat(),
        "subjects": subjects,
    }
