import { checkGroupSettings, groupSettings, unknownSetting, type GroupSettings } from '../groups/group-settings.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { ConfigChange } from '../topics/change-configs.ts'
import { configType } from '../topics/config-values.ts'
import { configSource, type DescribedConfig } from './described-configs.ts'
import type { ApiServices } from './services.ts'

const operation = { set: 0, delete: 1 } as const

/** The settings of a group, whether there is such a group or not: it may come later. */
export function groupConfigsOf({ groups }: ApiServices, groupId: string): DescribedConfig[] {
  const settings = groups.settings(groupId)
  const limits = groups.limits(groupId)
  return Object.entries(groupSettings).map(([name, { limit, synonym, doc }]) => {
    const isSet = name in settings
    const value = String(limits[limit])
    const own = isSet ? [{ name, value, source: configSource.group }] : []
    return {
      name,
      value,
      configSource: isSet ? configSource.group : configSource.default,
      configType: configType.int,
      documentation: doc,
      synonyms: [...own, { name: synonym, value: String(groups.limits('')[limit]), source: configSource.default }],
    }
  })
}

/** Throws KafkaRefusal for one that cannot be made. */
export async function alterGroup(
  { groups }: ApiServices,
  groupId: string,
  changes: readonly ConfigChange[],
  validateOnly: boolean,
): Promise<void> {
  if (groupId === '') throw new KafkaRefusal('INVALID_REQUEST', 'a group has a name')
  const settings = changes.reduce(changed, groups.settings(groupId))
  checkGroupSettings(settings)
  if (!validateOnly) await groups.setSettings(groupId, settings)
}

/** AlterConfigs says all that is to be set: what it leaves out has its default again. */
export function replacedSettings(entries: readonly Pick<ConfigChange, 'name' | 'value'>[]): readonly ConfigChange[] {
  const others = Object.keys(groupSettings).filter((known) => entries.every(({ name }) => name !== known))
  const deleted = others.map((name) => ({ name, value: null, configOperation: operation.delete }))
  return [...deleted, ...entries.map((entry) => ({ ...entry, configOperation: operation.set }))]
}

function changed(settings: GroupSettings, { name, value, configOperation }: ConfigChange): GroupSettings {
  if (!groupSettings[name]) throw unknownSetting(name)
  if (configOperation === operation.delete)
    return Object.fromEntries(Object.entries(settings).filter(([known]) => known !== name))
  if (configOperation !== operation.set)
    throw new KafkaRefusal('INVALID_CONFIG', `${name} is no list: nothing can be added to it or taken away`)
  if (value === null) throw new KafkaRefusal('INVALID_REQUEST', `${name}: a value is missing`)
  return { ...settings, [name]: value.trim() }
}
