import { defineConfig } from 'oxlint'
import { forbidden } from './tools/layers.mjs'

const depths = [1, 2, 3, 4]

export default defineConfig({
  plugins: ['typescript', 'import', 'node', 'promise'],
  options: { typeAware: true, denyWarnings: true },
  ignorePatterns: ['console/dist', 'dist', 'node_modules', 'docs'],
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'typescript/no-floating-promises': 'error',
  },
  // Rules see an import as it is written, so a folder's depth decides how many ../ lead out of it.
  overrides: forbidden
    .filter(({ names }) => names.length > 0)
    .flatMap(({ folder, names }) =>
      depths.map((depth) => ({
        files: [`src/${folder}${'/*'.repeat(depth)}.ts`],
        rules: {
          'no-restricted-imports': [
            'error',
            {
              patterns: [
                {
                  regex: `^(\\.\\./){${depth}}(${names.join('|')})/`,
                  message: `${folder}/ may not import this layer (tools/layers.mjs)`,
                },
              ],
            },
          ],
        },
      })),
    ),
})
