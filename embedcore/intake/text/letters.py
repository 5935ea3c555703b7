"""How likely a letter is in the languages of an encoding: what tells encodings apart whose bytes all mean something.

The letters of each language stand from the commonest on; how likely each is follows from its place alone (Zipf), which
is close enough to tell one encoding from another, and needs no corpus.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache

# Logarithms of likelihoods, chosen by hand: of what no text of the language has, of a byte that means nothing, of a
# word with upper case, and of letters that stand beside each other as in no word.
UNKNOWN, BROKEN, UPPER, ODD = -9.0, -12.0, -0.7, -4.0
_LETTERS_SHARE, _SIGNS_SHARE = 0.9, 0.1
SIGNS = "’€®–™°“”½²‘×•…£—©„«»´¼¾³º·¿¡ª±µ§\xa0"

WESTERN = {
    "German": "üäößé",
    "French": "éèêàçôîâûïùëœ",
    "Spanish": "óíáñéúü",
    "Portuguese": "ãçáéíóêõúâàô",
    "Italian": "àèéùòì",
    "Swedish": "åäöé",
    "Danish": "øåæéö",
    "Dutch": "ëéïèö",
    "Catalan": "óàèéíçúòïü",
    "Icelandic": "íáðóéþúæöý",
    "many": "éäöüèçáíóñàåøæêôâëîßïãúùõòìûœ",
}
CENTRAL = {
    "Polish": "łęóąśżćńź",
    "Czech": "íáéěřšýžčůúťďňó",
    "Slovak": "áíéýčžšľúťôňďäóĺŕ",
    "Hungarian": "áéóöőüíúű",
    "Romanian": "ăţîşâ",
    "Croatian": "čšžćđ",
    "German": "üäößé",
}
_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
CYRILLIC = {
    "Russian": _RUSSIAN,
    "Ukrainian": "оанивіертслкдмупязьбгчхйїжюєцшщфґ",
    "Bulgarian": "аоиентрсвлдкпмзъугябчцжйщшхюфь",
    "Serbian": "аоиенрстукјвдмплзбгчшцжњљћхђфџ",
}
GREEK = {"Greek": "αοιετσνηυρπκμλςωάίόέγθδήχφβύξώζψϊϋΐ"}
TURKISH = {"Turkish": "ıüşöçğâî"}
BALTIC = {"Lithuanian": "ėšųįžūčąę", "Latvian": "āīšēņūļžčķģ", "Estonian": "äõüöšž"}
HEBREW = {"Hebrew": "יוהלארתמבשנםחדקעפןטגסצזכךץף"}
ARABIC = {"Arabic": "اليمنرتبةعدسفهكقحجشطصأخزضغذثئىإءؤآظ،پچگی"}
THAI = {"Thai": "านรก่อเง้มยลวดทีัส็ิตบปะหแพคขใจโำ์ืชไุูซธถฟผณึศฝญฉภฐษฎฮฏฆฬ"}

# Characters that shops in these languages write most, beside the common ones of their standards (by hand).
_CHINESE = set(
    "的一不是了在人有色大小中上水电子品商名称价格类别产编号规单位数量白黑红蓝绿黄灰粉紫金银杯盘碗筷勺刀叉锅壶瓶茶咖啡米油盐酱醋"
    "糖奶酒果肉鱼蛋菜面包饼干桌椅床柜灯架箱袋布棉毛巾被枕衣服裤裙鞋帽包男女童儿婴长短宽高厚薄新款式家用具厨房卧室客厅卫生日"
    "食饮料玩文办公美妆护肤洗发露膏牙刷纸套装组件个条双只木铁钢铝塑瓷玻璃皮手机车户外运动圆方全自动无线充"
)
_TRADITIONAL = set(
    "的一不是了在人有色大小中上水電子品商名稱價格類別產編號規單位數量白黑紅藍綠黃灰粉紫金銀杯盤碗筷勺刀叉鍋壺瓶茶咖啡米油鹽醬醋"
    "糖奶酒果肉魚蛋菜麵包餅乾桌椅床櫃燈架箱袋布棉毛巾被枕衣服褲裙鞋帽男女童兒嬰長短寬高厚薄新款式家用具廚房臥室客廳衛生日食飲"
    "料玩文辦公美妝護膚洗髮露膏牙刷紙套裝組件個條雙隻木鐵鋼鋁塑瓷玻璃皮手機車戶外運動圓方全自動無線充"
)
_KOREAN = set(
    "가각간갈감갑강개객거건걸검게겨격결경계고곡곤공과관광교구국군권귀규그극근글금급기긴길김까깨꼬꽃끈끼나난날남내냉너널네"
    "노녹논놀농높누눈는늘능니다단달담당대더덕덮데도독돈돌동두둥드든들등디따딸땅때또라락란람랑래량러럭런레려력련령로록론롤"
    "료루류르른름릉리린릴림립링마막만말맛망매맥머먹멀메면명모목몰몸못무문물미민밀밍바박반받발밥방배백버번벌범법베벨벽변별"
    "병보복본볼봉부북분불붉브블비빅빈빌빙빨빵사산살삼상새색생샤서석선설섬성세센셀셔션소속손솔송쇼수숙순술숨숟스습시식신실"
    "심십싱아악안알암압앙앞애액야약양어억언얼업에엔여역연열염영예오옥온올옷와완왕외요용우욱운울원월위유육윤율으은을음의이"
    "익인일임입잎자작잔잘잠잡장재저적전절점접정제조족존종좋주죽준줄중즈지직진질집짜쪽차착찬참창채책처천철첩청체초촌총최추"
    "축춘출충취층치친칠침칼컵케켓코콩콤크큰클키타탁탄탈탕태택터테텔토톤통트특틀티틴팀파판팔패팩퍼페편평포폭폰표푸품풍프플"
    "피필하학한함합항해핸행향허헌험헤현협형호혼홈홍화확환활황회획효후훈휴흑흡흥희히흰"
)
_JAPANESE = set(
    "電気器本日用品食飲料茶水米肉魚野菜果物牛乳酒卵麺塩糖油木石金銀銅鉄革布綿毛糸紙花草色赤青白黒緑黄紫灰大小中長短丸角高"
    "低厚薄上下左右前後内外男女子供家庭台所風呂洗濯掃除機械冷蔵庫炊飯照明池時計文具筆箱鉛消靴帽服着傘財鞄袋皿碗杯椅机棚寝"
    "枕団商名価格税込送分類番号在数量単位円個枚冊式新旧入組国産無添加限定季節春夏秋冬"
)
# Signs that stand where they belong.
_FITTING = re.compile(
    r"[€£]\s?\d|\d\s?[€£°²³½¼¾×]|№\s?\d|(?<=[^\W\d_])’(?=[^\W\d_])|[^\W\d_][®™](?!\w)|\w…"
    r"|(?:^| )[–—](?= |$)|(?:^| )€(?= |$)"
    r"|«[^«»]{1,60}»|“[^“”]{1,60}”|„[^“”]{1,60}[“”]"
)
_FIT = 3.0
# Narrow katakana stand together, and not beside other letters.
_LONE = re.compile(
    r"(?<![\uff66-\uff9f])[\uff61-\uff9f](?![\uff66-\uff9f])|[A-Za-z][\uff61-\uff9f]|[\uff61-\uff9f][A-Za-z]"
)


@cache
def likelihoods(letters: str) -> Mapping[str, float]:
    """character -> logarithm of how likely it is among those beyond ASCII in a language.

    >>> table = likelihoods("äöü")
    >>> table["ä"] > table["ü"] > UNKNOWN
    True
    """
    found: dict[str, float] = {}
    for share, signs in ((_SIGNS_SHARE, SIGNS), (_LETTERS_SHARE, letters)):
        total = sum(1 / (n + 1.5) for n in range(len(signs)))
        found |= {c: math.log(share / (n + 1.5) / total) for n, c in enumerate(signs)}
    if "ı" in letters:
        found["İ"] = found["ş"]
    return found


def of_alphabet(counts: Counter[str], letters: str) -> float:
    """How likely the characters beyond ASCII of a text are in a language with an alphabet."""
    table = likelihoods(letters)
    # Whether a letter is upper case says nothing here: `oddities` looks at that word by word.
    return sum(n * table.get(c, table.get(c.lower(), BROKEN if _is_broken(c) else UNKNOWN)) for c, n in counts.items())


def _is_broken(c: str) -> bool:
    return c == "\ufffd" or unicodedata.category(c) in ("Cc", "Cn", "Co")


# A letter that does not belong where it stands, in scripts with upper case.
_AFTER_LOWER = re.compile(r"(?<=[^\W\d_])[^\W\d_]")
_BEFORE = re.compile(r"(?<!\w)[®©™](?=[^\W\d_])")
_GREEK = re.compile(r"ς(?=[α-ω])|\b[α-ω]{4,}\b")  # a final letter inside a word, and a word without an accent
_TRAIL = re.compile(r"[^\x00-\x7f][\\@`{}\[\]]")  # where the second byte of a character is taken for a sign
_WORD = re.compile(r"[^\W\d_]+")
_INSIDE = re.compile(r"(?<=[^\W\d_])[^\w\x00-\x7f’‘´·®™°](?=[^\W\d_])")


def oddities(text: str) -> float:
    """A price for all letters that stand beside each other as in no word: upper case after lower case, two scripts in
    a word, three letters with accents in a row, a sign between two letters."""
    odd = len(_INSIDE.findall(text)) + len(_BEFORE.findall(text)) + len(_GREEK.findall(text))
    odd += len(_TRAIL.findall(text))
    capital = sum(any(c.isupper() and not c.isascii() for c in word) for word in _WORD.findall(text))
    for found in _AFTER_LOWER.finditer(text):
        at = found.start()
        c, before = text[at], text[at - 1]
        if c.isascii() and before.isascii():
            continue
        spelt = before.isupper() and c.islower() and text[max(at - 2, 0)].isupper() and text[at + 1 : at + 2].isupper()
        three = at > 1 and _script(c) == "LATIN" and not (c.isascii() or before.isascii() or text[at - 2].isascii())
        odd += (before.islower() and c.isupper()) or _script(c) != _script(before) or spelt or three
    return ODD * odd + UPPER * capital


@cache
def _script(c: str) -> str:
    return "LATIN" if c.isascii() else unicodedata.name(c, "?").split(" ")[0]


def fitting(text: str) -> float:
    """A bonus for signs that stand where they belong, such as ° behind a number."""
    return _FIT * len(_FITTING.findall(text)) if not text.isascii() else 0.0


def of_characters(text: str, counts: Counter[str], language: str) -> float:
    """How likely the characters of a text are in Chinese, Japanese or Korean."""
    lone = ODD * len(_LONE.findall(text)) if language == "Japanese" else 0.0
    return lone + sum(n * _character(c, language) for c, n in counts.items())


@cache
def _character(c: str, language: str) -> float:
    if _is_broken(c):
        return BROKEN
    if "\u3000" <= c <= "\u3011" or "\uff01" <= c <= "\uff5e" or c in "・ー～★☆●○■◆※→×·…—“”‘’°℃Ω㎡㎜㎝㎏":
        return -5.5
    if language == "Japanese":
        if "\u3040" <= c <= "\u30ff":
            return -4.4
        if "\uff61" <= c <= "\uff9f":
            return -4.5
        return -5.8 if c in _JAPANESE else _level(c, "euc_jp", 0xB0, 0xCF)
    if language == "Korean":
        return -5.2 if c in _KOREAN else _level(c, "euc_kr", 0xB0, 0xC8) - 0.7
    if language == "Simplified":
        return -5.8 if c in _CHINESE else _level(c, "gb2312", 0xB0, 0xD7)
    return -5.8 if c in _TRADITIONAL else _level(c, "big5", 0xA4, 0xC6)


def _level(c: str, standard: str, low: int, high: int) -> float:
    """Standards list their common characters first."""
    try:
        lead = c.encode(standard)
    except UnicodeEncodeError:
        return -13.0
    if len(lead) != 2 or lead[0] < low:
        return -10.0
    return -7.8 if lead[0] <= high else -11.0
