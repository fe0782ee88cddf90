"""Made-up sentences in many languages, each of its own words: nothing in them is alike but by accident. Seeded."""

# ruff: noqa: E501

from __future__ import annotations

import random
from typing import Final

SPACED: Final = {
    "en": "the a of to in and is it for on with we they people today city council vote bridge school water market price "
    "train night match goal summer winter report found never again why who should could thanks minister strike doctor "
    "hospital queue ticket concert music river storm snow road closed open free coffee bread neighbour garden library "
    "children teacher football museum election promise budget tax rent house energy power outage station airport late",
    "fi": "ja on ei se tämä kun niin mutta myös kaupunki valtuusto silta koulu vesi tori hinta juna yö ottelu maali kesä "
    "talvi raportti löytyi taas miksi kuka pitäisi voisi kiitos ministeri lakko lääkäri sairaala jono lippu konsertti "
    "musiikki joki myrsky lumi tie suljettu auki ilmainen kahvi leipä naapuri puutarha kirjasto lapset opettaja museo "
    "vaalit lupaus talousarvio vero vuokra talo energia sähkökatko asema lentokenttä myöhässä pyöräilijät rautatieasemalla",
    "de": "der die das und ist nicht mit für auf wir heute Stadt Rat Brücke Schule Wasser Markt Preis Zug Nacht Spiel Tor "
    "Sommer Winter Bericht gefunden wieder warum wer sollte könnte danke Minister Streik Arzt Krankenhaus Schlange Karte "
    "Konzert Musik Fluss Sturm Schnee Straße gesperrt offen Kaffee Brot Nachbar Garten Bücherei Kinder Lehrer Museum Wahl "
    "Versprechen Haushalt Steuer Miete Energie Stromausfall Bahnhof Flughafen verspätet Fahrgäste Wohnungsbau",
    "es": "el la los de que y en un es no por con para hoy ciudad consejo puente escuela agua mercado precio tren noche "
    "partido gol verano invierno informe otra vez quién debería podría gracias ministro huelga médico hospital cola "
    "entrada concierto música río tormenta nieve carretera cerrada abierta café pan vecino jardín biblioteca niños maestro "
    "museo elección promesa presupuesto impuesto alquiler casa energía apagón estación aeropuerto tarde",
    "ru": "и в не на что это мы они сегодня город совет мост школа вода рынок цена поезд ночь матч гол лето зима отчёт "
    "нашли снова почему кто должен спасибо министр забастовка врач больница очередь билет концерт музыка река буря снег "
    "дорога закрыта открыта кофе хлеб сосед сад библиотека дети учитель музей выборы обещание бюджет налог аренда дом",
    "ar": "في من على هذا التي كان اليوم مدينة مجلس جسر مدرسة ماء سوق سعر قطار ليلة مباراة هدف صيف شتاء تقرير مرة لماذا من "
    "يجب شكرا وزير إضراب طبيب مستشفى طابور تذكرة حفلة موسيقى نهر عاصفة ثلج طريق مغلق مفتوح قهوة خبز جار حديقة مكتبة أطفال",
}
UNSPACED: Final = {
    "ja": "今日 は 明日 が 東京 の 駅 で 新しい 橋 を 開通 しました 市長 学校 水 市場 価格 電車 夜 試合 得点 夏 冬 報告 また なぜ 誰 ありがとう 大臣 "
    "病院 行列 切符 演奏会 音楽 川 嵐 雪 道路 閉鎖 無料 コーヒー パン 隣人 庭 図書館 子ども 先生 選挙 約束 予算 税金 家賃 停電 空港 遅れ "
    "です ます から まで とても 楽しい 美味しい 発表 会議 事故 地震 警報 写真 猫 桜",
    "th": "วันนี้ ที่ และ ใน ไม่ เมือง สภา สะพาน โรงเรียน น้ำ ตลาด ราคา รถไฟ กลางคืน การแข่งขัน ประตู ฤดูร้อน ฤดูหนาว รายงาน พบ อีกครั้ง "
    "ทำไม ใคร ควร ขอบคุณ รัฐมนตรี นัดหยุดงาน หมอ โรงพยาบาล คิว ตั๋ว คอนเสิร์ต ดนตรี แม่น้ำ พายุ หิมะ ถนน ปิด เปิด ฟรี กาแฟ ขนมปัง "
    "เพื่อนบ้าน สวน ห้องสมุด เด็ก ครู พิพิธภัณฑ์ เลือกตั้ง สัญญา งบประมาณ ภาษี ค่าเช่า บ้าน พลังงาน ไฟดับ สถานี สนามบิน",
    "zh": "今天 城市 议会 大桥 学校 自来水 市场 价格 火车 晚上 比赛 进球 夏天 冬天 报告 发现 又 为什么 谁 应该 谢谢 部长 罢工 医生 医院 排队 门票 音乐会 "
    "河流 暴风雨 下雪 道路 关闭 开放 免费 咖啡 面包 邻居 花园 图书馆 孩子 老师 博物馆 选举 承诺 预算 税收 房租 停电 车站 机场 晚点 的 了 是 在",
}


def sentences(number: int, seed: int) -> list[str]:
    """So many different ones, of six to twenty-five words, about as many in each language."""
    chance = random.Random(seed)
    spaced = {lang: words.split() for lang, words in SPACED.items()}
    unspaced = {lang: words.split() for lang, words in UNSPACED.items()}
    langs = sorted({**spaced, **unspaced})
    made: dict[str, None] = {}
    while len(made) < number:
        lang = chance.choice(langs)
        words = chance.choices(spaced.get(lang) or unspaced[lang], k=chance.randint(6, 25))
        made[(" " if lang in spaced else "").join(words)] = None
    return list(made)
