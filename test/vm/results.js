#!/usr/bin/env node
// The results of the second machine's tests, from the lines they print: `ok SET/AREA: NAME`, `not ok SET/AREA: NAME`.
//   results.js OUTPUT STATUS JSON    prints the counts, writes [{set, area, name, passed}]; STATUS: what the run ended with
import { readFile, writeFile } from 'node:fs/promises'

const [output, status, json] = process.argv.slice(2)
const lines = (await readFile(output, 'utf8')).split('\n')
const results = lines.flatMap((line) => {
  const found = /^(ok|not ok) ([a-z]+)\/([a-z-]+): (.*)$/.exec(line)
  if (!found) return []
  const [, word, set, area, name] = found
  return [{ set, area, name, passed: word === 'ok' }]
})
// A machine that ended too early has told less than there is.
if (status !== '0' && results.every(({ passed }) => passed))
  results.push({ set: 'root', area: 'machine', name: `it ended with ${status}`, passed: false })
await writeFile(json, `${JSON.stringify(results, null, 2)}\n`)
const failed = results.filter(({ passed }) => !passed).length
console.log(`${results.length - failed} passed, ${failed} failed`)
// A script that is not there has run nothing.
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0
