import { diagnose } from '../core/sight/diagnose.ts'
import { renderDoctor } from '../outputs/text/doctor.ts'
import { tryConnector } from '../sources/connector.ts'
import type { Command } from './command.ts'
import { compareWithPs, notCompared, whyNotComparable } from './compare-with-ps.ts'
import { nodeReader } from './node-reader.ts'
import { playedOf } from './played.ts'
import { styleOf } from './style.ts'

export const doctor: Command = {
  name: 'doctor',
  title: 'what can be read and why not, and whether ps agrees; exit code 0: fine, 1: it disagrees, 2: could not look',
  async run({ settings, io }) {
    const node = await nodeReader(settings, await playedOf(settings), io)
    try {
      const { procfs, cgroupfs, nodeName } = settings
      const reader = { pid: process.pid, uid: process.getuid?.() ?? null }
      const sight = await node.read('sight', { paths: { procfs, cgroupfs, nodeName }, reader })
      const { examination, snapshot, showsKernelThreads, watching } = sight
      const whyNot = whyNotComparable(snapshot.pass.source, examination, procfs)
      const crossChecks =
        whyNot === undefined ? await compareWithPs(sight.kin, () => node.read('kin', null)) : notCompared(whyNot)
      const paths = { procfs, cgroupfs }
      const connector = snapshot.pass.source === 'live' ? tryConnector(settings) : null
      const diagnosis = diagnose({ examination, snapshot, showsKernelThreads, paths, watching, connector, crossChecks })
      io.stdout.write(
        settings.json === true
          ? `${JSON.stringify(diagnosis, null, 2)}\n`
          : renderDoctor(diagnosis, styleOf(settings, io)),
      )
      return crossChecks.some((check) => 'disagreements' in check && check.disagreements.length > 0) ? 1 : 0
    } finally {
      await node.close()
    }
  },
}
