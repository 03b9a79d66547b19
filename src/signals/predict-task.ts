/** Predicts the kind of work from words and structure. */
import { tasks } from '../domain/task.ts'
import type { Task } from '../domain/task.ts'
import { unit } from '../domain/units.ts'
import type { Unit } from '../domain/units.ts'
import { probabilities, scorer } from './predict-scores.ts'
import type { Signs } from './predict-signs.ts'
import { taskTemperature, taskWeights } from './weights/task.ts'

const scoresOf = scorer(taskWeights)

export interface PredictedTask {
  readonly task: Task
  /** How often such a prediction is right. */
  readonly confidence: Unit
}

/** The most probable kind of work; of equal ones, the first by name. */
export const predictTask = (signs: Signs): PredictedTask => {
  const chances = probabilities(scoresOf(signs), taskTemperature)
  const confidence = Math.max(...chances)
  return { task: tasks[chances.indexOf(confidence)] ?? 'chat', confidence: unit(confidence) }
}
