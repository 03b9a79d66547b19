/** Figures of predictions as text: what the page about predictors shows. */
import {
  accuracyOf,
  areaUnder,
  byName,
  calibrationError,
  confusion,
  macroF1,
  rankCorrelation,
  reliability,
} from './figures.mjs'

const share = value => (value === undefined || Number.isNaN(value) ? 'n/a' : value.toFixed(3))
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
const bySet = rows => Map.groupBy(rows, ({ set }) => set)

const accuracyTable = told =>
  table(
    ['set', 'rows', 'right', 'macro-F1'],
    [...bySet(told)].map(([set, rows]) => {
      const names = [...new Set(rows.map(({ truth }) => truth))]
      return [set, rows.length, share(accuracyOf(rows)), names.length > 1 ? share(macroF1(rows, names)) : '–']
    }),
  )

const reliabilityTable = rows =>
  table(
    ['said', 'rows', 'mean said', 'mean so'],
    reliability(rows).map(({ from, rows: count, said, so }) => [
      `${from.toFixed(1)}–${(from + 0.1).toFixed(1)}`,
      count,
      share(said),
      share(so),
    ]),
  )

/** Rows of `{ set, truth, said, confidence }`. */
export const taskReport = (told, names) => {
  const own = told.filter(({ set }) => set === 'sentences')
  const sure = rows => rows.map(({ confidence, truth, said }) => ({ chance: confidence, so: truth === said ? 1 : 0 }))
  return [
    accuracyTable(told),
    ...(own.length === 0
      ? []
      : [
          'Our own sentences, held back, by task:',
          table(
            ['task', 'rows', 'precision', 'recall', 'F1'],
            byName(own, names).map(one => [one.name, one.rows, share(one.precision), share(one.recall), share(one.f1)]),
          ),
          'Confusion there (rows: what it is; columns: what was said):',
          table(
            ['', ...names],
            confusion(own, names).map((row, at) => [names[at], ...row]),
          ),
          `Calibration of the confidence there: expected error ${share(calibrationError(sure(own)))}.`,
          reliabilityTable(sure(own)),
        ]),
    `Calibration of the confidence over all rows: expected error ${share(calibrationError(sure(told)))}.`,
    reliabilityTable(sure(told)),
  ].join('\n\n')
}

const difficultyRow = (name, rows) => [
  name,
  rows.length,
  share(areaUnder(rows)),
  share(rankCorrelation(rows)),
  share(rows.reduce((sum, { chance }) => sum + chance, 0) / rows.length),
  share(rows.reduce((sum, { so }) => sum + so, 0) / rows.length),
  share(calibrationError(rows)),
]
const difficultyHead = ['set', 'rows', 'AUC', 'Spearman', 'mean said', 'mean so', 'calibration error']

/** Rows of `{ set, chance, so }`. */
export const difficultyReport = told =>
  [
    table(difficultyHead, [
      ...[...bySet(told)].map(([set, rows]) => difficultyRow(set, rows)),
      difficultyRow('all of them', told),
    ]),
    reliabilityTable(told),
  ].join('\n\n')

/** The same for sets that were left out of the training. */
export const transferReport = told =>
  table(
    difficultyHead,
    [...bySet(told)].map(([set, rows]) => difficultyRow(set, rows)),
  )
