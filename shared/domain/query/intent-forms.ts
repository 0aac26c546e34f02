/** One or more words between two that make a form, at most as many as a clause has. */
const SOME = "(?:[\\p{L}']+ ){1,8}"
const FEW = "(?:[\\p{L}']+ ){1,4}"
const MAYBE = "(?:[\\p{L}']+ ){0,8}"
/** The beginning of a sentence, and what may stand there without changing its form. */
const START =
  "\\. (?:(?:please|kindly|hi|hello|hey|so|and|now|then|can you|could you|would you|i want you to|bitte|kannst du|können sie|und|s'il vous plaît|peux tu|pouvez vous|et|por favor|puedes|podrías|y) )*"
const OWN = 'the|my|your|our|his|her|its|their|this|that|these|those'

/** All that a message of small talk is made of. */
export const SMALL_TALK = [
  // English
  '(?:hi|hello|hey|greetings|good (?:morning|afternoon|evening|night|day))(?: there| again| all| everyone)?',
  "how are you(?: doing)?(?: today)?|how's it going|what's up|nice to meet you",
  '(?:thanks|thank you|many thanks|thx|cheers)(?: a lot| again| very much| so much)?(?: for (?:your|the|all your) help)?',
  "that(?: really)? (?:helps|helped|works|worked)(?: a lot)?|that's (?:all|it|great|perfect|helpful|good|fine)|very helpful",
  'great|perfect|nice|cool|awesome|ok|okay|alright|got it|understood|i (?:see|understand)|no problem|sorry',
  "bye|goodbye|see you(?: later| soon)?|have a (?:nice|good|great) (?:day|evening|weekend)|you're welcome",
  "who are you|what are you|what can you do|what(?:'s| is) your name|are you (?:a |an )?(?:bot|robot|human|person|machine|real)|can you help(?: me)?",
  // German
  'hallo|moin|servus|grüß gott|guten (?:morgen|tag|abend)|tschüss|auf wiedersehen|schönen (?:tag|abend)(?: noch)?',
  'danke(?: schön| sehr| dir| ihnen)?|(?:vielen|besten) dank|bitte(?: schön)?|für (?:die|deine|ihre) hilfe|das hilft(?: mir)?(?: sehr| weiter)?',
  "super|prima|alles klar|verstanden|wer bist du|wer sind sie|wie heißt du|was kannst du|wie geht(?:'s| es)(?: dir| ihnen)?",
  // French
  'bonjour|bonsoir|salut|coucou|au revoir|à bientôt|(?:merci|merci beaucoup|merci bien)(?: à vous| à toi)?|pour (?:votre|ton) aide',
  "ça va|comment (?:ça va|vas tu|allez vous)|qui es tu|qui êtes vous|d'accord|parfait|bonne (?:journée|soirée)",
  // Spanish
  'hola|buenos días|buenas(?: tardes| noches)?|(?:muchas )?gracias|adiós|hasta luego|por (?:la|tu|su) ayuda',
  'qué tal|cómo (?:estás|está|te llamas)|quién eres|qué puedes hacer|perfecto|vale|de acuerdo',
  // Italian, Portuguese, Dutch
  'ciao|buongiorno|buonasera|grazie(?: mille)?|olá|oi|bom dia|boa (?:tarde|noite)|obrigad[oa]|hoi|goedemorgen|dank (?:je|u)(?: wel)?|bedankt|tot ziens',
] as const

