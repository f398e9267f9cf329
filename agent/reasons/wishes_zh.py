"""Moods and subjects in Chinese, and the words that a catalogue in English tells them by."""

from __future__ import annotations

from collections.abc import Sequence

_GRIM = "grim bleak heavy harrowing"
_TEARS = "sad tragic grief tears heartbreak"
_SOFT = "warm tender gentle kind"
_EASY = "light funny warm cheerful"
#: What a mood is searched by; the longer words for the same go before the shorter ones.
MOODS = {
    "暴力": "violent violence brutal bloody gore horror war", "血腥": "bloody gore violent horror",
    "残忍": "brutal cruel violent", "残酷": "brutal cruel violent", "重口": "gore bloody brutal",
    "变态": "brutal cruel gore", "恶心": "gore gross bloody",
    "悲伤": _TEARS, "伤感": _TEARS, "悲惨": _TEARS, "悲剧": _TEARS, "催泪": _TEARS, "虐心": _TEARS,
    "哭哭啼啼": _TEARS, "苦情": _TEARS, "煽情": "sentimental tears", "难过": _TEARS, "虐": _TEARS,
    "沉重": _GRIM, "压抑": _GRIM, "黑暗": "dark bleak grim", "阴暗": "dark bleak grim",
    "致郁": _GRIM, "绝望": "despair bleak grim", "严肃": "serious solemn",
    "沉闷": "slow quiet meditative", "无聊": "slow quiet", "拖沓": "slow quiet meditative",
    "慢节奏": "slow quiet meditative", "慢": "slow quiet meditative", "闷": "slow quiet",
    "复杂": "complex puzzle twist", "难懂": "complex puzzle surreal", "晦涩": "surreal complex",
    "烧脑": "clever puzzle twist complex", "费脑子": "complex puzzle twist",
    "费脑": "complex puzzle twist",
    "动脑": "complex puzzle twist",
    "幼稚": "silly goofy children", "俗套": "sentimental cheesy", "老套": "sentimental cheesy",
    "肉麻": "sentimental cheesy", "狗血": "sentimental melodrama", "低俗": "crude gross",
    "奇怪": "strange surreal weird", "怪异": "strange surreal weird", "色情": "sex erotic",
    "性感": "sex erotic", "吵": "explosions loud action", "紧张": "tense suspense",
    "轻松": _EASY, "欢乐": _EASY, "欢快": _EASY, "开心": _EASY, "愉快": _EASY, "解压": _EASY,
    "减压": _EASY, "不费脑子": _EASY, "不费脑": _EASY, "不用动脑": _EASY, "不动脑": _EASY,
    "无脑": _EASY, "不想动脑子": _EASY,
    "不想动脑": _EASY, "不用带脑子": _EASY, "不带脑子": _EASY,
    "下饭": _EASY, "简单": "simple light gentle", "轻快": _EASY,
    "治愈": _SOFT, "温馨": _SOFT, "暖暖": _SOFT, "暖": _SOFT, "温暖": _SOFT, "暖心": _SOFT,
    "温柔": _SOFT,
    "甜": "sweet warm love",
    "感人": "moving tender heart", "感动": "moving tender heart", "大团圆": "happy warm triumph",
    "好结局": "happy warm triumph", "结局好": "happy warm triumph",
    "想哭": _TEARS, "哭一场": _TEARS, "大哭": _TEARS, "走心": "moving tender heart",
    "励志": "hope triumph dream underdog", "热血": "triumph fight hero",
    "刺激": "tense chase action",
    "爽": "chase action explosions", "紧凑": "fast tense chase", "节奏快": "fast action chase",
    "快节奏": "fast action chase",
    "安静": "quiet gentle slow",
    "文艺": "quiet poetic tender", "聪明": "clever smart puzzle", "深刻": "thoughtful deep moral",
    "反转": "twist reveal surprise", "史诗": "epic sweeping", "唯美": "beautiful gorgeous dreamy",
}  # fmt: skip
#: Moods that lean to a genre, where the catalogue has it.
LEANS = {word: "comedy" for word, words in MOODS.items() if words is _EASY} | {
    "紧张": "thriller",
    "刺激": "action",
    "烧脑": "mystery",
    "热血": "action",
    "太空": "science fiction",
    "迪士尼": "animation",
    "迪斯尼": "animation",
    "皮克斯": "animation",
}
SUBJECTS = {
    "监狱": "prison jail inmate", "越狱": "prison escape", "时间旅行": "time travel",
    "穿越": "time travel",
    "时空": "time travel", "机器人": "robot android machine", "人工智能": "computer machine robot",
    "外星人": "alien aliens", "外星": "alien aliens", "太空": "space spaceship astronaut",
    "宇宙": "space",
    "怪兽": "monster creature", "怪物": "monster creature", "恐龙": "dinosaur dinosaurs",
    "鲨鱼": "shark", "吸血鬼": "vampire", "僵尸": "zombie undead", "丧尸": "zombie undead",
    "鬼": "ghost haunted",
    "鬼屋": "haunted house ghost", "女巫": "witch", "魔法": "magic wizard", "龙": "dragon",
    "迪士尼": "disney", "迪斯尼": "disney", "皮克斯": "pixar", "海盗": "pirate",
    "黑手党": "mafia mob gangster",
    "骑士": "knight", "国王": "king", "公主": "princess", "超级英雄": "superhero",
    "超能力": "powers",
    "抢银行": "bank robbery heist", "抢劫": "robbery heist", "盗窃": "heist thief", "小偷": "thief",
    "劫案": "heist robbery",
    "杀手": "killer hitman assassin", "连环杀手": "serial killer", "杀人": "murder killer",
    "谋杀": "murder",
    "复仇": "revenge vengeance", "律师": "lawyer trial", "法庭": "trial courtroom jury",
    "记者": "reporter journalist",
    "警察": "cop police", "间谍": "spy", "特工": "spy agent", "总统": "president",
    "政治": "political politics",
    "二战": "war nazi", "纳粹": "nazi", "犹太人": "jewish nazi", "越战": "vietnam",
    "潜艇": "submarine",
    "飞机": "plane airport pilot", "飞行员": "pilot", "火车": "train", "公路": "road trip",
    "赛车": "racing race car",
    "灾难": "disaster", "火山": "volcano", "地震": "earthquake", "沉船": "ship sinking",
    "大海": "sea ocean", "海上": "sea ship", "荒岛": "island", "岛": "island", "沙漠": "desert",
    "丛林": "jungle",
    "圣诞": "christmas", "圣诞节": "christmas", "万圣节": "halloween", "婚礼": "wedding",
    "结婚": "wedding marriage",
    "离婚": "divorce marriage", "出轨": "affair", "初恋": "first love",
    "友情": "friendship friends", "友谊": "friendship",
    "兄弟": "brothers brother", "姐妹": "sisters", "父子": "father son", "母女": "mother daughter",
    "亲情": "family father mother", "成长": "growing coming-of-age childhood",
    "青春": "teenage teenager high school",
    "校园": "school students", "学校": "school teacher", "老师": "teacher", "大学": "college",
    "童年": "childhood",
    "音乐": "music band musician", "乐队": "band", "摇滚": "rock band", "爵士": "jazz",
    "舞蹈": "dance dancer", "跳舞": "dance",
    "体育": "sports team", "运动": "sports team", "足球": "football", "棒球": "baseball",
    "篮球": "basketball",
    "拳击": "boxer boxing", "画家": "painter artist", "作家": "writer novelist", "诗人": "poet",
    "记忆": "memory",
    "失忆": "memory amnesia", "梦": "dream", "医生": "doctor", "医院": "hospital",
    "精神病": "asylum mental",
    "电脑": "computer", "黑客": "hacker computer", "毒品": "drugs heroin",
    "赌博": "gambling casino", "赌场": "casino",
    "狗": "dog", "猫": "cat", "马": "horse", "猪": "pig", "动物": "animals", "企鹅": "penguin",
    "美食": "food cook restaurant",
    "做菜": "cook kitchen", "旅行": "trip journey", "寻宝": "treasure", "忍者": "ninja",
    "武士": "samurai", "牛仔": "cowboy",
    "纽约": "new york", "巴黎": "paris", "罗马": "rome", "伦敦": "london", "同性恋": "gay",
    "种族": "racism race",
    "哲学": "philosophical meaning", "宗教": "faith religion", "死亡": "death",
    "生存": "survival survive", "冷战": "cold war",
}  # fmt: skip
#: Moods in single words, for what is shown.
_SAID = {
    "violent": "暴力", "bloody": "血腥", "brutal": "残忍", "sad": "悲伤", "tragic": "悲剧",
    "grief": "悲痛", "tears": "催泪", "heartbreak": "心碎", "grim": "阴沉", "bleak": "灰暗",
    "heavy": "沉重", "dark": "黑暗", "slow": "缓慢", "quiet": "安静", "meditative": "沉静",
    "strange": "奇异", "surreal": "超现实", "weird": "怪异", "tense": "紧张", "suspense": "悬念",
    "light": "轻松", "funny": "好笑", "warm": "温暖", "cheerful": "欢快", "tender": "温柔",
    "gentle": "温和", "kind": "善良", "sweet": "甜美", "love": "爱情", "moving": "感人",
    "heart": "真心", "hope": "希望", "triumph": "胜利", "hero": "英雄", "fight": "战斗",
    "chase": "追逐", "action": "动作", "fast": "快节奏", "explosions": "爆炸", "clever": "巧妙",
    "puzzle": "谜题", "twist": "反转", "complex": "复杂", "smart": "聪明", "poetic": "诗意",
    "epic": "史诗", "beautiful": "美丽", "dreamy": "如梦", "happy": "幸福", "war": "战争",
    "family": "家庭", "friends": "朋友", "reveal": "揭晓", "surprise": "意外", "loud": "喧闹",
}  # fmt: skip
_SHOWN = {
    word: chinese for chinese, words in reversed(SUBJECTS.items()) for word in words.split()
} | _SAID


def shown_words(words: Sequence[str], language: str) -> list[str]:
    """Returns words of a wish as they are shown: in Chinese, if the talk is, and each once.

    Args:
        words: As they were searched for.
        language: BCP 47.
    """
    if not language.lower().startswith("zh"):
        return list(words)
    return list(dict.fromkeys(_SHOWN.get(word.casefold(), word) for word in words))
