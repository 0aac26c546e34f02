import { sentences } from './sentences.ts'

/** One language's words to decline with, as alternatives of a pattern. */
type Wording = {
  /** What answers are read from. */
  readonly sources: string
  /** "Not" and "no". */
  readonly negations: string
  /** How words begin that sources hold, say or answer something with. */
  readonly sayings: string
  /** With one of these a sentence lays down a rule, or grants a point before it makes its own. */
  readonly otherwise: string
  /** What declines without any word for the sources. */
  readonly phrases: string
  /** What a sentence begins with that stands beside a refusal and says nothing of the subject. */
  readonly beside: string
}

const ENGLISH: Wording = {
  sources:
    'sources?|documents?|documentation|passages?|context|texts?|excerpts?|materials?|snippets?|(?:provided|given|available) information|information (?:provided|given|available)',
  negations: "not|no|none|neither|nothing|cannot|\\p{L}+n['’]t|fails? to",
  sayings:
    'contain|mention|sa(?:y|id)|stat(?:es?|ed)\\b|provide|includ|specif|give|answer|address|cover|discuss|tell|indicate|describe|define|explain|information|details?\\b|determine',
  otherwise: 'must|may|should|shall|although|though|while|if|unless',
  phrases:
    "(?:i|we) (?:do not|don['’]t) know(?! of)|(?:do not|don['’]t|did not|didn['’]t|cannot|can['’]t|could not|couldn['’]t) (?:have|find) (?:\\p{L}+ )?information|there (?:is|was) (?:no|not enough|insufficient) (?:\\p{L}+ )?information|^(?:no|not enough|insufficient) information (?:on|about|regarding|is (?:available|given|provided))|i (?:cannot|can['’]t|am (?:not able|unable) to) answer|question (?:cannot|can['’]t) be answered|not possible to answer",
  beside:
    "please|let me know|feel free|if you (?:have|need|want|would|can)|(?:i['’]m |i am )?sorry\\W*$|(?:they|the (?:SOURCES)) only",
}

const GERMAN: Wording = {
  sources:
    'quellen?|dokumente?n?|unterlagen|kontext|texte?n?|textstellen|passagen?|auszüge?n?|abschnitte?n?|dokumentation|(?:bereitgestellten?|vorliegenden?) informationen',
  negations: 'nicht(?! nur)|nichts|kein(?:e[rsnm]?)?',
  sayings:
    'enth[aä]lt|nenn|genannt|erwähn|sag[et]|beschr[ie]|beantwort|antwort|hervor|entnehm|information|angab|angegeben|auskunft|aussage|hinweis|steht|stehen|find',
  otherwise: 'darf|dürfen|muss|müssen|soll|sollen|obwohl|auch wenn|wenn|falls|sofern',
  phrases:
    'ich weiß (?:es |das )?(?:leider )?nicht|weiß ich (?:leider )?nicht|(?:liegen|gibt es|habe ich|ich habe|finde ich|ich finde) (?:\\p{L}+ ){0,3}keine (?:\\p{L}+ )?(?:informationen|angaben)|ich kann (?:\\p{L}+ ){1,8}nicht beantworten|frage (?:kann|lässt) (?:\\p{L}+ ){0,8}nicht beantwort',
  beside:
    'bitte|wenden sie sich|(?:wenn|falls) sie (?:weitere|mehr|möchten|wünschen)|(?:es )?tut mir leid\\W*$|(?:sie|die (?:SOURCES)) (?:\\p{L}+ )(?:nur|lediglich|ausschließlich)',
}

const FRENCH: Wording = {
  sources: 'sources?|documents?|documentation|contexte|passages?|textes?|extraits?|informations fournies',
  negations: "ne|n['’]\\p{L}+|n['’]|aucune?|rien",
  sayings:
    'contien|contenu|mention|di[st]\\b|disent|précis|fourni|indiqu|répon|donn|évoqu|parl|abord|figur|trouv|information',
  otherwise: 'doit|doivent|bien que|quoique|si|même si',
  phrases:
    "je ne sais pas|n['’]y a (?:pas (?:assez )?d['’]|aucune )informations?|je ne (?:peux|suis pas en mesure|parviens) (?:\\p{L}+ ){0,4}répondre|impossible de répondre|pas possible de répondre",
  beside:
    "veuillez|n['’]hésitez|si vous (?:avez|souhaitez|désirez)|(?:je suis )?désolée?\\W*$|(?:ils|elles) (?:\\p{L}+ ){1,3}(?:uniquement|seulement)",
}

const SPANISH: Wording = {
  sources: 'fuentes?|documentos?|documentación|contexto|pasajes?|textos?|fragmentos?|extractos?',
  negations: 'no|ningun[ao]?|ningún|nada',
  sayings:
    'contien|conten|mencion|dicen?\\b|indic|proporcion|incluy|especific|respon|respuesta|ofrec|señal|aport|habla|abord|precis|aparec|figur|consta|encuentr|información|hay',
  otherwise: 'debe|deben|aunque|si|mientras',
  phrases:
    'no (?:lo )?sé|no (?:hay|tengo|dispongo de|encuentro|encontré|he encontrado) (?:\\p{L}+ )?información|no (?:puedo|es posible) (?:\\p{L}+ )?(?:responder|contestar)',
  beside: 'por favor|si (?:desea|necesita|tiene)|consulte|lo siento\\W*$',
}

