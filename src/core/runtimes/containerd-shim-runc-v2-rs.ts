import { runcShimUsual } from './runc-shim-usual.ts'
import { shimV2 } from './shim-v2-form.ts'

export const containerdShimRuncV2Rs = shimV2({
  program: 'containerd-shim-runc-v2-rs',
  title: 'the shim for runc in Rust: one per container, or one per pod',
  docs: 'containerd/rust-extensions crates/runc-shim, crates/shim/src/asynchronous/mod.rs (spawn)',
  expects: { usual: runcShimUsual },
})
