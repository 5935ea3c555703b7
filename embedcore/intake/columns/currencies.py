"""The signs and codes of the world's currencies, and units of size."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

# Code, its signs as they stand in shops, and its name where a sentence is better with one.
_TABLE = """
USD $ US$ US-$ $US|US dollars
EUR € EURO EUROS euro euros Euro Euros|euros
GBP £ STG|pounds
JPY 円|yen
CNY 元 RMB CN¥ 圆 人民币|yuan
TWD NT$ 新台幣|Taiwan dollars
HKD HK$|Hong Kong dollars
KRW ₩ 원|won
INR ₹ Rs Rs. INR. ₨ रु रु.|rupees
PKR PKR.
LKR LKR.
BDT ৳ Tk Tk. টাকা|taka
NPR रू
IDR Rp Rp.|rupiah
VND ₫ đ VNĐ Đ|dong
THB ฿ บาท|baht
PHP ₱ Php|pesos
MYR RM|ringgit
SGD S$|Singapore dollars
AUD A$ AU$|Australian dollars
NZD NZ$|New Zealand dollars
CAD C$ CA$|Canadian dollars
CHF Fr. SFr. sFr. SFR|Swiss francs
SEK :-|Swedish kronor
NOK|Norwegian kroner
DKK|Danish kroner
ISK
PLN zł zl zł. ZŁ|zloty
CZK Kč Kčs KČ|Czech koruna
HUF Ft Ft. FT|forints
RON lei LEI Lei leu|lei
MDL
BGN лв лв. ЛВ|leva
RSD din din. дин дин.|Serbian dinars
MKD ден ден. den den.
BAM KM
ALL Lekë lekë
HRK kn
RUB ₽ руб руб. р. р Руб Руб. РУБ рублей рубль рубля|roubles
UAH ₴ грн грн. ГРН|hryvnia
BYN Br
KZT ₸ тг тг. тенге|tenge
GEL ₾ ლ
AMD ֏
AZN ₼
UZS сум soʻm
TRY ₺ TL TL. YTL|lira
ILS ₪ NIS ש״ח|shekels
SAR SR ﷼ ر.س ريال|riyals
AED د.إ Dh Dhs Dhs. DHS درهم|dirhams
QAR QR ر.ق
KWD KD د.ك
BHD BD د.ب
OMR ر.ع.
JOD JD د.ا
EGP E£ LE ج.م
MAD DH د.م. د.م DHs
TND DT د.ت
DZD DA د.ج
IRR تومان
ZAR R|rand
NGN ₦|naira
KES KSh KSh. Ksh KES.
GHS ₵ GH₵
UGX USh
TZS TSh
ETB
XOF CFA FCFA
XAF
BRL R$|reais
ARS AR$
CLP CLP$|Chilean pesos
COP COL$|Colombian pesos
MXN MX$ Mex$|Mexican pesos
PEN S/ S/.
UYU $U
PYG ₲ Gs Gs.
BOB Bs Bs.
VES Bs.S
CRC ₡
GTQ
DOP RD$
"""
_CODES: dict[str, str] = {}
_NAMES: dict[str, str] = {}
for _line in _TABLE.strip().splitlines():
    _signs, _, _name = _line.partition("|")
    _code, *_rest = _signs.split()
    _CODES |= dict.fromkeys((_code, *_rest), _code)
    _NAMES[_code] = _name or _code
_CODES |= {"kr": "kr", "Kr": "kr", "KR": "kr", "kr.": "kr", "Kr.": "kr", "₠": "EUR", "TRL": "TRY", "RUR": "RUB"}
# In small letters, too; other codes are words of some language then.
_CODES |= {c.lower(): c for c in ("USD", "EUR", "GBP", "JPY", "CNY", "RMB", "INR", "CHF", "PLN", "CAD", "AUD", "BRL")}
_CODES["rmb"] = "CNY"
_CODES |= {c.capitalize(): c for c in ("EUR", "USD", "GBP", "CHF")}
_CODES |= {"rs": "INR", "rs.": "INR", "RS": "INR", "RP": "IDR", "rp": "IDR", "rp.": "IDR"}
_CODES |= {"¥": "¥"}
SIGNS = frozenset(_CODES)
# A sign that several countries write -> what it stands for in a column that names one of them elsewhere.
_FAMILIES = {"¥": ("CNY", "JPY"), "kr": ("SEK", "NOK", "DKK", "ISK")}
THREE = frozenset(["KWD", "BHD", "OMR", "TND", "JOD", "LYD", "IQD"])  # money with three decimals
_BEFORE_ONLY = frozenset({"R", "$U", "S/", "S/."})  # “38R” is a size
_BEHIND_ONLY = frozenset({":-", "р", "р.", "Br"})

# Unit -> (dimension, factor to its first unit). The first unit of a dimension is written as a name, the rest in signs.
_UNITS: dict[str, tuple[str, float]] = {}
for _dimension, _of in {
    "ml": "ml:1 cl:10 dl:100 l:1000 L:1000 lt:1000 ltr:1000 litre:1000 liter:1000 Liter:1000 litres:1000 мл:1 л:1000 "
    "ML:1 mL:1 CL:10 毫升:1 升:1000",
    "g": "g:1 gr:1 G:1 mg:0.001 kg:1000 Kg:1000 KG:1000 kgs:1000 г:1 кг:1000 гр:1 克:1 公斤:1000 千克:1000 t:1000000",
    "cm": "cm:1 CM:1 mm:0.1 MM:0.1 m:100 M:100 см:1 мм:0.1 厘米:1",
    "oz": "oz:1 OZ:1 Oz:1 lb:16 lbs:16 LB:16 LBS:16",
    "fl oz": "floz:1",
    "in": "in:1 inch:1 inches:1 Inch:1 Zoll:1 IN:1 ft:12",
    "W": "W:1 w:1 kW:1000 KW:1000 Watt:1 watt:1",
    "V": "V:1 Volt:1",
    "GB": "GB:1 Gb:1 TB:1000 MB:0.001",
    "min": "min:1 Min:1 min.:1 mins:1 h:60",
}.items():
    for _word in _of.split():
        _unit, _, _factor = _word.rpartition(":")
        _UNITS[_unit] = (_dimension, float(_factor))


@lru_cache(4096)
def currency_of(word: str, *, behind: bool = False) -> str:
    """The code of a currency by what stands beside a number; "" for anything else.

    >>> currency_of("€"), currency_of("元"), currency_of("R", behind=True), currency_of("apples")
    ('EUR', 'CNY', '', '')
    """
    word = re.sub(r"\s+", "", word)
    if word in (_BEFORE_ONLY if behind else _BEHIND_ONLY):
        return ""
    return _CODES.get(word, "")


def unit_of(word: str) -> tuple[str, float] | None:
    """(the dimension's unit, how many of it) of a unit of size; None for other words.

    >>> unit_of("kg"), unit_of("apples")
    (('g', 1000.0), None)
    """
    return _UNITS.get(word)


def called(code: str) -> str:
    """The name of a currency in a sentence.

    >>> called("EUR"), called("QAR")
    ('euros', 'QAR')
    """
    return _NAMES.get(code, code)


def merged(codes: Iterable[str]) -> dict[str, str]:
    """Code -> the code it stands for in one column: “¥” beside “CNY” is the yuan, alone the yen.

    >>> merged(["kr", "SEK"]), merged(["EUR", "¥"])
    ({'kr': 'SEK', 'SEK': 'SEK'}, {'EUR': 'EUR', '¥': 'JPY'})
    """
    found = list(dict.fromkeys(codes))
    out = {code: code for code in found}
    for sign, family in _FAMILIES.items():
        one = [code for code in found if code in family]
        if sign in out:
            out[sign] = one[0] if len(one) == 1 else {"¥": "JPY"}.get(sign, sign)
    return out
