"""The script of a Chinese turn: spaces beside Latin words, traditional characters as simplified."""

from __future__ import annotations

import re

_HAN = "\u3400-\u9fff"
_IS_HAN = re.compile(f"[{_HAN}]")
#: A Latin word beside a Han character, digits before it included: "看个sci-fi", "是90s的".
_BESIDE = re.compile(
    rf"(?<=[{_HAN}])(?=[0-9]*[A-Za-z])|(?<=[A-Za-z])(?=[{_HAN}])|(?<=[A-Za-z]\d)(?=[{_HAN}])"
)
_PAIRS = (
    "愛爱 罷罢 幫帮 報报 備备 筆笔 邊边 變变 賓宾 標标 別别 補补 慘惨 測测 層层 產产 長长 場场 "
    "嚐尝 車车 陳陈 沖冲 "
    "處处 傳传 創创 純纯 從从 錯错 達达 帶带 單单 當当 黨党 導导 燈灯 敵敌 點点 電电 調调 頂顶 "
    "訂订 動动 對对 隊队 "
    "奪夺 惡恶 兒儿 爾尔 發发 煩烦 範范 飛飞 費费 風风 豐丰 馮冯 婦妇 復复 該该 幹干 趕赶 剛刚 "
    "個个 給给 夠够 "
    "觀观 關关 館馆 貫贯 廣广 規规 歸归 國国 過过 漢汉 號号 後后 壞坏 歡欢 還还 換换 黃黄 會会 "
    "話话 畫画 懷怀 "
    "幾几 積积 機机 極极 級级 紀纪 計计 記记 際际 繼继 劇剧 據据 價价 簡简 檢检 減减 見见 間间 "
    "講讲 獎奖 結结 節节 "
    "潔洁 緊紧 盡尽 進进 經经 驚惊 競竞 淨净 舊旧 覺觉 決决 開开 類类 殭僵 殺杀 艦舰 課课 褲裤 "
    "寬宽 虧亏 來来 樂乐 "
    "離离 禮礼 裡里 裏里 歷历 麗丽 聯联 連连 戀恋 練练 糧粮 兩两 療疗 獵猎 臨临 靈灵 領领 劉刘 "
    "龍龙 樓楼 錄录 陸陆 亂乱 "
    "論论 羅罗 媽妈 馬马 罵骂 嗎吗 買买 賣卖 滿满 慢慢 沒没 門门 們们 夢梦 謎谜 麼么 麽么 滅灭 "
    "難难 腦脑 鬧闹 "
    "內内 擬拟 年年 農农 諾诺 歐欧 盤盘 賠赔 評评 憑凭 啟启 氣气 錢钱 槍枪 搶抢 強强 親亲 輕轻 "
    "請请 慶庆 窮穷 "
    "區区 勸劝 卻却 確确 讓让 熱热 認认 軟软 賽赛 傷伤 紹绍 設设 審审 聲声 勝胜 師师 時时 實实 "
    "適适 釋释 壽寿 "
    "書书 屬属 術术 樹树 數数 雙双 誰谁 說说 説说 絲丝 嚴严 歲岁 孫孙 損损 鎖锁 臺台 談谈 湯汤 "
    "題题 體体 條条 聽听 "
    "頭头 圖图 團团 萬万 網网 為为 爲为 偉伟 溫温 問问 無无 誤误 務务 武武 戲戏 係系 鮮鲜 險险 "
    "現现 線线 鄉乡 響响 "
    "項项 協协 寫写 謝谢 興兴 虛虚 選选 懸悬 學学 尋寻 訓训 壓压 煙烟 驗验 陽阳 樣样 業业 葉叶 "
    "頁页 醫医 億亿 "
    "藝艺 議议 憶忆 異异 陰阴 銀银 隱隐 應应 贏赢 營营 擁拥 優优 郵邮 於于 與与 語语 園园 員员 "
    "遠远 願愿 約约 閱阅 "
    "雲云 運运 暈晕 災灾 載载 讚赞 這这 責责 賊贼 戰战 張张 賬账 著着 偵侦 爭争 證证 織织 職职 "
    "製制 "
    "質质 鐘钟 終终 種种 眾众 週周 豬猪 專专 轉转 裝装 狀状 準准 資资 總总 組组 縱纵 鑽钻 遊游 "
    "灣湾 聖圣 誕诞 "
    "獄狱 殘残 鬆松 鬥斗 雜杂 顯显 靜静 綫线 麥麦 傑杰 蘭兰 誌志 爺爷 凱凯 驅驱 喬乔 華华 顆颗 "
    "貓猫 鳥鸟 魚鱼 "
    "鯊鲨 蟲虫 寵宠 艷艳 勵励 癒愈 衛卫 軍军 紅红 綠绿 藍蓝 灰灰 韓韩 蘇苏 魯鲁 澤泽 盧卢 賈贾 "
    "倫伦 維维 納纳 "
    "奧奥 託托 薦荐 劃划 闆板 嚇吓 笑笑 雖虽 夾夹 擇择 擾扰 嘗尝 瞭了 囉啰 咁这 冇没 嘅的 哋们 "
    "睇看 鐵铁 閃闪 島岛 "
    "櫃柜 厭厌 棄弃 滾滚 蠢蠢 廢废 傻傻 碼码 鑰钥 統统 詞词 諜谍 聞闻 彈弹 獨独 執执 釣钓 惱恼 "
    "徑径 亞亚 爛烂 "
    "擔担 嬰婴 鬼鬼 屍尸 殼壳 寶宝 貝贝 奇奇 幻幻 妳你 唔不"
)  # fmt: skip
_SIMPLE = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})


def has_han(text: str) -> bool:
    """Tells whether a text holds a Chinese character."""
    return bool(_IS_HAN.search(text))


def spaced(text: str) -> str:
    """Returns a text with a space between Chinese characters and Latin words."""
    return _BESIDE.sub(" ", text) if has_han(text) else text


def simplified(text: str) -> str:
    """Returns a text in simplified characters, each in its place."""
    return text.translate(_SIMPLE) if has_han(text) else text


def without_han(text: str) -> str:
    """Returns a text with blanks for its Chinese characters."""
    return _IS_HAN.sub(" ", text)


_NAME = re.compile(r"[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)+", re.ASCII)


def in_name(text: str, start: int, end: int) -> bool:
    """Tells a word of a longer Latin name: "Wars" in "Star Wars之外的" is no genre.

    Args:
        text: What was said.
        start: Where the word begins.
        end: Where it ends.
    """
    return any(
        one.start() <= start and end <= one.end() and one.span() != (start, end)
        for one in _NAME.finditer(text)
    )
