#!/usr/bin/env node
// The last line of CI, from jest's JSON: `N passed, N failed`, and `, N skipped` if any.
//   scripts/count.js RESULTS OTHER    OTHER: phases besides the tests have failed (0 or 1)
import { readFile } from 'node:fs/promises'

const [file, other] = process.argv.slice(2)
const text = await readFile(file, 'utf8').catch(() => '')
const results =
  text === ''
    ? { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, success: false }
    : JSON.parse(text)
// A suite that does not load has no tests to count, and fails all the same.
const failed = results.numFailedTests + (results.numRuntimeErrorTestSuites ?? 0)
const bad = failed > 0 || !results.success || other !== '0'
const skipped = results.numPendingTests + (results.numTodoTests ?? 0)
const counts = [`${results.numPassedTests} passed`, `${bad ? Math.max(failed, 1) : 0} failed`]
console.log([...counts, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', '))
process.exitCode = bad ? 1 : 0
