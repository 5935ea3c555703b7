"""Words of texts: units, colours, and how words of many scripts are cut."""

from __future__ import annotations

import re

from embedcore.data import pieces

# unit as written -> (what is measured, factor to its smallest unit in use)
_UNITS: dict[str, dict[str, float]] = {
    "memory": {"kb": 0.001, "mb": 1, "gb": 1000, "tb": 1_000_000, "go": 1000, "gig": 1000},
    "length": {
        "mm": 1,
        "cm": 10,
        "m": 1000,
        "meter": 1000,
        "metre": 1000,
        "ft": 304.8,
        "feet": 304.8,
        "foot": 304.8,
        "inch": 25.4,
        "inches": 25.4,
        "in": 25.4,
        "zoll": 25.4,
        "'": 25.4,
        '"': 25.4,
        "''": 25.4,
        "”": 25.4,
        "″": 25.4,
        "pouces": 25.4,
        "cali": 25.4,
    },
    "volume": {"ml": 1, "cl": 10, "l": 1000, "ltr": 1000, "litre": 1000, "liter": 1000, "gal": 3785, "qt": 946},
    "weight": {"mg": 0.001, "g": 1, "gr": 1, "kg": 1000, "lb": 453.6, "lbs": 453.6, "oz": 28.35},
    "power": {"va": 1, "w": 1, "watt": 1, "watts": 1, "kw": 1000, "btu": 0.293},
    "voltage": {"v": 1, "volt": 1, "volts": 1},
    "charge": {"mah": 1, "ah": 1000},
    "frequency": {"hz": 1e-6, "khz": 1e-3, "mhz": 1, "ghz": 1000},
    "pieces": {
        "pack": 1,
        "pk": 1,
        "pcs": 1,
        "pc": 1,
        "pieces": 1,
        "piece": 1,
        "count": 1,
        "ct": 1,
        "stk": 1,
        "stuck": 1,
        "pair": 1,
        "pairs": 1,
        "sheets": 1,
        "shots": 1,
        "er": 1,
        "set": 1,
        "pezzi": 1,
        "units": 1,
    },
    "pixels": {"mp": 1, "megapixel": 1, "megapixels": 1, "mpx": 1, "mpix": 1},
    "lines": {"p": 1, "i": 1},
    "rate": {"mbps": 1, "gbps": 1000, "mb/s": 8},
    "channels": {"ch": 1, "channel": 1, "channels": 1, "kanal": 1},
    "ports": {"port": 1, "ports": 1},
    "speeds": {"speed": 1, "speeds": 1},
    "turns": {"rpm": 1},
    "zoom": {"x": 1},
    "cores": {"core": 1, "cores": 1},
}
UNITS = {written: (what, factor) for what, forms in _UNITS.items() for written, factor in forms.items()}
_FORMS = "|".join(sorted((re.escape(u) for u in UNITS), key=len, reverse=True))
MEASURE = re.compile(rf"(?<![^\W_])(?:\d+ ?[x*×] ?)?(\d+(?:[.,]\d+)?)[\s-]?({_FORMS})(?![^\W_])")

_COLOURS = {
    "black": "black schwarz noir noire negro negra nero nera zwart czarny cerna preto siyah blk svart musta",
    "white": "white weiss weiß blanc blanche blanco blanca bianco bianca wit bialy bila branco beyaz wht vit valkoinen",
    "silver": "silver silber argent plata argento zilver srebrny prateado gumus slv stainless inox steel chrome",
    "grey": "grey gray grau gris grigio grijs szary cinza gri graphite charcoal gunmetal titanium anthrazit slate",
    "red": "red rot rouge rojo roja rosso rossa rood czerwony vermelho kirmizi crimson burgundy cherry maroon",
    "blue": "blue blau bleu azul blu blauw niebieski mavi navy cyan teal turquoise blk/blue cobalt",
    "green": "green grun vert verde groen zielony yesil olive lime mint",
    "yellow": "yellow gelb jaune amarillo amarilla giallo geel zolty amarelo sari",
    "orange": "orange naranja arancione oranje pomaranczowy laranja turuncu",
    "pink": "pink rosa rose roze rozowy pembe fuchsia magenta",
    "purple": "purple lila violet violett morado viola paars fioletowy roxo mor lavender plum",
    "brown": "brown braun brun marron marrone bruin brazowy castanho kahverengi espresso walnut mahogany bronze copper",
    "gold": "gold golden or dore oro dorado goud zloty dourado altin champagne",
    "beige": "beige cream ivory sand",
}
COLOURS = {word: colour for colour, words in _COLOURS.items() for word in words.split()}

# Runs that are read as pairs of characters: scripts without spaces, and Korean, whose words carry their particles.
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+")
_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a folded text in their order; 2.5 and 2,5 are one word."""
    out: list[str] = []
    for word in _WORD.findall(text):
        out += [word.replace(",", ".")] if word.isascii() else pieces(word, _DENSE)
    return out


def measures(title: str) -> list[tuple[str, str]]:
    """(what is measured, value in its smallest unit) of every measure in a folded title: 2gb is (memory, 2e+03)."""
    found = []
    for number, unit in MEASURE.findall(title):
        what, factor = UNITS[unit]
        found.append((what, f"{float(number.replace(',', '.')) * factor:.3g}"))
    return found


def colours(text: str) -> set[str]:
    """The colours that a folded text names, each by its English name."""
    return {COLOURS[w] for w in words(text) if w in COLOURS}
