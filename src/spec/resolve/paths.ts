import type { Paths } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { Context } from './context.ts'

/** Where the box keeps its state. The roots go into overlay options, so few characters are let in. */
export function resolvePaths(context: Context, name: string): Paths {
  const runRoot = rootOf(context, 'BOXES_RUN', context.host.user.runRoot)
  const dataRoot = rootOf(context, 'BOXES_ROOT', context.host.user.dataRoot)
  return {
    runRoot,
    run: `${runRoot}/${name}`,
    dataRoot,
    data: `${dataRoot}/boxes/${name}`,
    roots: `${dataRoot}/roots`,
  }
}

function rootOf({ inputs, error }: Context, variable: string, otherwise: string): string {
  const given = Object.hasOwn(inputs.env, variable) ? inputs.env[variable] : undefined
  const value = given === undefined || given === '' ? otherwise : given
  const path = value.replace(/(?<=.)\/+$/, '')
  const good = /^(\/[A-Za-z0-9._-]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path) && path.length <= 200
  if (good) return path
  error(
    [],
    'value',
    `${variable} is ${show(value)}`,
    `${variable} must be an absolute path of at most 200 of A-Z a-z 0-9 . _ - /`,
  )
  return otherwise
}
