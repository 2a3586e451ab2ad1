"""全国地方公共団体コード: six digits, of which two name the prefecture and the last checks the others."""

from __future__ import annotations

import re

# fmt: off
PREFECTURES = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県",
    "栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県",
    "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県",
    "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県",
    "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県",
    "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)
# fmt: on
"""In the order of their codes, from 01."""

_WEIGHTS = (6, 5, 4, 3, 2)


class CodeError(ValueError):
    """Not the code of a municipality.  The text says what is wrong with it."""


def check_digit(five: str) -> str:
    """The sixth digit for the first five."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, five, strict=True))
    return str((11 - total % 11) % 10)


def prefecture_of(code: str) -> str:
    """The prefecture of a municipality's code.  Raises CodeError."""
    if not re.fullmatch(r"[0-9]{6}", code):
        raise CodeError(f"コードは半角の数字6桁です（今は {code}。5桁のときは、最後に検査数字を付けます）")
    number = int(code[:2])
    if not 1 <= number <= len(PREFECTURES):
        raise CodeError(f"コードの初めの2桁は都道府県（01〜47）です（今は {code[:2]}）")
    if code[2:5] == "000":
        raise CodeError(f"{code} は都道府県のコードです。市区町村のコードを書いてください")
    if code[5] != check_digit(code[:5]):
        raise CodeError(f"コードの最後の1桁（検査数字）が合いません（{code}）。写しまちがいがないか確かめてください")
    return PREFECTURES[number - 1]


def unknown_municipality(code: str) -> str:
    """What to say where there is no municipality of this code."""
    return f"市町村 {code} がありません（6桁のコードか確かめ、`flask --app app knowledge load` を実行してください）"
