export type LanguageSigns = {
  /** Small words, and those that make a question. */
  readonly words: string
  /** How its long words end. */
  readonly endings: string
  /** Its letters beyond a to z; absent where all languages of the script have the same. */
  readonly letters?: string
}

/** What tells languages of one script apart, by ISO 639-1. A word of several languages counts for each, and less. */
export const LANGUAGES = {
  Latin: {
    en: {
      words:
        'the of to and in is are was were be been am a an for on at by with from as about into over than that this these those it its he she they we you your our my their his her i what which who whose when where why how do does did can could should would will may must not no if or but there have has had any all some between after before during under above without list explain compare give tell show name me us get make many much difference please need want use used using help find happens happen mean means steps summary overview possible each same new most',
      endings: 'tion tions ing ings ed ly ness able ment ments ous ies ship ity ure',
      letters: '',
    },
    de: {
      words:
        'der die das den dem des ein eine einen einem einer eines und oder aber ist sind war waren wird werden wurde wurden hat haben kann können darf muss müssen soll sollen nicht kein keine mit von vom zu zum zur im in am an auf aus bei beim nach für über unter zwischen durch ohne gegen um vor seit bis wie was wer wen wem wann wo warum wieso welche welcher welches welchen wodurch woher ich du er sie es wir ihr mein meine meinen dein sein ihre unser mir mich uns sich als wenn dass ob auch nur noch schon viel viele lange gibt alle dieser diese dieses nenne erkläre liste vergleiche gib unterschied bitte brauche braucht hilfe finde finden passiert bedeutet schritte überblick zusammenfassung möglich neue neuen mehr weniger gilt fasse zeige erzähl jede jeder jeden',
      endings:
        'ung ungen heit heiten keit keiten schaft lich liche lichen isch ische ischen ieren iert bar ern ierte',
      letters: 'äöüß',
    },
    fr: {
      words:
        'le la les l un une des du de d et ou est sont était a ont être avoir fait peut doit dois puis ne n pas plus que qu qui quoi quel quelle quels quelles quand où comment pourquoi combien ce cet cette ces c se s sa son ses mon ma mes notre nos votre vos leur leurs il elle ils elles on nous vous je j tu moi au aux en dans sur sous par pour avec sans entre avant après pendant chez si mais y t m tous toutes tout toute faut faire donne explique compare liste existe différence besoin aide trouver passe signifie étapes résumé résume aperçu nouveau nouvelle nouveaux selon montre parle cela ça utilise fonctionne à non très même aussi dont comme soit peuvent doivent suis es',
      endings:
        'tion tions ment ments eur eurs eux euse ité ités ée ées és age ages ique iques aire ance ence isme er ez aient',
      letters: 'àâæçéèêëîïôœùûüÿ',
    },
    es: {
      words:
        'el la los las lo un una unos unas de del al y e o u es son está están era fue ser hay ha han tiene tienen puede puedo pueden debe debo deben no se que qué quién quiénes cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas por para con sin en entre sobre desde hasta según tras durante este esta estos estas ese esa eso mi mis tu su sus nuestro nuestra me te le nos les yo él ella ellos usted si pero más como todos todas todo cada porque hacer dame explica compara enumera lista significa diferencia necesito ayuda encuentro encontrar pasa pasos resumen resume posible nuevo nueva nuevos nuevas háblame usa existe existen causa funciona sea muy también sólo solo sido',
      endings:
        'ción ciones sión dad dades mente ando iendo ado ada ados adas ido ida idos ar er ir aje miento ería',
      letters: 'áéíñóúü',
    },
    it: {
      words:
        'il lo la i gli le l un uno una di del dello della dell dei degli delle da dal dalla dall dai dalle a al alla all ai alle agli in nel nella nell nei nelle su sul sulla sull con per tra fra e ed o è sono era ha hanno essere avere può posso possono deve devo devono non si che chi cosa quale quali quando dove come perché quanto quanta quanti quante ci c mi ti vi ne mio mia miei tuo suo sua nostro loro io tu lui lei noi se ma più questo questa questi queste ogni tutti tutte senza dopo prima anche dammi spiega elenca confronta cos differenza serve aiuto trovo trovare succede significa passaggi passi riassunto riassumi possibile nuovo nuova nuovi nuove parlami usa funziona esiste esistono viene vengono stato stata già poi solo molto',
      endings:
        'zione zioni sione mente ità ando endo ato ata ati ate ito ita iti uto are ere ire aggio mento menti abile izzare',
      letters: 'àèéìîòù',
    },
    pt: {
      words:
        'o a os as um uma uns umas de do da dos das em no na nos nas ao à aos às pelo pela pelos pelas por para com sem sob sobre entre até e ou é são está estão era foi ser há tem têm pode posso podem deve devo devem não se que quem qual quais quando onde como porque porquê quanto quanta quantos quantas isto este esta estes estas esse essa isso meu minha meus minhas seu sua seus suas nosso nossa me te lhe nós eu você vocês ele ela eles elas mas mais todos todas cada após durante fazer explique compare liste significa diferença preciso ajuda encontro encontrar acontece passos resumo resuma possível novo nova novos novas usa existe existem funciona causa fale sido depois já só também muito foram',
      endings:
        'ção ções são dade dades mente ando endo indo ado ada ados adas ido ida ar er ir agem mento ável ível ões',
      letters: 'áâãàçéêíóôõúü',
    },
    nl: {
      words:
        'de het een en of is zijn was waren wordt worden werd werden heeft hebben had kan kunnen mag moet moeten zal zullen niet geen met van voor op in uit aan bij naar om over onder tussen door zonder tegen na tot als dan dat die dit deze wat wie welk welke wanneer waar waarom hoe hoeveel ik je jij hij zij ze wij we u uw mijn jouw ons onze hun er mij me zich ook nog al alle maar te ten per lang doe geef noem leg vergelijk vertel gebeurt verschil nodig hulp vind vinden betekent stappen samenvatting overzicht mogelijk nieuwe gebruikt gebruik werkt kunt graag elk elke',
      endings: 'ing ingen heid heden lijk lijke ische tie ties baar eren eert aar aars elen sel iteit',
      letters: 'éëïóöü',
    },
    pl: {
      words:
        'i w we z ze na do od o u po za przez przy dla bez pod nad między przed jest są był była było były być będzie nie tak czy co kto kogo kiedy gdzie jak jaki jaka jakie jakich który która które którego których którym dlaczego ile się to ten ta te tego tej tych tym ja ty on ona my wy oni mój moje moja moją swój mi go jej ich oraz lub albo ale jeśli gdy że aby można mogę może muszę trzeba należy czym podaj wymień wyjaśnij porównaj wszystkie jako już różnica różnice potrzebuję pomoc znaleźć znajdę oznacza kroki krok podsumuj możliwe nowy nowa nowe używa działa dzieje opowiedz mam ma mają swoje został została',
      endings:
        'anie enie ania enia ość ości ować owy owa owe owych owego nego nej nych ych ego iem ami ach ków cji cja cję acja',
      letters: 'ąćęłńóśźż',
    },
    sv: {
      words:
        'och i att det som en ett den de är på av för med till om från vid under över mellan utan efter före mot hos har hade ska skall kan kunde måste får inte ingen vad vem vilka vilken vilket när var varför hur många mycket jag du han hon vi ni dem min mitt mina din sin sitt vår er sig mig oss denna detta dessa eller men så då där här finns blir blev vara alla något några också bara hittar gör ge förklara lista jämför skillnad skillnaden behöver hjälp hitta händer betyder steg sammanfatta översikt möjligt nya använder fungerar länge berätta vill ta',
      endings:
        'ning ningar ningen het heten lig ligt liga arna erna orna ande ades skap sion tion tionen isk iska',
      letters: 'åäöé',
    },
    da: {
      words:
        'og i at det der som en et den de er på af for med til om fra ved under over mellem uden efter før mod hos har havde skal kan kunne må får ikke ingen hvad hvem hvilke hvilken hvilket hvornår hvor hvorfor hvordan mange meget jeg du han hun vi dem min mit mine din sin sit vores sig mig os denne dette disse eller men så da her findes bliver blev være alle noget nogle også kun gør giv forklar sammenlign hvis sker bruger når forskel forskellen behøver hjælp finde betyder trin opsummer oversigt muligt nye virker længe fortæl vil tage blive blevet skete',
      endings:
        'ning ninger ningen hed heden lig ligt lige erne ende ede skab tion tionen isk iske else elser elsen',
      letters: 'æøåé',
    },
    no: {
      words:
        'og i å at det som en ei et den de er på av for med til om fra ved under over mellom uten etter før mot hos har hadde skal kan kunne må får ikke ingen hva hvem hvilke hvilken hvilket når hvor hvorfor hvordan mange mye jeg du han hun vi dere dem min mitt mine din sin sitt vår seg meg oss denne dette disse eller men så da her finnes blir ble være alle noe noen også bare gjør gi forklar sammenlign hvis skjer bruker forskjell forskjellen trenger hjelp finne betyr trinn oppsummer oversikt mulig nye virker fungerer lenge fortell vil ta blitt skjedde',
      endings:
        'ning ninger ningen het heten lig lige ene ende ete skap sjon sjonen sjoner isk iske else elser elsen',
      letters: 'æøåéò',
    },
    fi: {
      words:
        'ja on ei ole oli ovat mikä mitä missä mistä mihin milloin miksi miten kuka ketkä kuinka paljon monta montako voi voin voiko voinko saako saa pitää täytyy että jos kun tai vai mutta myös se ne tämä nämä tuo minä sinä hän me te he minun sinun meidän onko ovatko eivät en et emme joka jotka jonka kaikki ilman kanssa ennen jälkeen aikana välillä mukaan vain jo niin kuin kerro selitä luettele vertaa',
      endings:
        'ssa ssä sta stä lla llä lta ltä lle ksi nen set sen inen iset isen minen misen tta ttä aan ään ista istä iin uun taan tään minä tus tys',
      letters: 'äöå',
    },
    cs: {
      words:
        'a i v ve z ze na do od o u k ke po za pro při bez pod nad mezi před s se si je jsou byl byla bylo byly být bude není ne ano co kdo kdy kde jak jaký jaká jaké jakou jakých který která které kterou kterého kterých proč kolik to ten ta te tento tato toto tohoto já ty on ona my vy oni můj moje mé své svůj mi ho jeho její jejich nebo ale pokud když že aby lze mohu může můžu musím máme mám mají dělat podle všechny také jen vysvětli uveď porovnej rozdíl potřebuji pomoc najít najdu znamená kroky krok shrň možné nový nová nové používá funguje stane',
      endings: 'ání ení ost osti ovat ový ová ové ých ého ému ími ami ách ech ování ěna íků ník ího ění',
      letters: 'áčďéěíňóřšťúůýž',
    },
    sk: {
      words:
        'a aj v vo z zo na do od o u k ku po za pre pri bez pod nad medzi pred s so sa si je sú bol bola bolo boli byť bude nie áno čo kto kedy kde ako aký aká aké akú akých ktorý ktorá ktoré ktorú ktorého ktorých prečo koľko to ten tá tento táto toto tohto ja ty on ona my vy oni môj moje svoje svoj mi ho jeho jej ich alebo ale ak keď že aby možno môžem môže musím máme mám majú robiť podľa všetky tiež len vysvetli uveď porovnaj',
      endings: 'anie enie ania enia osť osti ovať ový ová ové ých ého ému ími ami ách och ovanie ník ením',
      letters: 'áäčďéíĺľňóôŕšťúýž',
    },
    hu: {
      words:
        'a az és egy nem van vannak volt voltak lesz hogy mi mit miért mikor hol hova honnan hogyan ki kit kik melyik melyek milyen mennyi hány meddig ha vagy de is csak még már meg ez ezek azok én te ő mi ti ők nekem lehet kell tud tudom tudok szabad minden között alatt után előtt szerint nélkül számára sem mint ami amely aki amikor mert kérem sorold magyarázd hasonlítsd',
      endings:
        'ban ben ból ből nak nek hoz hez ság ség ás és ások ések tól től ról ről val vel kat ket ját jét ott ett ható hető',
      letters: 'áéíóöőúüű',
    },
    ro: {
      words:
        'și si în din de la cu pe pentru prin sub peste între fără după înainte până a al ai ale o un unei unui unor este sunt era erau fi fost are au am poate pot putem trebuie nu se să că ce cine cui când unde cum care cât câte câți câtă câteva dacă sau dar mai eu tu el ea noi voi ei ele meu mea mei mele său sa lui lor îmi îți își acest această aceste acestei toate toți fiecare doar explică enumeră compară întâmplă diferența diferență nevoie ajutor găsesc găsi înseamnă pași rezumă rezumat posibil nou nouă folosește funcționează şi',
      endings: 'ului ilor elor ție ția ții ției are ere ire ează ești ită ate itate ilor uri urile ător lor',
      letters: 'ăâîșțşţ',
    },
    hr: {
      words:
        'i u na za od do iz sa s o po pri kod bez pod nad između prije poslije nakon je su bio bila bilo bili biti bit će nije ne da što šta tko ko kada gdje gde kako koji koja koje kojeg kojih kojem kojim koju zašto koliko to taj ta ovaj ova ovo ja ti on ona mi vi oni moj moja moje svoj svoju njegov njihov ili ali ako kad jer te se li može mogu moram treba imaju ima prema sve svi samo objasni navedi usporedi',
      endings:
        'anje enje anja enja ost osti ovati ski ska ske skog nog nih nim ama ima ije ijom ciji cija cije uje iti ati',
      letters: 'čćđšž',
    },
    sl: {
      words:
        'in v na za od do iz z s o po pri brez pod nad med pred je so bil bila bilo bili biti bo ni ne da kaj kdo kdaj kje kako kateri katera katero katerega katerih kakšen kakšna kakšno zakaj koliko to ta ti tega teh jaz on ona mi vi oni moj moja moje svoj svojo njegov njihov ali ampak če ko ker ter se lahko moram mora treba imajo ima glede vse vsi samo tudi kot pa pojasni naštej primerjaj',
      endings:
        'anje enje anja enja ost osti ovati ski ska ske skega nega nih nim ami ima ijo ciji cija cije uje iti ati jo',
      letters: 'čšž',
    },
    tr: {
      words:
        'bir ve ile bu şu o da de mi mı mu mü ne nedir neden niçin nasıl nerede nereden nereye kim kimin kimler hangi hangisi kaç kadar için gibi daha en çok az var yok mıdır değil olan olarak olur olursa oldu olması ben sen biz siz onlar benim senin ama veya ya ki her tüm bütün sonra önce arasında arasındaki göre karşı üzerinde eder edilir edilen yapılır yapmalıyım zaman açıkla listele karşılaştır şey fark farkı lazım gerekir yardım bulabilirim demek adımlar özetle mümkün yeni kullanıyor çalışır anlat ister',
      endings:
        'lar ler ları leri ların lerin lık lik luk dır dir tır tir ması mesi mak mek yor nın nin dan den ında inde ına ine ıyor iyor abilir ebilir',
      letters: 'çğıöşüâî',
    },
    id: {
      words:
        'yang dan di ke dari untuk dengan pada adalah ini itu tidak bukan apa apakah siapa kapan mana bagaimana mengapa kenapa berapa saya anda kamu kami kita mereka dia bisa dapat harus akan sudah telah belum ada atau jika kalau karena oleh dalam antara tanpa setelah sebelum selama lebih juga semua setiap para sebuah seperti agar saja jelaskan sebutkan bandingkan jangan',
      endings: 'kan nya lah annya asi wan ngan han ran',
      letters: '',
    },
    tl: {
      words:
        'ang ng mga sa na ay at ito iyon ka ko mo ako ikaw siya kami tayo sila hindi huwag kung para ano anong paano bakit kailan saan sino alin ilan may mayroon wala iyong aking kanyang ni si kay lahat dapat maaari maaaring upang kapag dahil bago pagkatapos ba po rin din lang nang isang lamang mula o nito kanila',
      endings: 'han hin ang ong',
      letters: 'ñ',
    },
    vi: {
      words:
        'là và của có không cho các những một được trong với để khi nào gì ai đâu sao thế như từ đến này đó tôi bạn chúng họ ở về ra vào trên dưới hay hoặc nếu thì mà cũng đã đang sẽ phải nên cần bao nhiêu làm bởi sau trước giữa tất cả theo hãy',
      endings: '',
      letters: 'àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ',
    },
    ca: {
      words:
        'el la els les l un una uns unes de d del dels al als i o és són està estan era ha han hi ho pot puc poden cal no es que què qui quin quina quins quines quan on com perquè quant quants quantes per amb sense en entre sobre des fins segons aquest aquesta aquests aquestes aquell meu meva seu seva nostre em et us li jo ell ella si però més tots totes cada fer explica compara llista després',
      endings:
        'ció cions dor dors ment itat itats ar er ir at ada ats ades atge ència ància esa eix ible ables',
      letters: 'àçéèíïóòúü',
    },
  },
  Cyrillic: {
    ru: {
      words:
        'и в во на с со по к ко о об от до из за для при без под над между через не ни что кто чем кого кому когда где куда откуда как какой какая какое какие каких какую который которая которые почему зачем сколько ли это этот эта эти я ты он она оно мы вы они мой моя мое моё мою мне меня его её ее их или но если чтобы то же есть был была было были быть будет можно нужно надо после перед также все всё назови объясни перечисли сравни разница разницу нужен нужна работает происходит значит означает шаги найти использует новый новые помоги расскажи чём нет лучше',
      endings:
        'ение ения ание ания ость ости ать ить ться ется ются ский ская ские ного ному ных ный ная ное ные ого его ами ями ах ях ция ции ию ов ев ает яет ует ают',
      letters: 'абвгдежзийклмнопрстуфхцчшщъыьэюяё',
    },
    uk: {
      words:
        'і й та в у на з із зі по до від про для при без під над між через не ні що хто чим кого кому коли де куди звідки як який яка яке які яких яку котрий чому навіщо скільки чи це цей ця ці я ти він вона воно ми ви вони мій моя моє мої мою мені мене його її їх або але якщо щоб то ж є був була було були бути буде можна треба потрібно після перед також усі все назви поясни порівняй мають має різниця потрібен працює означає кроки знайти використовує новий нові розкажи немає цього',
      endings:
        'ення ання ість ості ати ити тися ться ється ський ська ські ного ному них ний на не ні ого ами ями ах ях ція ції ію ів їв',
      letters: 'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя',
    },
    bg: {
      words:
        'и в във на с със по към о от до из за при без под над между през не ни какво кой коя кое кои кога къде откъде как какъв каква какви защо колко ли това този тази тези аз ти той тя то ние вие те мой моя моята моето ми му им си се ще да или но ако че е съм са беше бяха бил била било бъде може мога трябва имат има след преди също всички обясни изброй сравни разлика нужен работи означава стъпки намеря използва нов нови разкажи няма става',
      endings: 'ение ения ане ания ост ости ата ята ите ето ът та то те ия ски ска ско ове ции ция ният',
      letters: 'абвгдежзийклмнопрстуфхцчшщъьюя',
    },
  },
  Arabic: {
    ar: {
      words:
        'في من على إلى عن مع هل ما ماذا من متى أين كيف لماذا كم أي هو هي هذا هذه ذلك التي الذي أن إن لا لم لن قد كان كانت يكون بين بعد قبل عند كل جميع أو و يجب يمكن يمكنني لي أنا نحن هناك الفرق اشرح اذكر قارن ليس أنت',
      endings: 'ات ية ين ون ها هم ة',
      letters: 'ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي',
    },
    fa: {
      words:
        'در از به با که را این آن است هست هستند بود می برای تا یا و هم چه چیست کی کجا چگونه چرا چند کدام آیا من ما شما او آنها باید شود شده کرد کنم کنید کند دارد دارند بین بعد قبل همه هر اگر نیست یک',
      endings: 'های ها ترین ان ند',
      letters: 'آئابتثجحخدذرزسشصضطظعغفقلمنهوپچژکگی',
    },
    ur: {
      words:
        'میں سے کا کی کے کو نے پر اور ہے ہیں تھا تھی ہو یہ وہ کیا کون کب کہاں کیسے کیوں کتنا کتنے کس جو تو بھی نہیں مجھے ہم آپ میرا اگر یا لیے ساتھ بعد پہلے تمام ہر ایک کر کرنا سکتا سکتے چاہیے',
      endings: 'وں یں نے تا تی تے',
      letters: 'آؤئابتثجحخدذرزسشصضطظعغفقلمنوٹپچڈڑژکگںھہیے',
    },
  },
  Devanagari: {
    hi: {
      words:
        'है हैं था थी थे का की के को में से पर ने और या यह वह ये वे क्या कौन कब कहाँ कहां कैसे क्यों कितना कितने कितनी किस जो तो भी नहीं मुझे हम आप मेरा मेरी मेरे अगर लिए साथ बाद पहले सभी हर एक कर करना करें करता सकता सकते सकती चाहिए होता होती है हूँ हूं मैं बीच',
      endings: 'ों ना ता ती ते ें',
    },
    mr: {
      words:
        'आहे आहेत होता होती होते चा ची चे आणि किंवा हा ही हे तो ती ते काय कोण कधी कुठे कसे कसा कशी का किती कोणता कोणते कोणती जो तर नाही मला आम्ही तुम्ही माझा माझी माझे जर साठी सह नंतर आधी सर्व प्रत्येक एक करा करावे शकतो शकता पाहिजे मी मध्ये',
      endings: 'ची चे चा च्या ला ने त ांना ण्यासाठी',
    },
    ne: {
      words:
        'छ छन् हो हुन् थियो को का की ले लाई मा बाट र वा यो त्यो यी के को कहिले कहाँ कसरी किन कति कुन जुन पनि छैन होइन मलाई हामी तपाईं मेरो यदि लागि सँग पछि अघि सबै हरेक एक गर्न गर्ने गर्नुहोस् सक्छ सक्छु पर्छ म',
      endings: 'को का की मा ले लाई हरू हरूको न्छ',
    },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, LanguageSigns>>>>
