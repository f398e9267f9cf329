"""People of the cinema by the names that Chinese speakers use for them."""

from __future__ import annotations

import re

#: A person by the name that Chinese speakers use -> the folded name in English.
PEOPLE = {
    chinese: english.strip()
    for line in (
        "斯皮尔伯格=steven spielberg 史匹堡=steven spielberg 泽米吉斯=robert zemeckis 伯顿=tim "
        "burton 希区柯克=alfred hitchcock",
        "希区考克=alfred hitchcock 哈克曼=gene hackman 汉克斯=tom hanks 卡梅隆=james cameron "
        "哈里森·福特=harrison ford",
        "梅尔·吉布森=mel gibson 吉布森=mel gibson 库布里克=stanley kubrick 维尔霍文=paul verhoeven "
        "范霍文=paul verhoeven",
        "伊斯特伍德=clint eastwood 朗·霍华德=ron howard 布鲁斯·威利斯=bruce willis 威利斯=bruce "
        "willis 康纳利=sean connery",
        "德·帕尔玛=brian de palma 德帕尔玛=brian de palma 雷德利·斯科特=ridley scott "
        "雷德利斯科特=ridley scott 西格妮·韦弗=sigourney weaver",
        "奥利弗·斯通=oliver stone 托尼·斯科特=tony scott 汤姆·克鲁斯=tom cruise 阿汤哥=tom cruise "
        "克鲁斯=tom cruise 罗宾·威廉姆斯=robin williams",
        "吴宇森=john woo 大卫·芬奇=david fincher 芬奇=david fincher 尼科尔森=jack nicholson "
        "德尼罗=robert de niro 方·基默=val kilmer",
        "科斯特纳=kevin costner 金·凯瑞=jim carrey 金凯瑞=jim carrey 比利·怀尔德=billy wilder "
        "怀尔德=billy wilder 黑泽明=akira kurosawa",
        "莱昂内=sergio leone 莱翁内=sergio leone 科波拉=francis ford coppola 卢卡斯=george lucas "
        "斯科塞斯=martin scorsese 西科塞斯=martin scorsese",
        "吉列姆=terry gilliam 彼得·威尔=peter weir 尼古拉斯·凯奇=nicolas cage 凯奇=nicolas cage "
        "阿莫多瓦=pedro almodovar 罗德里格兹=robert rodriguez",
        "基耶斯洛夫斯基=krzysztof kieslowski 艾默里奇=roland emmerich 约翰·休斯顿=john huston "
        "特吕弗=francois truffaut 达斯汀·霍夫曼=dustin hoffman",
        "霍夫曼=dustin hoffman 雷德福=robert redford 特拉沃尔塔=john travolta 施瓦辛格=arnold "
        "schwarzenegger 斯瓦辛格=arnold schwarzenegger",
        "班德拉斯=antonio banderas 蒂姆·罗宾斯=tim robbins 茱莉亚·罗伯茨=julia roberts "
        "朱莉娅·罗伯茨=julia roberts 莎朗·斯通=sharon stone",
        "汤米·李·琼斯=tommy lee jones 凯特尔=harvey keitel 昆汀=quentin tarantino 塔伦蒂诺=quentin "
        "tarantino 桑德拉·布洛克=sandra bullock",
        "凯文·史派西=kevin spacey 奥逊·威尔斯=orson welles 威尔斯=orson welles 鲍嘉=humphrey "
        "bogart 卡普拉=frank capra 威廉·惠勒=william wyler",
        "奥黛丽·赫本=audrey hepburn 赫本=audrey hepburn 白兰度=marlon brando 吕美特=sidney lumet "
        "费里尼=federico fellini 大卫·里恩=david lean",
        "波兰斯基=roman polanski 帕西诺=al pacino 福尔曼=milos forman 苏珊·萨兰登=susan sarandon "
        "史泰龙=sylvester stallone 朱迪·福斯特=jodie foster",
        "伍迪·艾伦=woody allen 伍迪艾伦=woody allen 让-雅克·阿诺=jean-jacques annaud "
        "大卫·林奇=david lynch 林奇=david lynch 比尔·默瑞=bill murray",
        "迈克尔·道格拉斯=michael douglas 霍尔斯道姆=lasse hallstrom 吕克·贝松=luc besson "
        "丹泽尔·华盛顿=denzel washington 梅格·瑞恩=meg ryan",
        "约翰尼·德普=johnny depp 德普=johnny depp 黛米·摩尔=demi moore 成龙=jackie chan "
        "迈克尔·曼=michael mann 摩根·弗里曼=morgan freeman",
        "萨姆·雷米=sam raimi 李安=ang lee 布拉德·皮特=brad pitt 皮特=brad pitt 威尔·史密斯=will "
        "smith 迈克尔·贝=michael bay 丹尼·博伊尔=danny boyle",
        "马特·达蒙=matt damon 本·阿弗莱克=ben affleck 加里·格兰特=cary grant 保罗·纽曼=paul newman "
        "霍普金斯=anthony hopkins 布鲁斯南=pierce brosnan",
        "莱昂纳多=leonardo dicaprio 小李子=leonardo dicaprio 迪卡普里奥=leonardo dicaprio "
        "休·格兰特=hugh grant 乌玛·瑟曼=uma thurman",
        "卡梅隆·迪亚兹=cameron diaz 西恩·潘=sean penn 帕特洛=gwyneth paltrow 罗素·克劳=russell "
        "crowe 乔治·克鲁尼=george clooney 贝尼尼=roberto benigni",
        "张艺谋=zhang yimou 陈凯歌=chen kaige 王家卫=wong kar-wai 周润发=chow yun-fat 巩俐=gong li "
        "侯孝贤=hou hsiao-hsien 小津=yasujiro ozu 小津安二郎=yasujiro ozu",
        "伯格曼=ingmar bergman 英格玛·伯格曼=ingmar bergman 戈达尔=jean-luc godard "
        "塔可夫斯基=andrei tarkovsky 卓别林=charles chaplin 玛丽莲·梦露=marilyn monroe",
        "梦露=marilyn monroe 英格丽·褒曼=ingrid bergman 褒曼=ingrid bergman 费雯·丽=vivien leigh "
        "憨豆=rowan atkinson 宫崎骏=hayao miyazaki 诺兰=christopher nolan",
    )
    for chinese, english in re.findall(r"([^\s=]+)=([a-z .-]+)", line)
}  # fmt: skip
#: A given name before a family name that is known: "汤姆·汉克斯".
_NAMES = (
    "罗伯特|汤姆|阿尔|史蒂文|斯蒂文|史蒂芬|马丁|阿尔弗雷德|詹姆斯|乔治|杰克|马龙|奥黛丽"
    "|西尔维斯特|阿诺德?|昆汀|莱昂纳多|安东尼|斯坦利|弗朗索瓦|费德里科|塞尔吉奥|佩德罗|吉恩"
    "|迈克尔|克林特|尼古拉斯|罗伯托|大卫"
)
GIVEN = rf"(?:[\u4e00-\u9fff]{{1,5}}[·•.・]|{_NAMES})?"
