/** Which kind of work a row of a published set is, as those who call a model would say. */

const quantities =
  /algebra|mathematics|statistics|formal_logic|college_physics|high_school_physics|econometrics|electrical_engineering/
/** Of several kinds, or with a passage to read: nobody could say which. */
const unclear =
  /moral_scenarios|professional_law|_history|computer_science|machine_learning|logical_fallacies|accounting|chemistry|computer_security|astronomy|conceptual_physics|mt-bench/

const ofMmlu = subject => {
  if (quantities.test(subject)) return 'reasoning'
  return unclear.test(subject) ? undefined : 'chat'
}
const ofMmluPro = {
  math: 'reasoning',
  physics: 'reasoning',
  engineering: 'reasoning',
  chemistry: 'reasoning',
  history: undefined,
  psychology: 'chat',
  philosophy: 'chat',
  health: 'chat',
  biology: 'chat',
}
const ofLlmRouter = {
  gsm8k: 'reasoning',
  math: 'reasoning',
  'agentverse-mgsm': 'reasoning',
  'agentverse-logicgrid': 'reasoning',
  gpqa: 'reasoning',
  natural_qa: 'chat',
  trivia_qa: 'chat',
  commonsense_qa: 'chat',
  openbook_qa: 'chat',
  arc_challenge: 'chat',
  mbpp: 'code',
  human_eval: 'code',
}
const ofMtBench = {
  writing: 'chat',
  roleplay: 'chat',
  stem: 'chat',
  humanities: 'chat',
  math: 'reasoning',
  reasoning: 'reasoning',
  coding: 'code',
  extraction: 'extraction',
}
const ofRouterArena = [
  [/^WMT19/, 'translation'],
  [/^LiveCodeBench/, 'code'],
  [/^PubMedQA|^NarrativeQA|^SuperGLUE-QA|^SuperGLUE-RC/, 'rag'],
  [/^SuperGLUE-(?:Entailment|Wic|Causal)|^Ethics/, 'classification'],
  [
    /^MATH|^GSM8K|^AsDiv|^MathQA|^ChessInstruct|^MMLUPro_(?:math|physics|engineering|chemistry)|formal_logic/,
    'reasoning',
  ],
  [
    /^OpenTDB|^QANTA|^GeoGraphyData|^MedMCQA|^ArcMMLU|^GeoBench|^MMLUPro_(?:psychology|philosophy|health|biology)/,
    'chat',
  ],
]

/** The task of a row, or nothing where it is of several kinds or of one that nobody asks a gateway for. */
export const taskIn = (set, { bench, cat }) => {
  if (set === 'bfcl') return 'function-calling'
  if (set === 'mmlu-pro') return ofMmluPro[cat]
  if (set === 'llmrouter14') return ofLlmRouter[bench]
  if (set === 'routerarena10') return ofRouterArena.find(([pattern]) => pattern.test(cat))?.[1]
  if (set === 'zeroeval') return bench === 'crux' ? 'code' : 'reasoning'
  if (set === 'routerbench3') return { mbpp: 'code', 'arc-challenge': 'chat' }[bench]
  if (bench === 'mt-bench') return ofMtBench[cat]
  return bench === 'mmlu' ? ofMmlu(cat) : 'reasoning'
}
