import { existsSync, readFileSync } from 'node:fs'
import { linePortLimits } from '../../kernel/line-port.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { takesConnection } from '../../kernel/takes-connection.ts'
import { internalPath } from '../../stream/internal-address.ts'
import type { DeliveryChildConfig } from '../children/child-methods.ts'
import { lakePlaceFrom } from '../lake/lake-place.ts'
import type { KafkaAccess } from '../streams/kafka-access.ts'
import type { Welcome } from './join-methods.ts'

/** What this machine has of its own. */
export interface JoinPlace {
  /** Where the supervisor was reached. */
  readonly address: string
  readonly token: string | undefined
  /** Files of secrets are named from here. */
  readonly projectDirectory: string
  readonly machine: string | null
  /** What a process may take, resident; as the supervisor says without it. */
  readonly memoryBytes: number | undefined
  /** For a log that wants logins. */
  readonly kafkaUser: string | undefined
}

/** What the process takes beyond DuckDB's limit. */
export const beyondDuckdbBytes = 300_000_000
const connectTimeoutMs = 5000

/** The configuration of a worker of the supervisor's own, as it is here. */
export function adaptConfig(config: DeliveryChildConfig, welcome: Welcome, place: JoinPlace): DeliveryChildConfig {
  const { address, token, memoryBytes } = place
  return {
    ...config,
    catalogUri: `${address}/iceberg`,
    ...(token === undefined ? {} : { catalogToken: token }),
    ...(memoryBytes === undefined ? {} : { memoryLimitBytes: memoryBytes - beyondDuckdbBytes }),
    kafka: accessFrom(config.kafka, welcome, place),
    // Keys are read here, as those of the Kafka.
    lake: lakePlaceFrom(config.lake, place.projectDirectory),
    silenceMsMax: linePortLimits.silenceMs,
  }
}

/** WEIR-2019 when this machine cannot take part. */
export async function refuseOtherPlace(welcome: Welcome, version: string, place: JoinPlace): Promise<void> {
  if (welcome.version !== version)
    throw cannotJoin(`there is Weir ${welcome.version}, and this is ${version}. Install the same version`)
  if (!sees(welcome.probe))
    throw cannotJoin(
      `this machine does not see ${welcome.probe.path}: tables are files, so the data directory is mounted at the same path as there`,
    )
  const { listener } = welcome
  if (!listener || welcome.machine === place.machine) return
  if (listener.sasl && place.kafkaUser === undefined)
    throw cannotJoin('its Kafka port wants a login. Set WEIR_KAFKA_USER and WEIR_KAFKA_PASSWORD')
  if (!(await takesConnection(new URL(`tcp://${listener.address}`), connectTimeoutMs)))
    throw cannotJoin(
      `its Kafka port ${listener.address} does not answer from here. Give the project a listener that this machine reaches (streams.listeners)`,
    )
}

function cannotJoin(why: string): WeirError {
  return new WeirError('WEIR-2019', `this worker cannot join: ${why}`)
}

function sees({ path, text }: Welcome['probe']): boolean {
  try {
    return readFileSync(path, 'utf8') === text
  } catch {
    return false
  }
}

/** The socket of Weir's own parts leads to the log on its own machine alone. */
function accessFrom(told: KafkaAccess, { machine, listener }: Welcome, place: JoinPlace): KafkaAccess {
  const { projectDirectory, kafkaUser } = place
  const socket = internalPath(told.bootstrap)
  if (socket === undefined) return { ...told, projectDirectory }
  if (machine !== null && machine === place.machine && existsSync(socket)) return told
  return {
    bootstrap: listener!.address,
    projectDirectory,
    ...(listener!.tls ? { tls: {} } : {}),
    ...(kafkaUser === undefined
      ? {}
      : { sasl: { mechanism: 'SCRAM-SHA-512', user: kafkaUser, password: { fromEnv: 'WEIR_KAFKA_PASSWORD' } } }),
  }
}
