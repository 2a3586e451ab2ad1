"""A small town's knowledge, invented: what searching and ranking are tried on."""

from __future__ import annotations

import pytest

from intents.counts import Document
from intents.index import Index, build_index
from intents.vectors import Vectors

_TOWN = (
    Document(
        "residence-certificate",
        "住民票の写しはどこで取れますか？",
        ("住民票がほしい", "住民票 取り方"),
        "市民課の窓口と、コンビニのマルチコピー機で取れます。手数料は一通300円です。",
    ),
    Document(
        "seal-registration",
        "印鑑登録には何を持って行けばよいですか？",
        ("実印を登録したい",),
        "登録するはんこと、本人確認の書類をお持ちください。代理の方は委任状も必要です。",
    ),
    Document(
        "bulky-waste",
        "粗大ごみはどうやって出しますか？",
        ("大きなごみの捨て方", "たんすを捨てたい"),
        "収集センターに予約して、処理券を貼って出してください。",
    ),
    Document(
        "nursery",
        "保育園の入園はいつ申し込みますか？",
        ("こども園に入りたい",),
        "四月の入園は十一月に受け付けます。こども課にお出しください。",
    ),
    Document(
        "community-hall-wifi",
        "公民館でWi-Fiは使えますか？",
        ("公民館 無線LAN",),
        "すべての公民館で、だれでも無料で使えます。",
    ),
    Document(
        "smartphone-class",
        "スマートフォン講座はどこで開かれますか？",
        ("高齢者向けのスマホ教室",),
        "毎月、各地区のふれあいセンターで開いています。",
    ),
    Document(
        "drone",
        "ドローンは何に使われますか？",
        ("空からの調査",),
        "災害のときの被害の確認と、農地の見回りに使います。",
    ),
    Document(
        "library-books",
        "図書館で電子書籍は借りられますか？",
        ("本を家で読みたい",),
        "利用カードがあれば、一度に五冊まで借りられます。",
    ),
    Document(
        "property-tax",
        "固定資産税はスマホで払えますか？",
        ("固定資産税 キャッシュレス",),
        "納付書のバーコードを読み取ると、決済アプリで払えます。",
    ),
    Document(
        "telework",
        "職員のテレワークはどこまで進んでいますか？",
        ("役所の在宅勤務",),
        "貸し出し用の端末を五十台そろえ、週に二日まで認めています。",
    ),
    Document(
        "shelter-crowding",
        "避難所の混み具合はどこで見られますか？",
        ("避難所の空き状況",),
        "防災マップの画面で、満員かどうかが分かります。",
    ),
    Document(
        "plan-period",
        "計画の期間は何年から何年までですか？",
        ("計画はいつまで",),
        "令和四年度から令和八年度までの五年間です。",
    ),
)


@pytest.fixture(scope="session")
def documents() -> tuple[Document, ...]:
    """Twelve things that an invented town, 青空市, can answer."""
    return _TOWN


@pytest.fixture(scope="session")
def index(documents: tuple[Document, ...], vectors: Vectors) -> Index:
    """The town's knowledge, laid out with word vectors."""
    return build_index(documents, vectors=vectors, ignored=["青空市"])


@pytest.fixture(scope="session")
def plain_index(documents: tuple[Document, ...]) -> Index:
    """The same without word vectors: as where set-up could not make them."""
    return build_index(documents, ignored=["青空市"])
