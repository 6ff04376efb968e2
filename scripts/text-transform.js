/** For jest: a `.sh` or `.pl` file imports as its text, as esbuild's text loader does it for the bundle. */
export default {
  process: (text) => ({ code: `export default ${JSON.stringify(text)}` }),
}
