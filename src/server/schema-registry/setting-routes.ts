import { deleteConfig, deleteMode, setMode, updateConfig } from '../../stream/registry/decide/change-settings.ts'
import { configAt, configInScope, modeAt, modeInScope } from '../../stream/registry/decide/settings.ts'
import { refusals } from '../../stream/registry/registry-refusal.ts'
import { readConfigBody, readModeBody } from './read-body.ts'
import { readQuery } from './read-query.ts'
import { hidden, settingSubjectOf, type RegistryRoutes } from './registry-request.ts'

export const settingRoutes: RegistryRoutes = (app, registry) => {
  for (const path of ['/config', '/config/:subject']) {
    app.get(path, hidden, async (request) => {
      const query = readQuery(request)
      const [state, subject] = [await registry.state(), settingSubjectOf(request)]
      const config = query.flag('defaultToGlobal') ? configInScope(state, subject) : configAt(state, subject)
      if (!config) throw refusals.compatibilityNotConfigured(subject!)
      return withoutSubject(config)
    })

    app.put(path, hidden, async (request) => {
      const change = readConfigBody(request.body)
      return registry.change((state) => updateConfig(state, settingSubjectOf(request), change))
    })

    app.delete(path, hidden, async (request) => {
      return withoutSubject(await registry.change((state) => deleteConfig(state, settingSubjectOf(request))))
    })
  }

  for (const path of ['/mode', '/mode/:subject']) {
    app.get(path, hidden, async (request) => {
      const query = readQuery(request)
      const [state, subject] = [await registry.state(), settingSubjectOf(request)]
      const mode = query.flag('defaultToGlobal') ? modeInScope(state, subject) : modeAt(state, subject)
      if (!mode) throw refusals.modeNotConfigured(subject!)
      return { mode }
    })

    app.put(path, hidden, async (request) => {
      const force = readQuery(request).flag('force')
      const wanted = readModeBody(request.body)
      return { mode: await registry.change((state) => setMode(state, settingSubjectOf(request), wanted, force)) }
    })

    app.delete(path, hidden, async (request) => {
      const recursive = readQuery(request).flag('recursive')
      const mode = await registry.change((state) => deleteMode(state, settingSubjectOf(request), recursive))
      return mode === undefined ? {} : { mode }
    })
  }
}

function withoutSubject<Config extends { readonly subject?: string }>({ subject: _subject, ...rest }: Config) {
  return rest
}
