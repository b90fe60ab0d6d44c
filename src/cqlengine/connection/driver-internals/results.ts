// The classes of answers, for doubles that answer as the driver does. Known version: 4.10. The driver exports both, but
// declares them as interfaces only.
import { types } from '../../driver.js'

interface AnswerClasses {
  readonly ResultSet: new (
    response: object, host: string, tried: object, executions: number, consistency: number, agreement: boolean
  ) => types.ResultSet
  readonly Row: new (columns: readonly object[]) => types.Row
}

// Classes, where the declarations have interfaces.
export const { ResultSet, Row } = types as unknown as AnswerClasses
