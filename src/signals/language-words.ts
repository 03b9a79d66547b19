/** Words that are frequent in a language, and rare in those it could be taken for. */

/** By ISO 639-1, for languages that share a script; in lower case. */
export const latinWords: Readonly<Record<string, string>> = {
  en: 'the and of to is in that it for you was with on are this have be what how not from by your can which will would please there their they has do my what who when where why me tell write give an should could would does did was were am had been about into some any many much best good say make help need get going them she he we our his her than then most more one two first i if or but so up out no let explain play let how tall long first book report between difference feel think like',
  de: 'der die das und ist nicht ich ein eine zu den mit auf für von dem sich im auch wie was bitte es sind wird oder wenn mir du einen kann nach bei aus wer warum wann hilf schreib mir mich dich uns euch hallo danke gib sollte sollten könnte haben hat habe bin bist kein keine aber noch schon sehr mehr man am im zum zur über unter vor heute erkläre geht',
  fr: 'le la les des est et une un que pour dans qui pas sur ce vous je au du avec il elle nous plus sont ou mais comment être cette ça aux quel moi qui quoi quand où pourquoi salut bonjour merci aide écris donne moi mon ma mes ton ta tes son sa ses leur nos vos suis es sommes êtes ont avons ai as fait faire peux peut idées quelle capitale beaucoup sous entre',
  es: 'el la los las de que y en un una por para con no es se del al lo como más pero su qué está me mi cómo hay son este sobre muy quién cuándo dónde hola gracias puedo puedes escribe escríbeme dime tu tú su sus mis ayuda mejor dos tres sin ya también porque cuál quiero tengo tiene hacer',
  it: 'il di che la e un una per non con è sono del della come più si le nel alla gli ma mi anche questo cosa perché ho i dei in tre nella chi quando dove ciao grazie posso puoi scrivi dimmi tuo sua mio stai sto hai ha abbiamo fare molto bene tre due dal dei delle nel sul quale consigliami scritto',
  pt: 'o a os as de que e do da em um uma para com não por mais é no na se dos como mas foi ao ele você isso são está pelo seu qual à quem quando onde oi olá obrigado posso pode escreva diga tudo bem meu minha seu sua muito sobre sem você vocês tem ter fazer',
  nl: 'de het een van en in is dat op te zijn met voor niet die aan er om ook als maar wat ik je hoe naar bij deze wordt kan uit nog wie waar wanneer hoi dank kun schrijf geef gaat gaan doen heeft heb hebben jij jou mijn moet moeten goed veel vanavond koken over naar',
  sv: 'och att det som en på är av för med den till inte har jag ett om hur var men så från kan du vad vi eller mig följande hej tack skriv berätta vem när varför mår kan ska skulle mycket bra min din sin vill bli blir mår',
  da: 'og at det er en af til den på for ikke med der har jeg et hvad som de hvordan kan du fra var men om mig vi blev efter',
  no: 'og det er en på for ikke som jeg av å til den har med et hva vi kan hvordan du fra om men ble meg eller noe etter også',
  fi: 'ja on ei se että oli hän mutta niin kun myös kuin ovat mitä joka tämä minä sinä miten voi mikä tai sen minun sitä olla hyvin',
  pl: 'i w na z się nie do to jest że jak co o po dla czy od przez ale są tym być mnie jego który która jestem może tak proszę za cześć dziękuję napisz powiedz gdzie kiedy dlaczego masz mam ma są jesteś krótkie moje twoje bardzo dobrze mogę chcę',
  cs: 'a se v na je že to s z do o jak pro co jsou by ale jsem který jako při po od nebo tak není může jste mi prosím bude ahoj děkuji napiš řekni kde kdy proč máš mám se svůj velmi dobře mohu chci mi',
  sk: 'a sa v na je že to s z do o ako pre čo sú by ale som ktorý pri po od alebo tak nie môže ste mi prosím bude',
  hu: 'a az és hogy nem is egy van ez meg de mit csak volt már vagy mint ki hogyan kell lehet azt ezt nekem mi szép én',
  ro: 'și de la în a cu pe nu este că un o din pentru care ce mai sunt se să cum fi dar au este ale unei mi cât acest',
  tr: 've bir bu da de için ne ile çok var mi nasıl daha olarak gibi ben değil mı kadar ama sen olan sonra en bana bunu şu merhaba teşekkür yaz söyle nerede görülebilir gün günde nasılsın iyi istiyorum lütfen hangi',
  vi: 'là và của có không tôi được cho các một với những người này trong đã bạn như để khi nào gì làm thế hãy về',
  id: 'yang dan di ini itu untuk dengan tidak dari dalam adalah akan pada saya ke apa bagaimana bisa atau anda juga oleh ada kami sebuah',
}
export const cyrillicWords: Readonly<Record<string, string>> = {
  ru: 'и в не на что с как это по я к но из для все так его она был мне ты вы или если бы есть когда кто чтобы от за привет напиши расскажи написал дела о до про со ли же почему этот сколько где почему какая какой можно нужно',
  uk: 'і в не на що з як це та я до але із для все так його вона був мені ти ви або якщо є коли хто щоб від за про у цей привіт напиши справи розкажи скільки де чому яка який можна треба',
  bg: 'и в не на че с как това по аз към но от за всички така той тя беше ми ти вие или ако е кога кой да са се ще',
}
export const arabicWords: Readonly<Record<string, string>> = {
  ar: 'في من على إلى أن هذا هذه التي الذي ما هو هي كان عن مع كيف لا هل كل بين أو ثم بعد النص',
  fa: 'و در به از که این را با است برای آن یک های می خود تا چه من شما چگونه بود شد کرد هم نیست متن',
  ur: 'کے میں کی ہے اور سے کا کو نے پر یہ کہ ہیں اس نہیں تھا کیا ہو ایک بھی تو مجھے آپ جو',
}
/** Letters that only one of those that share a script has, or very few. */
export const tellingLetters: Readonly<Record<string, string>> = {
  de: 'ß',
  es: 'ñ¿¡',
  pt: 'ãõ',
  sv: 'å',
  da: 'æøå',
  no: 'æøå',
  pl: 'łąęśżź',
  cs: 'řěů',
  sk: 'ľĺŕ',
  hu: 'őű',
  ro: 'țșăţş',
  tr: 'ğış',
  vi: 'ạảấầẩậắằặẹẻẽếềểệịọỏốồổộớờởợụủứừửựỳỵỷỹđ',
  ru: 'ыэё',
  uk: 'їєґі',
  fa: 'پچژگ',
  ur: 'ٹڈڑےں',
}
/** Letters in a row that are much more frequent in one of the languages than in the others; a space is the edge of a word. */
export const tellingPieces: Readonly<Record<string, readonly string[]>> = {
  en: ['th', 'ing ', ' wh', 'ough', 'ight', 'ould', 'ck', ' my ', 'tion '],
  de: ['sch', 'ich', 'cht', 'ung ', ' ge', 'eit', 'ä', 'ü', 'ie '],
  fr: ['eau', 'ai', 'oux', 'ç', 'ê', 'è', 'où', 'eur ', 'ment ', ' d ', ' l ', ' qu'],
  es: ['ción', 'll', 'ue', 'ía', 'ó', ' cu', 'os '],
  it: ['zion', 'gli', 'cch', 'ò', 'ù', 'zz', 'tt', ' di', 'che'],
  pt: ['ção', 'ões', 'nh', 'lh', 'ê', 'ç', ' um', 'm '],
  nl: ['ij', 'aa', 'oe', 'uu', ' ge', 'een', 'en '],
  sv: ['ä', 'ö', 'å', 'ett', 'för', 'är', 'och'],
  da: ['ø', 'æ', 'hv', 'ede', 'af', 'ige'],
  no: ['ø', 'å', 'hv', 'kj', 'sk', 'ikke'],
  fi: ['ää', 'aa', 'ii', 'ssa', 'lla', 'kk', 'uo', 'yö'],
  pl: ['cz', 'sz', 'rz', 'ie', 'ó', 'ow', 'ć', 'ń'],
  cs: ['ů', 'ě', 'ř', 'ou', 'í', 'é', 'ž', 'č'],
  sk: ['ľ', 'ô', 'ou', 'ie', 'ť', 'ž', 'č'],
  hu: ['gy', 'sz', 'ő', 'ny', 'ö', 'á', 'tt'],
  ro: ['ă', 'â', 'ț', 'ș', 'ul ', 'ea', 'ii '],
  tr: ['ı', 'ş', 'ğ', 'lar', 'ler', 'yor', 'ü'],
  vi: ['ng', 'nh', 'ươ', 'iệ', 'đ', 'ô', 'ư'],
  id: ['ng', 'kan', 'ber', 'men', 'ya', 'nya', 'ah'],
}