const ITALIAN: Wording = {
  sources: 'font[ei]|document[oi]|documentazione|contesto|passagg[io]|passaggi|test[oi]|bran[oi]|estratt[oi]',
  negations: 'non|nessun[ao]?|niente|nulla',
  sayings:
    'conten|contien|menzion|dic(?:e|ono)\\b|indica|fornisc|riport|specific|rispon|risposta|precis|parla|tratta|includ|offr|informazion|trova|compar|risult',
  otherwise: 'deve|devono|sebbene|anche se|benché|se',
  phrases:
    'non (?:lo )?so|non (?:ci sono|ho|dispongo di|trovo|ho trovato) (?:\\p{L}+ )?informazioni|non (?:posso|riesco a|sono in grado di|è possibile) rispondere',
  beside: 'per favore|se (?:desidera|hai?|vuole)|si prega|mi dispiace\\W*$',
}

const PORTUGUESE: Wording = {
  sources: 'fontes?|documentos?|documentação|contexto|trechos?|textos?|passage(?:m|ns)|excertos?',
  negations: 'não|nenhum[a]?|nada',
  sayings:
    'cont[eéê]m|contid|mencion|diz|indica|fornec|inclu|especific|respon|respost|oferec|inform|refer|abord|precis|apresent|consta|aparec|encontr|há',
  otherwise: 'deve|devem|embora|ainda que|se',
  phrases:
    'não sei|não (?:há|tenho|encontrei|encontro|disponho de) (?:\\p{L}+ )?informaç(?:ão|ões)|não (?:posso|consigo|é possível) (?:\\p{L}+ )?responder',
  beside: 'por favor|se (?:desejar|precisar|quiser)|consulte|(?:lamento|desculpe|sinto muito)\\W*$',
}

const DUTCH: Wording = {
  sources: 'bronn?(?:en)?|document(?:en)?|documentatie|context|passages?|tekst(?:en)?|fragment(?:en)?',
  negations: 'niet(?! alleen)|niets|geen',
  sayings:
    'bevat|noem|genoemd|vermeld|zeg|geef|geven|gegeven|beantwoord|antwoord|beschr|staat|staan|informatie|vind|gevonden|blijkt',
  otherwise: 'moet|moeten|mag|mogen|hoewel|ofschoon|als|tenzij',
  phrases:
    'ik weet (?:het|dat) niet|(?:er is|ik heb) (?:\\p{L}+ )?(?:geen|onvoldoende) (?:\\p{L}+ )?informatie|ik kan (?:\\p{L}+ ){1,6}niet beantwoorden|vraag kan (?:\\p{L}+ ){0,6}niet (?:\\p{L}+ )?beantwoord',
  beside: 'neem contact|raadpleeg|als (?:u|je) (?:meer|nog|wilt)|(?:sorry|het spijt me)\\W*$',
}

/** After a refusal these bring what is known after all. */
const TURNS =
  'but|however|though|although|yet|aber|jedoch|sondern|mais|toutefois|pero|sino|sin embargo|ma|però|tuttavia|mas|porém|maar|echter|wel'

const word = (body: string) => new RegExp(`(?<!\\p{L})(?:${body})(?!\\p{L})`, 'iu')
const beginning = (body: string) => new RegExp(`(?<!\\p{L})(?:${body})`, 'iu')
const TURN = new RegExp(`^(?:${TURNS})(?!\\p{L})`, 'iu')
const CLAUSE_END = new RegExp(`[,;:–—]\\s*|\\s(?=(?:${TURNS})\\s)`, 'iu')

const LANGUAGES = [ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, PORTUGUESE, DUTCH].map((wording) => ({
  sources: word(wording.sources),
  negation: word(wording.negations),
  saying: beginning(wording.sayings),
  otherwise: word(wording.otherwise),
  phrase: word(wording.phrases),
  beside: new RegExp(`^(?:${wording.beside.replaceAll('SOURCES', wording.sources)})`, 'iu'),
}))
type Language = (typeof LANGUAGES)[number]

/** A refusal takes a sentence, and perhaps an apology and where to ask instead; what is longer says something. */
const MAX_SENTENCES = 3
const MAX_CHARACTERS = 600
const DATA_OR_CITATION = /^\s*[[{"]|\[\d{1,3}/
const MARKUP =
  /[*_`]+|^\s*(?:[>#-]+\s+)?(?:answer|antwort|réponse|respuesta|risposta|resposta|antwoord):\s*/gimu

/**
 * True when an answer says only that the sources do not hold what was asked: short, without a citation, in one of seven languages. It goes by form:
 * "The contract does not mention penalties" is an answer, as is what goes on with something of its own. Data is none.
 */
export function isRefusal(answer: string): boolean {
  if (answer.length > MAX_CHARACTERS || DATA_OR_CITATION.test(answer)) return false
  const text = answer.replaceAll(MARKUP, '').replaceAll(/\s+/g, ' ').trim()
  const said = sentences(text).map(({ start, end }) => text.slice(start, end))
  if (said.length > MAX_SENTENCES) return false
  return LANGUAGES.some(
    (language) =>
      said.some((sentence) => declines(sentence, language)) &&
      said.every((sentence) => declines(sentence, language) || language.beside.test(sentence)),
  )
}

/** One clause says that the sources do not say it, and none behind it says otherwise. */
function declines(sentence: string, language: Language): boolean {
  const clauses = sentence.split(CLAUSE_END)
  const at = clauses.findIndex((clause) => isDeclining(clause, language))
  const clause = clauses[at]
  if (clause === undefined || clauses.slice(at + 1).some((later) => TURN.test(later))) return false
  // What stands behind the "not" is what was asked: "do not say if one may".
  const { index = 0 } = language.phrase.exec(clause) ?? language.negation.exec(clause) ?? {}
  return !language.otherwise.test([...clauses.slice(0, at), clause.slice(0, index)].join(' '))
}

const isDeclining = (clause: string, { sources, negation, saying, phrase }: Language) =>
  phrase.test(clause) || (sources.test(clause) && negation.test(clause) && saying.test(clause))
