import {
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import type { World } from './world.ts'

export type Call = <Answer = Record<string, unknown>>(method: string, request: object) => Promise<Answer>

/** One call at a time to a gRPC server on a unix socket of a world; a fresh connection each, as servers are killed here. */
export function grpcCaller(
  world: World,
  socket: string,
  proto: URL,
  service: string,
  header: Record<string, string> = {},
): Call {
  const definition = loadSync(proto.pathname, { keepCase: true, enums: String, longs: Number, defaults: true })
  let found: GrpcObject[string] = loadPackageDefinition(definition)
  for (const part of service.split('.')) found = (found as GrpcObject)[part] as GrpcObject[string]
  const Client = found as ServiceClientConstructor

  return <Answer>(method: string, request: object) =>
    new Promise<Answer>((resolve, reject) => {
      const client = new Client(`unix:${world.path(socket)}`, credentials.createInsecure())
      const metadata = new Metadata()
      for (const [name, value] of Object.entries(header)) metadata.set(name, value)
      const invoke = client[method] as (
        request: object,
        metadata: Metadata,
        done: (error: Error | null, answer: Answer) => void,
      ) => void
      invoke.call(client, request, metadata, (error, answer) => {
        client.close()
        if (error) reject(new Error(`${method}: ${error.message}`))
        else resolve(answer)
      })
    })
}
