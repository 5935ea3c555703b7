"""Names of months and of halves of a day in the languages of shops, and words that stand about a date."""

from __future__ import annotations

from embedcore.intake.columns.vocabulary import fold

# January to December, each in full and in short: English, German, French, Spanish, Portuguese, Italian, Dutch and the
# Nordic ones, Polish, Czech, Russian, Turkish; a semicolon before the next month.
_MONTHS = """
january jan januar jänner janvier janv enero ene janeiro gennaio genn gen januari styczeń stycznia sty leden ledna
январь января янв ocak oca ; february feb februar feber février févr fév febrero fevereiro fev febbraio febbr februari
luty lutego lut únor února февраль февраля фев şubat şub ; march mar märz mrz mär mars marzo març março maart mrt
marts marzec marca březen března март марта мар mart ; april apr avril avr abril abr aprile kwiecień kwietnia kwi
duben dubna апрель апреля апр nisan nis ; may mai mayo maio maggio magg mag mei maj maja květen května май мая mayıs ;
june jun juni juin junho junio giugno giu czerwiec czerwca cze červen června июнь июня июн haziran haz ; july jul juli
juillet juil julio julho luglio lug lipiec lipca lip červenec července июль июля июл temmuz tem ; august aug août aou
agosto ago augustus augusti sierpień sierpnia sie srpen srpna август августа авг ağustos ağu ; september sep sept
septembre septiembre setiembre setembro set settembre sett wrzesień września wrz září сентябрь сентября сен сент eylül
eyl ; october oct oktober okt octobre octubre outubro out ottobre ott październik października paź říjen října октябрь
октября окт ekim eki ; november nov novembre noviembre noviembr novembro listopad listopada lis ноябрь ноября ноя нояб
kasım kas ; december dec dezember dez décembre déc diciembre dic dezembro dicembre grudzień grudnia gru prosinec
prosince декабрь декабря дек desember aralık ara
"""
SHORT = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {fold(w): SHORT[n] for n, words in enumerate(_MONTHS.split(";")) for w in words.split()}
# “listopad” is October to Czechs and November to Poles: the column says nothing, and Poles are more.
HALVES = {
    **dict.fromkeys(("am", "a.m", "a.m.", "上午", "午前", "오전", "凌晨", "早上"), "am"),
    **dict.fromkeys(("pm", "p.m", "p.m.", "下午", "午後", "오후", "晚上", "中午"), "pm"),
}
_ABOUT = """at um uhr on the of de del di da le el à a las la alle ore h hrs hours kl klo kello o в г год года час den
dne dnia godz om uur th st nd rd er ter r"""
ABOUT = frozenset(fold(w) for w in _ABOUT.split())
