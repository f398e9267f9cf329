"""Everything that the policy says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from palate.agent.chat.desk import Desk
from palate.agent.chat.events import Card
from palate.agent.chat.policy.asked import words_of
from palate.agent.chat.state import Term
from palate.agent.chat.wording import worded

_EN = {
    "hello": "Hello. Tell me what you {want}: a {sort}, {nouns} you loved, {limit}.",
    "how_are_you": "All well here, thank you. What would you like to find?",
    "thanks": "You are welcome.",
    "chosen": "I hope you like it.",
    "noted": "Fine. Tell me if you want something else.",
    "bye": "Goodbye.",
    "who": "I am Palate, a program that recommends {nouns} from one catalogue. I am not a person.",
    "help": (
        "Say what you want (\"{example}\"), name {nouns} you "
        "liked, or "
        "say what is wrong with what I show ({critique}, \"more like the second one\"). "
        "Ask \"why the first?\", \"why not ...?\", \"which is the {most}?\". \"Start "
        "over\" "
        "clears everything."
    ),
    "hostile": "I am sorry this is no help. Tell me what is wrong with the suggestions, and I "
               "will change them.",
    "order": "I can only recommend {nouns} and answer questions about this catalogue.",
    "reset": "Everything from this conversation is dropped. What are you looking for?",
    "empty": "I did not understand that. Name a {sort}, {a_noun} you liked, or say {limit}.",
    "unfound": "Nothing in the catalogue speaks of \"{words}\".",
    "unfound_title": "The catalogue holds no \"{said}\"; its titles are in their own language.",
    "unfound_none": "I did not understand that. Name a {sort}, {a_noun} you liked, or say {limit}.",
    "unfound_left": "Nothing else has changed: name a {sort}, {a_noun} you liked, or say {limit}.",
    "undescribed": "I do not know which {noun} you mean by \"{said}\"; its title would help.",
    "nothing": "No {noun} meets all of that.",
    "nothing_relax": "No {noun} meets all of that. Without {terms}, {left} would.",
    "ask_relax": "Shall I drop {terms}?",
    "ask_mood": "What {want_asked}: {tags}, or something like {a_noun} you loved?",
    "popular": "As I know nothing of your taste yet, these are what most people chose.",
    "here": "Here is what fits:",
    "here_more": "Some others:",
    "kept": "Still in force: {terms}.",
    "dropped": "Dropped: {terms}.",
    "replaced": "That replaces {terms}.",
    "drop_what": "I do not know which condition to drop. In force: {terms}.",
    "drop_none": "Nothing is in force that could be dropped.",
    "assume_title": "I take \"{said}\" for {title}, not for {others}.",
    "assume_mended": "I take \"{said}\" for {title}.",
    "assume_word": "I take \"{said}\" as {shown}.",
    "assume_whose": "I take \"{said}\" as {shown}, going by {title}.",
    "assume_less": "I take \"{said}\" as away from {tags} and what texts tell of "
                   "it{than}.",
    "assume_more": "I take \"{said}\" as towards {tags} and what texts tell of "
                   "it{than}.",
    "assume_told": "I take \"{said}\" by what texts tell of it{than}.",
    "than_shown": ", measured by what I showed",
    "assume_added": "I take it that you want {terms}.",
    "remembered": "I will remember: {what}.",
    "remember_here": "Noted for this conversation. I can remember it for good only for a known "
                     "person.",
    "forgot_wish": "Forgotten: {what}.",
    "forgot_none": "I remember nothing like that.",
    "ask_forget": "That erases everything I keep of you, for good. Say \"yes\" to do it.",
    "forgotten": "Everything I kept of you is erased.",
    "forget_stranger": "I do not know who you are, so nothing is kept of you beyond this "
                       "conversation.",
    "kept_you": "Nothing was erased.",
    "profile_stranger": "I do not know who you are. From this conversation I know: {terms}.",
    "nothing_known": "nothing yet",
    "why_none": "Nothing was recommended yet, so there is nothing to explain.",
    "why_which": "Say which one: its number or its title.",
    "why_not_none": "Say which {noun} you mean by its title.",
    "shown_already": "{title} was among them: number {rank}.",
    "noted_like": "Noted that you like {titles}.",
    "noted_dislike": "Noted as not for you: {titles}.",
    "noted_seen": "Noted that you know {titles}.",
    "count": "There are {count} {nouns}{which}.",
    "count_one": "There is 1 {noun}{which}.",
    "count_none": "There are no {nouns}{which}.",
    "most": "{title}: {value}.",
    "no_field": "The catalogue does not say that.",
    "is": "{title}: {value}.",
    "there": "Yes: {facts}.",
    "kinds": "There are: {tags}.",
    "and_more": "and {count} more",
    "no_title": "No {noun} called \"{said}\" is in the catalogue.",
    "spoken_of": "These speak of it: {titles}.",
    "untitled": "I do not know \"{said}\": no {noun} of that name is in the catalogue.",
    "shown_which": "Of those: {titles}.",
    "shown_none": "None of those.",
    "holds": "Yes. {title}: {value}.",
    "holds_not": "No. {title}: {value}.",
    "mean": "On average: {value}.",
    "for_example": "For example: {titles}.",
    "compare_what": "Name two {nouns} to compare, or say their numbers.",
    "is_more": "{title} is {word}.",
    "with": "({terms})",
    "no_such": "I find no {noun} like that in the catalogue.",
    "step_read": "reading the turn",
    "step_look": "looking through the catalogue",
    "step_ask": "asking the model",
    "step_check": "checking the answer",
    "step_found": "{count} found",
    "step_search_catalogue": "searching the catalogue:{what}",
    "step_recommend": "looking for what fits",
    "step_explain": "looking at the evidence:{what}",
    "step_why_not": "looking for what keeps it out:{what}",
    "step_compare": "comparing:{what}",
    "step_catalogue_facts": "asking the catalogue:{what}",
    "step_remember": "keeping a wish:{what}",
    "step_forget": "taking back:{what}",
    "step_give_feedback": "noting an opinion:{what}",
}  # fmt: skip
_ZH = {
    "hello": "你好。{want}？可以说类型、喜欢过的{thing}，或者{limit}。",
    "how_are_you": "我很好，谢谢。想找什么？",
    "thanks": "不客气。",
    "chosen": "好的，希望你喜欢。",
    "noted": "好的。还想找什么，随时告诉我。",
    "bye": "再见。",
    "who": "我是 Palate，一个从目录里做推荐的程序，不是真人。",
    "help": (
        "说想要什么（“90年代的喜剧，不要歌舞片”），说喜欢过什么，"
            "或者说哪里不对（“短一点”“不要太暴力”“像第二{unit}”）。"
            "也可以问“为什么推荐第一{unit}？”。说“重新开始”会清除全部条件。"
    ),
    "hostile": "抱歉没帮上忙。请告诉我推荐哪里不对，我来改。",
    "order": "我只能做推荐，并回答关于这个目录的问题。",
    "reset": "本次对话的条件已全部清除。想找什么？",
    "empty": "我没看懂。请说一个类型、喜欢过的{thing}，或者{limit}。",
    "unfound": "目录里没有提到“{words}”的{thing}。",
    "unfound_title": "没有找到《{said}》。目录里的片名是原文，请用原名再说一次。",
    "unfound_none": "请说一个类型、喜欢过的{thing}，或者{limit}。",
    "unfound_left": "其他条件不变。请说一个类型、喜欢过的{thing}，或者{limit}。",
    "undescribed": "我不知道“{said}”指的是哪一{unit}，请说出名字。",
    "nothing": "没有同时满足这些条件的{thing}。",
    "nothing_relax": "没有同时满足这些条件的{thing}。去掉 {terms} 后有 {left} {unit}。",
    "ask_relax": "要去掉 {terms} 吗？",
    "ask_mood": "想要哪一类：{tags}，还是类似某{unit}喜欢过的{thing}？",
    "popular": "我还不了解你的口味，先推荐大多数人选的。",
    "here": "符合条件的有：",
    "here_more": "换一批：",
    "kept": "仍然有效：{terms}。",
    "dropped": "已去掉：{terms}。",
    "replaced": "已取代：{terms}。",
    "drop_what": "不清楚要去掉哪个条件。现有条件：{terms}。",
    "drop_none": "现在没有任何条件。",
    "assume_title": "我把“{said}”理解为 {title}，而不是 {others}。",
    "assume_mended": "我把“{said}”理解为 {title}。",
    "assume_word": "我把“{said}”理解为 {shown}。",
    "assume_whose": "我按 {title} 把“{said}”理解为 {shown}。",
    "assume_less": "我把“{said}”理解为：{than}少一些{tags}，以及简介里这样的内容。",
    "assume_more": "我把“{said}”理解为：{than}多一些{tags}，以及简介里这样的内容。",
    "assume_told": "我按{than}简介的内容理解“{said}”。",
    "than_shown": "比刚才的",
    "assume_added": "我理解为你想要 {terms}。",
    "remembered": "记住了：{what}。",
    "remember_here": "本次对话里记住了。只有已知用户才能长期记住。",
    "forgot_wish": "已忘记：{what}。",
    "forgot_none": "没有记过这样的内容。",
    "ask_forget": "这会永久删除关于你的全部内容。确定请说“是”。",
    "forgotten": "关于你的全部内容已删除。",
    "forget_stranger": "我不知道你是谁，除了本次对话没有保存任何内容。",
    "kept_you": "什么都没有删除。",
    "profile_stranger": "我不知道你是谁。从本次对话里我知道：{terms}。",
    "nothing_known": "还没有",
    "why_none": "还没有推荐过，没有可解释的。",
    "why_which": "请说是第几{unit}，或者说出名字。",
    "why_not_none": "请说出片名，照目录里的原名。",
    "shown_already": "{title} 已在其中：第 {rank} {unit}。",
    "noted_like": "记下了：你喜欢 {titles}。",
    "noted_dislike": "记下了：{titles} 不适合你。",
    "noted_seen": "记下了：你看过 {titles}。",
    "count": "共有 {count} {unit}{which}。",
    "count_one": "共有 1 {unit}{which}。",
    "count_none": "没有这样的{thing}{which}。",
    "most": "{title}：{value}。",
    "no_field": "目录里没有这项内容。",
    "is": "{title}：{value}。",
    "there": "有：{facts}。",
    "kinds": "有：{tags}。",
    "and_more": "另有{count}种",
    "no_title": "目录里没有叫“{said}”的{thing}。",
    "spoken_of": "提到它的有：{titles}。",
    "untitled": "我不知道“{said}”：目录里没有叫这个名字的{thing}。",
    "shown_which": "其中：{titles}。",
    "shown_none": "其中没有。",
    "holds": "是。{title}：{value}。",
    "holds_not": "不是。{title}：{value}。",
    "mean": "平均：{value}。",
    "for_example": "例如：{titles}。",
    "compare_what": "请说出要比较的两{unit}，或它们的序号。",
    "is_more": "更{word}的是 {title}。",
    "with": "（{terms}）",
    "no_such": "目录里没有找到这样的{thing}。",
    "step_read": "正在理解",
    "step_look": "正在查找目录",
    "step_ask": "正在询问模型",
    "step_check": "正在核对回答",
    "step_found": "找到{count}{unit}",
    "step_search_catalogue": "正在搜索目录：{what}",
    "step_recommend": "正在寻找合适的{thing}",
    "step_explain": "正在查看依据：{what}",
    "step_why_not": "正在查看为何没有：{what}",
    "step_compare": "正在比较：{what}",
    "step_catalogue_facts": "正在查询目录：{what}",
    "step_remember": "正在记住：{what}",
    "step_forget": "正在取消：{what}",
    "step_give_feedback": "正在记下看法：{what}",
}  # fmt: skip


class Voice:
    """Says things in a language, with the catalogue's own words.

    Args:
        language: BCP 47.
        desk: Tells what a thing is called, and what can be said of it.
    """

    def __init__(self, language: str, desk: Desk) -> None:
        self.language = language
        self._texts = _ZH if language.startswith("zh") else _EN
        self._words = words_of(language, desk)
        self.is_zh = self._texts is _ZH
        self.gap = "" if self.is_zh else " "
        self.comma = "、" if self._texts is _ZH else ", "

    def __call__(self, name: str, **words: object) -> str:
        """Returns a sentence by its name."""
        return self._texts[name].format(**self._words, **words)

    def row(self, texts: Sequence[str]) -> str:
        """Returns texts with commas between them."""
        return self.comma.join(texts)

    def term(self, term: Term) -> str:
        """Returns what is in force as it is shown, between marks."""
        return self.quoted(worded(term, self.language))

    def quoted(self, text: str) -> str:
        """Returns a text between the marks of the language."""
        return f"“{text}”" if self.is_zh else f'"{text}"'

    def terms(self, terms: Iterable[Term]) -> str:
        """Returns all of them, with commas between."""
        return self.row([self.term(term) for term in terms])


def listed(cards: Sequence[Card]) -> str:
    """Returns cards as numbered lines; `listed_titles` reads them back."""
    return "\n".join(_line(card) for card in cards)


def _line(card: Card) -> str:
    year = next((value for name, value in card.facts if name == "year"), "")
    title = f"{card.title} ({year})" if year else card.title
    return f"{card.rank}. {title} - {card.reason}" if card.reason else f"{card.rank}. {title}"
