// The page in Chinese. `words` are those of the service.
export const CHINESE = {
  skip: "跳到提问框", for: "对象", stranger: "陌生人", profile: "档案", new: "新对话",
  talk: "对话", lead: "今天想找点什么？", sayHint: "用自己的话说就好", ask: "提问",
  stop: "停止", instance: "比如", recommendations: "推荐", inForce: "当前条件",
  close: "关闭", you: "你：", theme: "主题：{name}", system: "跟随系统", light: "浅色", dark: "深色",

  hintAny: "推荐几部", hintTag: "{tag}，不要{other}", hintDecade: "{decade}年代的", hintLike: "像《{title}》那样的",

  thinking: "思考中", stopped: "已停止，这一轮没有保存。", oneAtATime: "一次一个问题：请等待回答，或先停止。",
  again: "重试", madeByRules: "由规则回答", madeBy: "由 {name} 回答", noCost: "无（未调用模型）",
  show: "显示这 {count} 个", whole: "全部显示", noneYet: "推荐会显示在这里。", minutes: "{count} 分钟", here: "显示了 {count} 个推荐。",
  remove: "去掉：{text}", removed: "不再有效：{text}", askAgain: "去掉后重新推荐", askAgainWords: "推荐几部",
  takenUp: "接着刚才的对话。", goneOn: "这个对话在另一个标签页里继续过，以下是全部内容。",

  rankedBy: "排序", prior: "先验", priorFixed: "先验（固定权重）", model: "{name}", modelHow: "{name}（{how}）",
  fused: "{model} 与{prior}（权重 {weight}）", knownFrom: "根据", took: "用时", seconds: "{seconds} 秒", milliseconds: "{ms} 毫秒", cost: "费用",
  noPrice: "{tokens} 个词元", price: "{tokens} 个词元，${usd}", waited: "等待模型 {seconds} 秒",

  evidence: "依据", evidenceOf: "{title} 的依据", evidenceNote: "每一项的分量，单位为对数几率。",
  opinionOf: "你对 {title} 的看法", like: "喜欢", dismiss: "不适合我", view: "看过",
  toldLike: "记下了：你喜欢它。", toldDismiss: "记下了：不再推荐。", toldView: "记下了：你看过。",
  takenBack: "已撤回。", whoFirst: "这次对话会用到。想被记住，请在上方填写是为谁推荐。",
  sayLike: "我喜欢《{title}》", sayDismiss: "我不喜欢《{title}》", sayView: "我看过《{title}》", newFor: "为 {who} 开始新对话。",
  whyNot: "为什么不是……？", whyNotOf: "为什么是 {title}，而不是别的？", whyNotTitle: "为什么是 {title}，而不是……？", expected: "你期待的是哪一个？",
  whyNotAsk: "为什么？", noSuchTitle: "目录里没有这个名字。输入名字的一部分，再从列表里选。",
  looking: "查找中……", numbers: "具体数值", notKept: "这次推荐的过程没有保存：请重新提问。",

  profileOf: "{who} 的档案", strangerProfile: "除本次对话外，不保存陌生人的任何内容。在上方填写是为谁推荐，就会记住口味。",
  reading: "读取中……", unknown: "还不了解 {who}。", knownThings: "已知你的 {count} 条记录。", knownNone: "还没有你的记录。",
  leansTo: "偏爱", turnsFrom: "回避", wishes: "愿望", wishLabel: "一直有效的要求", wishHint: "节奏慢的作品",
  want: "想要", unwant: "不想要", add: "添加", added: "已添加。", not: "不要：{text}", removeIt: "去掉", removeWish: "去掉愿望 {text}",
  wishRemoved: "已去掉。", did: "做过的事", forget: "忘记", forgetIt: "忘记 {what} {title}", forgotten: "已忘记。", more: "再显示 {count} 条",
  nothingDone: "还没有。", talks: "对话", open: "打开", openTalk: "打开对话 {title}", eraseTalk: "删除对话 {title}", erase: "删除",
  thisOne: "本次对话", talkErased: "对话已删除。", thisTalk: "删除本次对话", save: "全部存为文件", signOut: "退出登录",
  eraseAll: "删除关于 {who} 的全部内容", eraseSure: "再按一次，永久删除 {who}", erased: "{who} 已删除。",

  signIn: "登录", key: "密钥", signInHow: "打开 `palate serve` 显示的链接，或输入密钥。",
  linkUsed: "这个链接已经用过或已过期。用 `palate keys link` 取得新链接，或输入密钥。",
  sessionOver: "登录已失效：登录保持十二小时，服务停止时也会失效。用 `palate keys link` 取得新链接，或输入密钥，对话会继续。",
  erasedOut: "关于 {who} 的全部内容已删除，登录也随之结束。新的链接或密钥会从头开始。", signedOut: "已退出登录。", badKey: "这不是本服务的密钥。用 `palate keys add` 可以新建。",

  faultGone: "服务没有响应。请确认 `palate serve` 正在运行，然后重试。",
  faultBroken: "回答中断：与服务的连接断开了。请重试。",
  faultOften: "提问过于频繁，请在 {wait} 秒后重试。",
  faultBusy: "服务现在很忙，请稍后重试。",
  faultModel: "模型没有回答。请重试；如果一直如此，请确认模型服务正在运行。",
  faultOurs: "服务内部出错。请重试；如果再次出现，日志里的 {request} 有详情。",
  faultMay: "这个密钥或链接没有权限：{detail}", faultOther: "{detail}", faultStatus: "服务返回 {status}，请重试。",

  words: {
    like: "喜欢", dislike: "不喜欢", rate: "评分", view: "看过", click: "点开", purchase: "购买", play: "播放",
    save: "收藏", skip: "跳过", dismiss: "不适合我", warm: "你的记录", "wishes only": "你的愿望",
    "history of the request": "本次对话", "no events": "仅本次对话", "no user": "仅本次对话",
    "reading the turn": "正在理解", "looking through the catalogue": "正在查找目录", "asking the model": "正在询问模型",
    year: "年份", director: "导演", cast: "主演", runtime: "时长", country: "国家", language: "语言", author: "作者",
    artist: "艺术家", price: "价格", brand: "品牌", publisher: "出版社", pages: "页数", category: "类别",
  },
  genres: {
    action: "动作", adventure: "冒险", animation: "动画", biography: "传记", children: "儿童", comedy: "喜剧", crime: "犯罪",
    documentary: "纪录片", drama: "剧情", family: "家庭", fantasy: "奇幻", horror: "恐怖", musical: "歌舞", mystery: "悬疑",
    noir: "黑色电影", romance: "爱情", "science fiction": "科幻", "sci-fi": "科幻", thriller: "惊悚", war: "战争", western: "西部", wuxia: "武侠",
  },
};
