export { cgroupTrees, compare, type Inventory, inventory, worlds } from './inventory.ts'
export { busyboxFacts, busyboxMachine, type Machine, machine } from './machine.ts'
export { type Outside, outside } from './outside.ts'
export { isAlive, type Mount, proc, running } from './proc.ts'
export { busyboxRoot, distrolessRoot } from './roots.ts'
export { type Options, type Ran, type Running, run, sleep, start, until } from './run.ts'
export { type Terminal, terminal } from './terminal.ts'
export {
  anna,
  facts,
  makeWorld,
  type SpecLike,
  type TestBox,
  type UpOptions,
  type Who,
  type World,
  world,
} from './world.ts'
