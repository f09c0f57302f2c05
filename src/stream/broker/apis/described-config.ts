/** A configuration as DescribeConfigs tells it. */
export interface DescribedConfig {
  readonly name: string
  readonly value: string
  readonly configSource: number
  readonly configType: number
  readonly documentation: string
  readonly readOnly?: boolean
}
