"""Who cannot telephone, or will not, says so in many ways; what has a matter of its own is no such message."""

from __future__ import annotations

import pytest

from intents.voiceless import asks_without_voice


@pytest.mark.parametrize(
    "text",
    [
        "電話は苦手です",
        "電話のほかに問い合わせる方法はありますか",
        "耳が聞こえないので電話できません",
        "声が出ないのですが、電話できません",
        "電話は できません。メールは ありますか",
        "電話以外で問い合わせたい",
        "電話をかけずに相談したい",
        "電話したくない",
        "電話がつながらない",
        "メールで聞きたい",
        "メールで問い合わせできますか",
        "FAXで送ってもいいですか",
        "手話で相談できますか",
        "市役所のフォームはどこ",
    ],
)
def test_another_way_than_the_telephone_is_asked_for(text: str) -> None:
    assert asks_without_voice(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("電話番号を教えて", id="the telephone itself"),
        pytest.param("電話", id="the telephone, in a word"),
        pytest.param("難聴", id="a matter, and no wish"),
        pytest.param("耳が聞こえにくい", id="perhaps a matter of health"),
        pytest.param("難聴の補助金はありますか", id="a benefit"),
        pytest.param("防災メールはありますか", id="a service of the city"),
        pytest.param("住民票をメールで申請したい", id="an application"),
        pytest.param("電話で申し込めますか", id="how to apply"),
        pytest.param("郵便で請求できますか", id="how to apply by post"),
        pytest.param("チャットで質問したい", id="what the plan tells of"),
        pytest.param("スマホが使えない", id="another device"),
        pytest.param("電話は苦手です" * 20, id="too long to be one wish"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_asks_something_else_is_not_taken_for_it(text: str) -> None:
    assert not asks_without_voice(text)