/** Forms by what they ask for, the more telling first; a sentence is its words in lower case, between full stops. */
export const FORMS = {
  comparison: [
    ' (?:compar(?:e|es|ed|ing|ison|isons)|versus|vs|differs?|pros and cons) ',
    ' (?:differences? between|different (?:from|than)) | (?:better|worse|faster|slower|cheaper|safer) (?:than|or) ',
    ` (?:which|what) ${SOME}(?:better|worse|faster|slower|cheaper|safer) ${SOME}or `,
    ' (?:vergleich\\p{L}*|unterschiede?n? zwischen|unterscheide[nt]) | (?:besser|schlechter|schneller|günstiger|billiger|sicherer) (?:als|oder) ',
    ' (?:compar(?:er|ez|aison)|différences? entre|par rapport (?:à|au|aux)|diffèrent?) | (?:meilleure?|mieux|moins chère?) (?:que|ou) ',
    ' (?:compara[rn]?|comparación|diferencias? entre|se diferencian?|frente a) | (?:mejor|peor) (?:que|o) ',
  ],
  summary: [
    ' summari[sz](?:e|es|ing) | (?:an? )?(?:brief |short |quick )?(?:summary|overview|recap) of | an? (?:brief |short |quick )?(?:summary|overview|recap) ',
    ` (?:key|main) (?:points|ideas|takeaways|findings) |${START}(?:summary|overview|recap) | tl (?:\\. )?dr `,
    ` fass(?:e|en)? ${MAYBE}zusammen | zusammen(?:fassung|fassen|zufassen) | (?:überblick|kurzfassung) `,
    `${START}résum(?:e|ez|er) | (?:un|le) (?:résumé|aperçu) | résumé d | (?:la|une) synthèse | les grandes lignes `,
    `${START}(?:resum(?:e|a|ir) (?:el|la|los|las|este|esta|lo)|resúm\\p{L}+) | (?:un|el) resumen | resumen del? | visión general | puntos clave `,
  ],
  procedure: [
    ' how (?:do|does|did|can|could|should|would|must|might|am|are) (?:i|we|you|one|someone|somebody|an? (?:user|customer|employee|admin)|users|customers|employees) (?!know |feel )',
    ' how to | (?:steps|instructions|procedure|process) (?:to|for|on) | (?:walk|guide|take) (?:me|us) through | step by step | (?:best|right) way to ',
    ' what (?:should|must|can|shall) (?:i|we|one) do | what do (?:i|we) (?:need|have) to do ',
    ' wie (?!viele? |lange |oft |häufig |hoch |groß |alt |weit |teuer |schnell |schwer )\\p{L}+ (?:ich|man|wir) | schritte (?:zu[mr]?|für|um) | anleitung ',
    ` was (?:muss|soll|sollte|kann|müssen|sollen) (?:ich|man|wir) ${MAYBE}(?:tun|machen) `,
    ' comment (?:puis je|peut on|dois je|doit on|faire|je|on|(?!notre |votre |être )\\p{L}+(?:er|ir|re|oir)) | comment \\p{L}+ (?:t )?(?:on|je|nous) ',
    " étapes (?:pour|de|d'\\p{L}+) | procédure (?:pour|de) | mode d'emploi | que (?:dois je|faut il|doit on) faire | qu'est ce que je dois faire ",
    ' cómo (?:puedo|podemos|hago|debo|hay que|se (?!llama|dice|escribe)\\p{L}+|\\p{L}{3,}(?:ar|er|ir)(?:me|se|lo|la)?|\\p{L}{3,}o) ',
    ' pasos (?:para|de) | instrucciones (?:para|de) | qué (?:debo|tengo que|hay que|debemos) hacer ',
  ],
  list: [
    `${START}(?:list|enumerate|name|itemi[sz]e) |${START}(?:show|give|tell)(?: me| us)? (?:all|every|an? (?:full |complete )?list) | (?:full|complete) list of `,
    ' (?:what|who) (?:are|were) (?:the|all|some|its|their|our|these|those|different|various) (?!difference |purpose )',
    ' which (?:\\p{L}+ )?(?!does |goes )\\p{L}{2,}[^siu]s (?!is |was |does |has )| (?:which|what) (?:kinds|types|sorts|options|ways) ',
    ' what (?!is |are |was |were |do |does |did |has |have |had |can |could |will |would |should )(?:\\p{L}+ )?\\p{L}{2,}[^siu]s (?:are|were|do|did|have|can|could|should|must|may|will|would) ',
    `${START}(?:liste|nenne?|zähle?|aufzählung) | (?:was|wer) sind (?:die|alle|unsere) | welche \\p{L}+en | welche ${MAYBE}(?:gibt es|sind|haben|müssen|können|werden|dürfen|sollen) `,
    `${START}(?:listez?|énumère[zr]?|énumérez|nommez?|citez?|donne moi tou(?:s|tes)) | quel(?:le)?s (?:sont|\\p{L}+s) | qui sont les | la liste d`,
    `${START}(?:enumera|lista|nombra|menciona|dime tod[oa]s) | (?:cuáles|quiénes) son | qué (?!es )\\p{L}+s (?!es |fue |era |tiene |pasa )| la lista de `,
  ],
  explanation: [
    ' (?:why|how come|explain\\p{L}*|describe|elaborate|clarify) | what (?:causes|caused|happens|happened|makes|made|leads to|led to) | reasons? (?:for|why|behind) ',
    ' how (?:is|are|was|were|does|do|did|has|have|can|could|would|will) ',
    ' (?:warum|wieso|weshalb|weswegen|wodurch|inwiefern|erklär\\p{L}*|erläuter\\p{L}*|beschreib\\p{L}*) | was (?:passiert|geschieht|verursacht|bewirkt) ',
    ' wie (?:funktionier\\p{L}*|wird|werden|wurde|wirkt|wirken|entsteh\\p{L}*|kommt es|hängt) ',
    ` (?:pourquoi|expliqu\\p{L}+|décri[st]|décrivez) | que se passe | qu'est ce qui (?:cause|provoque) |${START}comment (?!on |by |in |the )`,
    ' (?:por qué|explica\\p{L}*|explique\\p{L}*) | qué (?:pasa|sucede|ocurre|causa|provoca) | cómo (?!se llama|se dice|se escribe)',
  ],
  definition: [
    ` (?:define|definition of|meaning of|meant by) | what (?:does|do) ${SOME}(?:mean|stand for) `,
    ` what(?:'s| is| are| was) (?:an?) ${FEW}\\.| what(?:'s| is) the \\p{L}+ \\.| what(?:'s| is| are) (?!(?:an?|${OWN}) )${FEW}\\.`,
    ` (?:definiere|definition|bedeutung (?:von|des|der)) | was (?:bedeutet|bedeuten|heißt) | wofür steht | versteht man unter `,
    ` was ist (?:eine? )?(?!der |die |das |mein|dein|unser|ihr)${FEW}\\.| was sind (?!die |alle |unsere |meine )${FEW}\\.`,
    " (?:définis|définissez|définition|signification d) | c'est quoi | que (?:signifie|signifient|veut dire) | qu'est ce (?:que (?!je |tu |nous |vous |on |l'on )|qu'une? )| qu'entend on par ",
    ` (?:definición|significado) | qué significan? | qué (?:es|son) (?:una? |el |la |los |las )?${FEW}\\.`,
  ],
} as const
