"""Cries for help, wishes for a person and greetings in other languages, and questions that sound like them."""

from __future__ import annotations

import pytest

from intents.emergencies import Need, emergency
from intents.handoff import Wish, wish
from intents.small_talk import SmallTalk, small_talk

DIE = {
    "en": "I want to die / i wanna kill myself / I'm suicidal / I don't want to live anymore. / I am thinking about suicide / I wish I was dead",
    "zh": "我想死 / 我不想活了 / 想自杀 / 活着没意思 / 活不下去了 / 我想自殺",
    "ko": "죽고 싶어요 / 자살하고 싶어 / 살기 싫어요 / 죽고싶다 / 더 이상 못 살겠어요 / 사라지고 싶어요",
    "pt": "quero morrer / Eu quero me matar. / não quero mais viver / penso em suicídio / não aguento mais viver / vou me matar",
    "vi": "Tôi muốn chết / muốn tự tử / toi muon chet / không muốn sống nữa / tôi định tự sát / chán sống rồi",
    "tl": "gusto ko nang mamatay / Gusto kong mamatay / magpapakamatay na ako / ayoko nang mabuhay / I want to die po / pagod na akong mabuhay",
    "ne": "म मर्न चाहन्छु / मलाई मर्न मन लाग्यो / आत्महत्या गर्न मन छ / बाँच्न मन छैन / मलाई बाँच्न मन छैन",
}
FIRE = {
    "en": "fire! help / Fire!! / my house is on fire / there's a fire next door / call an ambulance / my father is not breathing / he is unconscious, please help / smoke! there is smoke in my room / she collapsed",
    "zh": "着火了！救命 / 起火了 / 房子着火了 / 快叫救护车 / 我爸没有呼吸了 / 有人晕倒了 / 失火了",
    "ko": "불이 났어요! / 불이야 / 집에 불났어요 / 구급차 불러 주세요 / 아버지가 숨을 안 쉬어요 / 의식이 없어요 / 사람이 쓰러졌어요",
    "pt": "fogo! socorro / incêndio aqui / minha casa está pegando fogo / chame uma ambulância / meu pai não está respirando / ela desmaiou / socorro, incêndio em casa",
    "vi": "cháy nhà! cứu với / Cháy! / nhà tôi đang cháy / gọi xe cấp cứu / bố tôi không thở / có người bất tỉnh / chay nha",
    "tl": "sunog! tulong / may sunog dito / nasusunog ang bahay / tumawag ng ambulansya / hindi na humihinga ang tatay ko / nawalan siya ng malay / Sunog po!",
    "ne": "आगो लाग्यो! बचाउनुहोस् / आगलागी भयो / घर जलिरहेको छ / एम्बुलेन्स बोलाइदिनुहोस् / बुबाले सास फेर्नुभएको छैन / बेहोस भयो",
}
POLICE = {
    "en": "help me! / call the police / someone is following me / I was robbed / there is a thief in my house / my son is missing / SOS / Please help me!",
    "zh": "救命！ / 报警 / 有人跟踪我 / 我被抢了 / 小偷 / 孩子走失了 / 被强奸了",
    "ko": "살려주세요! / 경찰 불러 주세요 / 도둑이야 / 미행당하고 있어요 / 아이가 없어졌어요 / 도와주세요 / 성추행을 당했어요",
    "pt": "socorro! / chame a polícia / estou sendo seguida / fui assaltado / ladrão / meu filho sumiu / me ajuda",
    "vi": "cứu tôi với! / gọi cảnh sát / có trộm / tôi bị cướp / con tôi bị lạc / bị theo dõi / cứu với",
    "tl": "saklolo! / tumawag ng pulis / may magnanakaw / sinusundan ako / ninakawan ako / nawawala ang anak ko / tulungan ninyo ako",
    "ne": "बचाउनुहोस्! / प्रहरी बोलाउनुहोस् / चोर आयो / मलाई पछ्याइरहेको छ / लुटियो / छोरा हरायो / गुहार",
}
VIOLENCE = {
    "en": "my husband hits me / My boyfriend is threatening me / i am scared of my husband",
    "zh": "老公打我 / 我丈夫家暴 / 被男朋友打了",
    "ko": "남편이 때려요 / 남자친구한테 맞았어요 / 가정폭력을 당하고 있어요",
    "pt": "meu marido me bate / meu namorado me ameaça / sofrendo violência doméstica",
    "vi": "chồng tôi đánh tôi / bị chồng bạo hành / bạn trai đe dọa tôi",
    "tl": "sinasaktan ako ng asawa ko / binubugbog ako ng mister ko / karahasan sa tahanan",
    "ne": "श्रीमानले कुट्छ / श्रीमानले मलाई पिट्छ / घरेलु हिंसा भइरहेको छ",
}
QUESTIONS = {
    "en": """
        fire station phone number / fire drill schedule / Is there a plan for suicide prevention? / how many fires were there last year
        Can you help me apply for a My Number card? / help with garbage / Where is the evacuation shelter in an earthquake?
        police station near me / burnable garbage / Do you have security cameras? / I want to move / I lost my card / child allowance / fire insurance
        My husband needs a residence certificate / Can my wife pick up the card instead of me? / I want to die-cut paper for the craft class
        """,
    "zh": "消防演习是什么时候 / 自杀预防计划 / 火灾保险 / 避难所在哪里 / 可燃垃圾 / 警察局在哪里 / 有监控摄像头吗 / 老公的住民票 / 帮我申请个人编号卡 / 地震的时候去哪里",
    "ko": "소방서 전화번호 / 자살 예방 계획이 있나요 / 타는 쓰레기 / 대피소 어디예요 / 경찰서 위치 / 방범카메라 있나요 / 남편 주민표 / 아동학대 예방 계획 / 신청하는 것 좀 도와줄 수 있나요 / 피난소가 불편해요",
    "pt": "telefone do corpo de bombeiros / plano de prevenção ao suicídio / lixo queimável / onde fica o abrigo / onde fica a polícia / câmeras de segurança / atestado do meu marido / pode me ajudar a fazer o cartão? / seguro contra incêndio / treinamento contra incêndio",
    "vi": "số điện thoại trạm cứu hỏa là gì / kế hoạch phòng chống tự tử / rác cháy được / nơi lánh nạn ở đâu / đồn cảnh sát ở đâu / camera an ninh / phiếu cư trú của chồng tôi / giúp tôi đăng ký thẻ my number / đi chạy bộ ở đâu",
    "tl": "numero ng fire station / plano para maiwasan ang pagpapakamatay / nasusunog na basura / saan ang evacuation center / saan ang istasyon ng pulis / may cctv ba / sertipiko ng asawa ko / tulong pinansyal / may fire drill ba / patulong po mag-apply ng my number card",
    "ne": "दमकलको कार्यालय कहाँ छ / आत्महत्या रोकथाम योजना / जल्ने फोहोर / आश्रय स्थल कहाँ छ / प्रहरी चौकी कहाँ छ / सुरक्षा क्यामेरा / श्रीमानको प्रमाणपत्र / आगलागी बीमा / कार्ड हरायो",
}
PERSON = {
    "en": "I want to talk to a person / talk to a person / can I speak with a staff member? / connect me to an operator / real person please",
    "zh": "我想和工作人员说话 / 转人工 / 人工服务 / 我要找真人客服",
    "ko": "직원과 통화하고 싶어요 / 상담원 연결해 주세요 / 사람이랑 얘기하고 싶어요",
    "pt": "quero falar com um atendente / falar com uma pessoa / quero falar com um humano",
    "vi": "tôi muốn nói chuyện với nhân viên / cho tôi gặp nhân viên / nói chuyện với người thật",
    "tl": "gusto kong makausap ang staff / pwede bang makausap ang totoong tao / makipag-usap sa empleyado",
    "ne": "मान्छेसँग कुरा गर्न चाहन्छु / कर्मचारीसँग कुरा गर्न मन छ",
}
COMPLAINT = {
    "en": "I want to make a complaint / the staff was very rude",
    "zh": "我要投诉 / 职员态度很差",
    "ko": "불만을 접수하고 싶어요 / 직원이 너무 불친절해요",
    "pt": "quero fazer uma reclamação / o atendente foi muito grosso",
    "vi": "tôi muốn khiếu nại / nhân viên rất thô lỗ",
    "tl": "gusto kong magreklamo / bastos ang staff ninyo",
    "ne": "मेरो गुनासो छ / कर्मचारीको व्यवहार नराम्रो छ",
}
GREETING = {
    "en": "hello / Hi! / good morning / Hello there / hey",
    "zh": "你好 / 您好！ / 早上好",
    "ko": "안녕하세요 / 안녕",
    "pt": "olá / Oi! / bom dia / boa tarde",
    "vi": "xin chào / Chào bạn / chào anh",
    "tl": "kumusta / Magandang umaga po / kamusta po kayo / hello po",
    "ne": "नमस्ते / नमस्कार",
}
THANKS = {
    "en": "thank you / Thanks! / thank you very much / thanks for your help / Thank you so much!",
    "zh": "谢谢 / 谢谢你 / 非常感谢 / 謝謝",
    "ko": "감사합니다 / 고마워요 / 정말 감사합니다!",
    "pt": "obrigado / Obrigada! / muito obrigado / valeu",
    "vi": "cảm ơn / Cảm ơn bạn / cảm ơn nhiều / cam on",
    "tl": "salamat / Salamat po / maraming salamat po / thank you po",
    "ne": "धन्यवाद / धेरै धन्यवाद",
}
LANGUAGES = list(DIE)


