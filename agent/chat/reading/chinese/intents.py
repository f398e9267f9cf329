"""What a Chinese turn is for: asking, asking about, telling, or only talking."""

from __future__ import annotations

import re

from palate.agent.chat.reading.intents import Intent

_I = re.IGNORECASE
_END = r"[\s!！。.~～,，?？…]*"
_SOFT = r"[呀啊哦吗吧呢嘛啦了滴嘞哟～]*"
_HELLO = (
    r"(?:你好|您好|嗨|哈喽|哈罗|哈啰|嘿|在吗|在不在|在么|有人吗|早|早上好|早安|上午好|中午好|下午好"
    r"|晚上好|hello|hi|hey)"
)
_YES = (
    r"(?:是|对|好|行|可以|嗯|恩|要|去掉|去|删|删掉|删除|确定|确认|同意|没问题|没错|当然|可|ok|okay"
    r"|yes|成|中|就这么办|那就去掉|那就这样)"
)
_NO = (
    r"(?:不|不用|不要|不必|别|算了|不行|不去|不删|不同意|保留|留着|取消|no|还是别|不了|先不|不用了)"
)
_THIS = r"(?:就|那就)?(?:看|选|要|定)?(?:这|那|第.)(?:个|部|一部)?(?:电影|片)?"
_WHOLE: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    ("hello", re.compile(rf"(?:{_HELLO}{_SOFT}{_END})+", _I)),
    ("how_are_you", re.compile(
        rf"(?:{_HELLO}{_SOFT}{_END})?(?:你好吗|最近(?:怎么样|好吗|还好吗)|过得(?:怎么样|好吗)"
        rf"|吃了[吗没]"
        rf"|还好吗|忙什么呢|在干[嘛吗什么]+){_SOFT}{_END}", _I)),
    ("thanks", re.compile(
        rf"(?:(?:好|行|嗯|ok|可以|太好|太棒|不错|很好|挺好|完美|赞|棒|{_THIS}){_SOFT}{_END})*"
        rf"(?:谢谢|多谢|谢|感谢|非常感谢|辛苦|麻烦你|3q|thx|thanks)(?:你|您|大家|啦|了|咯|哈|啊|谢"
        rf"|推荐|帮忙|的)*{_END}", _I)),
    ("chosen", re.compile(
        rf"(?:(?:好的?|行|嗯|ok|可以){_SOFT}{_END})*(?:就|那就|我就|决定)(?:看|选|要|定)?(?:是)?"
        rf"(?:(?:这|那|第.)(?:个|一?部)(?:电影|片)?|它){_SOFT}{_END}", _I)),
    ("noted", re.compile(
        rf"(?:(?:还行|还可以|还不错|好|行|嗯|恩|噢|ok|okay|可以|不错|很好|挺好|太好|太棒|棒|赞|牛"
        rf"|厉害"
        rf"|收到|明白|知道|懂|了解|哈|呵|嘿|嘻|原来如此|原来是这样|没事|没什么|完美|就这样)"
        rf"[的了吧啊呀哦啦嘛呢滴嘞～]*{_END})+", _I)),
    ("noted", re.compile(rf"(?:算|不用|不看|没事|不必|不需要|罢|不|不要){_SOFT}{_END}", _I)),
    ("bye", re.compile(
        rf"(?:(?:好|行|嗯|谢谢你?|ok|那|我|先){_SOFT}{_END})*(?:再见|拜拜|拜|晚安|88|886|回头见"
        rf"|下次见|下次再聊|走了|睡了|撤了|不聊了|先这样"
        rf"|去看(?:电影|片)?了|bye){_SOFT}{_END}", _I)),
    ("help", re.compile(
        rf"(?:帮助|帮帮我|怎么(?:用|玩|使用|操作)|(?:你|您)?(?:都|还)?(?:能|会|可以)(?:做|干)(?:些"
        rf"|点)?(?:什么|啥|嘛)|(?:有|你有)(?:什么|哪些)(?:功能|用)"
        rf"|能干[嘛吗啥]|使用说明|说明){_SOFT}{_END}", _I)),
)  # fmt: skip
#: What is only talk is no longer than this.
_SHORT = 40
_ORDER = re.compile(
    r"(?:忽略|无视|忘[掉记]|不要?理会|不用管|别管|跳过|绕过|覆盖|推翻)[^，。！？]{0,12}(?:指令"
    r"|提示词?|规则|设定|命令|prompt|限制条件|约束)"
    r"|系统提示|提示词|system prompt|(?:你现在|从现在起|现在开始)(?:你)?(?:是|扮演|就是)|(?:假装"
    r"|扮演|装作)(?:你)?(?:是|成)?|(?:开发者|越狱|上帝|管理员|调试)模式"
    r"|(?:删除?|清空|清除|抹掉|格式化)(?:掉|光|了)?(?:所有|全部|整个|其他)(?:的)?(?:用户|数据|影片"
    r"|目录|电影|文件|库|资料|人)|(?:清空|删掉?|删除)(?:数据库|目录)"
    r"|(?:告诉|给|说出|输出|打印|泄露|显示)[^，。]{0,8}(?:密码|密钥|口令|api ?key|token)|(?:api"
    r"|管理员|你的)\s*(?:密码|密钥|key)"
    r"|数据库|(?:所有|全部|其他|别的)(?:的)?用户|用户(?:名单|列表|资料|数据)|删除所有|执行(?:代码"
    r"|命令|脚本)|sudo|rm -rf|drop table",
    _I,
)
_FORGET_ME = re.compile(
    r"忘(?:了|掉|记)我(?:吧|$|[，。！])|(?:把)?我(?:的)?(?:所有|全部|个人)?(?:的)?(?:资料|数据|信息"
    r"|记录|账号|账户|档案|历史)(?:都|全部|全)?(?:删|清|抹|忘)"
    r"|(?:删|清|抹)(?:除|掉|了|空)?(?:关于)?我(?:的|所有|全部|个人)+(?:资料|数据|信息|记录|账号"
    r"|账户|档案|历史)|把我(?:删|忘)|(?:删除?|清除|忘掉?)关于我的(?:一切|所有|全部)",
    _I,
)
_INSULT = re.compile(
    r"垃圾(?!场|堆|桶|处理|回收)|傻[逼比屄叉Xx]|傻\s*[bB]|煞笔|沙雕|[sS][bB](?![a-z])|笨蛋|蠢(?:货"
    r"|蛋|驴|死|$)|你(?:真|太|好|怎么|咋|这么|是)*(?:蠢|笨|傻|没用|差劲|烂)|废物|(?:^"
    r"|[，。！])\s*滚(?:开|蛋|吧|!|！|$|远)"
    r"|去死|[他她尼你]妈的|妈的(?=$|[，。！ ])|tmd|操你|草你|艹|脑残|推荐得?(?:也|真|太|好"
    r"|的)*(?:差|烂|离谱)|不靠谱|靠谱[点一]|太离谱|听不懂人话|智障|弱智|白痴"
    r"|[什啥]么?\s*(?:玩意|破烂|鬼东西|狗屁)|狗屎|有病吧|神经病(?:吧|啊|$)|辣鸡|破(?:机器|软件"
    r"|程序)|没用的东西|fuck|shit",
    _I,
)
_PROFILE = re.compile(
    r"你(?:还|都)?(?:知道|记得|记住|了解|清楚)(?:了)?(?:关于)?我?(?:的)?(?:什么|哪些|多少|啥|吗"
    r"|口味|喜好)|(?:我的|看看我的?|显示我的?)(?:档案|资料|口味|喜好|偏好|记录|画像|愿望)"
    r"|我(?:都)?(?:喜欢|爱看|讨厌|说过)(?:些)?(?:什么|啥|哪些)|你对我(?:了解|知道)|(?:现在"
    r"|目前)?(?:有|用了?)(?:哪些|什么)条件",
)
_REMEMBER = re.compile(
    r"^\s*(?:请|麻烦|帮我|帮忙|给我|你|要|也|还|再|另外|顺便|对了|哦|那)*\s*[，,]?\s*(?:记住"
    r"|记下来?|记一下|记着|记得|别忘了?|不要忘了?)(?:一下|了|哦|啊)?[，,:：\s]*(?P<zh>[^，,\s].*)"
    r"|^(?P<said>.+?)[，,。；;\s]+(?:请|帮我|你|要|给我)*(?:记住|记下来?|记一下|记着|记得"
    r"|别忘了?)(?:这个|这点|了|哦|啊|一下|吧|它)*[\s.!。！]*$"
    r"|^\s*(?P<ever>(?:以后|今后|下次|永远|从今往后|往后)[，,]?\s*(?:都|再|请)*(?:别|不要|不用"
    r"|只)(?:再|给我|推荐)*.+)",
    re.DOTALL,
)
_FORGET = re.compile(
    r"(?:忘(?:掉|记|了)|别(?:再)?记(?:着|住|得)?|不用记(?:着|住)?|取消记住|不要记)(?:刚才|之前|那个"
    r"|说的|了|的)*[，,:：\s]*(?P<zh>.+)",
    re.DOTALL,
)
_RESET = re.compile(
    r"重新(?:来|开始|找|搜|推荐)|从头(?:来|开始|再来)|重来|重置|推倒重来|重新|"
    r"(?:清空|清除|清掉|取消|去掉|删掉|删除|忘掉|撤销|忽略|不要)(?:掉)?(?:刚才|之前|前面|以上|上面"
    r"|我)?(?:的|说的)?(?:所有|全部|一切|全|这些)(?:的)?(?:条件|要求|限制|设置|筛选|东西|话)?"
    r"|(?:所有|全部)(?:的)?(?:条件|要求|限制)(?:都|全|全部)?(?:清空|取消|不要|去掉|清掉|删|算了)"
    r"|全部(?:清除|清空|取消|去掉|重来)"
    r"|(?:刚才|之前|前面|以上)(?:我)?(?:说|讲|提)?(?:的)?(?:条件|要求|话)?(?:都|全部?|统统)(?:不算"
    r"|不要|作废|忘|取消|清)|一切归零",
)
_WHO = re.compile(
    r"你(?:到底)?(?:是|叫)(?:谁|什么(?!类型)|啥)|你叫什么|你是不?是?(?:一个|个)?(?:真?人|机器人|ai"
    r"|人工智能|chatgpt|gpt|程序|真人|活人|客服)|你的名字|介绍一下你自己|自我介绍",
    _I,
)
_COMPARE = re.compile(
    r"比较一?下|对比|相比|哪一?(?:个|部|一部)(?:更|比较|最?好|短|长|新|老|值得)|区别|有(?:什么"
    r"|啥)不(?:同|一样)|谁更|\bvs\b|和.{1,12}比|比一比|比较(?=第|《|[A-Z])",
    _I,
)
_WHY_NOT = re.compile(
    r"(?:为什么|为啥|为何|咋|怎么|凭什么)(?:就|都|也|还|我|你|这里|里面|会)*(?:不(?!错)|没)(?:有"
    r"|推荐|给|是|出现|看到|见)?"
)
_WHY = re.compile(
    r"为什么|为啥|为何|凭什么|怎么会(?:推荐|选|是)?|(?:推荐|选|的)(?:它|这部|这个|第.部)?的?(?:理由"
    r"|原因|依据|根据)|理由(?:是|呢)|咋(?:会|就)?(?:推荐|选)|什么道理"
)
_DROP = re.compile(
    r"不限|无所谓|不用管|不(?:再)?要求|不(?:需要|用|必|一定)(?:非要|非得|一定|要|是|限)+|不(?:强求"
    r"|在乎|在意|介意|计较|挑)|去掉|去除|取消|删掉|删了|撤掉|移除|解除"
    r"|放宽|别管|不管|没关系|随意|任意|不论|随便(?=什么|哪|多|几|何)|(?:都|也)(?:可以|行|成|ok|好"
    r"|无妨|没事)"
    r"|什么(?:年代|国家|语言"
    r"|类型|导演|时长|片)的?都|多长都|不要了|不是非要|不卡|(?:别|不)限制?",
    _I,
)
_MORE = re.compile(
    r"换一?(?:批|些|换|波|组|轮)|换[个一](?:个|部|一部)?(?:吧|别的|其他的?|试试|呗|看看)?(?=$"
    r"|[，。！？,.!?看])|换(?:几|[两三四五六七八九十]|\d+)(?:部|个)"
    r"|再(?:来|换|推荐|推|给我|给|找|整|看看)(?:我)?(?:推荐|来)?(?:一?(?:批|些|波|点|部|个)|几(?:部"
    r"|个)|[两三四五六七八九十\d]+(?:部|个))(?!.{0,4}(?:类似|像))"
    r"|(?:还|有没)?有(?:没有|没)?(?:别的|其他的?|其它的?|更多)(?=了?[吗么呢?？]|$)|除了(?:这|那"
    r"|上面"
    r"|刚才)(?:几|些)|还(?:拍|演|导)过?(?:什么|哪些|别的)|还有(?:没有|没)?(?:别的|其他的?|其它的?"
    r"|什么|更多|吗|么|$)|(?<!特)(?:有没有|来点|看看|要"
    r"|推荐|给我|找)(?:点|些)?(?:别的|其他的|其它的|更多)(?!.*都)"
    r"|差评|换(?:吧|了)?[\s。！!]*$|下一(?:批|个|部|组)|继续(?:推荐)?|再来|^\s*(?:没意思|没兴趣"
    r"|不感兴趣|没劲|不好看?|不合适"
    r"|不行|都不行|不喜欢|都不喜欢|都不好|别的呢?|其他的?呢?|更多|不满意|一般般?|没啥意思)(?:了|啊"
    r"|呢|吧|呀)?[\s。！!.？?]*$"
)
_SEARCHED: tuple[tuple[re.Pattern[str], Intent], ...] = (
    (_ORDER, "order"), (_FORGET_ME, "forget_me"), (_PROFILE, "profile"), (_INSULT, "hostile"),
    (_REMEMBER, "remember"), (_RESET, "reset"), (_FORGET, "forget"), (_WHO, "who"),
    (_COMPARE, "compare"), (_WHY_NOT, "why_not"), (_WHY, "why"), (_DROP, "drop"), (_MORE, "more"),
)  # fmt: skip


