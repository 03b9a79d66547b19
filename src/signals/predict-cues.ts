/** Words by which people say what they want done, in some twenty languages; stems, so that their forms are found too. */

/** A space stands for the edge of a word; between stems, a bar. Held against text in lower case without punctuation. */
const cues: Readonly<Record<string, string>> = {
  translate:
    'translat|localis|localize|interpreter|übersetz|tradui|traduz|traduc|tradur|vertaal|vertal|tłumacz|' +
    'перевед|перевод|переклад|翻译|譯|译成|翻訳|訳し|번역|ترجم|çevir|översätt|oversæt|अनुवाद|přelož|käännä|fordíts|' +
    'traduce|dịch|แปล|μετάφρασ|תרגם|how do you say|how to say|say this in|the word for|heißt |sagt man|' +
    'dit-on|se dice|si dice|se diz|zeg je|jak jest po|как сказать|як сказати|怎么说|何と言|어떻게 말',
  language:
    'english|german|french|spanish|italian|portuguese|dutch|polish|russian|ukrainian|chinese|mandarin|' +
    'japanese|korean|arabic|turkish|swedish|danish|norwegian|finnish|hindi|greek|hebrew|thai|vietnamese|' +
    'indonesian|czech|hungarian|gujarati|bengali|deutsch|englisch|französisch|spanisch|italienisch|anglais|' +
    'français|allemand|espagnol|inglés|francés|alemán|español|inglese|tedesco|francese|spagnolo|inglês|' +
    'alemão|engels|duits|frans|angielsk|niemiec|английск|немецк|французск|русск|англійськ|英文|英语|中文|法语|日语|' +
    '德语|英語|日本語|フランス語|영어|한국어|일본어|الإنجليزية|الفرنسية|ingilizce|almanca|engelska|tyska|अंग्रेज|angličtin',
  summary:
    'summar|tldr|recap|gist|condens|key points|key facts|key takeaways|main points|main takeaways|' +
    'main ideas|takeaway|synopsis|abstract|digest|shorten|short version|nutshell|overview|sum up|distil|' +
    'outline|compress|minutes from|catch me up|in brief|zusammenfass|zusammen|kurzfassung|kürze|' +
    'wichtigsten punkte|worum geht|résum|synthèse|points essentiels|resum|sintetiza|síntesis|' +
    'ideas principales|riassum|sintesi|punti principali|samenvat|streść|streszcz|podsumuj|кратк|резюм|' +
    'стисл|总结|概括|摘要|概述|要約|要点|まとめ|요약|لخص|ملخص|özet|sammanfatt|सारांश|shrň|tiivistä|összefoglal|tóm tắt|สรุป|' +
    'περίληψη|סכם',
  extract:
    'extract|return only|return the|get me the |get the |mentioned|collect|pull out|pick out|named entit|' +
    'parse|fill in|find all|list all|list every|list each|identify all|identify the|identify any|retrieve|' +
    'key-value|genannt|figurent|cité|mencionad|mencionan|extrahi|lies |relève|extrai|extrae|extraer|saca |' +
    'estrai|extraia|haal |wyodrębn|wypisz|извле|выпиш|витягн|випиш|提取|抽取|找出|抽出|挙げて|추출|استخرج|çıkar|' +
    'plocka ut|निकाल|vytáhni|poimi',
  form: 'json|csv|yaml|xml|schema|table|tabelle|tableau|tabla|tabella|columns|fields|表格|таблиц|表に',
  classify:
    'classif|decide|judge|determine|assign|categor|label|sentiment|spam|phishing|toxic|intent|topics |' +
    'positive|negative|tone |rate the|urgency|detect|moderat|klassifi|kategorie|stimmung|ordne |classe |' +
    'catégorie|clasifica|categoría|classifica|classifiqu|oceń|тональн|классифиц|визнач|катего|判断|分类|情感|类别|' +
    '感情|分類|カテゴリ|분류|감정|صنف|تصنيف|sınıfland|वर्गीकर|भावना|roztřiď|luokittele|phân loại',
  verdict:
    'yes or no|yes no|true or false|true false|one word|one of|only the label|only the category|' +
    'only the name|only the letter|choose from|which of the category|which of the label|' +
    'which of the department|which category|which label|which department|ja oder nein|oui ou non|sí o no|' +
    'sì o no|sim ou não|ja of nee|tak lub nie|да или нет|так чи ні|是或否|はい|positiv|negativ|позитив|' +
    'положит|正面|olumlu',
  context:
    'context|based on|according to|passage|documents |excerpt|sources |from the text|from the transcript|' +
    'from the manual|knowledge base|the article |the report |the text |the contract |the handbook |' +
    'the policy |the faq |cite|citation|retrieved|chunk|kontext|laut |anhand|dokument|diesem vertrag|' +
    'contexte|d après|le document|contexto|según|contesto|secondo|kontekst|контекст|согласно|документ|资料|' +
    '根据|上文|文档|資料|に基づ|本文|문맥|다음 글|السياق|النص|bağlam|utifrån|texten|संदर्भ',
  code:
    ' code|undefined|workflow|repository|haskell|golang|deploy|binary tree|linked list|an array|mysql|postgres|mongodb|stack trace|null pointer|segmentation|node_modules|localhost|parser|implement |function|python|javascript|typescript| java |c++|c#| rust | sql |script|regex| bug|compil| git |' +
    'docker| api | css |html|react|unit test|refactor|traceback|exception|error|endpoint|pandas|numpy|' +
    'command|commit|kubernetes|npm|bash|shell|query|algorithm|programm|fonction|función|funzione|função|' +
    'funkcj|функци| код|函数|代码|関数|コード|함수|코드|دالة|بايثون|fonksiyon|funktion|skript|फ़ंक्शन',
  maths:
    'solve|calculat|comput|prove |probabilit|equation|how many|how much|evaluate|integral|derivative|' +
    'integer|percent|sum of|divisible|step by step| per hour| per minute| per day| per week|twice|triangle|' +
    'matrix|löse|beweis|berechn|wie viele|gleichung|wahrscheinlich|résou|calcul|démontr|combien|équation|' +
    'resuelv|cuánt|probabilidad|ecuación|risolv|quanti|resolv|quantas|rozwiąż|równani|oblicz|реши|сколько|' +
    'вероятн|докаж|уравнени|обчисл|скільки|计算|证明|多少|几个|求め|何個|証明|방정식|풀어|구하|احسب|معادلة|çöz|kaçtır|denklem|' +
    'beräkna|lös |ekvation|हल कर|कितन|क्या होगी',
  greeting:
    ' hi | hello | hey | good morning | good evening | thanks | thank you | how are you | hallo | danke |' +
    ' moin | bonjour | salut | merci | hola | gracias | ciao | grazie | oi | olá | obrigado | hoi | cześć |' +
    ' dzięki | привет | спасибо | привіт | дякую | merhaba | teşekkürler | hej | tack | ahoj | नमस्ते |' +
    ' مرحبا | شكرا | 你好| 谢谢| こんにちは| ありがとう| 안녕| 감사',
  create:
    'write|poem|story|recommend|suggest|ideas |tell me|joke|cover letter|speech|brainstorm|caption|plan |' +
    'advice|pretend|act as|play|draft|schreib|gedicht|geschichte|empfiehl|écri|rédig|poème|conseill|idées|' +
    'escrib|cuento|poema|recom|scriv|consigli|escreva|napisz|opowiad|напиш|стих|посовет|写|推荐|故事|書いて|おすすめ|써|' +
    '추천|اكتب|قصيدة|yaz|öner|skriv|dikt|कविता',
  rework:
    'rewrite|rephrase|paraphrase|proofread|improve|formal |friendl|tone of voice|style|grammar|spelling|' +
    'feedback|reply to|expand|continue|sound|umformul|formulier|korrigier|verbesser|reformul|corrig|' +
    'amélior|mejora|migliora|melhor|popraw|исправ|улучш|перепиш|润色|改写|直して|推敲|고쳐|düzelt|rätta',
  ask:
    ' who | what | when | where | why | how | which |explain|difference|wer |was |wann |warum|wie |erklär|' +
    'qui |quel|quand|pourquoi|comment|quién|qué|cuándo|cómo|por qué|chi |cosa|quando|perché|come |quem|' +
    'wat |kto |co |kiedy|jak |кто|что|когда|почему|как|хто|чому|谁|什么|哪|为什么|誰|何|いつ|なぜ|누가|언제|왜|من |ما |متى|' +
    'لماذا|kim|ne zaman|neden|nasıl|vem|vad|när|varför|कौन|क्या|कब|क्यों',
}

interface Stem {
  readonly text: string
  readonly cue: string
}
/** Two characters as one number. */
const keyOf = (text: string, at: number): number => text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1)

/** Stems by their first two characters. */
const stems: ReadonlyMap<number, readonly Stem[]> = Map.groupBy(
  Object.entries(cues).flatMap(([cue, list]) => list.split('|').map(text => ({ text, cue }))),
  ({ text }) => keyOf(text.padEnd(2), 0),
)

const punctuation = /[\s.,:;!?()[\]{}"'’“”«»„/<>|*_=`¿¡、。「」：，？！()]+/g

/** Cues in a text, by name, in the order in which they come. */
export const cuesIn = (text: string): readonly string[] => {
  const plain = ` ${text.toLowerCase().replace(punctuation, ' ')} `
  const found = new Set<string>()
  for (let at = 0; at + 1 < plain.length; at += 1)
    for (const stem of stems.get(keyOf(plain, at)) ?? [])
      if (!found.has(stem.cue) && plain.startsWith(stem.text, at)) found.add(stem.cue)
  return [...found]
}
