// Days since 1970-01-01 in the proleptic Gregorian calendar, for years far beyond what a JS Date can hold.

export interface Day { readonly year: number, readonly month: number, readonly day: number }

const cycleYears = 400
const cycleDays = 146_097

/** `undefined` for a day that does not exist, such as February 30th. */
export function daysSinceEpoch ({ year, month, day }: Day): number | undefined {
  // The calendar repeats every 400 years: one cycle in which Date works serves for all.
  const cycles = Math.floor((year - 2000) / cycleYears)
  const date = new Date(Date.UTC(year - cycles * cycleYears, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.getTime() / 86_400_000 + cycles * cycleDays
}

export function dayOf (days: number): Day {
  const cycles = Math.floor(days / cycleDays)
  const date = new Date((days - cycles * cycleDays) * 86_400_000)
  return { year: date.getUTCFullYear() + cycles * cycleYears, month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}
