import { issuesOf } from '../../columns/issues.js'
import { CQLEngineError, ModelDefinitionError, ValidationError } from '../../errors.js'
import { valuesOf } from '../../model/compile/blueprint.js'
import { ModelInstance } from '../../model/instance.js'
import { judgedAsSent } from '../../model/judging.js'
import { META, tableOf } from '../../model/meta.js'
import type { State } from '../../model/state.js'
import { type Validated, validateInstance } from '../../model/validate.js'

/** A user's `validate()` is always used, and cannot switch off our own checks. Gives what the instance is then. */
export function validate (instance: object, base: State): Validated {
  const { validate: check } = instance as { validate (): unknown }
  if (check === ModelInstance.prototype.validate) return validateInstance(instance, base, 'sent')
  const answer = judgedByUser(instance, base, check)
  if (typeof answer === 'object' && answer !== null && 'then' in answer) {
    Promise.resolve(answer).catch(() => {}) // the error below tells what is wrong
    throw new ModelDefinitionError(`${base.model[META].name}.validate must not be async: a write does not wait for ` +
      'it. Override save() for checks that need to wait')
  }
  return validateInstance(instance, base, 'sent')
}

function judgedByUser (instance: object, base: State, check: () => unknown): unknown {
  try {
    return judgedAsSent(instance, base, () => check.call(instance))
  } catch (error) {
    throw withoutValues(error, instance, base)
  }
}

/**
 * What a validator of the user's found (Standard Schema), as our own error: by paths, and without the values that its
 * messages may repeat.
 */
function withoutValues (error: unknown, instance: object, base: State): unknown {
  if (error instanceof CQLEngineError) return error
  const values = valuesOf(instance, base)
  const found = issuesOf(
    error, Object.fromEntries(tableOf(base.model).columns.map(({ name, position }) => [name, values[position]]))
  )
  if (found === undefined) return error
  const violations = found.first.map(({ path, message }) => ({
    column: path.length === 0 ? '*' : path.join('.'), rule: 'validate', message
  }))
  return new ValidationError(base.model[META].name, violations, found.count)
}
