"""Word lists that tell ordinary words from names, and claims from talk."""

from __future__ import annotations

import re

#: Words that may be capitalised without naming anything.
PLAIN = frozenset(
    "a about after again all along also although an and another any as at be because before both "
    "but by for from given had has have he her here his how i if in into is it its just less like "
    "many may me might more most much my near no not of on one once only or other our out over "
    "same she should since so some still such than that the their them then there these they this "
    "those though three through to together too two under unlike until up very was we what when "
    "where which while who whose why will with without would yes yet you your you'll you've "
    "you're it's that's there's here's "
    "close recommended try watch read play expect consider perfect great good classic pure fans "
    "fan lovers lover viewers readers people anyone someone everyone everything something nothing "
    "love loved loves like liked likes enjoy enjoyed enjoys admired adored appreciated watched "
    "saw seen rated "
    "shares share echoes echo recalls matches match pairs pair follows continues offers brings "
    "gives fits suits answers complements blends mixes combines builds made based set told "
    "similar next new old early late long short slow fast quiet dark light bright warm cold funny "
    "sad tense gentle gritty moody sharp witty tender bold big small deep rich full true real raw "
    "simple smart strange wild lean lively sweet bittersweet stylish violent bleak tough "
    "romance suspense humour humor action adventure drama horror mystery comedy fantasy crime war "
    "noir western thriller animation documentary music musical family science fiction sci-fi "
    "monday tuesday wednesday thursday friday saturday sunday tonight today".split()
)
#: Endings of words that describe: "Atmospheric", "Gripping", "Playful".
DESCRIBES = re.compile(r"(?:ing|ed|ly|ful|ous|ive|less|able|ible|ish|ic|al|ent|ant|ary)$")
#: Words after a lone capitalised first word that make it the name of something.
MAKES_NAME = re.compile(
    r"^(?:'s\b|\s+(?:is|was|shares|has|had|offers|brings|gives|tells|follows|stars|delivers|feels"
    r"|echoes|comes|makes|pairs|sits|remains|starts|plays|keeps|takes)\b)"
)
#: What a claim about likes may be about without naming anything.
KINDS = frozenset(
    "film films movie movies story stories one ones work works title titles tale tales book books "
    "novel novels album albums song songs game games item items series show shows picture pictures "
    "cinema thing things product products piece pieces "
    "humour humor mood moods tone tones style styles pace suspense tension wit twist twists music "
    "dialogue visuals atmosphere energy world worlds setting settings character characters cast "
    "lot lots kind kinds sort sorts type types genre genres theme themes ideas blend mix "
    "it them him her this that these those what all both everything something much most".split()
)
#: Those of them that stand alone only in a title: "you liked quiz show".
COUNTED = frozenset(
    "film movie story title tale book novel album song game item show picture thing product piece"
    " character world".split()
)
#: What stands before such a word in a sentence.
LEADS = frozenset(
    "a an the this that one every each any another some no its his her their your my our such"
    " what which same".split()
)
#: Spellings of a genre -> its one name. Plurals are taken off before.
GENRES = {
    "action": "action", "adventure": "adventure", "animation": "animation",
    "animated": "animation", "cartoon": "animation", "biography": "biography",
    "biopic": "biography", "children's": "children", "children": "children",
    "comedy": "comedy", "comedic": "comedy", "rom-com": "comedy", "crime": "crime",
    "documentary": "documentary", "drama": "drama", "family": "family", "fantasy": "fantasy",
    "film noir": "noir", "film-noir": "noir", "noir": "noir", "horror": "horror",
    "musical": "musical", "mystery": "mystery", "romance": "romance", "romantic": "romance",
    "sci-fi": "science fiction", "scifi": "science fiction",
    "science fiction": "science fiction", "science-fiction": "science fiction",
    "superhero": "superhero", "thriller": "thriller", "war": "war", "western": "western",
}  # fmt: skip
GENRES_ZH = {
    "动作": "action", "冒险": "adventure", "动画": "animation", "传记": "biography",
    "儿童": "children", "喜剧": "comedy", "犯罪": "crime", "纪录片": "documentary",
    "剧情": "drama", "家庭": "family", "奇幻": "fantasy", "黑色电影": "noir", "恐怖": "horror",
    "歌舞": "musical", "音乐剧": "musical", "悬疑": "mystery", "爱情": "romance",
    "浪漫": "romance", "科幻": "science fiction", "惊悚": "thriller", "战争": "war",
    "西部": "western", "武侠": "wuxia",
}  # fmt: skip
#: Adjective of a people -> names of its country.
DEMONYMS = {
    "american": "united states|usa|us|america", "argentine": "argentina",
    "australian": "australia", "austrian": "austria", "belgian": "belgium",
    "brazilian": "brazil", "british": "united kingdom|uk|britain", "canadian": "canada",
    "chinese": "china", "czech": "czech republic|czechoslovakia|czechia", "danish": "denmark",
    "dutch": "netherlands", "english": "united kingdom|uk|england|english", "finnish": "finland",
    "french": "france", "german": "germany|west germany", "greek": "greece",
    "hungarian": "hungary", "indian": "india", "iranian": "iran", "irish": "ireland",
    "italian": "italy", "japanese": "japan", "korean": "south korea|korea", "mexican": "mexico",
    "norwegian": "norway", "polish": "poland", "russian": "russia|soviet union",
    "scottish": "scotland|united kingdom|uk", "spanish": "spain", "swedish": "sweden",
    "swiss": "switzerland", "taiwanese": "taiwan", "thai": "thailand", "turkish": "turkey",
}  # fmt: skip
#: What sentences like to add and no catalogue holds: true only if the item's own words say so.
BOASTS = re.compile(
    r"\b(?:award|oscar|prize)s?(?:[- ]winning)?\b|\b(?:best|top)[- ]?sell(?:er|ing)\b|box[- ]office"
    r"|\btrue (?:story|events)\b|\b(?:sequel|prequel|remake|reboot|trilogy|debut|franchise)s?\b"
    r"|\b(?:critically )?acclaimed\b|\b(?:highest|top|best)[- ]rated\b"
    r"|\b(?:cheapest|lowest[- ]priced?|most (?:expensive|affordable|popular)|bargains?|discount\w*"
    r"|on sale|free (?:shipping|delivery|returns)|in stock|limited (?:offer|edition|time)"
    r"|money[- ]back|guaranteed?|warrant(?:y|ies))\b"
    r"|最便宜|最贵|最畅销|打折|特价|包邮|现货|限量|保修|获奖|奥斯卡|票房|真实(?:故事|事件)改编|续集|前传|翻拍|三部曲|处女作",
    re.IGNORECASE,
)
NUMBER_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "half an": 0.5, "half a": 0.5,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "半": 0.5,
}  # fmt: skip
DECADE_WORDS = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60,
    "seventies": 70, "eighties": 80, "nineties": 90, "二十": 20, "三十": 30, "四十": 40,
    "五十": 50, "六十": 60, "七十": 70, "八十": 80, "九十": 90,
}  # fmt: skip
#: Country in Chinese -> its names in English.
COUNTRIES_ZH = {
    "美国": "united states|usa|us", "英国": "united kingdom|uk", "法国": "france",
    "德国": "germany|west germany", "意大利": "italy", "西班牙": "spain", "日本": "japan",
    "韩国": "south korea|korea", "中国": "china", "香港": "hong kong", "台湾": "taiwan",
    "印度": "india", "俄罗斯": "russia|soviet union", "加拿大": "canada",
    "澳大利亚": "australia", "墨西哥": "mexico", "巴西": "brazil", "伊朗": "iran",
    "瑞典": "sweden", "丹麦": "denmark",
}  # fmt: skip
