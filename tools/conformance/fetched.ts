import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where downloads stay between runs; never inside the repository. */
export const cache = process.env['WEIR_CACHE'] ?? join(homedir(), '.cache/weir-conformance')

/** A folder of the cache that `make` fills once; one that was left unfinished is made anew. */
export function fetchedOnce(name: string, make: (folder: string) => void): string {
  const folder = join(cache, name)
  const done = `${folder}.done`
  if (existsSync(done)) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  make(folder)
  writeFileSync(done, '')
  return folder
}

/** The Python of an environment with these packages (`name==version`). */
export function pythonWith(name: string, packages: readonly string[]): string {
  const folder = fetchedOnce(name, (venv) => {
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' })
    execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', ...packages], { stdio: 'inherit' })
  })
  return join(folder, 'bin/python')
}

/** A folder with these artifacts (`group:artifact:version`) and what they need to run, but for what is left out (`group:artifact`). */
export function mavenJars(name: string, artifacts: readonly string[], leftOut: readonly string[] = []): string {
  return fetchedOnce(name, (folder) => {
    const excluded = leftOut.map((artifact) => {
      const [groupId, artifactId] = artifact.split(':')
      return `<exclusion><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId></exclusion>`
    })
    const dependencies = artifacts.map((artifact) => {
      const [groupId, artifactId, version] = artifact.split(':')
      return `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version><exclusions>${excluded.join('')}</exclusions></dependency>`
    })
    writeFileSync(
      join(folder, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>weir</groupId><artifactId>fetched</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`,
    )
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`]
    execFileSync('mvn', ['-q', '-B', '-f', join(folder, 'pom.xml'), ...goal], { stdio: 'inherit' })
  })
}

/** One artifact that holds all that it needs (`group:artifact:version:packaging:classifier`). */
export function mavenJar(name: string, artifact: string): string {
  const folder = fetchedOnce(name, (target) => {
    const goal = ['dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${target}`]
    execFileSync('mvn', ['-q', '-B', ...goal], { stdio: 'inherit' })
  })
  const [, artifactId, version, packaging, classifier] = artifact.split(':')
  return join(folder, `${artifactId}-${version}-${classifier}.${packaging}`)
}
