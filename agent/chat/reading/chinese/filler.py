"""Words of a Chinese turn that carry no wish: what is left without them may be searched for."""

from __future__ import annotations

import re

#: Whole words and phrases, the longer before the shorter.
_PHRASES = (
    "有没有 有没 是不是 能不能 可不可以 要不要 好不好 行不行 可以吗 不要求 不一定 不介意 不在乎 "
    "不限 不知道 无所谓 没关系 没问题 没什么 有什么 有啥 "
    "为什么 为啥 为何 怎么 怎样 什么样 什么 哪些 哪个 哪部 哪种 哪国 哪里 多少 多长 多久 几部 几个 "
    "几本 几条 "
    "推荐 介绍 推几 推个 推一 推点 给我 帮我 帮忙 麻烦 请问 请你 告诉 我想 我要 想看 想要 想找 "
    "找找 找点 看看 看点 来点 来部 来个 来几 整点 整个 搞点 挑 选 "
    "随便 都行 都可以 也可以 也行 就行 可以 行了 够了 就好 最好 好了 好的 好吧 好看 好玩 好片 精彩 "
    "值得 不错 有意思 有趣 优质 高分 冷门 热门 口碑 评分 名气 "
    "今天 今晚 晚上 明天 周末 周五 周六 周日 星期 假期 放假 下班 睡前 最近 现在 刚才 刚刚 之前 "
    "以前 以后 后来 然后 接着 先 "
    "女朋友 男朋友 女友 男友 老婆 老公 对象 爱人 媳妇 妻子 丈夫 闺蜜 朋友 室友 同学 同事 哥们 "
    "兄弟们 爸妈 父母 爸爸 妈妈 老爸 老妈 老人 奶奶 爷爷 外婆 "
    "全家 一家人 一家 家人 家里 女儿 儿子 宝宝 娃 孩子们 小朋友 大人 情侣 约会 聚会 派对 一起 一块 "
    "陪 跟 失恋 分手 心情 不好 太累 好累 累 加班 压力 "
    "年纪 年龄 岁数 大了 适合 合适 比较 稍微 特别 非常 真的 有点 一点 一些 一下 一直 大概 左右 "
    "差不多 尽量 一定 必须 千万 只要 只想 只看 只有 除了 除去 以外 之外 此外 "
    "不要 不想 不喜欢 不爱 不看 不是 没有 不用 不能 不太 不行 不好 别的 别再 讨厌 受不了 反感 喜欢 "
    "爱看 最爱 看过 看了 没看 还没 看完 类似 一样 那种 这种 这样 那样 之类 等等 "
    "电影 影片 片子 片儿 大片 作品 剧集 故事 题材 类型 主题 内容 剧情片段 风格 元素 有关 相关 关于 "
    "讲述 讲 演 导演 主演 演员 执导 拍 上映 出品 制作 版本 系列 "
    "年代 年份 时长 片长 时间 长度 国家 地区 语言 对白 配音 字幕 条件 限制 要求 世纪 "
    "换成 改成 换个 换一 换 改看 改 还是 算了 不如 要不 那就 那么 就是 就要 就来 其实 另外 而且 "
    "并且 但是 但 不过 可是 或者 或 以及 加上 加 和 与 同时 "
    "再来 再给 再 继续 还有 其他 其它 别 一批 一部 一个 两部 三部 几 第一 第二 第三 第四 第五 最后 "
    "上一部 那部 这部 这些 那些 这几 那几 那个 这个 都 "
    "越 越好 剧情 排除 拒绝 避开 避免 佳作 主角 窝 沙发 爱好者 迷 带 娃 睇 咩 戏 遍 次 爱 超 "
    "列出来 "
    "列一下 列出 列 一 二 两 三 四 五 六 七 八 九 十 "
    "结局 同一天 天 要是 如果 的话 应该 感觉 觉得 认为 知道 记得 记住 忘掉 忘记 放松 消遣 打发 "
    "过瘾 爱好 "
    "口味 看法 意见 "
    "谢谢 感谢 拜托 哈哈 呵呵 嘿嘿 嗯 哦 喔 噢 唉 哎 嘛 呀 啦 咯 呗 呢 吧 吗 啊 的 了 得 地 着 过 "
    "个 部 种 些 点 片 类 款 本 场 集 "
    "我 你 他 她 它 您 咱 们 有 没 是 在 想 看 要 给 来 去 找 请 帮 让 把 被 对 从 到 用 为 以 于 "
    "之 其 也 就 还 又 才 只 很 更 最 太 真 好 可 能 会 该 行 不 跟 同 像 那 这 哪 谁 么 请 当 中 "
    "里 上 下 前 后 内 外 新 老 短 长 早 晚 大 小 多 少 快 慢"
)  # fmt: skip
_FILLER = re.compile("|".join(sorted(set(_PHRASES.split()), key=len, reverse=True)))
_RUN = re.compile(r"[\u3400-\u9fff]+")


def telling_zh(clause: str) -> str:
    """Returns a clause with blanks for what carries no wish.

    A character that is left alone is a piece of a word and no wish.

    Args:
        clause: Simplified; what was read already is blank.
    """
    bare = _FILLER.sub(lambda found: " " * len(found.group()), clause)
    bare = re.sub(
        r"(?<![\u3400-\u9fff\d])\d{1,4}(?![\u3400-\u9fff\d])", lambda m: " " * len(m.group()), bare
    )
    return _RUN.sub(lambda run: run.group() if len(run.group()) > 1 else " ", bare)
