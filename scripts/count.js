#!/usr/bin/env node
// The last line of CI, from the results of all machines: `N passed, N failed`, and `, N skipped` if any.
//   scripts/count.js OTHER RESULTS...    OTHER: a phase has failed (0 or 1); RESULTS: jest's JSON, and that of test/vm/run
import { readFile } from 'node:fs/promises'

const [other, ...files] = process.argv.slice(2)
const counts = await Promise.all(
  files.map(async (file) => count(await readFile(file, 'utf8').catch(() => ''))),
)
const sum = (key) => counts.reduce((total, one) => total + one[key], 0)
const bad = other !== '0' || counts.some(({ good }) => !good)
const words = [`${sum('passed')} passed`, `${bad ? Math.max(sum('failed'), 1) : 0} failed`]
console.log([...words, ...(sum('skipped') > 0 ? [`${sum('skipped')} skipped`] : [])].join(', '))
process.exitCode = bad ? 1 : 0

function count(text) {
  if (text === '') return { passed: 0, failed: 0, skipped: 0, good: false }
  const results = JSON.parse(text)
  return Array.isArray(results) ? ofMachine(results) : ofJest(results)
}

function ofMachine(results) {
  const passed = results.filter((one) => one.passed).length
  const failed = results.length - passed
  return { passed, failed, skipped: 0, good: failed === 0 && passed > 0 }
}

function ofJest(results) {
  // A suite that does not load has no tests to count, and fails all the same.
  const failed = results.numFailedTests + (results.numRuntimeErrorTestSuites ?? 0)
  const skipped = results.numPendingTests + (results.numTodoTests ?? 0)
  return { passed: results.numPassedTests, failed, skipped, good: failed === 0 && results.success }
}
