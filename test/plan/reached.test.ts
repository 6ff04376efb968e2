import { expect, test } from '@jest/globals'
import { reached } from '../../src/plan/program/reached.ts'

const frame = `# ---- First

# What all do.
up() {
  prepare
  erase "$run"
}

erase() { rm -rf "$1"; }

# ---- Second

# Nobody calls it: up does not (see up, erase).
idle() { erase /; }

# ---- Third

deep() { :; }

near() { deep; }
other() { :; }
`

test('a function is kept when the rest names it, or a function that is kept', () => {
  const text = reached([frame], 'prepare() { near; }\nup')
  expect(text.match(/^\w+\(\)/gm)).toEqual(['up()', 'erase()', 'deep()', 'near()', 'other()'])
  expect(reached([frame], 'nothing')).toBe('')
})

test('what only a comment names is not; a heading goes with all that is below it', () => {
  const text = reached([frame], '# idle\nup')
  expect(text).not.toContain('idle()')
  expect(text).not.toContain('Second')
  expect(text).toContain('# ---- First\n\n# What all do.\nup() {')
})

test('of two the last is kept; variables stay, and what they name', () => {
  const part = 'line="deep inside"\n\nerase() { users rm -rf "$1"; }\n'
  expect(reached([frame, part], 'erase')).toBe(
    '# ---- Third\n\ndeep() { :; }\n\nline="deep inside"\n\nerase() { users rm -rf "$1"; }',
  )
})