def said(table: dict[str, str], code: str) -> list[str]:
    return [one.strip() for one in table[code].replace("\n", " / ").split(" / ") if one.strip()]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("need", "table"),
    [(Need.SUICIDE, DIE), (Need.FIRE_AMBULANCE, FIRE), (Need.POLICE, POLICE), (Need.VIOLENCE, VIOLENCE)],
    ids=lambda value: value.value if isinstance(value, Need) else "",
)
def test_people_in_need_are_heard_in_every_language(need: Need, table: dict[str, str], code: str) -> None:
    assert {one: emergency(one) for one in said(table, code)} == dict.fromkeys(said(table, code), need)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_question_that_sounds_like_a_cry_is_a_question(code: str) -> None:
    assert [one for one in said(QUESTIONS, code) if emergency(one) is not None] == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("wished", "table"), [(Wish.PERSON, PERSON), (Wish.COMPLAINT, COMPLAINT)], ids=["person", "complaint", "", ""][:2]
)
def test_a_person_is_wished_for_in_every_language(wished: Wish, table: dict[str, str], code: str) -> None:
    assert {one: wish(one) for one in said(table, code)} == dict.fromkeys(said(table, code), wished)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_question_wishes_for_nobody(code: str) -> None:
    assert [one for one in said(QUESTIONS, code) if wish(one) is not None] == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "table"), [(SmallTalk.GREETING, GREETING), (SmallTalk.THANKS, THANKS)], ids=["greeting", "thanks"]
)
def test_small_talk_is_heard_in_every_language(kind: SmallTalk, table: dict[str, str], code: str) -> None:
    assert {one: small_talk(one) for one in said(table, code)} == dict.fromkeys(said(table, code), kind)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_question_is_no_small_talk(code: str) -> None:
    assert [one for one in said(QUESTIONS, code) if small_talk(one) is not None] == []


@pytest.mark.parametrize(
    ("text", "need"),
    [
        pytest.param(
            "Hello. My house is on fire, please help. Where is the shelter?",
            Need.FIRE_AMBULANCE,
            id="among other sentences",
        ),
        pytest.param("I want to die. Is there a plan?", Need.SUICIDE, id="with a question after it"),
        pytest.param(
            "I lost my job. i dont know what to do... i want to die", Need.SUICIDE, id="at the end of a story"
        ),
        pytest.param("HELP ME", Need.POLICE, id="in capitals"),
        pytest.param("119", Need.NATIONAL_NUMBER, id="a number alone"),
    ],
)
def test_a_cry_is_heard_within_a_longer_message(text: str, need: Need) -> None:
    assert emergency(text) is need
