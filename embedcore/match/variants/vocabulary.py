"""What shops call the options of a product, and how they shorten them in codes. Folded: lower case, no accents."""

from __future__ import annotations

import re

_NAMES = """
size sizes colour colours color colors flavour flavor scent fragrance shade finish pattern style option option1 option2
option3 variant variation capacity volume pack packsize strength width length height depth diameter ram storage memory
waist fit count dosage edition format taste

grosse groesse farbe farben geschmack duft variante ausfuhrung ausfuehrung inhalt menge packung packungsgrosse lange
laenge breite hohe hoehe tiefe durchmesser speicher sorte starke muster

taille pointure couleur coloris gout saveur parfum contenance conditionnement declinaison largeur longueur hauteur
modele motif teinte capacite

talla tallas tamano sabor aroma capacidad volumen envase formato modelo ancho largo altura medida opcion

colore taglia misura gusto profumo profumazione formato capacita confezione larghezza lunghezza altezza opzione

cor tamanho capacidade fragrancia embalagem largura comprimento opcao variacao

maat kleur smaak geur inhoud uitvoering verpakking breedte lengte hoogte optie

rozmiar kolor smak zapach pojemnosc objetosc wariant opakowanie szerokosc dlugosc wysokosc opcja wielkosc

storlek farg smag farve storrelse beden renk velikost barva

цвет размер вкус объем аромат вариант модель упаковка емкость длина ширина высота
"""
_SHORT = """
blk bk blu bl wht wh wt grn gn grau gry gr gra red rd rot yel ylw org pnk pur brn slv gld nvy nav bei sil gol schw weis
noi bla rou ver neg roj azu xs xxl xxxl
"""
NAMES = frozenset(_NAMES.split())
DENSE_NAMES = re.compile(
    "颜色|顏色|尺码|尺碼|尺寸|规格|規格|口味|容量|款式|型号|カラー|色|サイズ|味|内容量|香り|색상|색상|사이즈|용량"
)
SHORT = frozenset(_SHORT.split())  # colours and sizes in codes