def intent_of(text: str, *, pending: str | None) -> Intent | None:
    """Returns what a turn is for; ``None`` where its Chinese words do not say.

    Args:
        text: What was said, simplified.
        pending: Name of the question that was asked back last.
    """
    plain = text.strip()
    if pending and pending != "mood":
        for intent, words in (("yes", _YES), ("no", _NO)):
            if re.fullmatch(rf"(?:{words}{_SOFT}(?:的|去掉|掉)?{_END})+", plain, _I):
                return intent  # type: ignore[return-value]
    for intent, pattern in _WHOLE if len(plain) <= _SHORT else ():
        if pattern.fullmatch(plain):
            return intent
    return next((intent for pattern, intent in _SEARCHED if pattern.search(plain)), None)


def remembered(text: str) -> tuple[int, int]:
    """Returns where what is to be remembered stands in a simplified text."""
    return _place(_REMEMBER, text)


def forgotten(text: str) -> tuple[int, int]:
    """Returns where what is to be forgotten stands in a simplified text."""
    return _place(_FORGET, text)


def _place(pattern: re.Pattern[str], text: str) -> tuple[int, int]:
    match = pattern.search(text)
    if match is None:
        return 0, len(text)
    return next(match.span(name) for name, group in match.groupdict().items() if group)


def without_talk(text: str) -> str:
    """Returns a text without the words that ask for more or drop, its others in their places."""
    for pattern in (_MORE, _DROP):
        text = pattern.sub(lambda found: " " * len(found.group()), text)
    return text
