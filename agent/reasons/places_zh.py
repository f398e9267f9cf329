"""Countries, regions and languages by their Chinese names."""

from __future__ import annotations

from palate.agent.reasons.lexicon import COUNTRIES_ZH

#: Country in Chinese, all its short forms, -> its names in English.
COUNTRIES = COUNTRIES_ZH | {
    "好莱坞": COUNTRIES_ZH["美国"],
    "美片": COUNTRIES_ZH["美国"],
    "英片": COUNTRIES_ZH["英国"],
    "法片": COUNTRIES_ZH["法国"],
    "日片": COUNTRIES_ZH["日本"],
    "韩片": COUNTRIES_ZH["韩国"],
    "国产": "china",
    "国片": "china",
    "大陆": "china",
    "内地": "china",
    "华语": "china|taiwan|hong kong",
    "港片": "hong kong",
    "港产": "hong kong",
    "台片": "taiwan",
    "宝莱坞": "india",
    "苏联": "soviet union|russia",
    "荷兰": "netherlands",
    "比利时": "belgium",
    "捷克": "czech republic",
    "新西兰": "new zealand",
    "波兰": "poland",
    "奥地利": "austria",
    "瑞士": "switzerland",
    "挪威": "norway",
    "芬兰": "finland",
    "希腊": "greece",
    "爱尔兰": "ireland",
    "泰国": "thailand",
    "越南": "vietnam",
    "土耳其": "turkey",
    "阿根廷": "argentina",
    "南非": "south africa",
    "葡萄牙": "portugal",
    "匈牙利": "hungary",
}
_EUROPE = (
    "united kingdom|france|germany|italy|spain|netherlands|denmark|sweden|belgium|czech "
    "republic|poland"
    "|austria|switzerland|norway|finland|greece|ireland|portugal|hungary|russia|soviet union"
)
#: Many countries by one name: a place of several, each of which will do.
REGIONS = {
    "欧洲": _EUROPE, "北欧": "sweden|denmark|norway|finland",
    "欧美": f"united states|canada|{_EUROPE}",
    "亚洲": "japan|china|hong kong|taiwan|south korea|india|thailand|iran",
    "华语": COUNTRIES["华语"],
    "拉美": "mexico|brazil|argentina", "南美": "brazil|argentina",
    "东欧": "czech republic|poland|hungary|soviet union",
    "日韩": "japan|south korea",
}  # fmt: skip
LANGUAGES = {
    "英语": "english", "英文": "english", "法语": "french", "法文": "french", "日语": "japanese",
    "日文": "japanese",
    "德语": "german", "德文": "german", "意大利语": "italian", "意语": "italian",
    "西班牙语": "spanish", "西语": "spanish",
    "俄语": "russian", "国语": "mandarin", "普通话": "mandarin", "汉语": "mandarin",
    "中文": "mandarin",
    "粤语": "cantonese", "广东话": "cantonese", "韩语": "korean", "葡萄牙语": "portuguese",
    "葡语": "portuguese",
    "荷兰语": "dutch", "瑞典语": "swedish", "丹麦语": "danish", "捷克语": "czech",
    "波兰语": "polish",
}  # fmt: skip
#: The other way round, for what is shown: a country's full name comes before its short ones.
COUNTRY_NAMES = {
    name: word for word, names in reversed(COUNTRIES.items()) for name in names.split("|")
} | {names.split("|")[0]: word for word, names in reversed(COUNTRIES.items())}
LANGUAGE_NAMES = {name: word for word, name in reversed(LANGUAGES.items())}


def place_word(value: str, language: str) -> str:
    """Returns a country or a language in the words of a language; its own where there is no other.

    Args:
        value: As the catalogue spells it.
        language: BCP 47.
    """
    if not language.lower().startswith("zh"):
        return value
    key = value.casefold()
    return COUNTRY_NAMES.get(key) or LANGUAGE_NAMES.get(key, value)
