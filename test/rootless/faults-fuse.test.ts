import { everyStart } from '../faults/steps.ts'

// A layer that a process lays, over the root of the host.
everyStart('anna', { more: () => ({ rootfs: 'host' }), brief: true })
